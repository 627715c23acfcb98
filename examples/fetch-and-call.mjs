// Fetch a user's token and call the third party with it: what a backend does for every user.
//
// Set DESCOPE_BASE_URI, DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY and PROVIDER_URL first. `make demo` sets them to the
// values of the emulator.

import DescopeClient from 'descope-outbound';

const NEEDED = ['DESCOPE_BASE_URI', 'DESCOPE_PROJECT_ID', 'DESCOPE_MANAGEMENT_KEY', 'PROVIDER_URL'];

const APP_ID = 'google-calendar';
const USER_ID = 'grace';
const SCOPES = ['calendar.read', 'calendar.write'];

const missing = NEEDED.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Please set ${missing.join(', ')}; or run \`make demo\`, which starts an emulator and sets them.`);
  process.exit(1);
}

/** Ask the third party which user the token belongs to. */
async function whoAmI(accessToken) {
  const response = await fetch(`${process.env.PROVIDER_URL}/${APP_ID}/me`, {
    headers: { Authorization: `Bearer ${accessToken}` },
  });
  if (!response.ok) throw new Error(`the provider responded with ${response.status}`);
  return response.json();
}

const descopeClient = DescopeClient();
const outbound = descopeClient.management.outboundApplication;

const token = await outbound.fetchToken(APP_ID, USER_ID);
if (!token.ok) throw new Error(token.error.errorDescription);
console.log('  the newest token     ', token.data);
console.log('  it expires at        ', token.data.expiresAt);
console.log('  the provider says    ', await whoAmI(token.data.accessToken));

const byScopes = await outbound.fetchTokenByScopes(APP_ID, USER_ID, SCOPES);
console.log('  with exactly', SCOPES, 'the provider says', await whoAmI(byScopes.data.accessToken));

await outbound.deleteTokenById(token.data.id);
console.log('  deleted; asking again:');
const gone = await outbound.fetchToken(APP_ID, USER_ID);
if (gone.ok || gone.error.errorCode !== 'E111504') throw new Error('the token is still there');
console.log(`  ${gone.code} ${gone.error.errorCode}: ${gone.error.errorDescription}: please connect your calendar`);
