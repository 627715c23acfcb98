// Tests the result that a call resolves with.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';

import { closeConnection, LICENSE_PATH, respondWith } from './support/canned-server.mjs';
import { ACCESS_TOKEN, arrange, EXPIRES_AT, REFRESH_TOKEN, TOKEN } from './support/fixtures.mjs';

const NOT_FOUND = { errorCode: 'E111504', errorDescription: 'Token not found' };

test('a success has the keys of the official SDK in the same order', async (context) => {
  const { fetchToken, deleteTokenById } = await arrange(context, [
    respondWith(200, { token: TOKEN }),
    respondWith(200),
  ]);
  const fetched = await fetchToken('app-id', 'user-id');
  assert.deepEqual(Object.keys(fetched), ['code', 'ok', 'response', 'data']);
  assert.equal(fetched.code, 200);
  assert.equal(fetched.ok, true);
  assert.deepEqual({ ...fetched.data }, TOKEN);
  const deleted = await deleteTokenById('token-id');
  assert.deepEqual(Object.keys(deleted), ['code', 'ok', 'response', 'data']);
  assert.deepEqual(deleted.data, {});
});

test('an error response has the keys of the official SDK in the same order', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(404, { ...NOT_FOUND, errorMessage: 'no token', more: 1 }));
  const { response, ...rest } = await fetchToken('app-id', 'user-id');
  assert.deepEqual(Object.keys(rest), ['code', 'ok', 'error']);
  assert.deepEqual(rest, { code: 404, ok: false, error: { ...NOT_FOUND, errorMessage: 'no token' } });
  assert.equal(response.ok, false);
});

test('an error has no key for a field that the service left empty', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(400, { ...NOT_FOUND, errorMessage: '' }));
  const { error } = await fetchToken('app-id', 'user-id');
  assert.deepEqual(error, NOT_FOUND);
});

test('an error response without JSON resolves with a description', async (context) => {
  const page = '<html><title>Bad gateway</title></html>';
  const { fetchToken } = await arrange(context, respondWith(502, page, { 'cf-ray': 'ray-1' }));
  const failed = await fetchToken('app-id', 'user-id');
  assert.equal(failed.code, 502);
  assert.equal(failed.error.errorCode, '');
  assert.match(failed.error.errorDescription, /^HTTP 502; .*\(request ray-1\)$/);
  assert.equal(await failed.response.text(), page);
});

test('a redirect is an error', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(302, '', { location: '/elsewhere' }));
  const failed = await fetchToken('app-id', 'user-id');
  assert.equal(failed.code, 302);
  assert.equal(failed.ok, false);
  assert.equal(server.requests.length, 1);
});

for (const [sent, expected] of [
  ['7', 7],
  ['0', 0],
  ['1.5', 2],
  ['-5', 0],
  ['Mon, 23 Nov 2020 12:00:00 GMT', 0],
  ['soon', undefined],
]) {
  test(`a 429 with "Retry-After: ${sent}" has retryAfter ${expected} and is not retried`, async (context) => {
    const { server, fetchToken } = await arrange(context, respondWith(429, '', { 'retry-after': sent }));
    const { code, error } = await fetchToken('app-id', 'user-id');
    assert.equal(code, 429);
    assert.equal(error.retryAfter, expected);
    assert.equal('retryAfter' in error, expected !== undefined);
    assert.equal(server.requests.length, 1);
  });
}

test('only a 429 has retryAfter', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(500, {}, { 'retry-after': '7' }));
  const { error } = await fetchToken('app-id', 'user-id');
  assert.equal('retryAfter' in error, false);
});

test('data is null if the token is null, and undefined if it is absent', async (context) => {
  const { fetchToken } = await arrange(context, [respondWith(200, { token: null }), respondWith(200, {})]);
  const nothing = await fetchToken('app-id', 'user-id');
  assert.deepEqual([nothing.ok, nothing.data], [true, null]);
  const absent = await fetchToken('app-id', 'user-id');
  assert.deepEqual([absent.ok, absent.data, 'data' in absent], [true, undefined, true]);
});

