// What a client costs before its first call, in Node: `make bench`.

import { execFileSync } from 'node:child_process';

import DescopeClient from 'descope-outbound';

const ROUNDS = 7;
const CLIENTS = 2_000;
const IMPORT =
  "const start = process.hrtime.bigint(); require('descope-outbound'); console.log(Number(process.hrtime.bigint() - start))";

/** Microseconds for one client. */
function construction() {
  const start = process.hrtime.bigint();
  for (let made = 0; made < CLIENTS; made += 1) DescopeClient({ projectId: 'P2made-up', managementKey: 'made-up-key' });
  return Number(process.hrtime.bigint() - start) / 1e3 / CLIENTS;
}

/** Microseconds for the import, in a process of its own. */
function importing() {
  return Number(execFileSync(process.execPath, ['-e', IMPORT], { cwd: new URL('..', import.meta.url) })) / 1e3;
}

/** The median and the range of all rounds but the first, which warms up. */
function show(what, measure) {
  const rounds = Array.from({ length: ROUNDS }, measure).slice(1).sort((a, b) => a - b);
  const middle = (rounds[2] + rounds[3]) / 2;
  const figures = [middle, rounds[0], rounds.at(-1)].map((figure) => figure.toFixed(1));
  console.log(`Node    ${what.padEnd(32)} ${figures[0].padStart(9)} us   (${figures[1]} to ${figures[2]})`);
}

show('import', importing);
show('DescopeClient', construction);
