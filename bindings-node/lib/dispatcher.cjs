// Dispatches every call of every client to the native addon.
'use strict';

const { runAbortable } = require('./abort-signal.cjs');
const { toJson, typeName } = require('./arguments.cjs');
const { Cache } = require('./cache.cjs');
const { createCacheLookup } = require('./cache-lookup.cjs');
const { parseCallOptions } = require('./call-options.cjs');
const { errorFromFailure, isHttpError } = require('./errors.cjs');
const { createNativeClient, startCall } = require('./native-calls.cjs');
const { ParsedResponses } = require('./parsed-responses.cjs');
const { failureResponse, successResponse } = require('./sdk-response.cjs');
const { extractToken } = require('./token.cjs');

/** The defaults of the native cache. They limit the parsed responses; an evicted one is parsed again. */
const DEFAULT_MAX_ENTRIES = 10_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Create what a client calls: `dispatch` performs an operation, `cacheLookup` creates the lookup function of an
 * operation, and `cache` is the public cache. Closures hold the native client and its settings, so that no printed
 * object shows them.
 */
function createDispatcher({ settings, throwOnError }) {
  const client = createNativeClient(settings);
  if (client.ok === false) throw errorFromFailure(client);
  const parsedResponses = settings.cache && createParsedResponses(settings.cache);

  /**
   * @param {(body: unknown, source: string) => unknown} extractData makes the `data` of a success
   * @param {string[]} extraOptions the operation's own call options
   */
  async function dispatch(operation, namedArguments, callOptions, extractData, extraOptions = []) {
    const { signal, timeout, others } = parseCallOptions(callOptions, extraOptions);
    const { minValiditySeconds, ...added } = others;
    checkSeconds('minValiditySeconds', minValiditySeconds);
    const argumentsJson = toJson({ ...namedArguments, ...added });
    let outcome;
    try {
      outcome = await runAbortable(signal, () =>
        startCall(client, operation, argumentsJson, timeout, minValiditySeconds),
      );
    } finally {
      // An operation other than a fetch may have evicted tokens from the native cache.
      if (extractData !== extractToken) parsedResponses?.clear();
    }
    if (outcome.ok) return successResponse(outcome, extractData(outcome.value, outcome.source));
    if (throwOnError || !isHttpError(outcome)) throw errorFromFailure(outcome);
    return failureResponse(outcome);
  }

  if (!settings.cache) return { dispatch, cacheLookup: () => alwaysMiss, cache: undefined };
  const cacheLookup = (operation, extraOptions) =>
    createCacheLookup(client.cachedTokens(operation), parsedResponses, extraOptions);
  return { dispatch, cacheLookup, cache: new Cache(client, parsedResponses) };
}

function createParsedResponses({ numbers: { maxEntries = DEFAULT_MAX_ENTRIES, maxBytes = DEFAULT_MAX_BYTES } }) {
  return new ParsedResponses(maxEntries, maxBytes);
}

/** The lookup of a client without a cache. */
function alwaysMiss() {}

function checkSeconds(name, seconds) {
  if (seconds !== undefined && seconds !== null && typeof seconds !== 'number') {
    throw new TypeError(`${name} must be a number of seconds, not ${typeName(seconds)}`);
  }
}

module.exports = { createDispatcher };
