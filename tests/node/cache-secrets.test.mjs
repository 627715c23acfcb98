// Tests that a client with a cache shows no secret, for every source of a token and in shared or cached errors.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';

import { respondWith } from './support/canned-server.mjs';
import { ACCESS_TOKEN, arrange, REFRESH_TOKEN } from './support/fixtures.mjs';
import { OPERATION_CASES, titleOf } from './support/operation-cases.mjs';
import { assertNoSecret, printInEveryWay } from './support/printing.mjs';

const native = createRequire(import.meta.url)('../../bindings-node/lib/addon.cjs');

const FETCHES = OPERATION_CASES.filter(({ on, method }) => on === 'outboundApplication' && method.startsWith('fetch'));

const SECRETS = { accessToken: ACCESS_TOKEN, refreshToken: REFRESH_TOKEN, idToken: 'made-up-id-token' };
const TOKEN = { id: 'i', ...SECRETS, deep: [{ ...SECRETS }] };

/** Make the same fetch five times in parallel. */
function inParallel(fetch) {
  return Promise.all(Array.from({ length: 5 }, fetch));
}

for (const operation of FETCHES) {
  const { method, fewest } = operation;

  test(`printing a token of ${titleOf(operation)} shows no secret, whatever its source`, async (context) => {
    const success = respondWith(200, { token: TOKEN });
    let respond = success;
    const { client } = await arrange(context, (...exchange) => respond(...exchange), {
      cache: { staleIfErrorSeconds: 600 },
    });
    const fetch = () => client.management.outboundApplication[method](...fewest.given);
    const results = [...(await inParallel(fetch)), await fetch()];
    native.advanceCacheClock(1000);
    respond = respondWith(500);
    results.push(await fetch());
    const sources = results.map(({ data }) => data.source);
    assert.deepEqual([...new Set(sources)].sort(), ['cache', 'joined', 'network', 'stale']);
    for (const result of results) {
      assertNoSecret(printInEveryWay(result) + printInEveryWay(result.data));
      assert.equal(result.data.accessToken, ACCESS_TOKEN);
    }
    assert.equal(client.cache.reject(ACCESS_TOKEN), true);
    assertNoSecret(
      printInEveryWay(client) + printInEveryWay(client.cache) + JSON.stringify([client, client.cache.stats()]),
    );
  });

  test(`a shared or cached error of ${titleOf(operation)} shows no secret`, async (context) => {
    const echo = (_request, response, { headers, body }) => {
      const error = { errorCode: 'E1', errorDescription: headers.authorization, errorMessage: body, headers };
      response.writeHead(418, { 'x-echo': headers.authorization }).end(JSON.stringify(error));
    };
    const unreadable = respondWith(200, `{"token": "${ACCESS_TOKEN}`);
    const limited = respondWith(429, {}, { 'retry-after': '7' });
    for (const responder of [
      respondWith(404, { errorCode: 'E111504' }),
      limited,
      respondWith(403),
      respondWith(500),
      echo,
      unreadable,
    ]) {
      const { client } = await arrange(context, responder, { cache: true, throwOnError: true });
      const fetch = () => client.management.outboundApplication[method](...fewest.given);
      const caught = () => fetch().then(assert.fail, (error) => error);
      for (const error of [...(await inParallel(caught)), await caught()]) {
        assert.notEqual(error.code, 'ERR_ASSERTION');
        assertNoSecret(printInEveryWay(error) + JSON.stringify(error) + error.stack);
      }
      assertNoSecret(printInEveryWay(client));
    }
  });
}

test('a call during the back-off of an earlier call says that it was not sent', async (context) => {
  const { client, server } = await arrange(context, respondWith(429, {}, { 'retry-after': '7' }), { cache: true });
  const { fetchToken } = client.management.outboundApplication;
  await fetchToken('app', 'user');
  const { code, error } = await fetchToken('app', 'another');
  assert.equal(code, 429);
  assert.match(error.errorDescription, /^this call was not sent: .* [78] s remain$/);
  assert.equal(server.requests.length, 1);
});
