// What a client with `throwOnError: true` rejects with.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import DescopeClient, {
  DescopeError,
  DescopeHttpError,
  DescopeTransportError,
  RateLimitError,
  TokenNotFoundError,
} from 'descope-outbound';

import { answer } from './support/canned-server.mjs';
import { arrange, TOKEN } from './support/made-up.mjs';

const NOT_FOUND = { errorCode: 'E111504', errorDescription: 'Token not found' };

async function errorOf(context, method, respond) {
  const { [method]: call } = await arrange(context, respond, { throwOnError: true });
  return call('app-id', 'user-id').then(
    () => assert.fail('it resolved'),
    (problem) => problem,
  );
}

test('a success still resolves', async (context) => {
  const { fetchToken } = await arrange(context, answer(200, { token: TOKEN }), { throwOnError: true });
  assert.equal((await fetchToken('app-id', 'user-id')).data.id, TOKEN.id);
});

test('a user who has not connected is told apart from everything else', async (context) => {
  const error = await errorOf(context, 'fetchToken', answer(404, NOT_FOUND, { 'x-request-id': 'request-1' }));
  assert.ok(error instanceof TokenNotFoundError && error instanceof DescopeHttpError && error instanceof DescopeError);
  assert.equal(error.name, 'TokenNotFoundError');
  assert.deepEqual({ ...error }, { code: 'TOKEN_NOT_FOUND', status: 404, ...NOT_FOUND, requestId: 'request-1' });
  assert.match(error.message, /^HTTP 404 E111504: Token not found; ask the user to connect .* \(request request-1\)$/);
});

test('a wrong base URL and a delete are no user who has not connected', async (context) => {
  for (const [method, respond] of [
    ['fetchToken', answer(404, '<html>')],
    ['fetchToken', answer(404, { errorCode: 'E011006' })],
    ['deleteUserTokens', answer(404, NOT_FOUND)],
  ]) {
    const error = await errorOf(context, method, respond);
    assert.equal(error.constructor, DescopeHttpError);
    assert.deepEqual([error.code, error.name, error.status], ['HTTP_ERROR', 'DescopeHttpError', 404]);
  }
});

test('too many requests tell how long to wait, where that is known', async (context) => {
  const told = await errorOf(context, 'fetchToken', answer(429, { errorCode: 'E130429' }, { 'retry-after': '7' }));
  assert.ok(told instanceof RateLimitError && told instanceof DescopeHttpError);
  assert.deepEqual({ ...told }, { code: 'RATE_LIMITED', status: 429, errorCode: 'E130429', retryAfter: 7 });
  const silent = await errorOf(context, 'fetchToken', answer(429, ''));
  assert.deepEqual({ ...silent }, { code: 'RATE_LIMITED', status: 429 });
});

test('the stack leads to the caller', async (context) => {
  async function whoCallsIt() {
    const { fetchToken } = await arrange(context, answer(500), { throwOnError: true });
    return await fetchToken('app-id', 'user-id');
  }
  const error = await whoCallsIt().catch((problem) => problem);
  assert.match(error.stack, /at async whoCallsIt/);
});

test('errors can be made by whoever mocks the client', () => {
  assert.deepEqual(
    { ...new RateLimitError('wait', { status: 429, retryAfter: 3 }) },
    {
      code: 'RATE_LIMITED',
      status: 429,
      retryAfter: 3,
    },
  );
  assert.equal(new TokenNotFoundError('none').code, 'TOKEN_NOT_FOUND');
  assert.equal(new DescopeHttpError('failed', { status: 500 }).code, 'HTTP_ERROR');
  const cause = new Error('cause');
  const aborted = new DescopeTransportError('ended', { code: 'ABORTED', cause });
  assert.deepEqual([aborted.name, aborted.cause], ['AbortError', cause]);
  assert.equal('cause' in new DescopeTransportError('late', { code: 'DEADLINE_EXCEEDED' }), false);
  assert.equal(DescopeClient.DescopeError, DescopeError);
});