test('a token that is not an object is returned unchanged', async (context) => {
  const { fetchToken } = await arrange(context, [
    respondWith(200, { token: 'text' }),
    respondWith(200, { token: ['list'] }),
  ]);
  assert.equal((await fetchToken('app-id', 'user-id')).data, 'text');
  assert.deepEqual((await fetchToken('app-id', 'user-id')).data, ['list']);
});

test('a delete with an empty response succeeds', async (context) => {
  const { deleteUserTokens } = await arrange(context, [respondWith(204, ''), respondWith(200, '')]);
  const [silent, empty] = [await deleteUserTokens('app-id'), await deleteUserTokens('app-id')];
  assert.deepEqual([silent.code, silent.ok, silent.data], [204, true, {}]);
  assert.equal(silent.response.status, 204);
  assert.equal(await silent.response.text(), '');
  assert.deepEqual([empty.code, empty.ok, empty.data], [200, true, {}]);
});

test('data has the keys and values that the service sent, in the same order', async (context) => {
  const sent = '{"token":{"zeta":1,"accessToken":"a","__proto__":{"polluted":true},"alpha":null}}';
  const { fetchToken } = await arrange(context, respondWith(200, sent));
  const { data } = await fetchToken('app-id', 'user-id');
  assert.deepEqual(Object.keys(data), ['zeta', 'accessToken', '__proto__', 'alpha']);
  assert.equal(`{"token":${JSON.stringify(data)}}`, sent);
  assert.equal(data.polluted, undefined);
  assert.equal(data.expiresAt, null);
});

test('a copy of data equals what the service sent', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const { data } = await fetchToken('app-id', 'user-id');
  assert.deepEqual({ ...data }, TOKEN);
  assert.deepEqual(structuredClone(data), TOKEN);
  assert.deepEqual(JSON.parse(JSON.stringify(data)), TOKEN);
  assert.deepEqual(Object.assign({}, data), TOKEN);
});

test('data has expiresAt and source', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const { data } = await fetchToken('app-id', 'user-id');
  assert.deepEqual(data.expiresAt, EXPIRES_AT);
  assert.equal(data.source, 'network');
});

for (const [expiry, moment] of [
  ['2026-11-23T12:00:00Z', EXPIRES_AT],
  ['2026-11-23T14:00:00+02:00', EXPIRES_AT],
  ['1795435200', EXPIRES_AT],
  ['1795435200000', EXPIRES_AT],
  [1795435200, EXPIRES_AT],
  [1795435200000, EXPIRES_AT],
  [3600, null],
  ['', null],
  ['0', null],
  ['soon', null],
  [null, null],
  [{}, null],
  [undefined, null],
]) {
  test(`accessTokenExpiry ${JSON.stringify(expiry)} gives expiresAt ${moment?.toISOString() ?? 'null'}`, async (context) => {
    const { fetchToken } = await arrange(context, respondWith(200, { token: { accessTokenExpiry: expiry } }));
    const { data } = await fetchToken('app-id', 'user-id');
    assert.deepEqual(data.expiresAt, moment);
  });
}

test('the caller may change data without changing another result', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const [{ data }, { data: other }] = [await fetchToken('app-id', 'user-id'), await fetchToken('app-id', 'user-id')];
  const changes = { accessToken: 'mine', token: 'mine too', source: 'my own', expiresAt: 'now', extra: 1 };
  Object.assign(data, changes);
  assert.deepEqual({ ...data }, { ...TOKEN, ...changes });
  delete data.refreshToken;
  assert.equal('refreshToken' in data, false);
  assert.deepEqual({ ...other }, TOKEN);
  assert.equal(other.source, 'network');
});

