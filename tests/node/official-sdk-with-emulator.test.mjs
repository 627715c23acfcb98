// Runs every method of the official SDK against the emulator, with and without acceleration.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

import { accelerate } from 'descope-outbound';

import { startEmulator } from './support/emulator.mjs';

const require = createRequire(new URL('../oracle/node/package.json', import.meta.url));

const isInstalled = existsSync(new URL('../oracle/node/node_modules/@descope/node-sdk', import.meta.url));
const mayBeAbsent = process.env.OFFICIAL_SDKS !== 'installed';
const skip = !isInstalled && mayBeAbsent && 'the official SDK is not installed: run tests/oracle/install.sh';

for (const isAccelerated of [false, true]) {
  const subject = isAccelerated ? 'an accelerated client' : 'the official SDK';
  test(`every method of ${subject} works with the emulator`, { skip }, async (context) => {
    const { configuration } = await startEmulator(context);
    const client = require('@descope/node-sdk')(configuration);
    if (isAccelerated) accelerate(client, configuration);
    const outbound = client.management.outboundApplication;

    async function data(promise) {
      const result = await promise;
      assert.equal(result.ok, true, JSON.stringify(result.error));
      return result.data;
    }

    const app = { id: 'calendar', name: 'Calendar', pkce: true };
    assert.equal((await data(outbound.createApplication(app))).pkce, true);
    assert.ok((await data(outbound.createApplicationByTemplate({ templateId: 'google', id: 'mail' }))).id);
    assert.equal((await data(outbound.updateApplication({ ...app, name: 'Renamed' }))).name, 'Renamed');
    assert.equal((await data(outbound.loadApplication('calendar'))).id, 'calendar');
    assert.deepEqual((await data(outbound.loadAllApplications())).map(({ id }) => id).sort(), ['calendar', 'mail']);

    const token = { accessToken: 'made-up-access', scopes: ['read'] };
    await data(outbound.uploadUserToken({ appId: 'calendar', userId: 'u', ...token }));
    await data(outbound.uploadTenantToken({ appId: 'calendar', tenantId: 't', ...token }));
    await data(outbound.uploadUserApiKey('calendar', 'key-user', 'made-up-api-key'));
    await data(outbound.uploadTenantApiKey('calendar', 'key-tenant', 'made-up-api-key'));
    await data(outbound.batchUploadUserTokens([{ appId: 'calendar', userId: 'b', ...token }]));
    await data(outbound.batchUploadTenantTokens([{ appId: 'calendar', tenantId: 'b', ...token }]));

    const fetched = await data(outbound.fetchToken('calendar', 'u'));
    assert.equal(fetched.accessToken, 'made-up-access');
    assert.equal((await data(outbound.fetchTokenByScopes('calendar', 'u', ['read']))).id, fetched.id);
    assert.equal((await data(outbound.fetchTenantToken('calendar', 't'))).tenantId, 't');
    assert.equal((await data(outbound.fetchTenantTokenByScopes('calendar', 't', ['read']))).tenantId, 't');
    assert.deepEqual(await data(outbound.listAppsWithUserToken('u')), ['calendar']);
    await data(outbound.deleteTokenById(fetched.id));
    await data(outbound.deleteUserTokens('calendar', 'b'));
    await data(outbound.deleteApplication('calendar'));
    assert.equal((await outbound.fetchToken('calendar', 'u')).ok, false);
  });
}
