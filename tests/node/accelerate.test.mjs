// Tests `accelerate`, which routes the outbound calls of an official client through this package. Run `npm ci` in
// tests/oracle/node to install the official SDK.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import DescopeClient, { accelerate, DescopeError, restore } from 'descope-outbound';

import { hang, respondWith, startCannedServer } from './support/canned-server.mjs';
import { ROOT } from './support/child-process.mjs';
import { startEmulator } from './support/emulator.mjs';
import { ACCESS_TOKEN, MANAGEMENT_KEY, PROJECT_ID, TOKEN } from './support/fixtures.mjs';
import { OPERATION_CASES, recordedRequest } from './support/operation-cases.mjs';
import { assertNoSecret, printInEveryWay } from './support/printing.mjs';

const require = createRequire(new URL('../oracle/node/package.json', import.meta.url));
const OUR_USER_AGENT = /^descope-outbound\//;
const CASES = OPERATION_CASES.filter(({ on }) => on === 'outboundApplication');

const isInstalled = existsSync(new URL('../oracle/node/node_modules/@descope/node-sdk', import.meta.url));
const DescopeSdk = isInstalled && require('@descope/node-sdk');
// `make test` sets OFFICIAL_SDKS, so that a missing SDK fails the run instead of skipping tests.
const mayBeAbsent = process.env.OFFICIAL_SDKS !== 'installed';
const skip = !isInstalled && mayBeAbsent && 'the official SDK is not installed: run `npm ci` in tests/oracle/node';

/** Start a server with these responses, and create an official client of it. */
async function arrangeOfficial(context, responses, more = {}) {
  const server = await startCannedServer(...[responses].flat());
  context.after(() => server.stop());
  const configuration = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: server.url, ...more };
  const client = DescopeSdk(configuration);
  return { server, client, configuration, outbound: client.management.outboundApplication };
}

function isOurs({ headers }) {
  return OUR_USER_AGENT.test(headers['user-agent']);
}

test('an accelerated client routes every operation through this package', { skip }, async (context) => {
  const responses = CASES.map(({ responseBody }) => respondWith(200, responseBody));
  const { server, client, configuration, outbound } = await arrangeOfficial(context, responses);
  assert.equal(accelerate(client, configuration), client);
  assert.deepEqual(Object.keys(outbound).sort(), CASES.map(({ method }) => method).sort());
  for (const { method, all } of CASES) {
    assert.equal((await outbound[method](...all.given)).ok, true);
    const seen = server.requests.at(-1);
    assert.deepEqual(recordedRequest(seen), all.request);
    assert.equal(seen.headers.authorization, `Bearer ${PROJECT_ID}:${MANAGEMENT_KEY}`);
    assert.equal(seen.headers['x-descope-project-id'], PROJECT_ID);
    assert.ok(isOurs(seen), method);
  }
});

test('an accelerated call sends the same request and resolves with the same result as the official one', {
  skip,
}, async (context) => {
  const error = { errorCode: 'E011003', errorDescription: 'Request is invalid', errorMessage: 'why' };
  for (const { method, fewest, responseBody } of CASES) {
    // The official SDK sends a missing user as the text "undefined".
    const given = method === 'deleteUserTokens' ? ['a', 'u'] : fewest.given;
    const responses = [
      respondWith(200, responseBody),
      respondWith(400, error),
      respondWith(429, error, { 'retry-after': '7' }),
    ];
    const { server, client, configuration, outbound } = await arrangeOfficial(context, [...responses, ...responses]);
    const outcomes = [];
    for (const kind of ['official', 'accelerated']) {
      if (kind === 'accelerated') accelerate(client, configuration);
      for (let index = 0; index < responses.length; index += 1) {
        const { response, ...rest } = await outbound[method](...given);
        outcomes.push({ keys: Object.keys(rest), ...structuredClone(rest), body: await response.json() });
      }
    }
    assert.deepEqual(outcomes.slice(3), outcomes.slice(0, 3), method);
    const [official, accelerated] = [server.requests[0], server.requests[3]];
    assert.deepEqual([isOurs(official), isOurs(accelerated)], [false, true]);
    assert.deepEqual(recordedRequest(accelerated), recordedRequest(official), method);
    const common = ['authorization', 'x-descope-project-id', 'x-descope-sdk-name', 'content-type'];
    for (const name of common) assert.equal(accelerated.headers[name], official.headers[name], `${method} ${name}`);
  }
});

