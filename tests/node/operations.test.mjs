// Tests the request and the result of every method.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';

import DescopeClient from 'descope-outbound';

import { hang, respondWith } from './support/canned-server.mjs';
import { ROOT } from './support/child-process.mjs';
import { arrange, PROJECT_ID, TOKEN } from './support/fixtures.mjs';
import { APPLICATION, INBOUND_TOKEN, OPERATION_CASES, recordedRequest, titleOf } from './support/operation-cases.mjs';

const require = createRequire(import.meta.url);

for (const operation of OPERATION_CASES) {
  const { on, method, responseBody, data, authorization } = operation;
  for (const [amount, { given, request }] of [
    ['required', operation.fewest],
    ['all', operation.all],
  ]) {
    test(`${titleOf(operation)} with ${amount} arguments sends the right request and unwraps the data`, async (context) => {
      const { server, client } = await arrange(context, respondWith(200, responseBody));
      const outcome = await client.management[on][method](...given);
      assert.equal(server.requests.length, 1);
      assert.deepEqual(recordedRequest(server.requests[0]), request);
      assert.equal(server.requests[0].headers.authorization, authorization);
      assert.deepEqual(Object.keys(outcome), ['code', 'ok', 'response', 'data']);
      assert.deepEqual([outcome.code, outcome.ok], [200, true]);
      // A token has a prototype with getters. Other data is a plain object.
      assert.deepEqual(data === TOKEN ? { ...outcome.data } : outcome.data, data);
      assert.equal(JSON.stringify(outcome.data), JSON.stringify(data));
    });
  }

  test(`${titleOf(operation)} resolves with an error and obeys its call options`, async (context) => {
    const error = { errorCode: 'E011003', errorDescription: 'Request is invalid', errorMessage: 'why' };
    const { client } = await arrange(context, [respondWith(400, error), hang]);
    const call = client.management[on][method];
    const { code, ok, error: received } = await call(...operation.fewest.given);
    assert.deepEqual({ code, ok, received }, { code: 400, ok: false, received: error });
    const given = operation.all.given.slice(0, -1);
    await assert.rejects(call(...given, { timeout: 20 }), { code: 'DEADLINE_EXCEEDED' });
    await assert.rejects(call(...given, { signal: AbortSignal.abort() }), { code: 'ABORTED', name: 'AbortError' });
  });
}

test('the methods are the operations of the core', () => {
  const { management } = DescopeClient({ projectId: PROJECT_ID });
  const methods = Object.entries(management).flatMap(([on, operations]) =>
    Object.keys(operations).map((method) => `${on}.${method}`),
  );
  const operations = require(join(ROOT, 'bindings-node/lib/native.cjs')).operationNames().map(methodOf);
  assert.deepEqual(methods.sort(), operations.sort());
  assert.deepEqual(OPERATION_CASES.map(titleOf).sort(), methods);
});

/**
 * Return the method of an operation: its name in camel case, except for one that the official SDK names differently.
 */
function methodOf(operation) {
  const isByToken = operation.endsWith('_by_token');
  const camel = operation.replace(/_by_token$/, '').replace(/_(\w)/g, (_match, letter) => letter.toUpperCase());
  const method = camel === 'deleteToken' ? 'deleteTokenById' : camel;
  return `${isByToken ? 'outboundApplicationByToken' : 'outboundApplication'}.${method}`;
}

test('data is undefined if the service left it out, and null if the service sent null', async (context) => {
  for (const [method, given, member] of [
    ['loadApplication', ['i'], 'app'],
    ['createApplication', [{ name: 'n' }], 'app'],
    ['loadAllApplications', [], 'apps'],
    ['listAppsWithUserToken', ['u'], 'appIds'],
  ]) {
    const { [method]: call } = await arrange(context, [respondWith(200, {}), respondWith(200, { [member]: null })]);
    assert.equal((await call(...given)).data, undefined);
    assert.equal((await call(...given)).data, null);
  }
});

test('an upload or a delete with an empty response succeeds', async (context) => {
  for (const { method, fewest } of OPERATION_CASES.filter((each) => /^(upload|delete)/.test(each.method))) {
    const { [method]: call } = await arrange(context, [respondWith(204, ''), respondWith(200, '')]);
    assert.deepEqual((await call(...fewest.given)).data, {}, method);
    assert.deepEqual((await call(...fewest.given)).data, {}, method);
  }
});

test('every method rejects on an unreadable success, with its status and request id', async (context) => {
  for (const { on, method, fewest } of OPERATION_CASES) {
    const { client } = await arrange(context, respondWith(201, 'made-up page', { 'cf-ray': 'ray-1' }));
    const error = await client.management[on][method](...fewest.given).catch((problem) => problem);
    assert.deepEqual([error.code, error.status, error.requestId], ['DECODE_ERROR', 201, 'ray-1'], method);
    assert.match(error.message, /HTTP 201 .*\(request ray-1\)$/);
  }
});

test('a loaded application is a plain object that the caller can change and send back', async (context) => {
  const { server, loadApplication, updateApplication } = await arrange(context, respondWith(200, { app: APPLICATION }));
  const { data: app } = await loadApplication('app-id');
  assert.deepEqual(structuredClone(app), APPLICATION);
  app.description = 'mine';
  await updateApplication(app);
  assert.deepEqual(JSON.parse(server.requests[1].body), { app: { ...APPLICATION, description: 'mine' } });
});

test('absent members of an object are not sent', async (context) => {
  const { server, createApplication, uploadUserToken } = await arrange(context, respondWith(200, {}));
  await createApplication({ name: 'n', tenantId: '', logo: undefined, description: '', clientSecret: null });
  assert.deepEqual(JSON.parse(server.requests[0].body), { name: 'n', description: '' });
  await uploadUserToken({ appId: 'a', userId: 'u', tenantId: null, refreshToken: undefined, accessTokenExpiry: 0 });
  assert.deepEqual(JSON.parse(server.requests[1].body), { appId: 'a', userId: 'u', accessTokenExpiry: 0 });
});

test('only the fetches by token work without a management key', async (context) => {
  const { server, client } = await arrange(context, respondWith(200, { token: TOKEN }), { managementKey: null });
  for (const { on, method, fewest } of OPERATION_CASES) {
    const call = client.management[on][method](...fewest.given);
    if (on === 'outboundApplicationByToken') await call;
    else await assert.rejects(call, { code: 'INVALID_ARGUMENT', message: /Management key is required/ });
  }
  assert.equal(server.requests.length, 4);
});

test('a fetch by token requests no license and sends no tier', async (context) => {
  const { server, client } = await arrange(context, respondWith(200, { token: TOKEN }), { licenseHandshake: 'wait' });
  await client.management.outboundApplicationByToken.fetchToken(INBOUND_TOKEN, 'a', 'u');
  assert.equal(server.licenseRequests.length, 0);
  assert.equal(server.requests[0].headers['x-descope-license'], undefined);
});

test('a token fetched with an inbound token has expiresAt and source', async (context) => {
  const { client } = await arrange(context, respondWith(200, { token: TOKEN }));
  const { data } = await client.management.outboundApplicationByToken.fetchToken(INBOUND_TOKEN, 'a', 'u');
  assert.equal(data.expiresAt.toISOString(), '2026-11-23T12:00:00.000Z');
  assert.equal(data.source, 'network');
});
