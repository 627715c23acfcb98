// Tests how a client is created.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import DescopeClient, { DescopeError } from 'descope-outbound';

import { hang, respondWith, startCannedServer } from './support/canned-server.mjs';
import { arrange, MANAGEMENT_KEY, PROJECT_ID, TOKEN } from './support/fixtures.mjs';

/** Configuration, kind of error (`type` is a TypeError) and a part of its text. */
const REJECTED = [
  [{ projectId: 5 }, 'type', 'projectId must be a string, not a number'],
  [{ projectId: new String('P') }, 'type', 'projectId must be a string, not an object'],
  [{ managementKey: 5 }, 'type', 'managementKey must be a string, not a number'],
  [{ baseUrl: new URL('http://127.0.0.1') }, 'type', 'baseUrl must be a string, not an object'],
  [{ timeout: '5' }, 'type', 'timeout must be a number, not a string'],
  [{ timeout: 5n }, 'type', 'timeout must be a number, not a bigint'],
  [{ throwOnError: 'yes' }, 'type', 'throwOnError must be a boolean, not a string'],
  [{ allowInsecureHttp: 1 }, 'type', 'allowInsecureHttp must be a boolean, not a number'],
  [{ licenseHandshake: 1 }, 'type', "licenseHandshake must be true, false or 'wait', not a number"],
  [{ baseHeaders: 'x: y' }, 'type', 'baseHeaders must be an object, not a string'],
  [{ baseHeaders: { 'x-a': 5 } }, 'type', 'baseHeaders must hold strings, but x-a is a number'],
  [{ projectId: '' }, 'value', 'projectId must not be empty'],
  [{ projectId: undefined }, 'value', 'projectId must not be empty'],
  [{ projectId: 'P/../P' }, 'value', "projectId may hold only letters, digits, '_' and '-'"],
  [{ projectId: 'P\ud800' }, 'value', 'projectId must not hold a lone surrogate'],
  [{ projectId: `PEUC1${'2'.repeat(27)}` }, 'value', 'projectId has an invalid region'],
  [{ managementKey: 'made-up-key\n' }, 'value', 'managementKey must not hold a line break'],
  [{ managementKey: ' made-up-key' }, 'value', 'managementKey must not begin or end with a space'],
  [{ managementKey: 'made-up-k\u00e9y' }, 'value', 'managementKey must hold printable ASCII characters only'],
  [{ baseUrl: 'made-up-host' }, 'value', 'baseUrl must be a URL'],
  [{ baseUrl: 'https://user:made-up@example.com' }, 'value', 'baseUrl must not hold a user name or password'],
  [{ baseUrl: 'http://example.com' }, 'value', 'baseUrl must be https'],
  [{ timeout: 0 }, 'value', 'timeout must be a finite number above 0'],
  [{ timeout: -1 }, 'value', 'timeout must be a finite number above 0'],
  [{ timeout: NaN }, 'value', 'timeout must be a finite number above 0'],
  [{ licenseHandshake: 'later' }, 'value', "licenseHandshake must be true, false or 'wait'"],
  [
    { baseHeaders: { authorization: 'made-up' } },
    'value',
    'baseHeaders holds "authorization", which is a header that the client sets itself',
  ],
  [{ baseHeaders: { 'x y': 'made-up' } }, 'value', 'baseHeaders holds "x y", which is not a header name'],
  [{ baseHeaders: { 'x-a': 'made-up\n' } }, 'value', 'baseHeaders holds "x-a", which has a value that cannot be sent'],
  [{ cache: 'yes' }, 'type', 'cache must be true, false or an object of options, not a string'],
  [{ cache: [] }, 'type', 'cache must be true, false or an object of options, not a list'],
  [{ cache: { maxEntries: '5' } }, 'type', 'maxEntries must be a number, not a string'],
  [{ cache: { background: 1 } }, 'type', 'background must be a boolean, not a number'],
  [{ cache: { maxAge: 5 } }, 'value', 'maxAge is not a cache option: the options are maxEntries, maxBytes, '],
  [{ cache: { toString: 5 } }, 'value', 'toString is not a cache option'],
  [{ cache: { maxEntries: 0 } }, 'value', 'maxEntries must be at least 1'],
  [{ cache: { maxEntries: 1.5 } }, 'value', 'maxEntries must be a whole number of at least 1'],
  [{ cache: { maxBytes: -1 } }, 'value', 'maxBytes must be a whole number of at least 1'],
  [{ cache: { refreshAfterSeconds: 0 } }, 'value', 'refreshAfterSeconds must be more than 0'],
  [{ cache: { maxAgeSeconds: 299 } }, 'value', 'maxAgeSeconds must not be less than the age'],
  [{ cache: { staleIfErrorSeconds: Infinity } }, 'value', 'staleIfErrorSeconds must be a finite number'],
  [{ cache: { negativeSeconds: NaN } }, 'value', 'negativeSeconds must be a finite number'],
  [{ fetch }, 'value', 'fetch is not an option of this client: the native addon makes the requests'],
  [{ hooks: {} }, 'value', 'hooks is not an option of this client: this package cannot run hooks'],
  [{ logger: console }, 'value', 'logger is not an option of this client: this package does not log'],
  [{ cookiePolicy: null }, 'value', 'cookiePolicy is not an option of this client: the options are projectId, '],
  [{ projectID: 'P' }, 'value', 'projectID is not an option of this client'],
  [{ toString: 'P' }, 'value', 'toString is not an option of this client: the options are'],
];

