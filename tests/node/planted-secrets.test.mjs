// Plants secrets in every call, and looks for them in everything that a process prints or serializes.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';
import v8 from 'node:v8';

import DescopeClient from 'descope-outbound';

import { closeConnection, hang, respondWith, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';
import { arrange, MANAGEMENT_KEY, PROJECT_ID } from './support/fixtures.mjs';
import { OPERATION_CASES, titleOf } from './support/operation-cases.mjs';
import { assertNoSecret, printInEveryWay } from './support/printing.mjs';

/** Return every text that a tool could read from an error, including its causes. */
function textsOf(error) {
  const shown = [printInEveryWay(error), JSON.stringify(error), error.stack, error.message, String(error)];
  for (const name of Reflect.ownKeys(error)) shown.push(util.inspect(error[name], { depth: Infinity }));
  if (error.cause !== undefined) shown.push(printInEveryWay(error.cause));
  return shown.join('\n');
}

async function rejectionOf(promise) {
  return promise.then(
    () => assert.fail('the call resolved'),
    (error) => error,
  );
}

/** How services in other languages escape JSON when they echo the request. */
const ESCAPES = {
  Go: (json) => json.replaceAll('-', '\\u002d').replaceAll('&', '\\u0026'),
  PHP: (json) => json.replaceAll('/', '\\/').replaceAll(/m(?=ade)/g, '\\u006D'),
  'a gateway': (json) => JSON.stringify({ errorCode: 'E1', errorDescription: json, message: JSON.stringify({ json }) }),
};

for (const [service, escapeJson] of Object.entries(ESCAPES)) {
  test(`an echo with the JSON escapes of ${service} shows no secret`, async (context) => {
    const echo = (_request, response, { headers, body }) => {
      const error = { errorCode: 'E1', errorDescription: headers.authorization, errorMessage: body };
      response.writeHead(400).end(escapeJson(JSON.stringify(error)));
    };
    const { client } = await arrange(context, echo);
    const { client: throwing } = await arrange(context, echo, { throwOnError: true });
    for (const { on, method, all } of OPERATION_CASES) {
      const failed = await client.management[on][method](...all.given);
      const text = await failed.response.text();
      // Quoted any number of times, the text contains no secret.
      for (let shown = text, depth = 0; depth < 3; depth += 1, shown = JSON.stringify(shown)) {
        assertNoSecret(shown.replaceAll('\\', '').replaceAll(/u002d/gi, '-').replaceAll(/u006d/gi, 'm'));
      }
      assertNoSecret(printInEveryWay(failed) + JSON.stringify(failed));
      assertNoSecret(textsOf(await rejectionOf(throwing.management[on][method](...all.given))));
    }
  });
}

test('an error does not contain the user id, unless the service sent it', async (context) => {
  const user = 'ada@example.com';
  const responders = [
    respondWith(400),
    respondWith(404, '<html>'),
    respondWith(429),
    respondWith(500, '{}'),
    respondWith(200, '<html>'),
  ];
  for (const responder of [...responders, closeConnection, hang]) {
    const { client } = await arrange(context, responder, { throwOnError: true });
    const { outboundApplication: operations } = client.management;
    const callOptions = { timeout: 40 };
    const calls = [
      operations.listAppsWithUserToken(user, 'tenant-id', callOptions),
      operations.deleteUserTokens('app-id', user, callOptions),
      operations.fetchToken('app-id', user, null, null, callOptions),
      operations.loadApplication(user, callOptions),
      operations.deleteTokenById(user, callOptions),
    ];
    for (const error of await Promise.all(calls.map(rejectionOf))) assert.doesNotMatch(textsOf(error), /ada@/);
  }
});

test('printing a pending call shows no secret', async (context) => {
  const { client, server } = await arrange(context, hang, { timeout: 2000 });
  for (const { on, method, all } of OPERATION_CASES) {
    const controller = new AbortController();
    const given = all.given.slice(0, -1);
    const call = client.management[on][method](...given, { signal: controller.signal });
    const rejection = rejectionOf(call);
    await server.received(server.requests.length);
    assertNoSecret(printInEveryWay(call) + printInEveryWay(client) + printInEveryWay(controller));
    controller.abort();
    assertNoSecret(textsOf(await rejection));
  }
});

test('a client cannot be serialized', () => {
  const client = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY });
  for (const serialize of [v8.serialize, structuredClone]) {
    assert.throws(
      () => serialize(client),
      (error) => {
        assertNoSecret(textsOf(error));
        return true;
      },
    );
  }
  assertNoSecret(JSON.stringify(client) + JSON.stringify([client]) + JSON.stringify(Object.entries(client)));
  const functions = Object.values(client.management).flatMap((operations) => Object.values(operations));
  assertNoSecret(functions.map(String).join('\n'));
});

