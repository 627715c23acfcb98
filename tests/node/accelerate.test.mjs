// A client of the official SDK whose outbound calls go through this package. The official package is installed by
// `npm ci` in tests/oracle/node.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import DescopeClient, { accelerate, DescopeError, restore } from 'descope-outbound';

import { answer, hang, startCannedServer } from './support/canned-server.mjs';
import { ROOT } from './support/child.mjs';
import { startEmulator } from './support/emulator.mjs';
import { EVERY_OPERATION, seenAs } from './support/every-operation.mjs';
import { ACCESS_TOKEN, MANAGEMENT_KEY, PROJECT_ID, TOKEN } from './support/made-up.mjs';
import { assertNoSecret, everyPrint } from './support/printing.mjs';

const require = createRequire(new URL('../oracle/node/package.json', import.meta.url));
const OURS = /^descope-outbound\//;
const OPERATIONS = EVERY_OPERATION.filter(({ on }) => on === 'outboundApplication');

const isInstalled = existsSync(new URL('../oracle/node/node_modules/@descope/node-sdk', import.meta.url));
const DescopeSdk = isInstalled && require('@descope/node-sdk');
// Where the tests are run as a whole, its absence is a failure and not a reason to be silent.
const mayBeAbsent = process.env.OFFICIAL_SDKS !== 'installed';
const skip = !isInstalled && mayBeAbsent && 'the official SDK is not installed: run `npm ci` in tests/oracle/node';

/** A service, an official client of it and the configuration that made it. */
async function arrangeOfficial(context, answers, more = {}) {
  const server = await startCannedServer(...[answers].flat());
  context.after(() => server.stop());
  const configuration = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: server.url, ...more };
  const client = DescopeSdk(configuration);
  return { server, client, configuration, outbound: client.management.outboundApplication };
}

function isOurs({ headers }) {
  return OURS.test(headers['user-agent']);
}

test('every call of an accelerated client is ours, and none is missing', { skip }, async (context) => {
  const answers = OPERATIONS.map(({ answered }) => answer(200, answered));
  const { server, client, configuration, outbound } = await arrangeOfficial(context, answers);
  assert.equal(accelerate(client, configuration), client);
  assert.deepEqual(Object.keys(outbound).sort(), OPERATIONS.map(({ method }) => method).sort());
  for (const { method, all } of OPERATIONS) {
    assert.equal((await outbound[method](...all.given)).ok, true);
    const seen = server.requests.at(-1);
    assert.deepEqual(seenAs(seen), all.request);
    assert.equal(seen.headers.authorization, `Bearer ${PROJECT_ID}:${MANAGEMENT_KEY}`);
    assert.equal(seen.headers['x-descope-project-id'], PROJECT_ID);
    assert.ok(isOurs(seen), method);
  }
});

test('an accelerated call asks and answers as the official one does', { skip }, async (context) => {
  const error = { errorCode: 'E011003', errorDescription: 'Request is invalid', errorMessage: 'why' };
  for (const { method, fewest, answered } of OPERATIONS) {
    // The official SDK would send a missing user as the word "undefined".
    const given = method === 'deleteUserTokens' ? ['a', 'u'] : fewest.given;
    const answers = [answer(200, answered), answer(400, error), answer(429, error, { 'retry-after': '7' })];
    const { server, client, configuration, outbound } = await arrangeOfficial(context, [...answers, ...answers]);
    const outcomes = [];
    for (const way of ['official', 'accelerated']) {
      if (way === 'accelerated') accelerate(client, configuration);
      for (let index = 0; index < answers.length; index += 1) {
        const { response, ...rest } = await outbound[method](...given);
        outcomes.push({ keys: Object.keys(rest), ...structuredClone(rest), body: await response.json() });
      }
    }
    assert.deepEqual(outcomes.slice(3), outcomes.slice(0, 3), method);
    const [official, accelerated] = [server.requests[0], server.requests[3]];
    assert.deepEqual([isOurs(official), isOurs(accelerated)], [false, true]);
    assert.deepEqual(seenAs(accelerated), seenAs(official), method);
    const common = ['authorization', 'x-descope-project-id', 'x-descope-sdk-name', 'content-type'];
    for (const name of common) assert.equal(accelerated.headers[name], official.headers[name], `${method} ${name}`);
  }
});

