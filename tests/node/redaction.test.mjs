// Tests that printing a result, a client or an error shows no secret.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';

import DescopeClient from 'descope-outbound';

import { respondWith } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';
import { arrange, MANAGEMENT_KEY, PROJECT_ID, REFRESH_TOKEN, TOKEN } from './support/fixtures.mjs';
import { assertNoSecret, printInEveryWay } from './support/printing.mjs';

test('printing a result redacts its secrets only', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const fetched = await fetchToken('app-id', 'user-id');
  assert.ok(fetched.response);
  assertNoSecret(printInEveryWay(fetched));
  assertNoSecret(printInEveryWay(fetched.data));
  const shown = util.inspect(fetched.data);
  assert.match(shown, /accessToken: '\[redacted\]'/);
  assert.match(shown, /refreshToken: '\[redacted\]'/);
  assert.match(shown, /accessTokenType: 'Bearer'/);
  assert.match(shown, /scopes: \[ 'read', 'write' \]/);
});

test('every secret field is redacted at any depth, unless it is empty', async (context) => {
  const secret = 'made-up-secret';
  const token = {
    token: secret,
    accessToken: secret,
    refreshToken: '',
    idToken: null,
    more: { apiKey: secret, list: [{ clientSecret: secret }], plain: 'plain' },
  };
  const { fetchToken } = await arrange(context, respondWith(200, { token }));
  const { data } = await fetchToken('app-id', 'user-id');
  data.itself = data;
  data.moment = new Date(0);
  const shown = util.inspect(data, { depth: Infinity });
  assertNoSecret(shown);
  for (const part of ["refreshToken: ''", 'idToken: null', "plain: 'plain'", 'Circular', '1970-01-01']) {
    assert.ok(shown.includes(part), shown);
  }
});

test('JSON.stringify of data keeps its secrets, as documented', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const { data } = await fetchToken('app-id', 'user-id');
  assert.equal(JSON.stringify(data), JSON.stringify(TOKEN));
});

test('a client does not print its configuration', async (context) => {
  const { client, server } = await arrange(context, respondWith(200), {
    baseHeaders: { 'x-key': 'made-up-gateway-key' },
  });
  assertNoSecret(printInEveryWay(client));
  assertNoSecret(printInEveryWay(client.management));
  assertNoSecret(printInEveryWay(DescopeClient));
  assert.equal(JSON.stringify(client), '{"management":{"outboundApplication":{},"outboundApplicationByToken":{}}}');
  assert.ok(!printInEveryWay(client).includes(server.url));
});

test('an echo of the request shows no secret', async (context) => {
  const echo = (status) => (_request, response, seen) => {
    const { authorization } = seen.headers;
    const body = { errorCode: 'E1', errorDescription: authorization, errorMessage: seen.body, headers: seen.headers };
    response.writeHead(status, { 'x-echo': authorization, 'x-request-id': authorization }).end(JSON.stringify(body));
  };
  const options = { refreshToken: REFRESH_TOKEN };
  for (const status of [400, 401, 404, 429, 500]) {
    const { fetchToken } = await arrange(context, echo(status));
    const failed = await fetchToken('app-id', 'user-id', null, options);
    assert.equal(failed.code, status);
    assertNoSecret(printInEveryWay(failed));
    assertNoSecret(JSON.stringify(failed));
    assertNoSecret(await failed.response.text());
    assertNoSecret(JSON.stringify([...failed.response.headers]));
    assert.match(failed.error.errorDescription, /\[redacted\]/);

    const { fetchToken: throwing } = await arrange(context, echo(status), { throwOnError: true });
    const error = await throwing('app-id', 'user-id', null, options).catch((problem) => problem);
    assert.equal(error.status, status);
    assertNoSecret(printInEveryWay(error));
    assertNoSecret(JSON.stringify(error) + error.stack + error.message);
  }
});

test('the error for an invalid option does not contain its value', async () => {
  const key = `${MANAGEMENT_KEY}\n`;
  assert.throws(
    () => DescopeClient({ projectId: PROJECT_ID, managementKey: key }),
    (error) => {
      assertNoSecret(printInEveryWay(error) + error.stack);
      return true;
    },
  );
});

test('a program that ends with an uncaught error prints no secret', async () => {
  const source = `
    import DescopeClient from 'descope-outbound';
    const managementKey = process.env.KEY;
    const client = DescopeClient({ projectId: 'P', managementKey, baseUrl: 'http://127.0.0.1:1', timeout: 200 });
    await client.management.outboundApplication.fetchToken('a', 'u', null, { refreshToken: process.env.KEY });
  `;
  const failure = await runModule(source, { environment: { KEY: MANAGEMENT_KEY } }).catch((problem) => problem);
  assert.match(failure.message, /DescopeTransportError/);
  assertNoSecret(failure.message);
});
