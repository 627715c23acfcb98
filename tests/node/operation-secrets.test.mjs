// Tests that no operation shows its secrets in an error or in a printed result.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';

import { closeConnection, hang, respondWith } from './support/canned-server.mjs';
import { arrange } from './support/fixtures.mjs';
import { CLIENT_SECRET, OPERATION_CASES, titleOf } from './support/operation-cases.mjs';
import { assertNoSecret, printInEveryWay } from './support/printing.mjs';

/** Send the request back in every field of an error response. */
function echo(_request, response, { headers, body }) {
  const { authorization } = headers;
  const error = { errorCode: 'E1', errorDescription: authorization, errorMessage: body, headers };
  response.writeHead(400, { 'x-echo': authorization, 'x-request-id': authorization }).end(JSON.stringify(error));
}

async function rejectionOf(promise) {
  return promise.then(
    () => assert.fail('the call resolved'),
    (error) => error,
  );
}

for (const operation of OPERATION_CASES) {
  const { on, method, all } = operation;

  test(`an echo of the request of ${titleOf(operation)} shows no secret`, async (context) => {
    const { client } = await arrange(context, echo);
    const failed = await client.management[on][method](...all.given);
    assert.equal(failed.code, 400);
    assertNoSecret(printInEveryWay(failed) + JSON.stringify(failed));
    assertNoSecret((await failed.response.text()) + JSON.stringify([...failed.response.headers]));
    assert.match(failed.error.errorDescription, /\[redacted\]/);

    const { client: throwing } = await arrange(context, echo, { throwOnError: true });
    const error = await rejectionOf(throwing.management[on][method](...all.given));
    assert.equal(error.status, 400);
    assertNoSecret(printInEveryWay(error) + JSON.stringify(error) + error.stack);
  });

  test(`no failure of ${titleOf(operation)} shows a secret`, async (context) => {
    const { client } = await arrange(context, [respondWith(200, '<html>'), hang, closeConnection], { timeout: 300 });
    const call = client.management[on][method];
    const given = all.given.slice(0, -1);
    const errors = [
      await rejectionOf(call(...given)),
      await rejectionOf(call(...given, { timeout: 30 })),
      await rejectionOf(call(...given)),
      await rejectionOf(call(...given, { signal: AbortSignal.abort() })),
      await rejectionOf(call(...given, { timeout: 'soon' })),
    ];
    // Idempotent operations retry until their deadline. The others fail with their connection.
    const codes = /^DECODE_ERROR DEADLINE_EXCEEDED (CONNECTION_FAILED|DEADLINE_EXCEEDED) ABORTED TypeError$/;
    assert.match(errors.map(({ code, name }) => code ?? name).join(' '), codes);
    for (const error of errors) assertNoSecret(printInEveryWay(error) + error.stack);
  });

  test(`a printed result of ${titleOf(operation)} shows no secret`, async (context) => {
    const secrets = Object.fromEntries(
      ['accessToken', 'apiKey', 'clientSecret', 'idToken', 'refreshToken'].map((name) => [name, `made-up-${name}`]),
    );
    const fields = { ...secrets, plain: 'shown', deep: [{ ...secrets }] };
    const everything = { ...fields, token: fields, app: fields, apps: [fields, fields] };
    const { client } = await arrange(context, respondWith(200, everything));
    const result = await client.management[on][method](...all.given);
    assertNoSecret(printInEveryWay(result) + printInEveryWay(result.data));
    if (method === 'listAppsWithUserToken') return;
    assert.match(util.inspect(result.data), /clientSecret: '\[redacted\]'[\s\S]*plain: 'shown'/);
    assert.match(JSON.stringify(result.data), /made-up-clientSecret/);
  });
}

test('an application with a secret is a plain object, except when it is printed', async (context) => {
  const app = { id: 'i', name: 'n', clientSecret: CLIENT_SECRET };
  const { loadApplication } = await arrange(context, respondWith(200, { app }));
  const { data } = await loadApplication('i');
  assert.deepStrictEqual(data, app);
  assert.deepEqual(Reflect.ownKeys({ ...data }), ['id', 'name', 'clientSecret']);
  assert.equal(JSON.stringify(data), JSON.stringify(app));
  assert.equal(util.inspect(data), "{ id: 'i', name: 'n', clientSecret: '[redacted]' }");
});
