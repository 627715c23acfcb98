// The client class. Documented in client.d.cts.
'use strict';

const { createDispatcher } = require('./dispatcher.cjs');
const { outboundApplication, outboundApplicationByToken } = require('./operations.cjs');
const { settingsFromConfig } = require('./settings.cjs');

function DescopeClient(config) {
  if (!new.target) return new DescopeClient(config);
  const dispatcher = createDispatcher(settingsFromConfig(config));
  this.cache = dispatcher.cache;
  this.management = {
    outboundApplication: outboundApplication(dispatcher),
    outboundApplicationByToken: outboundApplicationByToken(dispatcher),
  };
}

module.exports = { DescopeClient };
