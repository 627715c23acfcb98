// Departures that no case of the contract table can show: the official SDK still does what docs/deviations.md says.
//
// Each test begins with the name of its row; the other half, that ours does otherwise, is in the test that the row names.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import test from 'node:test';
import { inspect } from 'node:util';

import { answer, startCannedServer } from './support/canned-server.mjs';

const require = createRequire(new URL('../oracle/node/package.json', import.meta.url));

const isInstalled = existsSync(new URL('../oracle/node/node_modules/@descope/node-sdk', import.meta.url));
const mayBeAbsent = process.env.OFFICIAL_SDKS !== 'installed';
const skip = !isInstalled && mayBeAbsent && 'the official SDK is not installed: run tests/oracle/install.sh';

const PROJECT_ID = `P${'2'.repeat(27)}`;

async function arrangeOfficial(context, answers, more = {}) {
  const server = await startCannedServer(...answers);
  context.after(() => server.stop());
  // Without a key there is no licence handshake, which would take one of the answers.
  const client = require('@descope/node-sdk')({ projectId: PROJECT_ID, baseUrl: server.url, ...more });
  return { server, outbound: client.management.outboundApplication };
}

test('token-in-node: the official token is a plain object that shows its secrets', { skip }, async (context) => {
  const { outbound } = await arrangeOfficial(context, [answer(200, { token: { accessToken: 'a-b-c-d' } })]);
  const { data } = await outbound.fetchToken('a', 'u');
  assert.equal(Object.getPrototypeOf(data), Object.prototype);
  assert.match(inspect(data), /a-b-c-d/);
  assert.equal(data.expiresAt, undefined);
});

test('response: what the official answer has came out of the fetch', { skip }, async (context) => {
  const { outbound } = await arrangeOfficial(context, [answer(200, { token: {} })]);
  const { response } = await outbound.fetchToken('a', 'u');
  assert.equal(Object.getPrototypeOf(response), Response.prototype);
  assert.equal(Object.getOwnPropertyDescriptor(Response.prototype, 'status').get.call(response), 200);
});

test('json-beyond-unicode: the official client reads what the language reads', { skip }, async (context) => {
  const token = '{"token":{"large":1e400,"half":"\\ud800"}}';
  const { outbound } = await arrangeOfficial(context, [answer(200, token)]);
  const { data } = await outbound.fetchToken('a', 'u');
  assert.deepEqual(data, { large: Infinity, half: '\ud800' });
});

test('last-argument: an official method ignores what comes after its arguments', { skip }, async (context) => {
  const { outbound } = await arrangeOfficial(context, [answer(200, {}), answer(200, {})]);
  const answers = await Promise.all(['t1', 't2'].map(outbound.deleteTokenById));
  assert.deepEqual(
    answers.map(({ ok }) => ok),
    [true, true],
  );
});

test('requests-at-once: the official client makes as many requests as there are calls', { skip }, async (context) => {
  const atOnce = 120;
  const held = [];
  const hold = (_request, response) => {
    held.push(response);
    // None is answered before all are there.
    if (held.length === atOnce) for (const each of held) each.end('{}');
  };
  const { outbound } = await arrangeOfficial(context, Array(atOnce).fill(hold));
  const calls = Array.from({ length: atOnce }, () => outbound.fetchToken('a', 'u'));
  assert.ok((await Promise.all(calls)).every(({ ok }) => ok));
});

test('accelerated-settings: the official client makes its requests with the fetch that it is given', {
  skip,
}, async (context) => {
  let calls = 0;
  const counting = (...given) => {
    calls += 1;
    return fetch(...given);
  };
  const { outbound } = await arrangeOfficial(context, [answer(200, { token: null })], { fetch: counting });
  await outbound.fetchToken('a', 'u');
  assert.equal(calls, 1);
});

test('proxies: the official client asks no proxy that the environment names', { skip }, async (context) => {
  let connections = 0;
  const proxy = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  context.after(() => proxy.close());
  const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
  context.after(() => {
    for (const name of names) delete process.env[name];
  });
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.address().port}`;
  const { server, outbound } = await arrangeOfficial(context, [answer(200, { token: null })]);
  assert.equal((await outbound.fetchToken('a', 'u')).ok, true);
  assert.deepEqual([connections, server.requests.length], [0, 1]);
});
