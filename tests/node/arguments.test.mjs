// Tests which arguments a call accepts, and which it rejects before it sends a request.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import vm from 'node:vm';

import { DescopeError } from 'descope-outbound';

import { respondWith } from './support/canned-server.mjs';
import { arrange, TOKEN } from './support/fixtures.mjs';

const LONE_SURROGATE = 'a\ud800b';

class Options {
  toJSON() {
    return { forceRefresh: true };
  }
}

const selfContaining = {};
selfContaining.again = selfContaining;

/** Method, arguments, kind of error (`type` is a TypeError) and a part of its text. */
const REJECTED = [
  ['fetchToken', [], 'value', 'appId must not be empty'],
  ['fetchToken', ['', 'u'], 'value', 'appId must not be empty'],
  ['fetchToken', ['a'], 'value', 'userId must not be empty'],
  ['fetchToken', ['a', null], 'value', 'userId must not be empty'],
  ['fetchToken', ['a', ''], 'value', 'userId must not be empty'],
  ['fetchToken', [LONE_SURROGATE, 'u'], 'value', 'appId must not hold a lone surrogate'],
  ['fetchToken', ['a', 'u', LONE_SURROGATE], 'value', 'tenantId must not hold a lone surrogate'],
  ['fetchToken', ['a', 'u', 't', { hint: LONE_SURROGATE }], 'value', 'options.hint must not hold a lone surrogate'],
  ['fetchToken', ['a', 'u', 't', { [LONE_SURROGATE]: 1 }], 'value', 'a key of options must not hold a lone surrogate'],
  ['fetchToken', [5, 'u'], 'type', 'appId must be a string, not a number'],
  ['fetchToken', [true, 'u'], 'type', 'appId must be a string, not a boolean'],
  ['fetchToken', ['a', ['u']], 'type', 'userId must be a string, not a list'],
  ['fetchToken', ['a', {}], 'type', 'userId must be a string, not an object'],
  ['fetchToken', ['a', 5n], 'type', 'userId is a bigint'],
  ['fetchToken', ['a', () => 'u'], 'type', 'userId is a function'],
  ['fetchToken', ['a', Symbol('u')], 'type', 'userId is a symbol'],
  ['fetchToken', ['a', new String('u')], 'type', 'userId is a String'],
  ['fetchToken', ['a', NaN], 'value', 'userId is NaN'],
  ['fetchToken', ['a', 'u', { forceRefresh: true }], 'type', 'tenantId must be a string, not an object: the order of'],
  ['fetchToken', ['a', 'u', []], 'type', 'tenantId must be a string, not an object: the order of'],
  ['fetchToken', ['a', 'u', 5], 'type', 'tenantId must be a string, not a number'],
  ['fetchToken', ['a', 'u', 't', 'forceRefresh'], 'type', 'options must be an object, not a string'],
  ['fetchToken', ['a', 'u', 't', []], 'type', 'options must be an object, not a list'],
  ['fetchToken', ['a', 'u', 't', new Options()], 'type', 'options is a Options, which cannot be sent as JSON'],
  ['fetchToken', ['a', 'u', 't', new Map()], 'type', 'options is a Map'],
  ['fetchToken', ['a', 'u', 't', { when: new Date(0) }], 'type', 'options.when is a Date'],
  ['fetchToken', ['a', 'u', 't', { many: 1n }], 'type', 'options.many is a bigint'],
  ['fetchToken', ['a', 'u', 't', { much: Infinity }], 'value', 'options.much is Infinity'],
  ['fetchToken', ['a', 'u', 't', { list: [1, undefined] }], 'type', 'options.list[1] is undefined'],
  ['fetchToken', ['a', 'u', 't', { list: [{ deep: Symbol('s') }] }], 'type', 'options.list[0].deep is a symbol'],
  ['fetchToken', ['a', 'u', 't', { toJSON: () => ({}) }], 'type', 'options.toJSON is a function'],
  ['fetchToken', ['a', 'u', 't', selfContaining], 'type', 'is nested more than 100 levels deep, or contains itself'],
  ['fetchToken', ['a', 'u', 't', { signal: new AbortController().signal }], 'type', 'options.signal is a AbortSignal'],
  ['fetchTokenByScopes', ['a', 'u'], 'value', 'scopes must not be empty'],
  ['fetchTokenByScopes', ['a', 'u', null], 'value', 'scopes must not be empty'],
  ['fetchTokenByScopes', ['a', 'u', 'read write'], 'type', 'scopes must be a list of strings, not a string'],
  ['fetchTokenByScopes', ['a', 'u', new String('read')], 'type', 'scopes is a String'],
  ['fetchTokenByScopes', ['a', 'u', { read: true }], 'type', 'scopes must be a list of strings, not an object'],
  ['fetchTokenByScopes', ['a', 'u', 5], 'type', 'scopes must be a list of strings, not a number'],
  ['fetchTokenByScopes', ['a', 'u', ['read', 5]], 'type', 'scopes must be a list of strings, and one item is a number'],
  ['fetchTokenByScopes', ['a', 'u', ['read', null]], 'type', 'one item is nothing'],
  ['fetchTokenByScopes', ['a', 'u', ['read', undefined]], 'type', 'scopes[1] is undefined'],
  ['fetchTokenByScopes', ['a', 'u', new Map([['read', 1]])], 'type', 'one item is a list'],
  ['fetchTokenByScopes', ['a', 'u', [LONE_SURROGATE]], 'value', 'scopes[0] must not hold a lone surrogate'],
  ['fetchTokenByScopes', ['a', 'u', ['r'], 'tenant'], 'type', 'options must be an object, not a string'],
  ['fetchTokenByScopes', ['a', 'u', ['r'], {}, {}], 'type', 'tenantId must be a string, not an object: the order of'],
  ['deleteTokenById', [], 'value', 'id must not be empty'],
  ['deleteTokenById', [''], 'value', 'id must not be empty'],
  ['deleteTokenById', [null], 'value', 'id must not be empty'],
  ['deleteTokenById', [5], 'type', 'id must be a string, not a number'],
  ['deleteUserTokens', [], 'value', 'without a filter this would delete everything'],
  ['deleteUserTokens', [undefined, null], 'value', 'without a filter this would delete everything'],
  ['deleteUserTokens', ['', ''], 'value', 'appId must not be empty'],
  ['deleteUserTokens', ['a', ''], 'value', 'userId must not be empty'],
  ['deleteUserTokens', ['a', { timeout: 1 }], 'type', 'userId must be a string, not an object'],
  ['deleteTokenById', ['t', 5], 'type', 'the last argument must be an object with signal and timeout, not a number'],
  ['deleteTokenById', ['t', []], 'type', 'the last argument must be an object with signal and timeout, not a list'],
  ['deleteTokenById', ['t', { timeoutMs: 5 }], 'value', 'timeoutMs is not an option of this method'],
  ['deleteTokenById', ['t', { timeout: '5' }], 'type', 'timeout must be a number of milliseconds, not a string'],
  ['deleteTokenById', ['t', { timeout: NaN }], 'value', 'timeout must be a finite number above 0'],
  ['deleteTokenById', ['t', { timeout: 0 }], 'value', 'timeout must be a finite number above 0'],
  ['deleteTokenById', ['t', { timeout: -1 }], 'value', 'timeout must be a finite number above 0'],
  ['deleteTokenById', ['t', { timeout: Infinity }], 'value', 'timeout must be a finite number above 0'],
  ['deleteTokenById', ['t', { signal: 'now' }], 'type', 'signal must be an AbortSignal, not a string'],
  ['deleteTokenById', ['t', { signal: {} }], 'type', 'signal must be an AbortSignal, not an object'],
  ['deleteTokenById', ['t', { signal: new AbortController() }], 'type', 'signal must be an AbortSignal'],
];

