// Tests many worker threads that end with pending calls. Each test runs in its own process, which a crash would end.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';

import { hang, respondWith, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';
import { TOKEN } from './support/fixtures.mjs';

const WORKERS = 50;

const MODULE = createRequire(import.meta.url).resolve('descope-outbound');

/** The program of a worker. It posts a message after it has started its calls. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const DescopeClient = require(${JSON.stringify(MODULE)});
  const client = DescopeClient({
    projectId: 'P', managementKey: 'made-up-key', baseUrl: process.env.SERVER, licenseHandshake: false,
  });
  const { fetchToken } = client.management.outboundApplication;
  for (const user of ['u', 'u', 'u', 'hangs']) fetchToken('a', user);
  parentPort.postMessage('calling');
`;

const START = `
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  import DescopeClient from 'descope-outbound';
  const client = DescopeClient({ projectId: 'P', managementKey: 'made-up-key', baseUrl: process.env.SERVER });
  const { fetchToken } = client.management.outboundApplication;
  const start = (end) => new Worker(${JSON.stringify(WORKER)} + end, { eval: true, execArgv: [] });
  const startAll = (end) => {
    const workers = Array.from({ length: ${WORKERS} }, () => start(end));
    for (const worker of workers) worker.ended = once(worker, 'exit');
    return Promise.all(workers.map((worker) => once(worker, 'message').then(() => worker)));
  };
`;

/** Start a server that never responds to one user, and responds to the other after up to 50 ms. */
async function serve(context) {
  let asked = 0;
  const respond = respondWith(200, { token: TOKEN });
  const server = await startCannedServer((request, response, { body }) => {
    asked += 1;
    if (JSON.parse(body).userId === 'hangs') hang();
    else setTimeout(() => respond(request, response), asked % 50);
  });
  context.after(() => server.stop());
  return { SERVER: server.url };
}

async function expectOutput(context, source, expected) {
  const { stdout, stderr } = await runModule(START + source, { environment: await serve(context) });
  assert.deepEqual([stdout, stderr], [expected, '']);
}

test('fifty worker threads can be terminated with pending calls', async (context) => {
  const source = `
    for (let round = 0; round < 2; round += 1) {
      const workers = await startAll('');
      console.log(new Set(await Promise.all(workers.map((worker) => worker.terminate()))).size);
    }
  `;
  await expectOutput(context, source, '1\n1\n');
});

test('fifty worker threads can exit with pending calls', async (context) => {
  const source = `
    const workers = await startAll('setTimeout(() => process.exit(3), 20);');
    const codes = await Promise.all(workers.map((worker) => worker.ended));
    console.log(codes.every(([code]) => code === 3));
  `;
  await expectOutput(context, source, 'true\n');
});

test('the process can exit while it and fifty worker threads have pending calls', async (context) => {
  const source = `
    await startAll('');
    for (let call = 0; call < 20; call += 1) fetchToken('a', 'u').catch(() => {});
    console.log('ending');
    setTimeout(() => process.exit(0), 20);
  `;
  await expectOutput(context, source, 'ending\n');
});

test('worker threads can start and end repeatedly in parallel', async (context) => {
  const source = `
    const churn = async () => {
      for (let round = 0; round < 10; round += 1) {
        const worker = start('');
        await once(worker, 'message');
        await worker.terminate();
      }
    };
    await Promise.all(Array.from({ length: 5 }, churn));
    const { data } = await fetchToken('a', 'u');
    console.log(data.id);
  `;
  await expectOutput(context, source, `${TOKEN.id}\n`);
});
