// Values that look like secrets and are none, and a client that uses them.
import DescopeClient from 'descope-outbound';

import { startCannedServer } from './canned-server.mjs';

export const PROJECT_ID = 'Pmadeup000000000000000000000';
export const MANAGEMENT_KEY = 'made-up-management-key';
export const ACCESS_TOKEN = 'made-up-access-token';
export const REFRESH_TOKEN = 'made-up-refresh-token';

/** What the API reference says a token is. */
export const TOKEN = {
  id: 'token-id',
  appId: 'app-id',
  userId: 'user-id',
  accessToken: ACCESS_TOKEN,
  accessTokenType: 'Bearer',
  accessTokenExpiry: '1795435200',
  hasRefreshToken: true,
  refreshToken: REFRESH_TOKEN,
  lastRefreshError: '',
  scopes: ['read', 'write'],
  tenantId: '',
};

/** When that token ends. */
export const EXPIRES_AT = new Date('2026-11-23T12:00:00Z');

export function clientOf(server, config = {}) {
  return DescopeClient({
    projectId: PROJECT_ID,
    managementKey: MANAGEMENT_KEY,
    baseUrl: server.url,
    // Another connection beside the first call is a test's own business.
    licenseHandshake: false,
    ...config,
  });
}

/** A service with these answers, its client's operations, and an end to it when the test is over. */
export async function arrange(test, answers, config) {
  const server = await startCannedServer(...[answers].flat());
  test.after(() => server.stop());
  const client = clientOf(server, config);
  return { server, client, ...client.management.outboundApplication };
}
