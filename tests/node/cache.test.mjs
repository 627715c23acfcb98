// A client with a cache: what it asks the service, what it gives out, and what it forgets.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { inspect } from 'node:util';

import DescopeClient, { DescopeError } from 'descope-outbound';

import { answer } from './support/canned-server.mjs';
import { startEmulator } from './support/emulator.mjs';
import { arrange, clientOf } from './support/made-up.mjs';

const native = createRequire(import.meta.url)('../../bindings-node/lib/addon.cjs');

const FETCH = '/v1/mgmt/outbound/app/user/token/latest';

/** An emulator where a user has connected an app, and a client of it with a cache. */
async function cached(context, cache = true, config = {}) {
  const { configuration, control } = await startEmulator(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'user-id', token_id: 'token-id', scopes: ['r', 'w'] });
  const client = DescopeClient({ ...configuration, licenseHandshake: false, cache, ...config });
  const operations = client.management.outboundApplication;
  const requests = async () =>
    (await control('GET', 'journal')).entries.filter(({ path }) => path.startsWith('/v1/')).length;
  const fetch = async (...more) => (await operations.fetchToken('app-id', 'user-id', ...more)).data;
  return { ...operations, client, cache: client.cache, control, requests, fetch, configuration };
}

/** Waits for what is bound to happen elsewhere. */
async function until(condition) {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test('without being asked for there is no cache', async (context) => {
  for (const cache of [null, false]) {
    const { client, fetch, requests } = await cached(context, cache);
    assert.equal(client.cache, undefined);
    const wish = [null, null, { minValiditySeconds: 60 }];
    assert.deepEqual([(await fetch(...wish)).source, (await fetch(...wish)).source], ['network', 'network']);
    assert.equal(await requests(), 2);
  }
});

test('the second fetch asks nobody, and looks like the first', async (context) => {
  const { cache, fetchToken, requests } = await cached(context);
  const first = await fetchToken('app-id', 'user-id');
  const second = await fetchToken('app-id', 'user-id');
  assert.deepEqual([first.data.source, second.data.source], ['network', 'cache']);
  assert.deepEqual({ ...second.data }, { ...first.data });
  assert.deepEqual(Object.keys(second), Object.keys(first));
  assert.deepEqual([second.ok, second.code, second.data.expiresAt], [true, 200, first.data.expiresAt]);
  assert.equal(await second.response.text(), await first.response.text());
  assert.equal(second.response.headers.get('content-type'), first.response.headers.get('content-type'));
  assert.equal(await requests(), 1);
  const { hits, misses, entries, upstreamRequests } = cache.stats();
  assert.deepEqual(
    { hits, misses, entries, upstreamRequests },
    { hits: 1, misses: 1, entries: 1, upstreamRequests: 1 },
  );
});

test('a hit is there before anything else happens', async (context) => {
  const { fetch, fetchToken } = await cached(context);
  await fetch();
  const order = [];
  setImmediate(() => order.push('immediate'));
  process.nextTick(() => order.push('tick'));
  const { data } = await fetchToken('app-id', 'user-id');
  order.push(data.source);
  assert.deepEqual(order, ['cache']);
});

test('each caller gets an answer of its own, down to the scopes and whatever else is nested', async (context) => {
  const token = JSON.parse(
    '{"accessToken":"made-up-nested","scopes":["r"],"deep":[{"a":[{}]},[]],"__proto__":{"b":[]},"n":null}',
  );
  const { server, fetchToken } = await arrange(context, answer(200, { token }), { cache: true });
  const sent = JSON.stringify((await fetchToken('a', 'u')).data);
  for (let round = 0; round < 3; round += 1) {
    const { data } = await fetchToken('a', 'u');
    assert.equal(JSON.stringify(data), sent);
    assert.equal(data.source, 'cache');
    data.scopes.push('all');
    data.deep[0].a[0].changed = data.more = true;
    data.deep[1].push(1);
    Object.getOwnPropertyDescriptor(data, '__proto__').value.b.push(1);
    delete data.accessToken;
  }
  assert.equal(server.requests.length, 1);
});

test('what differs in any argument is another token, and scopes are a set', async (context) => {
  const { control, requests, cache, ...operations } = await cached(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'user-id', tenant_id: 'tenant-id', scopes: ['r'] });
  await control('POST', 'connect', { app_id: 'app-id', tenant_id: 'tenant-id', scopes: ['r'] });
  await control('POST', 'connect', {
    app_id: 'app-id',
    user_id: 'user-id',
    external_identifier: 'mine',
    scopes: ['x'],
  });
  const calls = [
    () => operations.fetchToken('app-id', 'user-id'),
    () => operations.fetchToken('app-id', 'user-id', 'tenant-id'),
    () => operations.fetchToken('app-id', 'user-id', null, null, { externalIdentifier: 'mine' }),
    () => operations.fetchTokenByScopes('app-id', 'user-id', ['r', 'w']),
    () => operations.fetchTokenByScopes('app-id', 'user-id', ['r'], {}, 'tenant-id'),
    () => operations.fetchTenantToken('app-id', 'tenant-id'),
    () => operations.fetchTenantTokenByScopes('app-id', 'tenant-id', ['r']),
  ];
  const sources = async () => {
    const found = [];
    for (const call of calls) found.push((await call()).data.source);
    return new Set(found);
  };
  assert.deepEqual(await sources(), new Set(['network']));
  assert.deepEqual(await sources(), new Set(['cache']));
  for (const scopes of [['w', 'r'], new Set(['w', 'r']), ['r', 'w', 'r']]) {
    assert.equal((await operations.fetchTokenByScopes('app-id', 'user-id', scopes)).data.source, 'cache');
  }
  assert.equal(await requests(), calls.length);
  assert.equal(cache.stats().entries, calls.length);
});