test('accessToken and token read each other without adding a key', async (context) => {
  const { fetchToken } = await arrange(context, [
    respondWith(200, { token: { token: ACCESS_TOKEN } }),
    respondWith(200, { token: { accessToken: ACCESS_TOKEN } }),
    respondWith(200, { token: { id: 'token-id' } }),
  ]);
  const { data: older } = await fetchToken('app-id', 'user-id');
  assert.equal(older.accessToken, ACCESS_TOKEN);
  assert.deepEqual({ ...older }, { token: ACCESS_TOKEN });
  older.accessToken = 'mine';
  assert.deepEqual({ ...older }, { token: ACCESS_TOKEN, accessToken: 'mine' });

  const { data: newer } = await fetchToken('app-id', 'user-id');
  assert.equal(newer.token, ACCESS_TOKEN);
  assert.deepEqual({ ...newer }, { accessToken: ACCESS_TOKEN });

  const { data: neither } = await fetchToken('app-id', 'user-id');
  assert.equal(neither.accessToken, undefined);
  assert.equal(neither.token, undefined);
});

test('response has the members of a Response and is built once', async (context) => {
  const headers = { 'content-type': 'application/json', 'x-many': ['a', 'b'], 'x-latin': 'caf\u00e9' };
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }, headers));
  const fetched = await fetchToken('app-id', 'user-id');
  const { response } = fetched;
  assert.ok(response instanceof Response);
  assert.equal(fetched.response, response);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-many'), 'a, b');
  assert.equal(response.headers.get('x-latin'), 'caf\u00e9');
  assert.deepEqual(await response.clone().json(), { token: TOKEN });
  assert.deepEqual(await response.json(), { token: TOKEN });
  assert.deepEqual(JSON.parse(await response.text()), { token: TOKEN });
});

test('response passes every check for a Response', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(201, { token: TOKEN }, { 'x-some': 'thing' }));
  const { response } = await fetchToken('app-id', 'user-id');
  assert.equal(Object.prototype.toString.call(response), '[object Response]');
  assert.equal(response.constructor, Response);
  assert.ok('bodyUsed' in response);
  assert.ok(!('accessToken' in response));
  assert.equal(response.accessToken, undefined);
  // It is not a thenable.
  assert.equal(await response, response);
  assert.equal(inspect(response), 'Response { status: 201 }');
  const another = new Response(response.body, response);
  assert.deepEqual([another.status, another.headers.get('x-some')], [201, 'thing']);
  assert.deepEqual(await another.json(), { token: TOKEN });
  assert.equal(response.bodyUsed, true);
  response.json = () => 'replaced by a test';
  assert.equal(response.json(), 'replaced by a test');
});

test('response works behind a Proxy and behind its prototype', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }, { 'x-some': 'thing' }));
  const { response } = await fetchToken('app-id', 'user-id');
  for (const wrapped of [new Proxy(response, {}), Object.create(response)]) {
    assert.equal(wrapped.status, 200);
    assert.equal(wrapped.headers.get('x-some'), 'thing');
    assert.deepEqual(await wrapped.json(), { token: TOKEN });
    assert.ok(wrapped instanceof Response);
    assert.equal(inspect(wrapped), 'Response { status: 200 }');
  }
  assert.equal(inspect(Object.getPrototypeOf(response)), 'Response { status: undefined }');
  assert.throws(() => Object.getPrototypeOf(response).status, TypeError);
  const everything = { depth: Infinity, showHidden: true, customInspect: false };
  assert.ok(!inspect(response, everything).includes(TOKEN.accessToken));
});

test('response adds no content type', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const { response } = await fetchToken('app-id', 'user-id');
  assert.equal(response.headers.get('content-type'), null);
  assert.equal(new TextDecoder().decode(await response.arrayBuffer()), JSON.stringify({ token: TOKEN }));
});

for (const status of [304, 418, 599, 600, 999]) {
  test(`response has the status ${status}`, async (context) => {
    const { fetchToken } = await arrange(context, respondWith(status, status === 304 ? '' : 'text'));
    const failed = await fetchToken('app-id', 'user-id');
    assert.equal(failed.code, status);
    assert.equal(failed.response.status, status);
    assert.equal(failed.response.ok, false);
  });
}

