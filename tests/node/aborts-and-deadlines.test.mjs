// Tests calls that end without a response: aborted, past their deadline, disconnected or unreadable.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import test from 'node:test';

import { DescopeError, DescopeTransportError } from 'descope-outbound';

import { closeConnection, hang, respondWith } from './support/canned-server.mjs';
import { arrange, TOKEN } from './support/fixtures.mjs';

function isAborted(reason) {
  return (error) => {
    assert.ok(error instanceof DescopeTransportError && error instanceof DescopeError);
    assert.equal(error.code, 'ABORTED');
    assert.equal(error.name, 'AbortError');
    assert.equal(error.cause, reason);
    assert.deepEqual(Object.keys(error), ['code']);
    return true;
  };
}

test('a signal that is already aborted rejects the call before it sends a request', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const reason = new Error('mine');
  await assert.rejects(fetchToken('a', 'u', null, null, { signal: AbortSignal.abort(reason) }), isAborted(reason));
  assert.equal(server.requests.length, 0);
});

test('a signal aborts the call and closes its connection', async (context) => {
  const { server, fetchToken } = await arrange(context, hang);
  const controller = new AbortController();
  const call = fetchToken('a', 'u', null, null, { signal: controller.signal });
  await server.received(1);
  const [socket] = server.connections;
  const closed = once(socket, 'close');
  const begin = performance.now();
  controller.abort('mine');
  await assert.rejects(call, isAborted('mine'));
  await closed;
  assert.ok(performance.now() - begin < 1000);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('a signal aborts the wait between two attempts', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(503, {}, { 'retry-after': '10' }));
  const controller = new AbortController();
  const call = fetchToken('a', 'u', null, null, { signal: controller.signal });
  await server.received(1);
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(call, { code: 'ABORTED' });
  assert.equal(server.requests.length, 1);
});

test('a signal that is aborted after the call has no effect', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const controller = new AbortController();
  const fetched = await fetchToken('a', 'u', null, null, { signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assert.equal(fetched.data.id, TOKEN.id);
  assert.equal(await fetched.response.text(), JSON.stringify({ token: TOKEN }));
});

test('one signal aborts many calls without a warning and without leaving a listener', async (context) => {
  const { server, fetchToken } = await arrange(context, hang);
  const controller = new AbortController();
  const warnings = [];
  const warned = (warning) => warnings.push(warning);
  process.on('warning', warned);
  context.after(() => process.off('warning', warned));
  const calls = Array.from({ length: 30 }, () => fetchToken('a', 'u', null, null, { signal: controller.signal }));
  await server.received(30);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
  controller.abort();
  for (const { status, reason } of await Promise.allSettled(calls)) {
    assert.equal(status, 'rejected');
    assert.equal(reason.code, 'ABORTED');
  }
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test('a signal can be used for one call after another', async (context) => {
  const { fetchToken } = await arrange(context, [respondWith(200, { token: TOKEN }), closeConnection, hang]);
  const controller = new AbortController();
  const call = { signal: controller.signal, timeout: 1_000 };
  assert.equal((await fetchToken('a', 'u', null, null, call)).ok, true);
  await assert.rejects(fetchToken('a', 'u', null, { forceRefresh: true }, call), { code: 'CONNECTION_FAILED' });
  await assert.rejects(fetchToken('a', 'u', null, null, call), { code: 'DEADLINE_EXCEEDED' });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('the reason of a signal that times out is the cause', async (context) => {
  const { fetchToken } = await arrange(context, hang);
  await assert.rejects(fetchToken('a', 'u', null, null, { signal: AbortSignal.timeout(20) }), (error) => {
    assert.equal(error.code, 'ABORTED');
    assert.equal(error.cause.name, 'TimeoutError');
    return true;
  });
});

test('every operation takes a signal and a timeout', async (context) => {
  const { client } = await arrange(context, hang);
  const { fetchToken, fetchTokenByScopes, deleteTokenById, deleteUserTokens } = client.management.outboundApplication;
  const calls = [
    (callOptions) => fetchToken('a', 'u', undefined, undefined, callOptions),
    (callOptions) => fetchTokenByScopes('a', 'u', ['r'], undefined, undefined, callOptions),
    (callOptions) => deleteTokenById('t', callOptions),
    (callOptions) => deleteUserTokens('a', 'u', callOptions),
  ];
  for (const call of calls) {
    await assert.rejects(call({ timeout: 20 }), { name: 'DescopeTransportError', code: 'DEADLINE_EXCEEDED' });
    await assert.rejects(call({ signal: AbortSignal.timeout(20), timeout: undefined }), { code: 'ABORTED' });
    await assert.rejects(call({ signal: null, timeout: 20 }), { code: 'DEADLINE_EXCEEDED' });
  }
});

test('a response that arrives slowly does not extend the deadline', async (context) => {
  const drip = (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  };
  const { fetchToken } = await arrange(context, drip);
  const begin = performance.now();
  await assert.rejects(fetchToken('a', 'u', null, null, { timeout: 150 }), { code: 'DEADLINE_EXCEEDED' });
  const took = performance.now() - begin;
  assert.ok(took > 140 && took < 1000, `${took} ms`);
});

test('a refused connection rejects with CONNECTION_FAILED', async (context) => {
  const { server, fetchToken } = await arrange(context, hang);
  await server.stop();
  server.stop = async () => {};
  await assert.rejects(fetchToken('a', 'u', null, null, { timeout: 400 }), {
    name: 'DescopeTransportError',
    code: 'CONNECTION_FAILED',
    reason: 'refused',
    message: /^could not connect to http:/,
  });
});

for (const [what, body] of [
  ['a web page', '<html>made-up-access-token</html>'],
  ['empty', ''],
  ['a truncated object', '{"token":{"accessToken":"made-up-access-token"'],
  ['a list', '["made-up-access-token"]'],
  ['JSON with a lone surrogate', '{"token":{"accessToken":"made-up-access-token\\ud800"}}'],
]) {
  test(`a success that is ${what} rejects, and the error does not quote it`, async (context) => {
    const { fetchToken } = await arrange(context, respondWith(200, body));
    const error = await fetchToken('a', 'u').catch((problem) => problem);
    assert.ok(error instanceof DescopeTransportError, String(error));
    assert.equal(error.code, 'DECODE_ERROR');
    assert.ok(!error.stack.includes('made-up'), error.stack);
  });
}

test('a signal in the wrong position is rejected instead of ignored', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const signal = AbortSignal.timeout(60_000);
  await assert.rejects(fetchToken('a', 'u', null, null, signal), /pass \{ signal \}, not the signal itself/);
  await assert.rejects(fetchToken('a', 'u', null, { signal }), /pass it in the last argument, as \{ signal \}/);
  assert.equal(server.requests.length, 0);
});
