// Runs complete workflows of a backend against the emulator.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import DescopeClient from 'descope-outbound';
import { startEmulator } from './support/emulator.mjs';
import { ACCESS_TOKEN, REFRESH_TOKEN } from './support/fixtures.mjs';
import { API_KEY, CLIENT_SECRET } from './support/operation-cases.mjs';

async function arrangeEmulator(context, config) {
  const emulator = await startEmulator(context);
  const client = DescopeClient({ ...emulator.configuration, throwOnError: true, ...config });
  return { ...emulator, ...client.management };
}

test('an application can be created, loaded, updated, listed and deleted', async (context) => {
  const { outboundApplication: outbound } = await arrangeEmulator(context);
  const { data: created } = await outbound.createApplication({
    id: 'calendar/1 ?#%',
    name: 'A calendar',
    description: 'For invitations',
    clientSecret: CLIENT_SECRET,
    authorizationUrlParams: [{ key: 'audience', value: 'all' }],
    defaultScopes: ['read'],
    pkce: true,
    prompt: ['consent'],
    accessType: 'offline',
    useDcr: true,
    dcrUrl: 'https://example.com/register',
  });
  assert.equal(created.id, 'calendar/1 ?#%');
  assert.deepEqual([created.useDcr, created.dcrUrl], [true, 'https://example.com/register']);
  assert.deepEqual((await outbound.loadApplication(created.id)).data, created);

  const { data: updated } = await outbound.updateApplication({ id: created.id, name: 'Another name' });
  assert.deepEqual([updated.name, updated.description, updated.pkce], ['Another name', '', false]);
  assert.deepEqual(updated.defaultScopes, []);

  const { data: fromTemplate } = await outbound.createApplicationByTemplate({
    templateId: 'template',
    overrides: { description: 'Overridden' },
  });
  assert.equal(fromTemplate.description, 'Overridden');
  const { data: apps } = await outbound.loadAllApplications();
  assert.deepEqual(apps.map(({ id }) => id).sort(), [fromTemplate.id, created.id].sort());

  assert.deepEqual((await outbound.deleteApplication(created.id)).data, {});
  await assert.rejects(outbound.loadApplication(created.id), { code: 'HTTP_ERROR', status: 404 });
});

test('the service rejects an unknown field of an application', async (context) => {
  const { outboundApplication: outbound } = await arrangeEmulator(context, { throwOnError: false });
  const { code, ok, error } = await outbound.createApplication({ name: 'n', aNewerField: 1 });
  assert.deepEqual([code, ok], [400, false]);
  assert.match(error.errorMessage ?? error.errorDescription, /aNewerField/);
});

test('uploaded tokens and keys can be fetched, listed and deleted', async (context) => {
  const { outboundApplication: outbound } = await arrangeEmulator(context);
  for (const id of ['oauth', 'keys']) await outbound.createApplication({ id, name: id });
  await outbound.uploadUserToken({
    appId: 'oauth',
    userId: 'user',
    accessToken: ACCESS_TOKEN,
    refreshToken: REFRESH_TOKEN,
    accessTokenExpiry: Math.floor(Date.now() / 1000) + 3600,
    scopes: ['read', 'write'],
    externalIdentifier: 'mine',
  });
  await outbound.uploadUserApiKey('keys', 'user', API_KEY);
  await outbound.uploadTenantToken({ appId: 'oauth', tenantId: 'tenant', accessToken: ACCESS_TOKEN, scopes: ['read'] });
  await outbound.uploadTenantApiKey('keys', 'tenant', API_KEY);

  assert.deepEqual((await outbound.listAppsWithUserToken('user')).data.sort(), ['keys', 'oauth']);
  const { data: token } = await outbound.fetchToken('oauth', 'user', null, null, { externalIdentifier: 'mine' });
  assert.equal(token.accessToken, ACCESS_TOKEN);
  assert.equal(token.refreshToken ?? '', '');
  assert.ok(token.expiresAt > new Date());
  const { data: key } = await outbound.fetchToken('keys', 'user');
  assert.deepEqual([key.accessToken, key.expiresAt], [API_KEY, null]);
  assert.equal((await outbound.fetchTenantToken('keys', 'tenant')).data.accessToken, API_KEY);
  assert.equal((await outbound.fetchTenantTokenByScopes('oauth', 'tenant', ['read'])).data.accessToken, ACCESS_TOKEN);
  assert.equal((await outbound.fetchTokenByScopes('oauth', 'user', ['write', 'read'])).data.accessToken, ACCESS_TOKEN);

  const notFound = { code: 'TOKEN_NOT_FOUND', errorCode: 'E111504', status: 404 };
  await assert.rejects(outbound.fetchTokenByScopes('oauth', 'user', ['read']), notFound);
  const another = { externalIdentifier: 'another' };
  await assert.rejects(outbound.fetchToken('oauth', 'user', null, null, another), notFound);
  await outbound.deleteUserTokens('keys', 'user');
  await outbound.deleteTokenById(token.id);
  assert.deepEqual((await outbound.listAppsWithUserToken('user')).data, []);
});