const LONG_LIVED_TOKEN = { ...TOKEN, accessTokenExpiry: '4102444800' };

test('a result is a plain object whose copies have the response too', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: LONG_LIVED_TOKEN }), { cache: true });
  for (const source of ['network', 'cache']) {
    const fetched = await fetchToken('app-id', 'user-id');
    assert.equal(fetched.data.source, source);
    assert.equal(Object.getPrototypeOf(fetched), Object.prototype);
    assert.deepEqual(Object.getOwnPropertyNames(fetched), ['code', 'ok', 'response', 'data']);
    const { data } = fetched;
    assert.deepEqual({ ...fetched }, { code: 200, ok: true, response: fetched.response, data });
    assert.equal(JSON.stringify(fetched), JSON.stringify({ code: 200, ok: true, response: {}, data }));
    const described = Object.defineProperties({}, Object.getOwnPropertyDescriptors(fetched));
    const others = [new Proxy(fetched, {}), Object.create(fetched), described, Object.freeze(fetched)];
    for (const other of others) assert.equal(other.response, fetched.response);
    assert.equal(await fetched.response.text(), JSON.stringify({ token: LONG_LIVED_TOKEN }));
    // Hidden properties print no token either.
    assert.ok(!inspect(fetched, { showHidden: true, depth: Infinity }).includes(TOKEN.accessToken));
  }
});

test('each result has its own response', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: LONG_LIVED_TOKEN }), { cache: true });
  await fetchToken('app-id', 'user-id');
  const [one, other] = [await fetchToken('app-id', 'user-id'), await fetchToken('app-id', 'user-id')];
  assert.notEqual(one.response, other.response);
  await one.response.arrayBuffer();
  assert.equal(other.response.bodyUsed, false);
});

test('a caller can replace response', async (context) => {
  const { fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const fetched = await fetchToken('app-id', 'user-id');
  const mine = new Response('mine');
  fetched.response = mine;
  assert.equal(fetched.response, mine);
});

test('the client retries what the official SDK retries', async (context) => {
  const { server, fetchToken } = await arrange(context, [
    respondWith(503),
    closeConnection,
    respondWith(200, { token: TOKEN }),
  ]);
  const fetched = await fetchToken('app-id', 'user-id');
  assert.equal(fetched.ok, true);
  assert.deepEqual(new Set(server.requests.map(({ body }) => body)).size, 1);
  assert.equal(server.requests.length, 3);
});

test('every request identifies the SDK', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }), {
    baseHeaders: { 'X-Mine': 'm' },
  });
  await fetchToken('app-id', 'user-id');
  const { headers } = server.requests[0];
  assert.equal(headers['x-descope-sdk-name'], 'nodejs');
  assert.equal(headers['x-descope-sdk-node-version'], process.version);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-mine'], 'm');
  assert.match(headers['user-agent'], /^descope-outbound\//);
  assert.equal(headers['accept-encoding'], undefined);
});

test('the client requests the license once and sends its tier with later calls', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }), {
    licenseHandshake: 'wait',
  });
  await fetchToken('app-id', 'user-id');
  await fetchToken('app-id', 'user-id');
  assert.deepEqual(
    server.licenseRequests.map(({ method, url }) => [method, url]),
    [['GET', LICENSE_PATH]],
  );
  assert.deepEqual(
    server.requests.map(({ headers }) => headers['x-descope-license']),
    ['tier1', 'tier1'],
  );
});

test('secrets in a request reach the service unchanged', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  await fetchToken('app-id', 'user-id', 'tenant-id', { withRefreshToken: true, refreshToken: REFRESH_TOKEN });
  assert.deepEqual(JSON.parse(server.requests[0].body), {
    appId: 'app-id',
    userId: 'user-id',
    tenantId: 'tenant-id',
    options: { withRefreshToken: true, refreshToken: REFRESH_TOKEN },
  });
});
