// Tokens that the cache has: looked up before anything else is done, since that is the way that most fetches go. What is out
// of the ordinary is left to the ordinary way.
'use strict';

const { lastArgumentOf } = require('./last-argument.cjs');
const { successOf } = require('./response.cjs');
const { prototypeFor } = require('./token.cjs');

const FROM_THE_CACHE = prototypeFor('cache');
const STALE = prototypeFor('stale');

/** Milliseconds; what is beyond may be refused, which is not for a lookup to say. */
const LONGEST_ORDINARY_TIMEOUT = 3_600_000;

/**
 * A function from the arguments of a fetch to the answer that the cache has now, undefined where it has none.
 *
 * @param {{ find: Function, take: Function }} native the native half, of one operation
 * @param {import('./parsed.cjs').Parsed} parsed what the answers' JSON has been parsed to
 * @param {string[]} more what the last argument may hold
 */
function cachedTokens({ find, take }, parsed, more) {
  return (appId, userId, tenantId, scopes, options, lastArgument) => {
    if (isGiven(options) || !isText(appId) || !isText(userId)) return undefined;
    const isShort = scopes === undefined && !isGiven(lastArgument) && !isGiven(tenantId);
    const number = isShort ? find(appId, userId) : findWith(find, appId, userId, tenantId, scopes, lastArgument, more);
    if (number === 0) return undefined;
    const answer = parsed.of(Math.abs(number), take);
    return answer && successOf(answer, answer.pattern.copy(number < 0 ? STALE : FROM_THE_CACHE));
  };
}

/** The number of what was found; zero where there is none, or these arguments have to be looked at more closely. */
function findWith(find, appId, userId, tenantId, scopes, lastArgument, more) {
  const { signal, timeout, others } = lastArgumentOf(lastArgument, more);
  const tenant = tenantId ?? '';
  const externalIdentifier = others.externalIdentifier ?? '';
  const minValiditySeconds = others.minValiditySeconds ?? 0;
  const isOrdinary =
    !signal?.aborted &&
    (!isGiven(timeout) || (timeout > 0 && timeout <= LONGEST_ORDINARY_TIMEOUT)) &&
    isText(tenant) &&
    isText(externalIdentifier) &&
    typeof minValiditySeconds === 'number' &&
    (scopes === undefined || (Array.isArray(scopes) && scopes.every(isText)));
  if (!isOrdinary) return 0;
  const given = [appId, userId, tenant, externalIdentifier, minValiditySeconds];
  return scopes === undefined ? find(...given) : find(...given, scopes);
}

/** Half of a surrogate pair would be looked up as another character. */
function isText(value) {
  return typeof value === 'string' && value.isWellFormed();
}

function isGiven(value) {
  return value !== undefined && value !== null;
}

module.exports = { cachedTokens };