test('all else of the client stays as it was, and restore gives the very functions back', { skip }, async (context) => {
  const { server, client, configuration, outbound } = await arrangeOfficial(context, answer(200, { token: TOKEN }));
  const before = { ...client };
  const managementBefore = { ...client.management };
  const outboundBefore = Object.getOwnPropertyDescriptors(outbound);
  accelerate(client, configuration);
  assert.deepEqual({ ...client }, before);
  for (const [name, value] of Object.entries(managementBefore)) assert.equal(client.management[name], value, name);
  for (const [name, { value }] of Object.entries(outboundBefore)) assert.notEqual(outbound[name], value, name);
  await client.management.user.load('login-id');
  assert.ok(!isOurs(server.requests.at(-1)));

  assert.equal(restore(client), client);
  assert.deepEqual(Object.getOwnPropertyDescriptors(outbound), outboundBefore);
  for (const [name, { value }] of Object.entries(outboundBefore)) assert.equal(outbound[name], value, name);
  await outbound.fetchToken('a', 'u');
  assert.ok(!isOurs(server.requests.at(-1)));
  assert.equal(restore(client), client);
});

test('to accelerate again takes the new configuration, and one restore is enough', { skip }, async (context) => {
  const { server, client, configuration, outbound } = await arrangeOfficial(context, answer(200, { token: TOKEN }));
  const original = outbound.fetchToken;
  accelerate(client, configuration);
  accelerate(client, { ...configuration, managementKey: 'made-up-other-key' });
  await outbound.fetchToken('a', 'u');
  assert.equal(server.requests[0].headers.authorization, `Bearer ${PROJECT_ID}:made-up-other-key`);
  const accelerated = outbound.fetchToken;
  assert.throws(() => accelerate(client, { ...configuration, projectId: 'P/..' }), { code: 'INVALID_ARGUMENT' });
  assert.equal(outbound.fetchToken, accelerated);
  restore(client);
  assert.equal(outbound.fetchToken, original);
});

test('methods that the client lacks are not added', { skip }, async (context) => {
  const { client, configuration, outbound } = await arrangeOfficial(context, answer(200));
  delete outbound.uploadUserApiKey;
  accelerate(client, configuration);
  assert.equal('uploadUserApiKey' in outbound, false);
  restore(client);
  assert.equal('uploadUserApiKey' in outbound, false);
});

test('headers, timeout and licence are those of the configuration', { skip }, async (context) => {
  const headers = { 'x-gateway': 'made-up-gateway-key' };
  for (const baseHeaders of [headers, new Headers(headers), Object.entries(headers)]) {
    const unused = { cookiePolicy: null, refreshCookieName: 'DSR', publicKey: undefined, logger: undefined };
    const answers = [answer(200, { token: TOKEN }), hang];
    const arranged = await arrangeOfficial(context, answers, { baseHeaders, ...unused });
    const { server, client, configuration, outbound } = arranged;
    accelerate(client, { ...configuration, timeout: 300, licenseHandshake: 'wait' });
    await outbound.fetchToken('a', 'u');
    assert.equal(server.requests[0].headers['x-gateway'], 'made-up-gateway-key');
    assert.equal(server.requests[0].headers['x-descope-license'], 'tier1');
    await assert.rejects(outbound.fetchToken('a', 'u'), { code: 'DEADLINE_EXCEEDED' });
  }
});

test('what the environment says of Descope is nothing to an accelerated client', { skip }, async (context) => {
  const variables = {
    DESCOPE_PROJECT_ID: 'P',
    DESCOPE_MANAGEMENT_KEY: 'made-up-other',
    DESCOPE_BASE_URI: 'made-up-host',
  };
  context.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  const { server, client, configuration, outbound } = await arrangeOfficial(context, answer(200, { token: TOKEN }));
  Object.assign(process.env, variables);
  accelerate(client, configuration);
  await outbound.fetchToken('a', 'u');
  assert.equal(server.requests[0].headers.authorization, `Bearer ${PROJECT_ID}:${MANAGEMENT_KEY}`);
  accelerate(client, { projectId: PROJECT_ID, baseUrl: server.url });
  await assert.rejects(outbound.fetchToken('a', 'u'), { message: /Management key is required/ });
  // Nor is that which could not be used told as a mistake.
  accelerate(client, { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY });
});

