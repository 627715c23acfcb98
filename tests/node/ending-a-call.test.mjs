// How a call ends before its answer is there: by a signal or by its deadline.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import test from 'node:test';

import { DescopeError, DescopeTransportError } from 'descope-outbound';

import { answer, closeConnection, hang } from './support/canned-server.mjs';
import { arrange, TOKEN } from './support/made-up.mjs';

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

test('a signal that has been aborted before ends the call before anything is sent', async (context) => {
  const { server, fetchToken } = await arrange(context, answer(200, { token: TOKEN }));
  const reason = new Error('mine');
  await assert.rejects(fetchToken('a', 'u', null, null, { signal: AbortSignal.abort(reason) }), isAborted(reason));
  assert.equal(server.requests.length, 0);
});

test('a signal ends the call and drops its connection', async (context) => {
  const { server, fetchToken } = await arrange(context, hang);
  const controller = new AbortController();
  const call = fetchToken('a', 'u', null, null, { signal: controller.signal });
  await server.asked(1);
  const [socket] = server.connections;
  const closed = once(socket, 'close');
  const begin = performance.now();
  controller.abort('mine');
  await assert.rejects(call, isAborted('mine'));
  await closed;
  assert.ok(performance.now() - begin < 1000);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('a signal ends the wait between two attempts', async (context) => {
  const { server, fetchToken } = await arrange(context, answer(503, {}, { 'retry-after': '10' }));
  const controller = new AbortController();
  const call = fetchToken('a', 'u', null, null, { signal: controller.signal });
  await server.asked(1);
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(call, { code: 'ABORTED' });
  assert.equal(server.requests.length, 1);
});

test('a signal that is aborted afterwards changes nothing', async (context) => {
  const { fetchToken } = await arrange(context, answer(200, { token: TOKEN }));
  const controller = new AbortController();
  const fetched = await fetchToken('a', 'u', null, null, { signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assert.equal(fetched.data.id, TOKEN.id);
  assert.equal(await fetched.response.text(), JSON.stringify({ token: TOKEN }));
});

test('one signal ends many calls, without a warning, and leaves no listener', async (context) => {
  const { server, fetchToken } = await arrange(context, hang);
  const controller = new AbortController();
  const warnings = [];
  const warned = (warning) => warnings.push(warning);
  process.on('warning', warned);
  context.after(() => process.off('warning', warned));
  const calls = Array.from({ length: 30 }, () => fetchToken('a', 'u', null, null, { signal: controller.signal }));
  await server.asked(30);
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

test('a signal serves one call after another', async (context) => {
  const { fetchToken } = await arrange(context, [answer(200, { token: TOKEN }), closeConnection, hang]);
  const controller = new AbortController();
  const call = { signal: controller.signal, timeout: 1_000 };
  assert.equal((await fetchToken('a', 'u', null, null, call)).ok, true);
  await assert.rejects(fetchToken('a', 'u', null, { forceRefresh: true }, call), { code: 'CONNECTION_FAILED' });
  await assert.rejects(fetchToken('a', 'u', null, null, call), { code: 'DEADLINE_EXCEEDED' });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('a signal that times out is the cause', async (context) => {
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
    (last) => fetchToken('a', 'u', undefined, undefined, last),
    (last) => fetchTokenByScopes('a', 'u', ['r'], undefined, undefined, last),
    (last) => deleteTokenById('t', last),
    (last) => deleteUserTokens('a', 'u', last),
  ];
  for (const call of calls) {
    await assert.rejects(call({ timeout: 20 }), { name: 'DescopeTransportError', code: 'DEADLINE_EXCEEDED' });
    await assert.rejects(call({ signal: AbortSignal.timeout(20), timeout: undefined }), { code: 'ABORTED' });
    await assert.rejects(call({ signal: null, timeout: 20 }), { code: 'DEADLINE_EXCEEDED' });
  }
});

test('an answer that drips is not waited for beyond the deadline', async (context) => {
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

test('a service that is not there is a connection that failed', async (context) => {
  const { server, fetchToken } = await arrange(context, hang);
  await server.stop();
  server.stop = async () => {};
  await assert.rejects(fetchToken('a', 'u', null, null, { timeout: 400 }), {
    name: 'DescopeTransportError',
    code: 'CONNECTION_FAILED',
    message: /^could not connect to http:/,
  });
});

for (const [what, body] of [
  ['a web page', '<html>made-up-access-token</html>'],
  ['nothing', ''],
  ['half of an object', '{"token":{"accessToken":"made-up-access-token"'],
  ['a list', '["made-up-access-token"]'],
  ['half of a surrogate pair', '{"token":{"accessToken":"made-up-access-token\\ud800"}}'],
]) {
  test(`a success that is ${what} cannot be read, and its error does not quote it`, async (context) => {
    const { fetchToken } = await arrange(context, answer(200, body));
    const error = await fetchToken('a', 'u').catch((problem) => problem);
    assert.ok(error instanceof DescopeTransportError, String(error));
    assert.equal(error.code, 'DECODE_ERROR');
    assert.ok(!error.stack.includes('made-up'), error.stack);
  });
}

test('a signal in the wrong place is refused, since it would be ignored', async (context) => {
  const { server, fetchToken } = await arrange(context, answer(200, { token: TOKEN }));
  const signal = AbortSignal.timeout(60_000);
  await assert.rejects(fetchToken('a', 'u', null, null, signal), /pass \{ signal \}, not the signal itself/);
  await assert.rejects(fetchToken('a', 'u', null, { signal }), /pass it in the last argument, as \{ signal \}/);
  assert.equal(server.requests.length, 0);
});
