// Tests that every caller gets its own outcome, although the addon delivers outcomes in batches.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';

import { hang, respondWith } from './support/canned-server.mjs';
import { arrange, clientOf, TOKEN } from './support/fixtures.mjs';

/** Hold requests until `count` of them have arrived, then respond to all of them, the last one first. */
function holdUntil(count, responderOf) {
  const held = [];
  return (request, response, { body }) => {
    held.push(() => responderOf(JSON.parse(body).userId)(request, response));
    if (held.length === count) for (const respond of held.splice(0).reverse()) respond();
  };
}

const TEXTS = ['ascii', 'caf\u00e9', '\u20ac 5', '\u{1f511} of nobody', '"quoted"\\\n', ''];

test('responses in one batch reach their own callers unchanged', async (context) => {
  const count = 100;
  const tokenOf = (user) => ({ id: user, note: TEXTS[user % TEXTS.length].repeat(user % 7), scopes: [] });
  const textOf = (user) => ` ${JSON.stringify({ token: tokenOf(user) })}\n`;
  const responderOf = (user) => respondWith(200, textOf(user), { 'x-user': user, 'x-latin': 'caf\u00e9' });
  const { fetchToken } = await arrange(context, holdUntil(count, responderOf));
  const users = Array.from({ length: count }, (_, index) => String(index));
  const fetched = await Promise.all(users.map((user) => fetchToken('a', user)));
  for (const [user, { data, response }] of fetched.entries()) {
    assert.deepEqual({ ...data }, tokenOf(String(user)));
    assert.equal(response.headers.get('x-user'), String(user));
    assert.equal(response.headers.get('x-latin'), 'caf\u00e9');
    assert.equal(await response.text(), textOf(String(user)));
  }
});

test('one batch may hold failures and responses of any size', async (context) => {
  const large = 'large '.repeat(50_000);
  const responders = [
    respondWith(200, { token: TOKEN }),
    respondWith(404, { errorCode: 'E111504', errorDescription: 'caf\u00e9 "not" found' }),
    respondWith(200, { token: { ...TOKEN, note: large } }),
    respondWith(502, '<html>'),
    respondWith(200, 'no JSON'),
  ];
  const { fetchToken } = await arrange(
    context,
    holdUntil(60, (user) => responders[user % responders.length]),
  );
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, (_, user) => fetchToken('a', String(user))));
  for (const [user, { value, reason }] of outcomes.entries()) {
    switch (user % responders.length) {
      case 0:
        assert.deepEqual({ ...value.data }, TOKEN);
        break;
      case 1:
        assert.deepEqual(value.error, { errorCode: 'E111504', errorDescription: 'caf\u00e9 "not" found' });
        break;
      case 2:
        assert.equal(value.data.note, large);
        break;
      case 3:
        assert.deepEqual([value.code, await value.response.text()], [502, '<html>']);
        break;
      default:
        assert.equal(reason.code, 'DECODE_ERROR');
    }
  }
});

test('data in a batch equals what JSON.parse gives for each response alone', async (context) => {
  const sent = [
    '{"token":{"a":1,"b":2,"a":3,"\\u0061":4}}',
    '{"token":{"__proto__":null,"constructor":{"prototype":1},"__proto__":{"x":1}}}',
    '{"token":{"2":1,"1":2,"n":12345678901234567890,"f":0.1e-7,"z":-0}}',
    '\ufeff{"token":{"s":"\\ud83d\\ude00 \\u2028 \u2028 \\/"},"token":{"last":true}}',
  ];
  const { fetchToken } = await arrange(
    context,
    holdUntil(sent.length, (user) => respondWith(200, sent[user])),
  );
  const fetched = await Promise.all(sent.map((_, user) => fetchToken('a', String(user))));
  for (const [user, { data }] of fetched.entries()) {
    const { token } = JSON.parse(sent[user].replace('\ufeff', ''));
    assert.equal(JSON.stringify(data), JSON.stringify(token));
    for (const name of Object.getOwnPropertyNames(token)) {
      const own = (holder) => Object.getOwnPropertyDescriptor(holder, name);
      assert.deepEqual(own(data), own(token));
    }
  }
});

test('calls resolve in the order in which their responses arrive', async (context) => {
  const { fetchToken } = await arrange(context, (_request, response, { body }) => {
    setTimeout(() => response.end(JSON.stringify({ token: TOKEN })), 40 * JSON.parse(body).userId);
  });
  const resolved = [];
  const users = ['4', '1', '3', '2'];
  await Promise.all(users.map((user) => fetchToken('a', user).then(() => resolved.push(user))));
  assert.deepEqual(resolved, ['1', '2', '3', '4']);
});

test('a call may start and be aborted while another outcome is delivered', async (context) => {
  const { server, fetchToken } = await arrange(context, [respondWith(200, { token: TOKEN }), hang]);
  const controller = new AbortController();
  const second = fetchToken('a', 'u').then(() => {
    const call = fetchToken('a', 'u', null, null, { signal: controller.signal });
    controller.abort();
    return call;
  });
  await assert.rejects(second, { code: 'ABORTED' });
  assert.ok(server.requests.length >= 1);
});

test('two copies of the package work in one process', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  const require = createRequire(import.meta.url);
  const known = Object.keys(require.cache);
  const first = require('descope-outbound');
  // Test runners that isolate files reload modules this way. The native addon is shared.
  for (const name of Object.keys(require.cache)) {
    if (!known.includes(name) || name.endsWith('.cjs')) delete require.cache[name];
  }
  const second = require('descope-outbound');
  assert.notEqual(first, second);
  const { management } = second({ projectId: 'P', managementKey: 'made-up-key', baseUrl: server.url });
  const calls = Array.from({ length: 10 }, () => [
    fetchToken('a', 'u'),
    management.outboundApplication.fetchToken('a', 'u'),
    clientOf(server).management.outboundApplication.fetchToken('a', 'u'),
  ]);
  for (const { data } of await Promise.all(calls.flat())) assert.equal(data.id, TOKEN.id);
});