test('options reach the service, and a forced refresh replaces what was cached', async (context) => {
  const { fetch, requests } = await cached(context);
  const old = await fetch();
  assert.equal((await fetch(null, { withRefreshToken: true })).source, 'network');
  const forced = await fetch(null, { forceRefresh: true });
  assert.equal(forced.source, 'network');
  assert.notEqual(forced.accessToken, old.accessToken);
  const hit = await fetch(null, { withRefreshToken: false });
  assert.deepEqual([hit.source, hit.accessToken, hit.refreshToken], ['cache', forced.accessToken, undefined]);
  assert.equal(await requests(), 3);
});

test('fetches by an inbound token are never cached', async (context) => {
  const { client, control, requests } = await cached(context);
  const inbound = { user_id: 'user-id', scopes: ['outbound.token.fetch'] };
  const { token } = await control('POST', 'inbound_token', inbound);
  for (let round = 0; round < 3; round += 1) {
    const { data } = await client.management.outboundApplicationByToken.fetchToken(token, 'app-id', 'user-id');
    assert.equal(data.source, 'network');
  }
  assert.equal(await requests(), 3);
  assert.equal(client.cache.stats().entries, 0);
});

test('that a user has not connected is remembered until he is forgotten', async (context) => {
  const { cache, control, fetchToken, requests } = await cached(context);
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await fetchToken('app-id', 'stranger')).error.errorCode, 'E111504');
  }
  assert.deepEqual([await requests(), cache.stats().negativeHits], [1, 2]);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'stranger' });
  cache.forget(undefined, 'stranger');
  assert.equal((await fetchToken('app-id', 'stranger')).data.source, 'network');
});

test('forgetting is by app, by user or by both, and by nothing it is refused', async (context) => {
  const { cache, fetch } = await cached(context);
  for (const ids of [['app-id', 'user-id'], ['app-id'], [null, 'user-id']]) {
    await fetch();
    cache.forget('app-id', 'another');
    assert.equal((await fetch()).source, 'cache');
    cache.forget(...ids);
    assert.equal((await fetch()).source, 'network');
  }
  cache.clear();
  assert.equal((await fetch()).source, 'network');
  for (const ids of [[], ['', ''], [null, undefined]]) {
    assert.throws(
      () => cache.forget(...ids),
      (error) => error instanceof DescopeError && /^appId must not/.test(error.message),
    );
  }
  assert.throws(() => cache.forget('app-id', 5), new TypeError('userId must be a string, not a number'));
});