test('the service stores a whole batch or nothing', async (context) => {
  const { outboundApplication: outbound } = await arrangeEmulator(context);
  await outbound.createApplication({ id: 'oauth', name: 'oauth' });
  const item = (userId) => ({ appId: 'oauth', userId, refreshToken: `${REFRESH_TOKEN}-${userId}`, scopes: ['read'] });
  const bad = { ...item('ada'), appId: 'no-such-app' };
  const { data: failed } = await outbound.batchUploadUserTokens([item('grace'), bad]);
  assert.deepEqual(
    failed.failures.map(({ appId, userId }) => [appId, userId]),
    [['no-such-app', 'ada']],
  );
  assert.deepEqual((await outbound.listAppsWithUserToken('grace')).data, []);

  assert.deepEqual((await outbound.batchUploadUserTokens(new Set([item('grace'), item('ada')]))).data.failures, []);
  assert.deepEqual((await outbound.listAppsWithUserToken('ada')).data, ['oauth']);
  const tenant = { appId: 'oauth', tenantId: 'tenant', accessToken: ACCESS_TOKEN };
  assert.deepEqual((await outbound.batchUploadTenantTokens([tenant])).data.failures, []);
  assert.equal((await outbound.fetchTenantToken('oauth', 'tenant')).data.accessToken, ACCESS_TOKEN);
});

test('an inbound app’s token fetches the tokens of its own user only', async (context) => {
  const { control, configuration, ...management } = await arrangeEmulator(context, { managementKey: null });
  await control('POST', 'connect', { app_id: 'app', user_id: 'grace', scopes: ['read'] });
  await control('POST', 'connect', { app_id: 'app', user_id: 'ada', scopes: ['read'] });
  await control('POST', 'connect', { app_id: 'app', tenant_id: 'tenant', scopes: ['read'] });
  const { token } = await control('POST', 'inbound_token', { user_id: 'grace' });
  const { token: tokenOfNoUser } = await control('POST', 'inbound_token', {});
  const byToken = management.outboundApplicationByToken;
  assert.equal((await byToken.fetchToken(token, 'app', 'grace')).data.userId, 'grace');
  assert.equal((await byToken.fetchTokenByScopes(token, 'app', 'grace', ['read'])).data.userId, 'grace');
  assert.equal((await byToken.fetchTenantToken(tokenOfNoUser, 'app', 'tenant')).data.tenantId, 'tenant');
  assert.equal((await byToken.fetchTenantTokenByScopes(tokenOfNoUser, 'app', 'tenant', ['read'])).data.appId, 'app');
  for (const status of [401, 403]) {
    const given = status === 401 ? ['made-up-inbound-token', 'app', 'grace'] : [token, 'app', 'ada'];
    await assert.rejects(byToken.fetchToken(...given), { code: 'HTTP_ERROR', status });
  }
});
