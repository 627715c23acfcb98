// The secrets of every operation: none is shown by an error, nor by an answer that is printed.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';

import { answer, closeConnection, hang } from './support/canned-server.mjs';
import { CLIENT_SECRET, EVERY_OPERATION, titleOf } from './support/every-operation.mjs';
import { arrange } from './support/made-up.mjs';
import { assertNoSecret, everyPrint } from './support/printing.mjs';

/** Sends the whole request back, wherever an error answer has a place for it. */
function echo(_request, response, { headers, body }) {
  const { authorization } = headers;
  const error = { errorCode: 'E1', errorDescription: authorization, errorMessage: body, headers };
  response.writeHead(400, { 'x-echo': authorization, 'x-request-id': authorization }).end(JSON.stringify(error));
}

async function rejectionOf(promise) {
  return promise.then(
    () => assert.fail('it was done'),
    (error) => error,
  );
}

for (const operation of EVERY_OPERATION) {
  const { on, method, all } = operation;

  test(`a service that echoes the request of ${titleOf(operation)} shows no secret`, async (context) => {
    const { client } = await arrange(context, echo);
    const failed = await client.management[on][method](...all.given);
    assert.equal(failed.code, 400);
    assertNoSecret(everyPrint(failed) + JSON.stringify(failed));
    assertNoSecret((await failed.response.text()) + JSON.stringify([...failed.response.headers]));
    assert.match(failed.error.errorDescription, /\[redacted\]/);

    const { client: throwing } = await arrange(context, echo, { throwOnError: true });
    const error = await rejectionOf(throwing.management[on][method](...all.given));
    assert.equal(error.status, 400);
    assertNoSecret(everyPrint(error) + JSON.stringify(error) + error.stack);
  });

  test(`whatever ends ${titleOf(operation)} shows no secret`, async (context) => {
    const { client } = await arrange(context, [answer(200, '<html>'), hang, closeConnection], { timeout: 300 });
    const call = client.management[on][method];
    const own = all.given.slice(0, -1);
    const errors = [
      await rejectionOf(call(...own)),
      await rejectionOf(call(...own, { timeout: 30 })),
      await rejectionOf(call(...own)),
      await rejectionOf(call(...own, { signal: AbortSignal.abort() })),
      await rejectionOf(call(...own, { timeout: 'soon' })),
    ];
    // What may be repeated is repeated until the time is over; the rest is lost with its connection.
    const ends = /^DECODE_ERROR DEADLINE_EXCEEDED (CONNECTION_FAILED|DEADLINE_EXCEEDED) ABORTED TypeError$/;
    assert.match(errors.map(({ code, name }) => code ?? name).join(' '), ends);
    for (const error of errors) assertNoSecret(everyPrint(error) + error.stack);
  });

  test(`an answer to ${titleOf(operation)} that holds secrets shows none of them`, async (context) => {
    const secrets = Object.fromEntries(
      ['accessToken', 'apiKey', 'clientSecret', 'idToken', 'refreshToken'].map((name) => [name, `made-up-${name}`]),
    );
    const thing = { ...secrets, plain: 'shown', deep: [{ ...secrets }] };
    const everything = { ...thing, token: thing, app: thing, apps: [thing, thing] };
    const { client } = await arrange(context, answer(200, everything));
    const answered = await client.management[on][method](...all.given);
    assertNoSecret(everyPrint(answered) + everyPrint(answered.data));
    if (method === 'listAppsWithUserToken') return;
    assert.match(util.inspect(answered.data), /clientSecret: '\[redacted\]'[\s\S]*plain: 'shown'/);
    assert.match(JSON.stringify(answered.data), /made-up-clientSecret/);
  });
}

test('an application with a secret in it is a plain object to all but a printer', async (context) => {
  const app = { id: 'i', name: 'n', clientSecret: CLIENT_SECRET };
  const { loadApplication } = await arrange(context, answer(200, { app }));
  const { data } = await loadApplication('i');
  assert.deepStrictEqual(data, app);
  assert.deepEqual(Reflect.ownKeys({ ...data }), ['id', 'name', 'clientSecret']);
  assert.equal(JSON.stringify(data), JSON.stringify(app));
  assert.equal(util.inspect(data), "{ id: 'i', name: 'n', clientSecret: '[redacted]' }");
});