test('a rejected token is not given out again', async (context) => {
  const { cache, fetch } = await cached(context);
  const { accessToken } = await fetch();
  assert.equal(cache.reject(accessToken), true);
  const next = await fetch();
  assert.equal(next.source, 'network');
  assert.notEqual(next.accessToken, accessToken);
  assert.equal(cache.reject(accessToken), false);
  assert.throws(() => cache.reject(), new TypeError('accessToken must be a string, not nothing'));
});

test('a token that ends too soon for a caller is asked for', async (context) => {
  const { fetch, requests } = await cached(context);
  const wish = (minValiditySeconds) => fetch(null, null, { minValiditySeconds });
  await fetch();
  assert.deepEqual([(await wish(60)).source, (await wish(1e6)).source], ['cache', 'network']);
  for (const seconds of [-1, NaN, Infinity]) {
    await assert.rejects(wish(seconds), /minValiditySeconds must be a finite number of at least 0/);
  }
  await assert.rejects(wish('60'), new TypeError('minValiditySeconds must be a number of seconds, not a string'));
  await assert.rejects(fetch(null, null, { minValidity: 5 }), /minValidity is not an option of this method/);
  assert.equal(await requests(), 2);
});

test('a timeout without sense is refused whether there is a token or not', async (context) => {
  const { fetch, requests } = await cached(context);
  for (let round = 0; round < 2; round += 1) {
    for (const timeout of [-1, 0, NaN, Infinity]) {
      await assert.rejects(fetch(null, null, { timeout }), { code: 'INVALID_ARGUMENT', message: /^timeout must be/ });
    }
    await assert.rejects(fetch(null, null, { timeout: '5' }), /timeout must be a number of milliseconds/);
    await fetch(null, null, { timeout: 1e12 });
  }
  assert.equal(await requests(), 1);
});

test('however long the ids are, the second fetch asks nobody', async (context) => {
  const { control, fetchToken, fetchTokenByScopes, requests } = await cached(context);
  for (const length of [1, 100, 250, 251, 252, 253, 256, 300]) {
    for (const letter of ['a', '\u00e9', '\u20ac', '\u{1f511}']) {
      const userId = `${'-'.repeat(length)}${letter}`;
      await control('POST', 'connect', { app_id: 'app-id', user_id: userId, scopes: [userId] });
      const [{ data: first }, { data: second }] = [
        await fetchToken('app-id', userId),
        await fetchToken('app-id', userId),
      ];
      assert.deepEqual([first.source, second.source], ['network', 'cache']);
      assert.deepEqual([first.userId, second.userId], [userId, userId]);
      const byScopes = () => fetchTokenByScopes('app-id', userId, [userId]);
      assert.deepEqual([(await byScopes()).data.source, (await byScopes()).data.source], ['network', 'cache']);
    }
  }
  assert.equal(await requests(), 64);
});

test('what has been parsed is let go of where the cache lets go of it', async (context) => {
  const { configuration, control } = await startEmulator(context);
  const { NativeClient } = native;
  let taken = 0;
  native.NativeClient = {
    create(...given) {
      const half = NativeClient.create(...given);
      const cachedTokens = half.cachedTokens.bind(half);
      half.cachedTokens = (operation) => {
        const { find, take } = cachedTokens(operation);
        return {
          find,
          take() {
            taken += 1;
            return take();
          },
        };
      };
      return half;
    },
  };
  context.after(() => (native.NativeClient = NativeClient));
  const client = DescopeClient({ ...configuration, licenseHandshake: false, cache: true });
  const { fetchToken, deleteUserTokens, uploadUserApiKey } = client.management.outboundApplication;
  const connect = (userId) => control('POST', 'connect', { app_id: 'app-id', user_id: userId });
  for (const userId of ['user-id', 'another']) await connect(userId);
  const parsedAnew = async () => {
    const before = taken;
    await fetchToken('app-id', 'user-id');
    const { data } = await fetchToken('app-id', 'user-id');
    assert.equal(data.source, 'cache');
    return taken - before;
  };
  assert.deepEqual([await parsedAnew(), await parsedAnew()], [1, 0]);
  const another = (await fetchToken('app-id', 'another')).data.accessToken;
  for (const end of [
    () => deleteUserTokens('app-id', 'another'),
    () => uploadUserApiKey('app-id', 'another', 'made-up-api-key'),
    () => client.cache.forget('app-id', 'another'),
    () => client.cache.clear(),
  ]) {
    await end();
    assert.deepEqual([await parsedAnew(), await parsedAnew()], [1, 0], String(end));
  }
  assert.equal(client.cache.reject(another), false);
  assert.equal(await parsedAnew(), 0);
  const { data } = await fetchToken('app-id', 'user-id');
  assert.equal(client.cache.reject(data.accessToken), true);
  assert.equal(await parsedAnew(), 1);
});

