// The cache of a client. Documented in cache.d.cts.
'use strict';

const { typeName } = require('./argument.cjs');
const { errorFrom } = require('./errors.cjs');

class Cache {
  #native;
  #parsed;

  constructor(native, parsed) {
    this.#native = native;
    this.#parsed = parsed;
  }

  stats() {
    return Object.fromEntries(this.#native.cacheNumbers().map(({ name, number }) => [name, number]));
  }

  clear() {
    this.#native.clearCache();
    this.#parsed.clear();
  }

  forget(appId, userId) {
    const failure = this.#native.forget(idOf('appId', appId), idOf('userId', userId));
    if (failure) throw errorFrom(failure);
    this.#parsed.clear();
  }

  reject(accessToken) {
    if (typeof accessToken !== 'string') {
      throw new TypeError(`accessToken must be a string, not ${typeName(accessToken)}`);
    }
    const wasThere = this.#native.reject(accessToken);
    if (wasThere) this.#parsed.clear();
    return wasThere;
  }
}

function idOf(name, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${typeName(value)}`);
  return value;
}

module.exports = { Cache };