function show(value) {
  if (value === selfContaining) return 'an object that contains itself';
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  const named = value !== null && typeof value === 'object' ? value.constructor.name : '';
  const inside = JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  return named === 'Object' || named === 'Array' || named === '' ? (inside ?? 'undefined') : `${named} ${inside}`;
}

for (const [method, given, kind, text] of REJECTED) {
  test(`${method}(${given.map(show).join(', ')}) is rejected: ${text}`, async (context) => {
    const { server, [method]: call } = await arrange(context, respondWith(200, { token: TOKEN }));
    const error = await call(...given).then(
      () => assert.fail('the request was sent'),
      (problem) => problem,
    );
    assert.ok(error.message.includes(text), error.message);
    if (kind === 'type') {
      assert.ok(error instanceof TypeError, error.stack);
    } else {
      assert.ok(error instanceof DescopeError, error.stack);
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.equal(error.name, 'DescopeError');
    }
    assert.equal(server.requests.length, 0);
  });
}

test('every method rejects instead of throwing', async (context) => {
  const { client } = await arrange(context, respondWith(200));
  for (const method of Object.values(client.management).flatMap(Object.values)) {
    assert.equal(Object.prototype.toString.call(method), '[object AsyncFunction]');
    await assert.rejects(method(...Array(7).fill(Symbol('s'))), TypeError);
  }
});

