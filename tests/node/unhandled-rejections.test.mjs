// Tests that each failure rejects exactly one promise.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import { closeConnection, hang, respondWith, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';

const PROGRAM = `
  import DescopeClient from 'descope-outbound';
  process.on('unhandledRejection', (reason) => console.log('unhandled', reason));
  process.on('rejectionHandled', (promise) => console.log('handled late', promise));
  process.on('multipleResolves', (type) => console.log('resolved twice', type));
  process.on('warning', (warning) => console.log('warning', warning));
  const settings = { projectId: 'P', managementKey: 'made-up-key', baseUrl: process.env.SERVER };
  const { fetchToken } = DescopeClient(settings).management.outboundApplication;
  const throwing = DescopeClient({ ...settings, throwOnError: true }).management.outboundApplication.fetchToken;
  const calls = [];
  for (let round = 0; round < 20; round += 1) {
    const controller = new AbortController();
    calls.push(
      fetchToken('a', 'refused'),
      throwing('a', 'refused'),
      fetchToken('a', 'closed', null, { forceRefresh: true }),
      fetchToken('a', 'hangs', null, null, { timeout: 50 }),
      fetchToken('a', 'hangs', null, null, { signal: controller.signal }),
      fetchToken('a', 'hangs', null, null, { signal: AbortSignal.abort() }),
      fetchToken('a', 'hangs', null, null, { signal: AbortSignal.timeout(round), timeout: round + 1 }),
      fetchToken('a', 7),
      fetchToken('', 'u'),
      fetchToken('a', 'garbage'),
    );
    setTimeout(() => controller.abort(), round);
  }
  const outcomes = await Promise.allSettled(calls);
  // Wait for late signals and late outcomes.
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log(outcomes.filter(({ status }) => status === 'rejected').length, outcomes.length);
`;

test('no kind of failure causes an unhandled rejection', async (context) => {
  const responders = {
    refused: respondWith(404, {}),
    closed: closeConnection,
    hangs: hang,
    garbage: respondWith(200, '<html>'),
  };
  const server = await startCannedServer((request, response, { body }) => {
    responders[JSON.parse(body).userId](request, response);
  });
  context.after(() => server.stop());
  const { stdout, stderr } = await runModule(PROGRAM, {
    environment: { SERVER: server.url },
    flags: ['--unhandled-rejections=strict'],
  });
  assert.deepEqual([stdout, stderr], ['180 200\n', '']);
});
