// Tests deviations that no case of the contract table can show: the official SDK still behaves as docs/deviations.md
// says.
//
// The name of each test begins with the id of its row. The row names the test that shows our own behaviour.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import test from 'node:test';
import { inspect } from 'node:util';

import { respondWith, startCannedServer } from './support/canned-server.mjs';

const require = createRequire(new URL('../oracle/node/package.json', import.meta.url));

const isInstalled = existsSync(new URL('../oracle/node/node_modules/@descope/node-sdk', import.meta.url));
const mayBeAbsent = process.env.OFFICIAL_SDKS !== 'installed';
const skip = !isInstalled && mayBeAbsent && 'the official SDK is not installed: run tests/oracle/install.sh';

const PROJECT_ID = `P${'2'.repeat(27)}`;

async function arrangeOfficial(context, responses, more = {}) {
  const server = await startCannedServer(...responses);
  context.after(() => server.stop());
  // No management key, because its license handshake would consume one of the responses.
  const client = require('@descope/node-sdk')({ projectId: PROJECT_ID, baseUrl: server.url, ...more });
  return { server, outbound: client.management.outboundApplication };
}

test('token-in-node: the official token is a plain object that prints its secrets', { skip }, async (context) => {
  const { outbound } = await arrangeOfficial(context, [respondWith(200, { token: { accessToken: 'a-b-c-d' } })]);
  const { data } = await outbound.fetchToken('a', 'u');
  assert.equal(Object.getPrototypeOf(data), Object.prototype);
  assert.match(inspect(data), /a-b-c-d/);
  assert.equal(data.expiresAt, undefined);
});

test('response: the official response is the Response of the fetch', { skip }, async (context) => {
  const { outbound } = await arrangeOfficial(context, [respondWith(200, { token: {} })]);
  const { response } = await outbound.fetchToken('a', 'u');
  assert.equal(Object.getPrototypeOf(response), Response.prototype);
  assert.equal(Object.getOwnPropertyDescriptor(Response.prototype, 'status').get.call(response), 200);
});

test('json-beyond-unicode: the official client accepts what JSON.parse accepts', { skip }, async (context) => {
  const token = '{"token":{"large":1e400,"half":"\\ud800"}}';
  const { outbound } = await arrangeOfficial(context, [respondWith(200, token)]);
  const { data } = await outbound.fetchToken('a', 'u');
  assert.deepEqual(data, { large: Infinity, half: '\ud800' });
});

test('last-argument: an official method ignores extra arguments', { skip }, async (context) => {
  const { outbound } = await arrangeOfficial(context, [respondWith(200, {}), respondWith(200, {})]);
  const results = await Promise.all(['t1', 't2'].map(outbound.deleteTokenById));
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, true],
  );
});

test('requests-at-once: the official client sends all requests in parallel', { skip }, async (context) => {
  const atOnce = 120;
  const held = [];
  const hold = (_request, response) => {
    held.push(response);
    // Respond only when all requests have arrived.
    if (held.length === atOnce) for (const each of held) each.end('{}');
  };
  const { outbound } = await arrangeOfficial(context, Array(atOnce).fill(hold));
  const calls = Array.from({ length: atOnce }, () => outbound.fetchToken('a', 'u'));
  assert.ok((await Promise.all(calls)).every(({ ok }) => ok));
});

test('accelerated-settings: the official client uses the fetch function that it is given', {
  skip,
}, async (context) => {
  let calls = 0;
  const countingFetch = (...given) => {
    calls += 1;
    return fetch(...given);
  };
  const { outbound } = await arrangeOfficial(context, [respondWith(200, { token: null })], { fetch: countingFetch });
  await outbound.fetchToken('a', 'u');
  assert.equal(calls, 1);
});

test('proxies: the official client ignores the proxy variables', { skip }, async (context) => {
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
  const { server, outbound } = await arrangeOfficial(context, [respondWith(200, { token: null })]);
  assert.equal((await outbound.fetchToken('a', 'u')).ok, true);
  assert.deepEqual([connections, server.requests.length], [0, 1]);
});
