// A Node client, driven over its standard input, like `src/client.rs` and `python/drive.py`.
//
// `drive.cjs NAME ORIGIN CONCURRENCY`. Then it replies to each line, `seconds 0.5` or `calls 100`, with a line of JSON.
// NODE_EXTRA_CA_CERTS makes every client trust the service.
'use strict';

const readline = require('node:readline');

const { ACCESS_TOKEN } = require('./service.cjs');

/** Returns a function that says whether one more call may start. */
function limitOf(line) {
  const [unit, amount] = line.split(' ');
  if (unit === 'seconds') {
    const end = performance.now() + Number(amount) * 1e3;
    return () => performance.now() < end;
  }
  let left = Number(amount);
  return () => left-- > 0;
}

async function work(client, limit, latencies) {
  while (limit()) {
    const began = performance.now();
    if ((await client.fetchToken()) !== ACCESS_TOKEN) throw new Error('another token');
    latencies.push(performance.now() - began);
  }
}

/** CPU time is user and system time of all threads. */
async function measure(client, concurrency, line) {
  const latencies = [];
  const limit = limitOf(line);
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, () => work(client, limit, latencies)));
  const { user, system } = process.cpuUsage(cpuBegan);
  const seconds = (performance.now() - began) / 1e3;
  latencies.sort((a, b) => a - b);
  return {
    calls: latencies.length,
    seconds,
    cpu_seconds: (user + system) / 1e6,
    p50_us: latencies[Math.floor(latencies.length / 2)] * 1e3,
    p99_us: latencies[Math.floor((latencies.length * 99) / 100)] * 1e3,
  };
}

async function main() {
  const [name, origin, concurrency] = process.argv.slice(2);
  const client = require(`./clients/${name}.cjs`).open({ origin, concurrency: Number(concurrency) });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await measure(client, Number(concurrency), line))}\n`);
  }
  await client.close();
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
