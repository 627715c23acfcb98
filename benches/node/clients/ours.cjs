'use strict';

const { DescopeClient } = require('../../../bindings-node/lib/index.cjs');
const { APP_ID, MANAGEMENT_KEY, PROJECT_ID, TIMEOUT, USER_ID } = require('../service.cjs');

exports.open = ({ origin }) => {
  const client = DescopeClient({
    projectId: PROJECT_ID,
    managementKey: MANAGEMENT_KEY,
    baseUrl: origin,
    timeout: TIMEOUT,
  });
  return {
    async fetchToken() {
      const response = await client.management.outboundApplication.fetchToken(APP_ID, USER_ID);
      return response.data.accessToken;
    },
    close: async () => {},
  };
};
