// Tokens that the cache has: looked up before anything else is done, since that is the way that most fetches go. What is out
// of the ordinary is left to the ordinary way.
'use strict';

const { lastArgumentOf } = require('./last-argument.cjs');
const { Parsed } = require('./parsed.cjs');
const { successOf } = require('./response.cjs');
const { tokenIn } = require('./token.cjs');

/**
 * A function from the arguments of a fetch to the answer that the cache has now, undefined where it has none.
 *
 * @param {object} native the native half, of one operation
 * @param {Parsed} parsed what the answers' JSON has been parsed to
 * @param {string[]} more what the last argument may hold
 */
function cachedTokens(native, parsed, more) {
  return (appId, userId, tenantId, scopes, options, lastArgument) => {
    if (options !== undefined && options !== null) return undefined;
    let externalIdentifier = '';
    let minValiditySeconds = 0;
    if (lastArgument !== undefined && lastArgument !== null) {
      const { signal, others } = lastArgumentOf(lastArgument, more);
      if (signal?.aborted) return undefined;
      externalIdentifier = others.externalIdentifier ?? '';
      minValiditySeconds = others.minValiditySeconds ?? 0;
    }
    const tenant = tenantId ?? '';
    const isOrdinary =
      isText(appId) &&
      isText(userId) &&
      isText(tenant) &&
      isText(externalIdentifier) &&
      typeof minValiditySeconds === 'number' &&
      (scopes === undefined || (Array.isArray(scopes) && scopes.every(isText)));
    if (!isOrdinary) return undefined;
    const number = native.find(appId, userId, tenant, externalIdentifier, scopes, minValiditySeconds);
    if (number === 0) return undefined;
    const answer = parsed.of(Math.abs(number), () => native.take());
    return successOf(answer, tokenIn({ token: answer.pattern.copy() }, number < 0 ? 'stale' : 'cache'));
  };
}

/** Half of a surrogate pair would be looked up as another character. */
function isText(value) {
  return typeof value === 'string' && value.isWellFormed();
}

module.exports = { cachedTokens };