function errorOf(create, config) {
  try {
    create(config);
  } catch (error) {
    return error;
  }
  return assert.fail('a client was created');
}

for (const [config, kind, text] of REJECTED) {
  const [[name, value]] = Object.entries(config);
  // The value itself is not in the name, because the runner prints it and values look like secrets.
  test(`a configuration whose ${name} is a ${typeof value} is rejected: ${text}`, () => {
    for (const create of [DescopeClient, (given) => new DescopeClient(given)]) {
      const error = errorOf(create, { projectId: PROJECT_ID, ...config });
      assert.ok(error.message.includes(text), error.message);
      assert.ok(!error.stack.includes('made-up'), error.stack);
      assert.ok(error instanceof (kind === 'type' ? TypeError : DescopeError), error.stack);
      assert.equal(error.code, kind === 'type' ? undefined : 'INVALID_ARGUMENT');
    }
  });
}

for (const config of ['P', 5, true, Symbol('s'), () => {}]) {
  test(`a configuration that is ${String(config)} is rejected`, () => {
    assert.throws(() => DescopeClient(config), { name: 'TypeError', message: /^config must be an object, not a / });
  });
}

test('the error for an invalid variable names the option and the variable', (context) => {
  context.after(() => delete process.env.DESCOPE_BASE_URI);
  process.env.DESCOPE_BASE_URI = 'made-up-host';
  assert.throws(() => DescopeClient({ projectId: 'P' }), {
    message: /^baseUrl \(from DESCOPE_BASE_URI\) must be a URL/,
  });
});

test('every option is accepted, and null counts as absent', () => {
  const everything = {
    projectId: PROJECT_ID,
    managementKey: MANAGEMENT_KEY,
    baseUrl: 'http://127.0.0.1:1',
    baseHeaders: { 'x-a': 'b' },
    timeout: 5000,
    cache: false,
    throwOnError: true,
    licenseHandshake: 'wait',
    allowInsecureHttp: true,
    publicKey: 'unused',
    authManagementKey: 'unused',
    fgaCacheUrl: 'unused',
    logger: undefined,
  };
  assert.ok(DescopeClient(everything).management);
  const nothing = Object.fromEntries(
    Object.keys(everything).map((name) => [name, name === 'logger' ? undefined : null]),
  );
  assert.ok(DescopeClient({ ...nothing, projectId: 'P' }).management);
});

test('a client is created with and without new, and is an instance either way', () => {
  const config = { projectId: PROJECT_ID };
  assert.ok(DescopeClient(config) instanceof DescopeClient);
  assert.ok(new DescopeClient(config) instanceof DescopeClient);
  class Mine extends DescopeClient {}
  assert.ok(new Mine(config) instanceof Mine);
});

