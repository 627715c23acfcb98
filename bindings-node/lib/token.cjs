// The prototype of a fetched token: the members that this package adds to what the service sent.
'use strict';

const { inspect } = require('node:util');

const native = require('./addon.cjs');
const { withoutSecrets } = require('./redaction.cjs');

/** Never constructed: a token is the object that `JSON.parse` made, with a new prototype. */
class OutboundToken {
  get expiresAt() {
    const expiry = this.accessTokenExpiry;
    if (typeof expiry !== 'string' && typeof expiry !== 'number') return null;
    const milliseconds = native.expiryMilliseconds(JSON.stringify(expiry));
    return milliseconds === null ? null : new Date(milliseconds);
  }

  // The API reference says accessToken, older documentation says token. Each reads the other.
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

// With a getter alone, `token.accessToken = …` would fail if the service sent no such field.
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

/** One prototype for each source: on the token itself, `source` would be a key that the service did not send. */
const prototypesBySource = new Map();

function tokenPrototype(source) {
  if (!prototypesBySource.has(source)) {
    const prototype = Object.create(OutboundToken.prototype);
    makeAssignable(prototype, 'source', () => source);
    prototypesBySource.set(source, prototype);
  }
  return prototypesBySource.get(source);
}

/** Extract the token, as an object that the caller owns. */
function extractToken({ token }, source) {
  const isObject = typeof token === 'object' && token !== null && !Array.isArray(token);
  return isObject ? Object.setPrototypeOf(token, tokenPrototype(source)) : token;
}

module.exports = { tokenPrototype, extractToken };
