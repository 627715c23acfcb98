// Test values that look like secrets, and clients that use them.
import DescopeClient from 'descope-outbound';

import { startCannedServer } from './canned-server.mjs';

export const PROJECT_ID = 'Pmadeup000000000000000000000';
export const MANAGEMENT_KEY = 'made-up-management-key';
export const ACCESS_TOKEN = 'made-up-access-token';
export const REFRESH_TOKEN = 'made-up-refresh-token';

/** A token as the API reference describes it. */
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

/** When that token expires. */
export const EXPIRES_AT = new Date('2026-11-23T12:00:00Z');

export function clientOf(server, config = {}) {
  return DescopeClient({
    projectId: PROJECT_ID,
    managementKey: MANAGEMENT_KEY,
    baseUrl: server.url,
    // Without this, the handshake would open another connection in parallel with the first call.
    licenseHandshake: false,
    ...config,
  });
}

/** Start a server with these responders, and create a client of it. The server stops with the test. */
export async function arrange(test, responders, config) {
  const server = await startCannedServer(...[responders].flat());
  test.after(() => server.stop());
  const client = clientOf(server, config);
  return { server, client, ...client.management.outboundApplication };
}
