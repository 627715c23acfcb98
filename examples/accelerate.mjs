// A backend with a client of the official SDK: one line routes its outbound calls through this package.
//
// Install the official SDK first (`npm install @descope/node-sdk`), and set DESCOPE_BASE_URI, DESCOPE_PROJECT_ID and
// DESCOPE_MANAGEMENT_KEY. To try it, use the values that the emulator prints.

import { accelerate, restore } from 'descope-outbound';

const NEEDED = ['DESCOPE_BASE_URI', 'DESCOPE_PROJECT_ID', 'DESCOPE_MANAGEMENT_KEY'];

const missing = NEEDED.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Please set ${missing.join(', ')}: \`cargo run --package descope-outbound-emulator\` prints them.`);
  process.exit(1);
}

const { default: DescopeSdk } = await import('@descope/node-sdk').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('Please install the official SDK first: npm install @descope/node-sdk');
  process.exit(1);
});

// The existing code: an official client that many places use.
const configuration = {
  projectId: process.env.DESCOPE_PROJECT_ID,
  managementKey: process.env.DESCOPE_MANAGEMENT_KEY,
  baseUrl: process.env.DESCOPE_BASE_URI,
};
const descopeClient = DescopeSdk(configuration);

// The one new line. The official SDK has no timeout. Here the default is 20 seconds.
accelerate(descopeClient, { ...configuration, timeout: 5000 });

// Nothing else changes: the same client, the same methods, the same results.
const outbound = descopeClient.management.outboundApplication;
const created = await outbound.createApplication({ name: 'Calendar', defaultScopes: ['calendar.read'] });
if (!created.ok) throw new Error(created.error.errorDescription);
console.log('  created the app       ', created.data.name);

const appId = created.data.id;
await outbound.uploadUserToken({ appId, userId: 'grace', accessToken: 'issued-elsewhere', scopes: ['calendar.read'] });
const fetched = await outbound.fetchToken(appId, 'grace');
if (!fetched.ok) throw new Error(fetched.error.errorDescription);
console.log('  its token for grace   ', fetched.data);

// One line puts the official methods back.
restore(descopeClient);
const deleted = await outbound.deleteApplication(appId);
console.log('  deleted, official SDK ', deleted.code);
