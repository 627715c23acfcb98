// The client that users make, and how each of its calls goes. Documented in client.d.cts.
'use strict';

const { callOptionsOf, untilAborted } = require('./abort.cjs');
const native = require('./addon.cjs');
const { toJson } = require('./argument.cjs');
const { errorFrom } = require('./errors.cjs');
const { outboundApplication } = require('./operations.cjs');
const { failureOf, successOf } = require('./response.cjs');
const { settingsOf } = require('./settings.cjs');

function DescopeClient(config) {
  if (!new.target) return new DescopeClient(config);
  this.management = { outboundApplication: outboundApplication(connect(config)) };
}

/** The one way to the native client: nothing that could be printed holds it, or the configuration. */
function connect(config) {
  const { settings, throwOnError } = settingsOf(config);
  const client = native.NativeClient.create(settings);
  if (client.ok === false) throw errorFrom(client);
  return callerOf(client, throwOnError);
}

function callerOf(client, throwOnError) {
  return async function call(operation, given, lastArgument, dataOf) {
    const { signal, timeout } = callOptionsOf(lastArgument);
    const argumentsJson = toJson(given);
    const outcome = await untilAborted(signal, (abort) => client.call(operation, argumentsJson, timeout, abort));
    if (outcome.ok) return successOf(outcome, dataOf(outcome.body, outcome.source));
    if (outcome.status === undefined || throwOnError) throw errorFrom(outcome);
    return failureOf(outcome);
  };
}

module.exports = { DescopeClient };
