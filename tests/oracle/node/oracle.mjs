// Runs the contract table against the official Node SDK, and prints its differences and its calls as JSON.
import '../../node/support/clean-environment.mjs';

import assert from 'node:assert/strict';
import dns from 'node:dns';

import DescopeClient from '@descope/node-sdk';

import { check } from '../../node/support/contract-check.mjs';
import { isNamed, readTable } from '../../node/support/contract-table.mjs';

const CONCURRENCY = 32;
const LOOPBACK = ['127.0.0.1', 'localhost'];
const OPERATIONS = 'outboundApplication';
const SUBJECT = { makeClient: DescopeClient, isOfficial: true };

// Some cases name hosts that only this package rejects, so lookups of other hosts fail here.
const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  if (LOOPBACK.includes(host)) return lookup(host, ...rest);
  return rest.at(-1)(new Error(`${host} is another machine`));
};

// The Python half reports a name that matches no case.
const name = process.env.CASE;
const cases = readTable().filter((each) => !name || isNamed(each, name));
const calls = cases.map(({ call: { of = OPERATIONS, method } }) => [of, method]);
const { management } = DescopeClient({ projectId: 'P'.repeat(28), baseUrl: 'http://127.0.0.1:1' });
const methods = Object.keys(management[OPERATIONS]).map((method) => [OPERATIONS, method]);

const waiting = [...cases];
const verdicts = [];
await Promise.all(Array.from({ length: CONCURRENCY }, runWaitingCases));
process.stdout.write(JSON.stringify({ verdicts, calls, methods }), () => process.exit());

async function runWaitingCases() {
  for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
    const { id, departure = null } = each;
    verdicts.push({ id, departure, disagreement: await disagreement(each) });
  }
}

async function disagreement(each) {
  try {
    await check(each, SUBJECT);
    return null;
  } catch (error) {
    if (error instanceof assert.AssertionError) return error.message;
    throw new Error(`${each.id} cannot be run`, { cause: error });
  }
}
