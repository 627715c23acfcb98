'use strict';

const DescopeClient = require('@descope/node-sdk');
const { APP_ID, MANAGEMENT_KEY, PROJECT_ID, USER_ID } = require('../service.cjs');

exports.open = ({ origin }) => {
  // The official client has no timeout option.
  const client = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: origin });
  return {
    async fetchToken() {
      const response = await client.management.outboundApplication.fetchToken(APP_ID, USER_ID);
      return response.data.accessToken;
    },
    close: async () => {},
  };
};