async function sentBy(context, method, ...given) {
  const { server, [method]: call } = await arrange(context, respondWith(200, { token: TOKEN }));
  const { ok } = await call(...given);
  assert.equal(ok, true);
  const [{ url, body }] = server.requests;
  return body === '' ? url : JSON.parse(body);
}

test('absent arguments are not sent', async (context) => {
  for (const absent of [undefined, null]) {
    assert.deepEqual(await sentBy(context, 'fetchToken', 'a', 'u', absent, absent, absent), {
      appId: 'a',
      userId: 'u',
    });
    assert.deepEqual(await sentBy(context, 'fetchTokenByScopes', 'a', 'u', ['r'], absent, absent, absent), {
      appId: 'a',
      userId: 'u',
      scopes: ['r'],
    });
    assert.equal(await sentBy(context, 'deleteUserTokens', absent, 'u'), '/v1/mgmt/outbound/user/tokens?userId=u');
    assert.equal(await sentBy(context, 'deleteUserTokens', 'a', absent), '/v1/mgmt/outbound/user/tokens?appId=a');
  }
  assert.deepEqual(await sentBy(context, 'fetchToken', 'a', 'u', ''), { appId: 'a', userId: 'u' });
});

test('absent options are not sent, and unknown options are sent unchanged', async (context) => {
  const options = { withRefreshToken: true, unknown: { deep: [1, 'two', null] }, absent: undefined };
  assert.deepEqual(await sentBy(context, 'fetchToken', 'a', 'u', 't', options), {
    appId: 'a',
    userId: 'u',
    tenantId: 't',
    options: { withRefreshToken: true, unknown: { deep: [1, 'two', null] } },
  });
  assert.deepEqual(await sentBy(context, 'fetchToken', 'a', 'u', null, {}), { appId: 'a', userId: 'u', options: {} });
});

test('options may come from another realm or have no prototype', async (context) => {
  const foreign = vm.runInNewContext('({ forceRefresh: true, list: [{ a: 1 }] })');
  const bare = Object.assign(Object.create(null), { forceRefresh: true });
  const expected = { forceRefresh: true, list: [{ a: 1 }] };
  assert.deepEqual((await sentBy(context, 'fetchToken', 'a', 'u', 't', foreign)).options, expected);
  assert.deepEqual((await sentBy(context, 'fetchToken', 'a', 'u', 't', bare)).options, { forceRefresh: true });
});

test('scopes may be any iterable of strings and keep their order', async (context) => {
  const generator = (function* () {
    yield 'w';
    yield 'r';
  })();
  for (const scopes of [['w', 'r'], new Set(['w', 'r']), generator, new Map([['w'], ['r']]).keys()]) {
    assert.deepEqual((await sentBy(context, 'fetchTokenByScopes', 'a', 'u', scopes)).scopes, ['w', 'r']);
  }
});

test('an empty list of scopes is sent', async (context) => {
  assert.deepEqual((await sentBy(context, 'fetchTokenByScopes', 'a', 'u', [])).scopes, []);
});

test('fetchTokenByScopes takes options before the tenant, and fetchToken takes them after it', async (context) => {
  const tail = { options: { forceRefresh: true }, tenantId: 't' };
  const byScopes = await sentBy(context, 'fetchTokenByScopes', 'a', 'u', ['r'], { forceRefresh: true }, 't');
  assert.deepEqual(byScopes, { appId: 'a', userId: 'u', scopes: ['r'], ...tail });
  const latest = await sentBy(context, 'fetchToken', 'a', 'u', 't', { forceRefresh: true });
  assert.deepEqual(latest, { appId: 'a', userId: 'u', ...tail });
});

test('an id is escaped in the URL', async (context) => {
  const url = await sentBy(context, 'deleteTokenById', 'a/../b ?&=%+\u00fc\ud83d\ude00#');
  assert.equal(url, '/v1/mgmt/outbound/token?id=a%2F..%2Fb%20%3F%26%3D%25%2B%C3%BC%F0%9F%98%80%23');
});

test('a call rejects with the error of an iterable that throws', async (context) => {
  const { fetchTokenByScopes } = await arrange(context, respondWith(200));
  const mine = new Error('mine');
  const scopes = {
    [Symbol.iterator]() {
      throw mine;
    },
  };
  await assert.rejects(fetchTokenByScopes('a', 'u', scopes), mine);
});
