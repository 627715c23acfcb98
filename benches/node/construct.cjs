// The cost of constructing a client: prints microseconds per client, one figure per round, as JSON.
'use strict';

const ROUNDS = 5;
const MILLISECONDS = 150;

/** Returns the microseconds for one client. */
function construct({ open }) {
  const began = performance.now();
  let made = 0;
  let took = 0;
  for (; took < MILLISECONDS; took = performance.now() - began) {
    open({ origin: 'https://127.0.0.1:1', concurrency: 1 });
    made += 1;
  }
  return (took / made) * 1e3;
}

const names = process.argv.slice(2);
const clients = names.map((name) => require(`./clients/${name}.cjs`));
clients.forEach(construct);
const rounds = Array.from({ length: ROUNDS }, () => clients.map(construct));
const figures = names.map((name, index) => [name, rounds.map((each) => Math.round(each[index] * 100) / 100)]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(figures))}\n`);
process.exit();
