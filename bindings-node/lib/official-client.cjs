// The shape of a client of @descope/node-sdk: what its outbound calls hang on. No other file knows it.
'use strict';

const { typeName } = require('./argument.cjs');

/** Of every version that has outbound applications, and of no other package's client together. */
const METHODS = [
  'validateSession',
  'management.outboundApplication.fetchToken',
  'management.outboundApplication.fetchTokenByScopes',
  'management.outboundApplication.deleteTokenById',
  'management.outboundApplication.deleteUserTokens',
];

/** The object whose methods are the client's outbound calls. */
function outboundApplicationOf(client) {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) {
    throw new TypeError(`client must be a client of @descope/node-sdk, not ${typeName(client)}`);
  }
  for (const path of METHODS) {
    if (typeof valueAt(client, path) !== 'function') {
      throw new TypeError(`client is no client of @descope/node-sdk: it has no ${path}`);
    }
  }
  return client.management.outboundApplication;
}

function valueAt(client, path) {
  return path.split('.').reduce((holder, name) => holder?.[name], client);
}

module.exports = { outboundApplicationOf };