test('what was found is not held on to by the native half', async (context) => {
  const { configuration, control } = await startEmulator(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'user-id' });
  const { NativeClient } = native;
  let half;
  native.NativeClient = { create: (...given) => (half = NativeClient.create(...given)) };
  context.after(() => (native.NativeClient = NativeClient));
  const client = DescopeClient({ ...configuration, licenseHandshake: false, cache: true });
  await client.management.outboundApplication.fetchToken('app-id', 'user-id');
  const { find, take } = half.cachedTokens('fetch_token');
  assert.equal(find('app-id', 'nobody'), 0);
  assert.equal(take(), null);
  assert.ok(find('app-id', 'user-id') > 0);
  assert.match(take().json, /accessToken/);
  assert.equal(take(), null);
  assert.ok(find('app-id', 'user-id') > 0);
  client.cache.clear();
  assert.equal(take(), null);
});

test('parsed responses that are no longer read are dropped, and their timer keeps no process alive', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { ParsedResponses } = createRequire(import.meta.url)('../../bindings-node/lib/parsed-responses.cjs');
  const parsedResponses = new ParsedResponses(10, 1e6);
  let taken = 0;
  const take = () => {
    taken += 1;
    return { status: 200, headers: '', json: '{"token":{"accessToken":"made-up"}}' };
  };
  const rotate = () => context.mock.timers.tick(300_000);
  const response = parsedResponses.get(1, take);
  rotate();
  assert.equal(parsedResponses.get(1, take), response);
  rotate();
  assert.equal(parsedResponses.get(1, take), response);
  assert.equal(taken, 1);
  rotate();
  rotate();
  assert.notEqual(parsedResponses.get(1, take), response);
  assert.equal(taken, 2);
  const takeNothing = () => null;
  assert.equal(parsedResponses.get(2, takeNothing), undefined);
});

test('an aborted signal ends a call that would have been a hit', async (context) => {
  const { fetch } = await cached(context);
  await fetch();
  await assert.rejects(fetch(null, null, { signal: AbortSignal.abort() }), { code: 'ABORTED' });
  assert.equal((await fetch(null, null, { signal: new AbortController().signal, timeout: 5 })).source, 'cache');
});

test('half of a surrogate pair is refused, and nobody is given the token of another', async (context) => {
  const { fetchToken, control } = await cached(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: '\ufffd' });
  await fetchToken('app-id', '\ufffd');
  await assert.rejects(fetchToken('app-id', '\ud800'), /userId must not hold a lone surrogate/);
});

test('a token grows old as time passes, and what cannot be refreshed says so', async (context) => {
  const { cache, control, fetch, requests } = await cached(context, { staleIfErrorSeconds: 600 });
  await fetch();
  native.advanceCacheClock(301);
  assert.equal((await fetch()).source, 'cache');
  await until(() => cache.stats().refreshedAhead === 1);
  assert.equal(await requests(), 2);
  native.advanceCacheClock(1000);
  await control('POST', 'faults', { path: FETCH, status: 500 });
  assert.equal((await fetch()).source, 'stale');
  assert.equal((await fetch()).source, 'stale');
  assert.equal(cache.stats().staleServed, 2);
});

test('tokens whose time is over go when others come', async (context) => {
  const { cache, fetch, fetchToken, fetchTokenByScopes } = await cached(context);
  const { accessToken } = await fetch();
  await fetchTokenByScopes('app-id', 'user-id', ['r', 'w']);
  cache.reject(accessToken);
  assert.equal(cache.stats().entries, 2);
  native.advanceCacheClock(901);
  assert.equal((await fetchToken('app-id', 'stranger')).ok, false);
  const { entries, bytes } = cache.stats();
  assert.deepEqual([entries, bytes], [0, 0]);
});

