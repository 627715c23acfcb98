// The one way to the native half, which every call of every client goes.
'use strict';

const { untilAborted } = require('./abort.cjs');
const { toJson } = require('./argument.cjs');
const { begin, createClient } = require('./bridge.cjs');
const { errorFrom, isHttpError } = require('./errors.cjs');
const { lastArgumentOf } = require('./last-argument.cjs');
const { failureOf, successOf } = require('./response.cjs');

/** A function that performs operations: nothing that could be printed holds the client behind it, or its settings. */
function connect({ settings, throwOnError }) {
  const client = createClient(settings);
  if (client.ok === false) throw errorFrom(client);

  /** `dataOf` makes the answer's data; `more` names what the last argument may hold of the operation's own. */
  return async function call(operation, given, lastArgument, dataOf, more = []) {
    const { signal, timeout, others } = lastArgumentOf(lastArgument, more);
    const argumentsJson = toJson({ ...given, ...others });
    const outcome = await untilAborted(signal, () => begin(client, operation, argumentsJson, timeout));
    if (outcome.ok) return successOf(outcome, dataOf(outcome.value, outcome.source));
    if (throwOnError || !isHttpError(outcome)) throw errorFrom(outcome);
    return failureOf(outcome);
  };
}

module.exports = { connect };
