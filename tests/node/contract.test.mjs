// The contract table (tests/contract), run against the client and a canned server.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import DescopeClient from 'descope-outbound';

import { check } from './support/contract-check.mjs';
import { chosen, readTable } from './support/contract-table.mjs';

const SUBJECT = { makeClient: DescopeClient, isOfficial: false };

test('every case of the contract holds', { concurrency: 32, timeout: 120_000 }, async (all) => {
  // CASE holds the id or the title of the one case to run.
  const cases = chosen(readTable(), process.env.CASE);
  let passes = 0;
  await Promise.all(
    cases.map((each) =>
      all.test(`${each.id}: ${each.title}`, async () => {
        await check(each, SUBJECT);
        passes += 1;
      }),
    ),
  );
  console.log(`contract: ${cases.length} cases, ${passes} passed (node)`);
  assert.notEqual(cases.length, 0);
});
