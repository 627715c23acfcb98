// Finds the outbound methods of a @descope/node-sdk client. No other file depends on the shape of that client.
'use strict';

const { typeName } = require('./arguments.cjs');

/** Methods of every official SDK that has outbound applications. No other package's client has all of them. */
const METHODS = [
  'validateSession',
  'management.outboundApplication.fetchToken',
  'management.outboundApplication.fetchTokenByScopes',
  'management.outboundApplication.deleteTokenById',
  'management.outboundApplication.deleteUserTokens',
];

/** Return the object that holds the client's outbound methods. */
function outboundApplicationOf(client) {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) {
    throw new TypeError(`client must be a client of @descope/node-sdk, not ${typeName(client)}`);
  }
  for (const path of METHODS) {
    if (typeof valueAt(client, path) !== 'function') {
      throw new TypeError(`client must be a client of @descope/node-sdk, but it has no ${path}`);
    }
  }
  return client.management.outboundApplication;
}

function valueAt(client, path) {
  return path.split('.').reduce((holder, name) => holder?.[name], client);
}

module.exports = { outboundApplicationOf };
