// Tests a client with a cache: its requests, its results, and what it removes.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { inspect } from 'node:util';

import DescopeClient, { DescopeError } from 'descope-outbound';

import { respondWith } from './support/canned-server.mjs';
import { startEmulator } from './support/emulator.mjs';
import { arrange, clientOf } from './support/fixtures.mjs';

const native = createRequire(import.meta.url)('../../bindings-node/lib/addon.cjs');

const FETCH = '/v1/mgmt/outbound/app/user/token/latest';

/** Start an emulator in which a user has connected an app, and create a client with a cache. */
async function arrangeCached(context, cache = true, config = {}) {
  const { configuration, control } = await startEmulator(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'user-id', token_id: 'token-id', scopes: ['r', 'w'] });
  const client = DescopeClient({ ...configuration, licenseHandshake: false, cache, ...config });
  const operations = client.management.outboundApplication;
  const requests = async () =>
    (await control('GET', 'journal')).entries.filter(({ path }) => path.startsWith('/v1/')).length;
  const fetch = async (...more) => (await operations.fetchToken('app-id', 'user-id', ...more)).data;
  return { ...operations, client, cache: client.cache, control, requests, fetch, configuration };
}

/** Wait until a background task has made the condition true. */
async function waitUntil(condition) {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'the condition did not become true');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test('a client has no cache by default', async (context) => {
  for (const cache of [null, false]) {
    const { client, fetch, requests } = await arrangeCached(context, cache);
    assert.equal(client.cache, undefined);
    const callOptions = [null, null, { minValiditySeconds: 60 }];
    assert.deepEqual(
      [(await fetch(...callOptions)).source, (await fetch(...callOptions)).source],
      ['network', 'network'],
    );
    assert.equal(await requests(), 2);
  }
});

