// Tests the errors of a client with `throwOnError: true`.
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

import { respondWith } from './support/canned-server.mjs';
import { arrange, TOKEN } from './support/fixtures.mjs';

const NOT_FOUND = { errorCode: 'E111504', errorDescription: 'Token not found' };

async function errorOf(context, method, respond) {
  const { [method]: call } = await arrange(context, respond, { throwOnError: true });
  return call('app-id', 'user-id').then(
    () => assert.fail('the call resolved'),
    (problem) => problem,
  );
}

test('a success still resolves', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }), { throwOnError: true });
  assert.equal((await fetchToken('app-id', 'user-id')).data.id, TOKEN.id);
});

test('a token that was not found rejects with TokenNotFoundError', async (context) => {
  const error = await errorOf(context, 'fetchToken', respondWith(404, NOT_FOUND, { 'x-request-id': 'request-1' }));
  assert.ok(error instanceof TokenNotFoundError && error instanceof DescopeHttpError && error instanceof DescopeError);
  assert.equal(error.name, 'TokenNotFoundError');
  assert.deepEqual({ ...error }, { code: 'TOKEN_NOT_FOUND', status: 404, ...NOT_FOUND, requestId: 'request-1' });
  assert.match(error.message, /^HTTP 404 E111504: Token not found; ask the user to connect .* \(request request-1\)$/);
});

test('other 404 responses reject with DescopeHttpError', async (context) => {
  for (const [method, respond] of [
    ['fetchToken', respondWith(404, '<html>')],
    ['fetchToken', respondWith(404, { errorCode: 'E011006' })],
    ['deleteUserTokens', respondWith(404, NOT_FOUND)],
  ]) {
    const error = await errorOf(context, method, respond);
    assert.equal(error.constructor, DescopeHttpError);
    assert.deepEqual([error.code, error.name, error.status], ['HTTP_ERROR', 'DescopeHttpError', 404]);
  }
});

test('a 429 rejects with RateLimitError, with retryAfter if it is known', async (context) => {
  const withHeader = await errorOf(
    context,
    'fetchToken',
    respondWith(429, { errorCode: 'E130429' }, { 'retry-after': '7' }),
  );
  assert.ok(withHeader instanceof RateLimitError && withHeader instanceof DescopeHttpError);
  assert.deepEqual({ ...withHeader }, { code: 'RATE_LIMITED', status: 429, errorCode: 'E130429', retryAfter: 7 });
  const withoutHeader = await errorOf(context, 'fetchToken', respondWith(429, ''));
  assert.deepEqual({ ...withoutHeader }, { code: 'RATE_LIMITED', status: 429 });
});

test('the stack of an error names the caller', async (context) => {
  async function callerOfFetch() {
    const { fetchToken } = await arrange(context, respondWith(500), { throwOnError: true });
    return await fetchToken('app-id', 'user-id');
  }
  const error = await callerOfFetch().catch((problem) => problem);
  assert.match(error.stack, /at async callerOfFetch/);
});

test('a program that mocks the client can create errors', () => {
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