test('accelerate changes only the outbound methods, and restore puts the originals back', { skip }, async (context) => {
  const { server, client, configuration, outbound } = await arrangeOfficial(
    context,
    respondWith(200, { token: TOKEN }),
  );
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

test('accelerating again replaces the configuration, and one restore is enough', { skip }, async (context) => {
  const { server, client, configuration, outbound } = await arrangeOfficial(
    context,
    respondWith(200, { token: TOKEN }),
  );
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

test('accelerate adds no methods that the client lacks', { skip }, async (context) => {
  const { client, configuration, outbound } = await arrangeOfficial(context, respondWith(200));
  delete outbound.uploadUserApiKey;
  accelerate(client, configuration);
  assert.equal('uploadUserApiKey' in outbound, false);
  restore(client);
  assert.equal('uploadUserApiKey' in outbound, false);
});

test('an accelerated client uses the headers, timeout and license handshake of its configuration', {
  skip,
}, async (context) => {
  const headers = { 'x-gateway': 'made-up-gateway-key' };
  for (const baseHeaders of [headers, new Headers(headers), Object.entries(headers)]) {
    const unused = { cookiePolicy: null, refreshCookieName: 'DSR', publicKey: undefined, logger: undefined };
    const responses = [respondWith(200, { token: TOKEN }), hang];
    const arranged = await arrangeOfficial(context, responses, { baseHeaders, ...unused });
    const { server, client, configuration, outbound } = arranged;
    accelerate(client, { ...configuration, timeout: 300, licenseHandshake: 'wait' });
    await outbound.fetchToken('a', 'u');
    assert.equal(server.requests[0].headers['x-gateway'], 'made-up-gateway-key');
    assert.equal(server.requests[0].headers['x-descope-license'], 'tier1');
    await assert.rejects(outbound.fetchToken('a', 'u'), { code: 'DEADLINE_EXCEEDED' });
  }
});

test('an accelerated client ignores the DESCOPE_ variables', { skip }, async (context) => {
  const variables = {
    DESCOPE_PROJECT_ID: 'P',
    DESCOPE_MANAGEMENT_KEY: 'made-up-other',
    DESCOPE_BASE_URI: 'made-up-host',
  };
  context.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  const { server, client, configuration, outbound } = await arrangeOfficial(
    context,
    respondWith(200, { token: TOKEN }),
  );
  Object.assign(process.env, variables);
  accelerate(client, configuration);
  await outbound.fetchToken('a', 'u');
  assert.equal(server.requests[0].headers.authorization, `Bearer ${PROJECT_ID}:${MANAGEMENT_KEY}`);
  accelerate(client, { projectId: PROJECT_ID, baseUrl: server.url });
  await assert.rejects(outbound.fetchToken('a', 'u'), { message: /Management key is required/ });
  // An invalid variable is ignored too.
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
  [{ baseHeaders: { authorization: 'made-up' } }, 'value', 'baseHeaders holds "authorization", which is a header'],
]) {
  test(`accelerate rejects a configuration and does not change the client: ${text}`, { skip }, () => {
    const client = DescopeSdk({ projectId: PROJECT_ID });
    const { fetchToken } = client.management.outboundApplication;
    assert.throws(
      () => accelerate(client, { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, ...more }),
      (error) => {
        assert.ok(error.message.startsWith(text), error.message);
        assert.ok(error instanceof (kind === 'type' ? TypeError : DescopeError), error.stack);
        assertNoSecret(printInEveryWay(error) + error.stack);
        return true;
      },
    );
    assert.equal(client.management.outboundApplication.fetchToken, fetchToken);
  });
}

for (const configuration of [undefined, null, 'P', MANAGEMENT_KEY]) {
  test(`accelerate rejects a configuration that is ${configuration === null ? 'null' : typeof configuration}`, {
    skip,
  }, () => {
    const client = DescopeSdk({ projectId: PROJECT_ID });
    const message =
      /^configuration must be an object, not (nothing|a string): pass the object that the client was created with/;
    assert.throws(() => accelerate(client, configuration), { name: 'TypeError', message });
  });
}

test('accelerate and restore name what an object lacks to be an official client', () => {
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

test('accelerate rejects a frozen client', { skip }, () => {
  const client = DescopeSdk({ projectId: PROJECT_ID });
  Object.freeze(client.management.outboundApplication);
  assert.throws(() => accelerate(client, { projectId: PROJECT_ID }), {
    name: 'TypeError',
    message: 'client cannot be accelerated: its createApplication is read-only; pass a client that is not frozen',
  });
});

test('an accelerated client does not print its configuration', { skip }, async (context) => {
  const { client, configuration } = await arrangeOfficial(context, respondWith(200));
  accelerate(client, configuration);
  assertNoSecret(printInEveryWay(client.management.outboundApplication) + JSON.stringify(client.management));
});

test('the example names the variables that it needs, and exits with 1', async () => {
  const run = promisify(execFile)(process.execPath, [join(ROOT, 'examples/accelerate.mjs')]);
  const { code, stderr } = await run.catch((error) => error);
  assert.equal(code, 1);
  assert.match(stderr, /^Please set DESCOPE_BASE_URI, DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY: /);
});

test('an accelerated client works with the emulator', { skip }, async (context) => {
  const { configuration } = await startEmulator(context);
  const client = accelerate(DescopeSdk(configuration), configuration);
  const outbound = client.management.outboundApplication;
  const { data: app } = await outbound.createApplication({ name: 'An app' });
  await outbound.uploadUserToken({ appId: app.id, userId: 'grace', accessToken: ACCESS_TOKEN, scopes: ['read'] });
  assert.equal((await outbound.fetchToken(app.id, 'grace')).data.accessToken, ACCESS_TOKEN);
  restore(client);
  assert.equal((await outbound.fetchToken(app.id, 'grace')).data.accessToken, ACCESS_TOKEN);
});

test('accelerate accepts a base URL with plain http, as the official SDK does', { skip }, () => {
  const configuration = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: 'http://gateway.internal' };
  const client = DescopeSdk({ projectId: PROJECT_ID });
  assert.equal(accelerate(client, configuration), client);
  restore(client);
});
