// Every method: the request that it makes and the answer that it gives.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';

import DescopeClient from 'descope-outbound';

import { answer, hang } from './support/canned-server.mjs';
import { ROOT } from './support/child.mjs';
import { APPLICATION, EVERY_OPERATION, INBOUND_TOKEN, seenAs, titleOf } from './support/every-operation.mjs';
import { arrange, PROJECT_ID, TOKEN } from './support/made-up.mjs';

const require = createRequire(import.meta.url);

for (const operation of EVERY_OPERATION) {
  const { on, method, answered, data, authorization } = operation;
  for (const [amount, { given, request }] of [
    ['its fewest', operation.fewest],
    ['all', operation.all],
  ]) {
    test(`${titleOf(operation)} with ${amount} arguments is the right request and unwrapped data`, async (context) => {
      const { server, client } = await arrange(context, answer(200, answered));
      const outcome = await client.management[on][method](...given);
      assert.equal(server.requests.length, 1);
      assert.deepEqual(seenAs(server.requests[0]), request);
      assert.equal(server.requests[0].headers.authorization, authorization);
      assert.deepEqual(Object.keys(outcome), ['code', 'ok', 'response', 'data']);
      assert.deepEqual([outcome.code, outcome.ok], [200, true]);
      // A token has getters of its own; all other data is the very thing.
      assert.deepEqual(data === TOKEN ? { ...outcome.data } : outcome.data, data);
      assert.equal(JSON.stringify(outcome.data), JSON.stringify(data));
    });
  }

  test(`${titleOf(operation)} resolves with an error, and ends when its last argument says so`, async (context) => {
    const error = { errorCode: 'E011003', errorDescription: 'Request is invalid', errorMessage: 'why' };
    const { client } = await arrange(context, [answer(400, error), hang]);
    const call = client.management[on][method];
    const { code, ok, error: told } = await call(...operation.fewest.given);
    assert.deepEqual({ code, ok, told }, { code: 400, ok: false, told: error });
    const last = operation.all.given.slice(0, -1);
    await assert.rejects(call(...last, { timeout: 20 }), { code: 'DEADLINE_EXCEEDED' });
    await assert.rejects(call(...last, { signal: AbortSignal.abort() }), { code: 'ABORTED', name: 'AbortError' });
  });
}

test('every operation of the core is a method, and every method is an operation of the core', () => {
  const { management } = DescopeClient({ projectId: PROJECT_ID });
  const methods = Object.entries(management).flatMap(([on, operations]) =>
    Object.keys(operations).map((method) => `${on}.${method}`),
  );
  const operations = require(join(ROOT, 'bindings-node/lib/native.cjs')).operationNames().map(methodOf);
  assert.deepEqual(methods.sort(), operations.sort());
  assert.deepEqual(EVERY_OPERATION.map(titleOf).sort(), methods);
});

/** An operation in camel case; the official SDK calls one of them by another name. */
function methodOf(operation) {
  const isByToken = operation.endsWith('_by_token');
  const camel = operation.replace(/_by_token$/, '').replace(/_(\w)/g, (_match, letter) => letter.toUpperCase());
  const method = camel === 'deleteToken' ? 'deleteTokenById' : camel;
  return `${isByToken ? 'outboundApplicationByToken' : 'outboundApplication'}.${method}`;
}

test('what the service leaves out is undefined, and what is null is null', async (context) => {
  for (const [method, given, member] of [
    ['loadApplication', ['i'], 'app'],
    ['createApplication', [{ name: 'n' }], 'app'],
    ['loadAllApplications', [], 'apps'],
    ['listAppsWithUserToken', ['u'], 'appIds'],
  ]) {
    const { [method]: call } = await arrange(context, [answer(200, {}), answer(200, { [member]: null })]);
    assert.equal((await call(...given)).data, undefined);
    assert.equal((await call(...given)).data, null);
  }
});

test('an upload or a delete that is answered with nothing is done', async (context) => {
  for (const { method, fewest } of EVERY_OPERATION.filter((each) => /^(upload|delete)/.test(each.method))) {
    const { [method]: call } = await arrange(context, [answer(204, ''), answer(200, '')]);
    assert.deepEqual((await call(...fewest.given)).data, {}, method);
    assert.deepEqual((await call(...fewest.given)).data, {}, method);
  }
});

test('a success that cannot be read rejects whatever the operation, and tells status and request', async (context) => {
  for (const { on, method, fewest } of EVERY_OPERATION) {
    const { client } = await arrange(context, answer(201, 'made-up page', { 'cf-ray': 'ray-1' }));
    const error = await client.management[on][method](...fewest.given).catch((problem) => problem);
    assert.deepEqual([error.code, error.status, error.requestId], ['DECODE_ERROR', 201, 'ray-1'], method);
    assert.match(error.message, /HTTP 201 .*\(request ray-1\)$/);
  }
});

test('an application is the caller’s own plain object, and can be sent as it was loaded', async (context) => {
  const { server, loadApplication, updateApplication } = await arrange(context, answer(200, { app: APPLICATION }));
  const { data: app } = await loadApplication('app-id');
  assert.deepEqual(structuredClone(app), APPLICATION);
  app.description = 'mine';
  await updateApplication(app);
  assert.deepEqual(JSON.parse(server.requests[1].body), { app: { ...APPLICATION, description: 'mine' } });
});

test('what is absent from an object is not sent, in whatever way it is absent', async (context) => {
  const { server, createApplication, uploadUserToken } = await arrange(context, answer(200, {}));
  await createApplication({ name: 'n', tenantId: '', logo: undefined, description: '', clientSecret: null });
  assert.deepEqual(JSON.parse(server.requests[0].body), { name: 'n', description: '' });
  await uploadUserToken({ appId: 'a', userId: 'u', tenantId: null, refreshToken: undefined, accessTokenExpiry: 0 });
  assert.deepEqual(JSON.parse(server.requests[1].body), { appId: 'a', userId: 'u', accessTokenExpiry: 0 });
});

test('a fetch by token needs no management key, and no other call does without', async (context) => {
  const { server, client } = await arrange(context, answer(200, { token: TOKEN }), { managementKey: null });
  for (const { on, method, fewest } of EVERY_OPERATION) {
    const call = client.management[on][method](...fewest.given);
    if (on === 'outboundApplicationByToken') await call;
    else await assert.rejects(call, { code: 'INVALID_ARGUMENT', message: /Management key is required/ });
  }
  assert.equal(server.requests.length, 4);
});

test('a fetch by token asks for no licence and shows none', async (context) => {
  const { server, client } = await arrange(context, answer(200, { token: TOKEN }), { licenseHandshake: 'wait' });
  await client.management.outboundApplicationByToken.fetchToken(INBOUND_TOKEN, 'a', 'u');
  assert.equal(server.licenseRequests.length, 0);
  assert.equal(server.requests[0].headers['x-descope-license'], undefined);
});

test('a token that an inbound app has fetched tells when it ends, as any other', async (context) => {
  const { client } = await arrange(context, answer(200, { token: TOKEN }));
  const { data } = await client.management.outboundApplicationByToken.fetchToken(INBOUND_TOKEN, 'a', 'u');
  assert.equal(data.expiresAt.toISOString(), '2026-11-23T12:00:00.000Z');
  assert.equal(data.source, 'network');
});
