// Tests that failing calls leak no memory.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import { respondWith, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';

const PROGRAM = `
  import DescopeClient from 'descope-outbound';
  const settings = { projectId: 'P', managementKey: 'made-up-key', baseUrl: process.env.SERVER, licenseHandshake: false };
  const { fetchToken } = DescopeClient(settings).management.outboundApplication;
  const throwing = DescopeClient({ ...settings, throwOnError: true }).management.outboundApplication.fetchToken;
  const { signal } = new AbortController();
  const aborted = AbortSignal.abort();
  // Error response, error response with throwOnError, abort, argument of the wrong type, empty argument.
  const kinds = [
    () => fetchToken('a', 'u', null, null, { signal }),
    () => throwing('a', 'u'),
    () => fetchToken('a', 'u', null, null, { signal: aborted }),
    () => fetchToken('a', 7),
    () => fetchToken('a', ''),
  ];
  let failures = 0;
  async function fail(count) {
    for (let round = 0; round < count / 50; round += 1) {
      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, call) => kinds[call % kinds.length]()));
      for (const { reason, value } of outcomes) failures += reason !== undefined || value.ok === false;
    }
    gc();
    const { rss, heapUsed } = process.memoryUsage();
    return { resident: rss, heap: heapUsed };
  }
  await fail(40_000);
  const before = await fail(10_000);
  const after = await fail(Number(process.env.CALLS));
  const growth = (name) => (after[name] - before[name]) / 2 ** 20;
  console.log(JSON.stringify({ failures, resident: growth('resident'), heap: growth('heap') }));
`;

// A small young generation, because the engine grows it by more than a leak would show.
const FLAGS = ['--expose-gc', '--max-semi-space-size=1'];

test('a hundred thousand failing calls leak no memory', async (context) => {
  const server = await startCannedServer(respondWith(404, { errorCode: 'E111504', errorDescription: 'made up' }));
  context.after(() => server.stop());
  // `make soak` sets a larger number.
  const { CALLS = '100000' } = process.env;
  const environment = { SERVER: server.url, CALLS };
  const { stdout } = await runModule(PROGRAM, { environment, flags: FLAGS, seconds: CALLS / 1000 });
  const { failures, resident, heap } = JSON.parse(stdout);
  assert.equal(failures, 50_000 + Number(CALLS));
  // A leak of 200 bytes in each call would add up to 20 MiB.
  assert.ok(heap < 4 && resident < 16, stdout);
  context.diagnostic(stdout);
});
