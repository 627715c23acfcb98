// The secrets of a client with a cache: none is shown, however a token comes, and whoever shares an error or meets it later.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';

import { answer } from './support/canned-server.mjs';
import { EVERY_OPERATION, titleOf } from './support/every-operation.mjs';
import { ACCESS_TOKEN, arrange, REFRESH_TOKEN } from './support/made-up.mjs';
import { assertNoSecret, everyPrint } from './support/printing.mjs';

const native = createRequire(import.meta.url)('../../bindings-node/lib/addon.cjs');

const FETCHES = EVERY_OPERATION.filter(({ on, method }) => on === 'outboundApplication' && method.startsWith('fetch'));

const SECRETS = { accessToken: ACCESS_TOKEN, refreshToken: REFRESH_TOKEN, idToken: 'made-up-id-token' };
const TOKEN = { id: 'i', ...SECRETS, deep: [{ ...SECRETS }] };

/** What several callers get who ask for the same at the same time. */
function atOnce(fetch) {
  return Promise.all(Array.from({ length: 5 }, fetch));
}

for (const operation of FETCHES) {
  const { method, fewest } = operation;

  test(`no token of ${titleOf(operation)} shows itself, whichever way it comes`, async (context) => {
    const good = answer(200, { token: TOKEN });
    let respond = good;
    const { client } = await arrange(context, (...asked) => respond(...asked), { cache: { staleIfErrorSeconds: 600 } });
    const fetch = () => client.management.outboundApplication[method](...fewest.given);
    const answers = [...(await atOnce(fetch)), await fetch()];
    native.advanceCacheClock(1000);
    respond = answer(500);
    answers.push(await fetch());
    const sources = answers.map(({ data }) => data.source);
    assert.deepEqual([...new Set(sources)].sort(), ['cache', 'joined', 'network', 'stale']);
    for (const answered of answers) {
      assertNoSecret(everyPrint(answered) + everyPrint(answered.data));
      assert.equal(answered.data.accessToken, ACCESS_TOKEN);
    }
    assert.equal(client.cache.reject(ACCESS_TOKEN), true);
    assertNoSecret(everyPrint(client) + everyPrint(client.cache) + JSON.stringify([client, client.cache.stats()]));
  });

  test(`no error of ${titleOf(operation)} that is shared or kept shows a secret`, async (context) => {
    const echo = (_request, response, { headers, body }) => {
      const error = { errorCode: 'E1', errorDescription: headers.authorization, errorMessage: body, headers };
      response.writeHead(418, { 'x-echo': headers.authorization }).end(JSON.stringify(error));
    };
    const unreadable = answer(200, `{"token": "${ACCESS_TOKEN}`);
    const limited = answer(429, {}, { 'retry-after': '7' });
    for (const end of [answer(404, { errorCode: 'E111504' }), limited, answer(403), answer(500), echo, unreadable]) {
      const { client } = await arrange(context, end, { cache: true, throwOnError: true });
      const fetch = () => client.management.outboundApplication[method](...fewest.given);
      const caught = () => fetch().then(assert.fail, (error) => error);
      for (const error of [...(await atOnce(caught)), await caught()]) {
        assert.notEqual(error.code, 'ERR_ASSERTION');
        assertNoSecret(everyPrint(error) + JSON.stringify(error) + error.stack);
      }
      assertNoSecret(everyPrint(client));
    }
  });
}

test('a call that an earlier one keeps back says that it was not sent', async (context) => {
  const { client, server } = await arrange(context, answer(429, {}, { 'retry-after': '7' }), { cache: true });
  const { fetchToken } = client.management.outboundApplication;
  await fetchToken('app', 'user');
  const { code, error } = await fetchToken('app', 'another');
  assert.equal(code, 429);
  assert.match(error.errorDescription, /^this call was not sent: .* [78] s of it are left$/);
  assert.equal(server.requests.length, 1);
});
