// The fast path of a fetch: looks the token up in the cache before anything else happens, since most fetches are hits.
// Unusual arguments take the slow path, which validates them.
'use strict';

const { parseCallOptions } = require('./call-options.cjs');
const { successResponse } = require('./sdk-response.cjs');
const { tokenPrototype } = require('./token.cjs');

const CACHED_TOKEN = tokenPrototype('cache');
const STALE_TOKEN = tokenPrototype('stale');

/** Milliseconds. The core decides whether a longer timeout is valid. */
const MAX_FAST_PATH_TIMEOUT = 3_600_000;

/**
 * Create a function that takes the arguments of a fetch and returns the cached response, or undefined on a miss.
 *
 * @param {{ find: Function, take: Function }} native the native cache of one operation
 * @param {import('./parsed-responses.cjs').ParsedResponses} parsedResponses the parsed JSON of cached responses
 * @param {string[]} extraOptions the operation's own call options
 */
function createCacheLookup({ find, take }, parsedResponses, extraOptions) {
  return (appId, userId, tenantId, scopes, options, callOptions) => {
    if (isGiven(options) || !isText(appId) || !isText(userId)) return undefined;
    const isShort = scopes === undefined && !isGiven(callOptions) && !isGiven(tenantId);
    const generation = isShort
      ? find(appId, userId)
      : findWithOptions(find, appId, userId, tenantId, scopes, callOptions, extraOptions);
    if (generation === 0) return undefined;
    // A negative generation marks a token that should have been refreshed by now.
    const response = parsedResponses.get(Math.abs(generation), take);
    return response && successResponse(response, response.data.clone(generation < 0 ? STALE_TOKEN : CACHED_TOKEN));
  };
}

/** Return the generation of the cached content, or 0 on a miss and for arguments that need the slow path. */
function findWithOptions(find, appId, userId, tenantId, scopes, callOptions, extraOptions) {
  const { signal, timeout, others } = parseCallOptions(callOptions, extraOptions);
  const tenant = tenantId ?? '';
  const externalIdentifier = others.externalIdentifier ?? '';
  const minValiditySeconds = others.minValiditySeconds ?? 0;
  const isOrdinary =
    !signal?.aborted &&
    (!isGiven(timeout) || (timeout > 0 && timeout <= MAX_FAST_PATH_TIMEOUT)) &&
    isText(tenant) &&
    isText(externalIdentifier) &&
    typeof minValiditySeconds === 'number' &&
    (scopes === undefined || (Array.isArray(scopes) && scopes.every(isText)));
  if (!isOrdinary) return 0;
  const key = [appId, userId, tenant, externalIdentifier, minValiditySeconds];
  return scopes === undefined ? find(...key) : find(...key, scopes);
}

/** A lone surrogate would be looked up as another character, and could find another user's token. */
function isText(value) {
  return typeof value === 'string' && value.isWellFormed();
}

function isGiven(value) {
  return value !== undefined && value !== null;
}

module.exports = { createCacheLookup };