test('the methods are plain functions in a plain object that is the same at every access', async (context) => {
  const { client } = await arrange(context, respondWith(200, { token: TOKEN }));
  for (const name of ['outboundApplication', 'outboundApplicationByToken']) {
    const operations = client.management[name];
    assert.equal(client.management[name], operations);
    assert.equal(Object.getPrototypeOf(operations), Object.prototype);
    assert.ok(Object.values(operations).every((operation) => typeof operation === 'function'));
  }
  const { outboundApplication } = client.management;
  outboundApplication.fetchToken = async () => 'mocked';
  assert.equal(await client.management.outboundApplication.fetchToken(), 'mocked');
  const { fetchTokenByScopes } = outboundApplication;
  assert.equal((await fetchTokenByScopes('a', 'u', [])).ok, true);
});

test('options take precedence over the environment, and an empty string counts as absent', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  await fetchToken('a', 'u');
  context.after(() => {
    for (const name of ['DESCOPE_PROJECT_ID', 'DESCOPE_MANAGEMENT_KEY', 'DESCOPE_BASE_URI']) delete process.env[name];
  });
  process.env.DESCOPE_PROJECT_ID = 'Penvironment';
  process.env.DESCOPE_MANAGEMENT_KEY = 'made-up-environment-key';
  process.env.DESCOPE_BASE_URI = `${server.url}///`;
  const cases = [
    [{}, 'Bearer Penvironment:made-up-environment-key'],
    [{ projectId: '', managementKey: '', baseUrl: '' }, 'Bearer Penvironment:made-up-environment-key'],
    [{ projectId: 'Pmine' }, 'Bearer Pmine:made-up-environment-key'],
    [{ managementKey: 'made-up-mine' }, 'Bearer Penvironment:made-up-mine'],
  ];
  for (const [config, authorization] of cases) {
    const client = DescopeClient({ licenseHandshake: false, ...config });
    await client.management.outboundApplication.fetchToken('a', 'u');
    const { headers, url } = server.requests.at(-1);
    assert.equal(headers.authorization, authorization);
    assert.equal(url, '/v1/mgmt/outbound/app/user/token/latest');
  }
  process.env.DESCOPE_BASE_URI = 'http://127.0.0.1:1';
  const explicit = DescopeClient({ licenseHandshake: false, baseUrl: server.url });
  assert.equal((await explicit.management.outboundApplication.fetchToken('a', 'u')).ok, true);
});

test('without a management key a client is created, and calls reject with the official error text', async (context) => {
  const server = await startCannedServer(respondWith(200));
  context.after(() => server.stop());
  const { management } = DescopeClient({ projectId: PROJECT_ID, baseUrl: server.url });
  for (const call of [
    management.outboundApplication.fetchToken('a', 'u'),
    management.outboundApplication.fetchTokenByScopes('a', 'u', []),
    management.outboundApplication.deleteTokenById('t'),
    management.outboundApplication.deleteUserTokens('a'),
  ]) {
    await assert.rejects(call, {
      name: 'DescopeError',
      code: 'INVALID_ARGUMENT',
      message: "Management key is required to access 'outbound_application' functionality",
    });
  }
  assert.equal(server.requests.length + server.licenseRequests.length, 0);
});

test('baseHeaders may have any form that fetch accepts', async (context) => {
  const { server } = await arrange(context, respondWith(200, { token: TOKEN }));
  const all = [{ 'X-Mine': 'm' }, new Headers({ 'x-mine': 'm' }), new Map([['X-MINE', 'm']]), [['x-mine', 'm']]];
  for (const baseHeaders of all) {
    const config = { projectId: 'P', managementKey: 'K', baseUrl: server.url, licenseHandshake: false, baseHeaders };
    await DescopeClient(config).management.outboundApplication.fetchToken('a', 'u');
    assert.equal(server.requests.at(-1).headers['x-mine'], 'm');
  }
});

test('the timeout of the client bounds each call, and the timeout of a call takes precedence', async (context) => {
  const { fetchToken } = await arrange(context, hang, { timeout: 60 });
  const begin = performance.now();
  await assert.rejects(fetchToken('a', 'u'), { code: 'DEADLINE_EXCEEDED', message: /^no response within 0.06 s/ });
  await assert.rejects(fetchToken('a', 'u', null, null, { timeout: 30 }), { message: /^no response within 0.03 s/ });
  assert.ok(performance.now() - begin < 1000);
});