test('the error for an invalid option shows no secret', () => {
  const invalidOptions = [
    { managementKey: `${MANAGEMENT_KEY}\n` },
    { managementKey: `${MANAGEMENT_KEY}\ud800` },
    { managementKey: [MANAGEMENT_KEY] },
    { managementKey: Buffer.from(MANAGEMENT_KEY) },
    { projectId: 'P/..' },
    { baseUrl: 'https://user:made-up-password@example.com' },
    { baseHeaders: { 'x-key': 'made-up-gateway-key\n' } },
    { baseHeaders: { 'x-key': ['made-up-gateway-key'] } },
    { timeout: 'soon' },
    { logger: { key: 'made-up-key' } },
    { unknown: 'made-up-key' },
  ];
  for (const options of invalidOptions) {
    assert.throws(
      () => DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, ...options }),
      (error) => {
        assertNoSecret(textsOf(error));
        return true;
      },
    );
  }
});

const VERBOSE_PROGRAM = `
  import util from 'node:util';
  import DescopeClient from 'descope-outbound';
  import { OPERATION_CASES } from './tests/node/support/operation-cases.mjs';
  import { printInEveryWay } from './tests/node/support/printing.mjs';
  import { MANAGEMENT_KEY, PROJECT_ID } from './tests/node/support/fixtures.mjs';
  const settings = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: process.env.SERVICE };
  for (const throwOnError of [false, true]) {
    const client = DescopeClient({ ...settings, throwOnError });
    for (const { on, method, all } of OPERATION_CASES) {
      for (const callOptions of [undefined, { timeout: 1 }, { timeout: -1 }]) {
        const given = callOptions === undefined ? all.given : [...all.given.slice(0, -1), callOptions];
        try {
          const result = await client.management[on][method](...given);
          console.log(client, result, result.data, result.error);
          console.log('%o %O %s', result.response, new Map([[client, result]]), result);
          console.log(printInEveryWay(result));
        } catch (error) {
          console.error(error);
          console.error(JSON.stringify(error), printInEveryWay(error));
        }
      }
    }
  }
  console.log('all done');
  const { deleteTokenById } = DescopeClient({ ...settings, throwOnError: true }).management.outboundApplication;
  await deleteTokenById('id', { timeout: -1 });
`;

test('a program with all debug output prints no secret', async (context) => {
  const secrets = Object.fromEntries(
    ['accessToken', 'apiKey', 'clientSecret', 'idToken', 'refreshToken'].map((name) => [name, `made-up-${name}`]),
  );
  const everything = { ...secrets, token: secrets, app: secrets, apps: [secrets] };
  for (const [responder, sign] of [
    [respondWith(200, everything), '[redacted]'],
    [respondWith(400, { errorDescription: 'no' }), 'HTTP_ERROR'],
  ]) {
    const server = await startCannedServer(responder);
    context.after(() => server.stop());
    const environment = { SERVICE: server.url, NODE_DEBUG: '*', NODE_DEBUG_NATIVE: '*', RUST_LOG: 'trace' };
    const flags = ['--trace-warnings', '--enable-source-maps'];
    const failure = await runModule(VERBOSE_PROGRAM, { environment, flags, maxOutput: 100_000_000 }).catch(
      (problem) => problem,
    );
    // Node's debug output quotes the source of the program, which contains no secret.
    assertNoSecret(failure.message);
    for (const text of ['all done', sign, 'timeout must be a finite number above 0', 'ESM']) {
      assert.ok(failure.message.includes(text), text);
    }
  }
});

test('the table of operations is complete', () => {
  const { management } = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY });
  const methods = Object.entries(management).flatMap(([on, operations]) =>
    Object.keys(operations).map((method) => titleOf({ on, method })),
  );
  assert.deepEqual([...new Set(OPERATION_CASES.map(titleOf))].sort(), methods.sort());
});
