// The one way to the native half, which every call of every client goes.
'use strict';

const { untilAborted } = require('./abort.cjs');
const { toJson, typeName } = require('./argument.cjs');
const { begin, createClient } = require('./bridge.cjs');
const { Cache } = require('./cache.cjs');
const { cachedTokens } = require('./cached-tokens.cjs');
const { errorFrom, isHttpError } = require('./errors.cjs');
const { lastArgumentOf } = require('./last-argument.cjs');
const { Parsed } = require('./parsed.cjs');
const { failureOf, successOf } = require('./response.cjs');
const { tokenIn } = require('./token.cjs');

/** As much as the native cache holds unless told otherwise; what is more is parsed anew. */
const MOST_PARSED = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * What a client is made of: `call` performs operations, `cached` makes a function that looks an operation's tokens up, and
 * `cache` is for the user. Nothing that could be printed holds the native client behind them, or its settings.
 */
function connect({ settings, throwOnError }) {
  const client = createClient(settings);
  if (client.ok === false) throw errorFrom(client);
  const parsed = settings.cache && parsedFor(settings.cache);

  /** `dataOf` makes the answer's data; `more` names what the last argument may hold of the operation's own. */
  async function call(operation, given, lastArgument, dataOf, more = []) {
    const { signal, timeout, others } = lastArgumentOf(lastArgument, more);
    const { minValiditySeconds, ...added } = others;
    checkSeconds('minValiditySeconds', minValiditySeconds);
    const argumentsJson = toJson({ ...given, ...added });
    let outcome;
    try {
      outcome = await untilAborted(signal, () => begin(client, operation, argumentsJson, timeout, minValiditySeconds));
    } finally {
      // Whatever is no fetch may have ended tokens, which the native cache has let go of.
      if (dataOf !== tokenIn) parsed?.clear();
    }
    if (outcome.ok) return successOf(outcome, dataOf(outcome.value, outcome.source));
    if (throwOnError || !isHttpError(outcome)) throw errorFrom(outcome);
    return failureOf(outcome);
  }

  if (!settings.cache) return { call, cached: () => nothing, cache: undefined };
  const cached = (operation, more) => cachedTokens(client.cachedTokens(operation), parsed, more);
  return { call, cached, cache: new Cache(client, parsed) };
}

function parsedFor({ numbers: { maxEntries = MOST_PARSED, maxBytes = MOST_BYTES } }) {
  return new Parsed(maxEntries, maxBytes);
}

/** What a client without a cache has in it. */
function nothing() {}

function checkSeconds(name, seconds) {
  if (seconds !== undefined && seconds !== null && typeof seconds !== 'number') {
    throw new TypeError(`${name} must be a number of seconds, not ${typeName(seconds)}`);
  }
}

module.exports = { connect };
