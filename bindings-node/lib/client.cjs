// The client that users make. Documented in client.d.cts.
'use strict';

const { connect } = require('./connection.cjs');
const { outboundApplication, outboundApplicationByToken } = require('./operations.cjs');
const { settingsOf } = require('./settings.cjs');

function DescopeClient(config) {
  if (!new.target) return new DescopeClient(config);
  const connection = connect(settingsOf(config));
  this.cache = connection.cache;
  this.management = {
    outboundApplication: outboundApplication(connection),
    outboundApplicationByToken: outboundApplicationByToken(connection),
  };
}

module.exports = { DescopeClient };
