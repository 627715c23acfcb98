// The cache of a client. Documented in cache.d.cts.
'use strict';

const { typeName } = require('./arguments.cjs');
const { errorFromFailure } = require('./errors.cjs');

class Cache {
  #client;
  #parsedResponses;

  constructor(client, parsedResponses) {
    this.#client = client;
    this.#parsedResponses = parsedResponses;
  }

  stats() {
    return Object.fromEntries(this.#client.cacheNumbers().map(({ name, number }) => [name, number]));
  }

  clear() {
    this.#client.clearCache();
    this.#parsedResponses.clear();
  }

  forget(appId, userId) {
    const failure = this.#client.forget(optionalId('appId', appId), optionalId('userId', userId));
    if (failure) throw errorFromFailure(failure);
    this.#parsedResponses.clear();
  }

  reject(accessToken) {
    if (typeof accessToken !== 'string') {
      throw new TypeError(`accessToken must be a string, not ${typeName(accessToken)}`);
    }
    const wasCached = this.#client.reject(accessToken);
    if (wasCached) this.#parsedResponses.clear();
    return wasCached;
  }
}

function optionalId(name, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${typeName(value)}`);
  return value;
}

module.exports = { Cache };
