// Tests the effects of a client on its process: what keeps it alive, and what it leaves behind.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Worker } from 'node:worker_threads';

import DescopeClient from 'descope-outbound';

import { hang, respondWith, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';
import { arrange, MANAGEMENT_KEY, PROJECT_ID, TOKEN } from './support/fixtures.mjs';

const CLIENT = `
  import DescopeClient from 'descope-outbound';
  const client = DescopeClient({ projectId: 'P', managementKey: 'made-up-key', baseUrl: process.env.SERVER });
  const { fetchToken } = client.management.outboundApplication;
`;

async function serve(context, ...responders) {
  const server = await startCannedServer(...responders);
  context.after(() => server.stop());
  return { server, environment: { SERVER: server.url } };
}

function delayed(milliseconds, respond) {
  return (...exchange) => setTimeout(() => respond(...exchange), milliseconds);
}

test('an idle client does not keep the process alive', async (context) => {
  const { server, environment } = await serve(context, respondWith(200, { token: TOKEN }));
  const { milliseconds } = await runModule(`${CLIENT} await fetchToken('a', 'u');`, { environment });
  assert.equal(server.requests.length, 1);
  assert.ok(milliseconds < 5000, `${milliseconds} ms`);
});

test('a pending call keeps the process alive', async (context) => {
  const { environment } = await serve(context, delayed(300, respondWith(200, { token: TOKEN })));
  const source = `${CLIENT} fetchToken('a', 'u').then(({ data }) => console.log(data.id));`;
  const { stdout } = await runModule(source, { environment });
  assert.equal(stdout, `${TOKEN.id}\n`);
});

test('a slow license response neither keeps the process alive nor delays a call', async (context) => {
  const { server, environment } = await serve(context, respondWith(200, { token: TOKEN }));
  server.license = hang;
  const { milliseconds } = await runModule(`${CLIENT} await fetchToken('a', 'u');`, { environment });
  assert.equal(server.requests.length, 1);
  assert.ok(milliseconds < 4000, `${milliseconds} ms`);
});

test('a process can exit with pending calls', async (context) => {
  const { server, environment } = await serve(context, hang);
  const source = `${CLIENT}
    for (let call = 0; call < 20; call += 1) fetchToken('a', 'u');
    setTimeout(() => process.exit(0), 200);
  `;
  const { stderr, milliseconds } = await runModule(source, { environment });
  assert.equal(stderr, '');
  assert.ok(server.requests.length > 0);
  assert.ok(milliseconds < 5000, `${milliseconds} ms`);
});

test('a failed call without a handler is an unhandled rejection', async (context) => {
  const { environment } = await serve(context, hang);
  const source = `${CLIENT} fetchToken('a', 'u', null, null, { timeout: 20 });`;
  const failure = await runModule(source, { environment }).catch((problem) => problem);
  assert.match(failure.message, /DEADLINE_EXCEEDED/);
});

const WORKER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const DescopeClient = require(workerData.module);
  const client = DescopeClient({ projectId: 'P', managementKey: 'made-up-key', baseUrl: workerData.url });
  const { fetchToken } = client.management.outboundApplication;
  parentPort.postMessage('ready');
  fetchToken('a', 'u').then(({ data }) => parentPort.postMessage({ ...data }), (error) => parentPort.postMessage(error));
`;
const MODULE = new URL('../../bindings-node/lib/index.cjs', import.meta.url).pathname;

function startWorker(server) {
  return new Worker(WORKER, { eval: true, workerData: { url: server.url, module: MODULE } });
}

test('each worker thread has its own client', async (context) => {
  const { server, fetchToken } = await arrange(context, delayed(50, respondWith(200, { token: TOKEN })));
  const results = Array.from({ length: 4 }, () => {
    const worker = startWorker(server);
    return new Promise((resolve, reject) => {
      worker.on('message', (message) => message !== 'ready' && resolve(message));
      worker.on('error', reject);
    });
  });
  const { data } = await fetchToken('a', 'u');
  assert.deepEqual({ ...data }, TOKEN);
  for (const received of await Promise.all(results)) assert.deepEqual(received, TOKEN);
});

test('an aborted call does not keep the process alive', async (context) => {
  const { environment } = await serve(context, hang);
  const source = `${CLIENT}
    const controller = new AbortController();
    const call = fetchToken('a', 'u', null, null, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    call.catch((error) => console.log(error.code));
  `;
  const { stdout, milliseconds } = await runModule(source, { environment });
  assert.equal(stdout, 'ABORTED\n');
  assert.ok(milliseconds < 5000, `${milliseconds} ms`);
});

test('the process waits for chained calls and then exits', async (context) => {
  const { environment } = await serve(context, delayed(50, respondWith(200, { token: TOKEN })));
  const source = `${CLIENT}
    const chain = (left) => fetchToken('a', 'u').then(() => (left > 1 ? chain(left - 1) : console.log('done')));
    chain(3);
    fetchToken('a', 'u');
    process.on('exit', () => console.log('exit'));
  `;
  const { stdout, milliseconds } = await runModule(source, { environment });
  assert.equal(stdout, 'done\nexit\n');
  assert.ok(milliseconds < 5000, `${milliseconds} ms`);
});

test('a terminated worker thread closes its connections', async (context) => {
  const { server } = await arrange(context, hang);
  const worker = startWorker(server);
  await server.received(1);
  // The license handshake may have its own connection.
  const closed = Array.from(server.connections, (socket) => once(socket, 'close'));
  const begin = performance.now();
  await worker.terminate();
  await Promise.all(closed);
  assert.ok(performance.now() - begin < 5000);
});

test('worker threads can be terminated with pending calls', async (context) => {
  const { server, fetchToken } = await arrange(context, [
    ...Array.from({ length: 10 }, () => hang),
    respondWith(200, { token: TOKEN }),
  ]);
  const workers = Array.from({ length: 10 }, () => startWorker(server));
  await server.received(10);
  assert.deepEqual(await Promise.all(workers.map((worker) => worker.terminate())), Array(10).fill(1));
  assert.equal((await fetchToken('a', 'u')).data.id, TOKEN.id);
});

test('a process without a client can run one worker with a client after another', async (context) => {
  const { environment } = await serve(context, respondWith(200, { token: TOKEN }));
  const source = `
    import { Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    const workerData = { url: process.env.SERVER, module: ${JSON.stringify(MODULE)} };
    for (let round = 0; round < 5; round += 1) {
      const worker = new Worker(${JSON.stringify(WORKER)}, { eval: true, workerData, execArgv: [] });
      worker.on('message', (message) => message.id && console.log(message.id));
      await once(worker, 'exit');
    }
  `;
  const { stdout } = await runModule(source, { environment });
  assert.equal(stdout, `${TOKEN.id}\n`.repeat(5));
});

test('importing the package and creating clients opens no thread, socket or file', {
  skip: process.platform !== 'linux',
}, async () => {
  const source = `
    const { readdirSync, readlinkSync } = require('node:fs');
    const threads = () => readdirSync('/proc/self/task').length;
    const files = () => readdirSync('/proc/self/fd').length;
    const before = [threads(), files()];
    const DescopeClient = require('descope-outbound');
    const loaded = [threads(), files()];
    for (let made = 0; made < 50; made += 1) {
      DescopeClient({ projectId: 'P' + made, managementKey: 'made-up-key', baseUrl: 'https://127.0.0.1:1' });
    }
    console.log(JSON.stringify({ before, loaded, created: [threads(), files()] }));
  `;
  const { stdout } = await runModule(source, { type: 'commonjs' });
  const { before, loaded, created } = JSON.parse(stdout);
  assert.deepEqual(loaded, before);
  assert.deepEqual(created, before);
});

const onlyInRelease = { skip: process.env.BUILD === 'debug' && 'a debug build is slower' };
test('creating a client takes less than a millisecond', onlyInRelease, () => {
  const config = { projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY };
  for (let warmUp = 0; warmUp < 50; warmUp += 1) DescopeClient(config);
  const begin = performance.now();
  for (let made = 0; made < 200; made += 1) DescopeClient(config);
  const each = (performance.now() - begin) / 200;
  assert.ok(each < 1, `${each} ms`);
});

test('sequential calls share a connection', async (context) => {
  const { server, fetchToken } = await arrange(context, respondWith(200, { token: TOKEN }));
  for (let call = 0; call < 20; call += 1) assert.equal((await fetchToken('a', 'u')).ok, true);
  assert.equal(server.requests.length, 20);
  assert.equal(server.connections.size, 1);
});

test('a client works in a program that extends Object.prototype', async (context) => {
  const { server, environment } = await serve(context, respondWith(200, { token: TOKEN }));
  const source = `${CLIENT}
    Object.prototype.added = () => {};
    const late = DescopeClient({ projectId: 'P', managementKey: 'made-up-key', baseUrl: process.env.SERVER });
    const { data } = await late.management.outboundApplication.fetchToken('a', 'u', null, { forceRefresh: true });
    console.log(JSON.stringify(data));
  `;
  const { stdout } = await runModule(source, { environment });
  assert.deepEqual(JSON.parse(stdout), TOKEN);
  assert.equal(server.requests[0].body, '{"appId":"a","userId":"u","options":{"forceRefresh":true}}');
});

test('thousands of calls leak no memory', async (context) => {
  const { environment } = await serve(context, respondWith(404, { errorCode: 'E111504' }));
  const source = `${CLIENT}
    const { signal } = new AbortController();
    async function calls(count) {
      for (let round = 0; round < count / 20; round += 1) {
        await Promise.all(Array.from({ length: 20 }, () => fetchToken('a', 'u', null, null, { signal })));
      }
      gc();
      return process.memoryUsage();
    }
    const before = await calls(2000);
    const after = await calls(4000);
    console.log((after.rss - before.rss) / 2 ** 20, (after.heapUsed - before.heapUsed) / 2 ** 20);
  `;
  const { stdout } = await runModule(source, { environment, flags: ['--expose-gc'] });
  const [resident, heap] = stdout.split(' ').map(Number);
  assert.ok(resident < 48 && heap < 12, `${stdout} MiB more`);
});
