// Secrets that are planted in every call are looked for in whatever else a process writes down or keeps.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';
import v8 from 'node:v8';

import DescopeClient from 'descope-outbound';

import { answer, closeConnection, hang, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child.mjs';
import { EVERY_OPERATION, titleOf } from './support/every-operation.mjs';
import { arrange, MANAGEMENT_KEY, PROJECT_ID } from './support/made-up.mjs';
import { assertNoSecret, everyPrint } from './support/printing.mjs';

/** Everything about an error that a tool could find, its causes included. */
function allOf(error) {
  const shown = [everyPrint(error), JSON.stringify(error), error.stack, error.message, String(error)];
  for (const name of Reflect.ownKeys(error)) shown.push(util.inspect(error[name], { depth: Infinity }));
  if (error.cause !== undefined) shown.push(everyPrint(error.cause));
  return shown.join('\n');
}

async function rejectionOf(promise) {
  return promise.then(
    () => assert.fail('it was done'),
    (error) => error,
  );
}

/** An echo of the request as services in other languages write it into JSON. */
const WRITERS = {
  Go: (json) => json.replaceAll('-', '\\u002d').replaceAll('&', '\\u0026'),
  PHP: (json) => json.replaceAll('/', '\\/').replaceAll(/m(?=ade)/g, '\\u006D'),
  'a gateway': (json) => JSON.stringify({ errorCode: 'E1', errorDescription: json, message: JSON.stringify({ json }) }),
};

for (const [writer, write] of Object.entries(WRITERS)) {
  test(`an echo that is escaped as ${writer} does it shows no secret`, async (context) => {
    const echo = (_request, response, { headers, body }) => {
      const said = { errorCode: 'E1', errorDescription: headers.authorization, errorMessage: body };
      response.writeHead(400).end(write(JSON.stringify(said)));
    };
    const { client } = await arrange(context, echo);
    const { client: throwing } = await arrange(context, echo, { throwOnError: true });
    for (const { on, method, all } of EVERY_OPERATION) {
      const failed = await client.management[on][method](...all.given);
      const text = await failed.response.text();
      // However often it has been quoted, no reader gets at it.
      for (let shown = text, depth = 0; depth < 3; depth += 1, shown = JSON.stringify(shown)) {
        assertNoSecret(shown.replaceAll('\\', '').replaceAll(/u002d/gi, '-').replaceAll(/u006d/gi, 'm'));
      }
      assertNoSecret(everyPrint(failed) + JSON.stringify(failed));
      assertNoSecret(allOf(await rejectionOf(throwing.management[on][method](...all.given))));
    }
  });
}

test('no error names the user that was asked about, unless the service does', async (context) => {
  const user = 'somebody@example.com';
  const ends = [answer(400), answer(404, '<html>'), answer(429), answer(500, '{}'), answer(200, '<html>')];
  for (const end of [...ends, closeConnection, hang]) {
    const { client } = await arrange(context, end, { throwOnError: true });
    const { outboundApplication: operations } = client.management;
    const last = { timeout: 40 };
    const calls = [
      operations.listAppsWithUserToken(user, 'tenant-id', last),
      operations.deleteUserTokens('app-id', user, last),
      operations.fetchToken('app-id', user, null, null, last),
      operations.loadApplication(user, last),
      operations.deleteTokenById(user, last),
    ];
    for (const error of await Promise.all(calls.map(rejectionOf))) assert.doesNotMatch(allOf(error), /somebody/);
  }
});

test('a call that waits shows nothing', async (context) => {
  const { client, server } = await arrange(context, hang, { timeout: 2000 });
  for (const { on, method, all } of EVERY_OPERATION) {
    const controller = new AbortController();
    const own = all.given.slice(0, -1);
    const call = client.management[on][method](...own, { signal: controller.signal });
    const ended = rejectionOf(call);
    await server.asked(server.requests.length);
    assertNoSecret(everyPrint(call) + everyPrint(client) + everyPrint(controller));
    controller.abort();
    assertNoSecret(allOf(await ended));
  }
});

test('a client cannot be written down', () => {
  const client = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY });
  for (const write of [v8.serialize, structuredClone]) {
    assert.throws(
      () => write(client),
      (error) => {
        assertNoSecret(allOf(error));
        return true;
      },
    );
  }
  assertNoSecret(JSON.stringify(client) + JSON.stringify([client]) + JSON.stringify(Object.entries(client)));
  const functions = Object.values(client.management).flatMap((operations) => Object.values(operations));
  assertNoSecret(functions.map(String).join('\n'));
});

test('a setting that is refused shows no secret', () => {
  const refused = [
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
  for (const settings of refused) {
    assert.throws(
      () => DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, ...settings }),
      (error) => {
        assertNoSecret(allOf(error));
        return true;
      },
    );
  }
});

const LOUD = `
  import util from 'node:util';
  import DescopeClient from 'descope-outbound';
  import { EVERY_OPERATION } from './tests/node/support/every-operation.mjs';
  import { everyPrint } from './tests/node/support/printing.mjs';
  import { MANAGEMENT_KEY, PROJECT_ID } from './tests/node/support/made-up.mjs';
  const settings = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: process.env.SERVICE };
  for (const throwOnError of [false, true]) {
    const client = DescopeClient({ ...settings, throwOnError });
    for (const { on, method, all } of EVERY_OPERATION) {
      for (const last of [undefined, { timeout: 1 }, { timeout: -1 }]) {
        const given = last === undefined ? all.given : [...all.given.slice(0, -1), last];
        try {
          const answered = await client.management[on][method](...given);
          console.log(client, answered, answered.data, answered.error);
          console.log('%o %O %s', answered.response, new Map([[client, answered]]), answered);
          console.log(everyPrint(answered));
        } catch (error) {
          console.error(error);
          console.error(JSON.stringify(error), everyPrint(error));
        }
      }
    }
  }
  console.log('all done');
  const { deleteTokenById } = DescopeClient({ ...settings, throwOnError: true }).management.outboundApplication;
  await deleteTokenById('id', { timeout: -1 });
`;

test('a program at its loudest prints no secret', async (context) => {
  const secrets = Object.fromEntries(
    ['accessToken', 'apiKey', 'clientSecret', 'idToken', 'refreshToken'].map((name) => [name, `made-up-${name}`]),
  );
  const everything = { ...secrets, token: secrets, app: secrets, apps: [secrets] };
  for (const [end, sign] of [
    [answer(200, everything), '[redacted]'],
    [answer(400, { errorDescription: 'no' }), 'HTTP_ERROR'],
  ]) {
    const server = await startCannedServer(end);
    context.after(() => server.stop());
    const environment = { SERVICE: server.url, NODE_DEBUG: '*', NODE_DEBUG_NATIVE: '*', RUST_LOG: 'trace' };
    const flags = ['--trace-warnings', '--enable-source-maps'];
    const died = await runModule(LOUD, { environment, flags, longest: 100_000_000 }).catch((problem) => problem);
    // The source of the program, which Node's debug output quotes, has none in it; nor has anything else.
    assertNoSecret(died.message);
    for (const told of ['all done', sign, 'timeout must be a finite number above 0', 'ESM']) {
      assert.ok(died.message.includes(told), told);
    }
  }
});

test('the table has every operation', () => {
  const { management } = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY });
  const methods = Object.entries(management).flatMap(([on, operations]) =>
    Object.keys(operations).map((method) => titleOf({ on, method })),
  );
  assert.deepEqual([...new Set(EVERY_OPERATION.map(titleOf))].sort(), methods.sort());
});