test('deletes and uploads end what is cached', async (context) => {
  const { fetch, fetchToken, uploadUserToken, deleteUserTokens } = await cached(context);
  await fetch();
  await uploadUserToken({ appId: 'app-id', userId: 'user-id', accessToken: 'made-up-uploaded', scopes: ['r', 'w'] });
  assert.equal((await fetch()).source, 'network');
  await deleteUserTokens('app-id', 'user-id');
  assert.equal((await fetchToken('app-id', 'user-id')).error.errorCode, 'E111504');
});

test('a thousand callers are one request, and who began it may leave', async (context) => {
  const { control, fetch, requests } = await cached(context);
  await control('POST', 'faults', { path: FETCH, delivery: 'hold', count: 1 });
  const leaving = new AbortController();
  const first = assert.rejects(fetch(null, null, { signal: leaving.signal }), { code: 'ABORTED' });
  const impatient = assert.rejects(fetch(null, null, { timeout: 200 }), { code: 'DEADLINE_EXCEEDED' });
  const others = Array.from({ length: 998 }, () => fetch());
  await until(async () => (await requests()) === 1);
  leaving.abort();
  await first;
  await impatient;
  await control('POST', 'faults/release');
  const sources = (await Promise.all(others)).map(({ source }) => source);
  assert.deepEqual(new Set(sources), new Set(['joined']));
  assert.equal(await requests(), 1);
});

test('after a delete nobody is given what was fetched before', async (context) => {
  const { cache, control, fetch, fetchToken, deleteUserTokens, requests } = await cached(context);
  await control('POST', 'faults', { path: FETCH, delivery: 'hold', count: 1 });
  const early = fetch();
  await until(async () => (await requests()) === 1);
  await deleteUserTokens('app-id', 'user-id');
  assert.equal((await fetchToken('app-id', 'user-id')).ok, false);
  await control('POST', 'faults/release');
  assert.equal((await early).source, 'network');
  assert.equal((await fetchToken('app-id', 'user-id')).ok, false);
  assert.equal(cache.stats().suppressedPublishes, 1);
});

test('with throwOnError a remembered absence rejects, and a hit resolves', async (context) => {
  const { fetch, fetchToken } = await cached(context, true, { throwOnError: true });
  await fetch();
  assert.equal((await fetch()).source, 'cache');
  for (let round = 0; round < 2; round += 1)
    await assert.rejects(fetchToken('app-id', 'stranger'), { code: 'TOKEN_NOT_FOUND' });
});

test('printing shows no token', async (context) => {
  const { client, cache, fetchToken } = await cached(context);
  const { data } = await fetchToken('app-id', 'user-id');
  const hit = await fetchToken('app-id', 'user-id');
  const options = { depth: Infinity, showHidden: true };
  const shown = [client, cache, cache.stats(), hit, hit.data].map((each) => inspect(each, options)).join('\n');
  assert.ok(!shown.includes(data.accessToken));
  assert.ok(!JSON.stringify([cache, cache.stats()]).includes(data.accessToken));
});

test('a cache of few entries keeps few', async (context) => {
  const { control, cache, fetchToken } = await cached(context, { maxEntries: 3 });
  for (let user = 0; user < 12; user += 1) {
    await control('POST', 'connect', { app_id: 'app-id', user_id: `u${user}` });
    await fetchToken('app-id', `u${user}`);
    await fetchToken('app-id', `u${user}`);
  }
  assert.ok(cache.stats().entries <= 3);
  assert.ok(cache.stats().evictions >= 9);
});

test('clients do not share what they keep', async (context) => {
  const { configuration, fetch } = await cached(context);
  await fetch();
  const other = DescopeClient({ ...configuration, licenseHandshake: false, cache: true });
  const { data } = await other.management.outboundApplication.fetchToken('app-id', 'user-id');
  assert.equal(data.source, 'network');
  assert.equal(clientOf({ url: configuration.baseUrl }).cache, undefined);
});
