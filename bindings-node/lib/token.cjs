// What stands behind the `data` of a fetch: everything that is not the service's own.
'use strict';

const { inspect } = require('node:util');

const native = require('./addon.cjs');
const { withoutSecrets } = require('./redaction.cjs');

/** Never constructed: tokens are what `JSON.parse` made, put on a prototype. */
class OutboundToken {
  get expiresAt() {
    const expiry = this.accessTokenExpiry;
    if (typeof expiry !== 'string' && typeof expiry !== 'number') return null;
    const milliseconds = native.expiryMilliseconds(JSON.stringify(expiry));
    return milliseconds === null ? null : new Date(milliseconds);
  }

  // The API reference calls it accessToken, older documentation token: each stands in for the other.
  get accessToken() {
    return Object.hasOwn(this, 'token') ? this.token : undefined;
  }

  get token() {
    return Object.hasOwn(this, 'accessToken') ? this.accessToken : undefined;
  }

  [inspect.custom]() {
    return withoutSecrets(this);
  }
}

// A getter without a setter would make `token.accessToken = …` fail, where the service sent no such field.
for (const name of ['expiresAt', 'accessToken', 'token']) {
  makeAssignable(OutboundToken.prototype, name, Object.getOwnPropertyDescriptor(OutboundToken.prototype, name).get);
}

function makeAssignable(prototype, name, get) {
  Object.defineProperty(prototype, name, {
    get,
    set(value) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  });
}

/** One for each source: a property of the token itself would be one key more than the service sent. */
const prototypes = new Map();

function prototypeFor(source) {
  if (!prototypes.has(source)) {
    const prototype = Object.create(OutboundToken.prototype);
    makeAssignable(prototype, 'source', () => source);
    prototypes.set(source, prototype);
  }
  return prototypes.get(source);
}

/** What the service sent, as the caller's own object. */
function tokenIn({ token }, source) {
  const isObject = typeof token === 'object' && token !== null && !Array.isArray(token);
  return isObject ? Object.setPrototypeOf(token, prototypeFor(source)) : token;
}

module.exports = { prototypeFor, tokenIn };