test('a cache hit sends no request and equals the first result', async (context) => {
  const { cache, fetchToken, requests } = await arrangeCached(context);
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

test('a cache hit resolves before the next tick', async (context) => {
  const { fetch, fetchToken } = await arrangeCached(context);
  await fetch();
  const order = [];
  setImmediate(() => order.push('immediate'));
  process.nextTick(() => order.push('tick'));
  const { data } = await fetchToken('app-id', 'user-id');
  order.push(data.source);
  assert.deepEqual(order, ['cache']);
});

test('each caller gets its own deep copy of a cached token', async (context) => {
  const token = JSON.parse(
    '{"accessToken":"made-up-nested","scopes":["r"],"deep":[{"a":[{}]},[]],"__proto__":{"b":[]},"n":null}',
  );
  const { server, fetchToken } = await arrange(context, respondWith(200, { token }), { cache: true });
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

test('every argument is part of the cache key, and the order of scopes is not', async (context) => {
  const { control, requests, cache, ...operations } = await arrangeCached(context);
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

test('options reach the service, and a forced refresh replaces the cached token', async (context) => {
  const { fetch, requests } = await arrangeCached(context);
  const old = await fetch();
  assert.equal((await fetch(null, { withRefreshToken: true })).source, 'network');
  const forced = await fetch(null, { forceRefresh: true });
  assert.equal(forced.source, 'network');
  assert.notEqual(forced.accessToken, old.accessToken);
  const hit = await fetch(null, { withRefreshToken: false });
  assert.deepEqual([hit.source, hit.accessToken, hit.refreshToken], ['cache', forced.accessToken, undefined]);
  assert.equal(await requests(), 3);
});

test('fetches with an inbound token are never cached', async (context) => {
  const { client, control, requests } = await arrangeCached(context);
  const inbound = { user_id: 'user-id', scopes: ['outbound.token.fetch'] };
  const { token } = await control('POST', 'inbound_token', inbound);
  for (let round = 0; round < 3; round += 1) {
    const { data } = await client.management.outboundApplicationByToken.fetchToken(token, 'app-id', 'user-id');
    assert.equal(data.source, 'network');
  }
  assert.equal(await requests(), 3);
  assert.equal(client.cache.stats().entries, 0);
});

test('a token that was not found stays cached as missing until forget', async (context) => {
  const { cache, control, fetchToken, requests } = await arrangeCached(context);
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await fetchToken('app-id', 'stranger')).error.errorCode, 'E111504');
  }
  assert.deepEqual([await requests(), cache.stats().negativeHits], [1, 2]);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'stranger' });
  cache.forget(undefined, 'stranger');
  assert.equal((await fetchToken('app-id', 'stranger')).data.source, 'network');
});

test('forget takes an app, a user or both, and rejects neither', async (context) => {
  const { cache, fetch } = await arrangeCached(context);
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

test('a rejected token is not returned again', async (context) => {
  const { cache, fetch } = await arrangeCached(context);
  const { accessToken } = await fetch();
  assert.equal(cache.reject(accessToken), true);
  const next = await fetch();
  assert.equal(next.source, 'network');
  assert.notEqual(next.accessToken, accessToken);
  assert.equal(cache.reject(accessToken), false);
  assert.throws(() => cache.reject(), new TypeError('accessToken must be a string, not nothing'));
});

test('minValiditySeconds fetches a token that would expire too soon', async (context) => {
  const { fetch, requests } = await arrangeCached(context);
  const fetchWith = (minValiditySeconds) => fetch(null, null, { minValiditySeconds });
  await fetch();
  assert.deepEqual([(await fetchWith(60)).source, (await fetchWith(1e6)).source], ['cache', 'network']);
  for (const seconds of [-1, NaN, Infinity]) {
    await assert.rejects(fetchWith(seconds), /minValiditySeconds must be a finite number of at least 0/);
  }
  await assert.rejects(fetchWith('60'), new TypeError('minValiditySeconds must be a number of seconds, not a string'));
  await assert.rejects(fetch(null, null, { minValidity: 5 }), /minValidity is not an option of this method/);
  assert.equal(await requests(), 2);
});

test('an invalid timeout is rejected on a miss and on a hit', async (context) => {
  const { fetch, requests } = await arrangeCached(context);
  for (let round = 0; round < 2; round += 1) {
    for (const timeout of [-1, 0, NaN, Infinity]) {
      await assert.rejects(fetch(null, null, { timeout }), { code: 'INVALID_ARGUMENT', message: /^timeout must be/ });
    }
    await assert.rejects(fetch(null, null, { timeout: '5' }), /timeout must be a number of milliseconds/);
    await fetch(null, null, { timeout: 1e12 });
  }
  assert.equal(await requests(), 1);
});

test('ids of any length are cached', async (context) => {
  const { control, fetchToken, fetchTokenByScopes, requests } = await arrangeCached(context);
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

test('parsed responses are dropped when the native cache removes tokens', async (context) => {
  const { configuration, control } = await startEmulator(context);
  const { NativeClient } = native;
  let taken = 0;
  native.NativeClient = {
    create(...given) {
      const nativeClient = NativeClient.create(...given);
      const cachedTokens = nativeClient.cachedTokens.bind(nativeClient);
      nativeClient.cachedTokens = (operation) => {
        const { find, take } = cachedTokens(operation);
        return {
          find,
          take() {
            taken += 1;
            return take();
          },
        };
      };
      return nativeClient;
    },
  };
  context.after(() => (native.NativeClient = NativeClient));
  const client = DescopeClient({ ...configuration, licenseHandshake: false, cache: true });
  const { fetchToken, deleteUserTokens, uploadUserApiKey } = client.management.outboundApplication;
  const connect = (userId) => control('POST', 'connect', { app_id: 'app-id', user_id: userId });
  for (const userId of ['user-id', 'another']) await connect(userId);
  const countParses = async () => {
    const before = taken;
    await fetchToken('app-id', 'user-id');
    const { data } = await fetchToken('app-id', 'user-id');
    assert.equal(data.source, 'cache');
    return taken - before;
  };
  assert.deepEqual([await countParses(), await countParses()], [1, 0]);
  const another = (await fetchToken('app-id', 'another')).data.accessToken;
  for (const remove of [
    () => deleteUserTokens('app-id', 'another'),
    () => uploadUserApiKey('app-id', 'another', 'made-up-api-key'),
    () => client.cache.forget('app-id', 'another'),
    () => client.cache.clear(),
  ]) {
    await remove();
    assert.deepEqual([await countParses(), await countParses()], [1, 0], String(remove));
  }
  assert.equal(client.cache.reject(another), false);
  assert.equal(await countParses(), 0);
  const { data } = await fetchToken('app-id', 'user-id');
  assert.equal(client.cache.reject(data.accessToken), true);
  assert.equal(await countParses(), 1);
});

test('the native client does not keep what a lookup found', async (context) => {
  const { configuration, control } = await startEmulator(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: 'user-id' });
  const { NativeClient } = native;
  let nativeClient;
  native.NativeClient = { create: (...given) => (nativeClient = NativeClient.create(...given)) };
  context.after(() => (native.NativeClient = NativeClient));
  const client = DescopeClient({ ...configuration, licenseHandshake: false, cache: true });
  await client.management.outboundApplication.fetchToken('app-id', 'user-id');
  const { find, take } = nativeClient.cachedTokens('fetch_token');
  assert.equal(find('app-id', 'stranger'), 0);
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

test('an aborted signal rejects a call that would be a hit', async (context) => {
  const { fetch } = await arrangeCached(context);
  await fetch();
  await assert.rejects(fetch(null, null, { signal: AbortSignal.abort() }), { code: 'ABORTED' });
  assert.equal((await fetch(null, null, { signal: new AbortController().signal, timeout: 5 })).source, 'cache');
});

test('a lone surrogate is rejected and does not find the token of another user', async (context) => {
  const { fetchToken, control } = await arrangeCached(context);
  await control('POST', 'connect', { app_id: 'app-id', user_id: '\ufffd' });
  await fetchToken('app-id', '\ufffd');
  await assert.rejects(fetchToken('app-id', '\ud800'), /userId must not hold a lone surrogate/);
});

test('an old token is refreshed, and is stale if the refresh fails', async (context) => {
  const { cache, control, fetch, requests } = await arrangeCached(context, { staleIfErrorSeconds: 600 });
  await fetch();
  native.advanceCacheClock(301);
  assert.equal((await fetch()).source, 'cache');
  await waitUntil(() => cache.stats().refreshedAhead === 1);
  assert.equal(await requests(), 2);
  native.advanceCacheClock(1000);
  await control('POST', 'faults', { path: FETCH, status: 500 });
  assert.equal((await fetch()).source, 'stale');
  assert.equal((await fetch()).source, 'stale');
  assert.equal(cache.stats().staleServed, 2);
});

test('an insert evicts expired tokens', async (context) => {
  const { cache, fetch, fetchToken, fetchTokenByScopes } = await arrangeCached(context);
  const { accessToken } = await fetch();
  await fetchTokenByScopes('app-id', 'user-id', ['r', 'w']);
  cache.reject(accessToken);
  assert.equal(cache.stats().entries, 2);
  native.advanceCacheClock(901);
  assert.equal((await fetchToken('app-id', 'stranger')).ok, false);
  const { entries, bytes } = cache.stats();
  assert.deepEqual([entries, bytes], [0, 0]);
});

test('deletes and uploads invalidate cached tokens', async (context) => {
  const { fetch, fetchToken, uploadUserToken, deleteUserTokens } = await arrangeCached(context);
  await fetch();
  await uploadUserToken({ appId: 'app-id', userId: 'user-id', accessToken: 'made-up-uploaded', scopes: ['r', 'w'] });
  assert.equal((await fetch()).source, 'network');
  await deleteUserTokens('app-id', 'user-id');
  assert.equal((await fetchToken('app-id', 'user-id')).error.errorCode, 'E111504');
});

test('a thousand callers share one request, even if the first one aborts', async (context) => {
  const { control, fetch, requests } = await arrangeCached(context);
  await control('POST', 'faults', { path: FETCH, delivery: 'hold', count: 1 });
  const controller = new AbortController();
  const first = assert.rejects(fetch(null, null, { signal: controller.signal }), { code: 'ABORTED' });
  const impatient = assert.rejects(fetch(null, null, { timeout: 200 }), { code: 'DEADLINE_EXCEEDED' });
  const others = Array.from({ length: 998 }, () => fetch());
  await waitUntil(async () => (await requests()) === 1);
  controller.abort();
  await first;
  await impatient;
  await control('POST', 'faults/release');
  const sources = (await Promise.all(others)).map(({ source }) => source);
  assert.deepEqual(new Set(sources), new Set(['joined']));
  assert.equal(await requests(), 1);
});

test('after a delete no fetch returns an earlier token', async (context) => {
  const { cache, control, fetch, fetchToken, deleteUserTokens, requests } = await arrangeCached(context);
  await control('POST', 'faults', { path: FETCH, delivery: 'hold', count: 1 });
  const early = fetch();
  await waitUntil(async () => (await requests()) === 1);
  await deleteUserTokens('app-id', 'user-id');
  assert.equal((await fetchToken('app-id', 'user-id')).ok, false);
  await control('POST', 'faults/release');
  assert.equal((await early).source, 'network');
  assert.equal((await fetchToken('app-id', 'user-id')).ok, false);
  assert.equal(cache.stats().suppressedPublishes, 1);
});

test('with throwOnError a cached miss rejects and a hit resolves', async (context) => {
  const { fetch, fetchToken } = await arrangeCached(context, true, { throwOnError: true });
  await fetch();
  assert.equal((await fetch()).source, 'cache');
  for (let round = 0; round < 2; round += 1)
    await assert.rejects(fetchToken('app-id', 'stranger'), { code: 'TOKEN_NOT_FOUND' });
});

test('printing a client or a result shows no token', async (context) => {
  const { client, cache, fetchToken } = await arrangeCached(context);
  const { data } = await fetchToken('app-id', 'user-id');
  const hit = await fetchToken('app-id', 'user-id');
  const options = { depth: Infinity, showHidden: true };
  const shown = [client, cache, cache.stats(), hit, hit.data].map((each) => inspect(each, options)).join('\n');
  assert.ok(!shown.includes(data.accessToken));
  assert.ok(!JSON.stringify([cache, cache.stats()]).includes(data.accessToken));
});

test('a cache keeps at most maxEntries', async (context) => {
  const { control, cache, fetchToken } = await arrangeCached(context, { maxEntries: 3 });
  for (let user = 0; user < 12; user += 1) {
    await control('POST', 'connect', { app_id: 'app-id', user_id: `u${user}` });
    await fetchToken('app-id', `u${user}`);
    await fetchToken('app-id', `u${user}`);
  }
  assert.ok(cache.stats().entries <= 3);
  assert.ok(cache.stats().evictions >= 9);
});

test('clients do not share their caches', async (context) => {
  const { configuration, fetch } = await arrangeCached(context);
  await fetch();
  const other = DescopeClient({ ...configuration, licenseHandshake: false, cache: true });
  const { data } = await other.management.outboundApplication.fetchToken('app-id', 'user-id');
  assert.equal(data.source, 'network');
  assert.equal(clientOf({ url: configuration.baseUrl }).cache, undefined);
});
