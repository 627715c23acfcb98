// The client that users make. Documented in client.d.cts.
'use strict';

const { connect } = require('./connection.cjs');
const { outboundApplication, outboundApplicationByToken } = require('./operations.cjs');
const { settingsOf } = require('./settings.cjs');

function DescopeClient(config) {
  if (!new.target) return new DescopeClient(config);
  const call = connect(settingsOf(config));
  this.management = {
    outboundApplication: outboundApplication(call),
    outboundApplicationByToken: outboundApplicationByToken(call),
  };
}

module.exports = { DescopeClient };