for (const [more, kind, text] of [
  [{ fetch }, 'value', 'fetch is not an option of an accelerated client: the native addon makes the requests'],
  [{ hooks: {} }, 'value', 'hooks is not an option of an accelerated client: this package cannot run hooks'],
  [{ logger: console }, 'value', 'logger is not an option of an accelerated client: this package does not log'],
  [
    { throwOnError: true },
    'value',
    'throwOnError is not an option of an accelerated client: its methods resolve with errors',
  ],
  [{ baseURL: 'x' }, 'value', 'baseURL is not an option of an accelerated client: the options are projectId,'],
  [{ projectId: undefined }, 'value', 'projectId must not be empty'],
  [{ managementKey: `${MANAGEMENT_KEY}\n` }, 'value', 'managementKey must not hold a line break'],
  [{ managementKey: 5 }, 'type', 'managementKey must be a string, not a number'],
  [{ timeout: '5' }, 'type', 'timeout must be a number, not a string'],
  [{ baseHeaders: { authorization: 'made-up' } }, 'value', 'baseHeaders holds "authorization", which is not'],
]) {
  test(`a configuration is refused, and the client stays as it was: ${text}`, { skip }, () => {
    const client = DescopeSdk({ projectId: PROJECT_ID });
    const { fetchToken } = client.management.outboundApplication;
    assert.throws(
      () => accelerate(client, { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, ...more }),
      (error) => {
        assert.ok(error.message.startsWith(text), error.message);
        assert.ok(error instanceof (kind === 'type' ? TypeError : DescopeError), error.stack);
        assertNoSecret(everyPrint(error) + error.stack);
        return true;
      },
    );
    assert.equal(client.management.outboundApplication.fetchToken, fetchToken);
  });
}

for (const configuration of [undefined, null, 'P', MANAGEMENT_KEY]) {
  test(`a ${typeof configuration} is no configuration of a client`, { skip }, () => {
    const client = DescopeSdk({ projectId: PROJECT_ID });
    const message =
      /^configuration must be an object, not (nothing|a string): pass the object that the client was created with/;
    assert.throws(() => accelerate(client, configuration), { name: 'TypeError', message });
  });
}

test('what is no official client is told by what it lacks', () => {
  const configuration = { projectId: PROJECT_ID };
  const validateSession = () => {};
  for (const [client, text] of [
    [undefined, 'client must be a client of @descope/node-sdk, not nothing'],
    [null, 'client must be a client of @descope/node-sdk, not nothing'],
    ['client', 'client must be a client of @descope/node-sdk, not a string'],
    [{}, 'client must be a client of @descope/node-sdk, but it has no validateSession'],
    [Promise.resolve({}), 'client must be a client of @descope/node-sdk, but it has no validateSession'],
    [DescopeClient(configuration), 'client must be a client of @descope/node-sdk, but it has no validateSession'],
    [{ validateSession }, 'it has no management.outboundApplication.fetchToken'],
    [{ validateSession, management: null }, 'it has no management.outboundApplication.fetchToken'],
    [{ validateSession, management: { outboundApplication: { fetchToken: 1 } } }, 'outboundApplication.fetchToken'],
  ]) {
    for (const act of [() => accelerate(client, configuration), () => restore(client)]) {
      assert.throws(act, (error) => error instanceof TypeError && error.message.includes(text));
    }
  }
});

test('a client whose methods cannot be replaced is told so', { skip }, () => {
  const client = DescopeSdk({ projectId: PROJECT_ID });
  Object.freeze(client.management.outboundApplication);
  assert.throws(() => accelerate(client, { projectId: PROJECT_ID }), {
    name: 'TypeError',
    message: 'client cannot be accelerated: its createApplication is read-only; pass a client that is not frozen',
  });
});

test('an accelerated client shows nothing of its configuration', { skip }, async (context) => {
  const { client, configuration } = await arrangeOfficial(context, answer(200));
  accelerate(client, configuration);
  assertNoSecret(everyPrint(client.management.outboundApplication) + JSON.stringify(client.management));
});

test('the example says what it needs, and stops', async () => {
  const run = promisify(execFile)(process.execPath, [join(ROOT, 'examples/accelerate.mjs')]);
  const { code, stderr } = await run.catch((error) => error);
  assert.equal(code, 1);
  assert.match(stderr, /^Please set DESCOPE_BASE_URI, DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY: /);
});

test('an accelerated client does its work against the emulator', { skip }, async (context) => {
  const { configuration } = await startEmulator(context);
  const client = accelerate(DescopeSdk(configuration), configuration);
  const outbound = client.management.outboundApplication;
  const { data: app } = await outbound.createApplication({ name: 'An app' });
  await outbound.uploadUserToken({ appId: app.id, userId: 'grace', accessToken: ACCESS_TOKEN, scopes: ['read'] });
  assert.equal((await outbound.fetchToken(app.id, 'grace')).data.accessToken, ACCESS_TOKEN);
  restore(client);
  assert.equal((await outbound.fetchToken(app.id, 'grace')).data.accessToken, ACCESS_TOKEN);
});

test('a base URL of plain http is kept, as the official client keeps it', { skip }, () => {
  const configuration = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: 'http://gateway.internal' };
  const client = DescopeSdk({ projectId: PROJECT_ID });
  assert.equal(accelerate(client, configuration), client);
  restore(client);
});
