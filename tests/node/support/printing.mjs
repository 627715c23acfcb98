// Prints values in every way, and asserts that the output contains no secret.
import assert from 'node:assert/strict';
import util from 'node:util';

/** Print a value in every way that is not documented to show secrets. */
export function printInEveryWay(value) {
  return [
    util.inspect(value),
    util.inspect(value, { depth: Infinity }),
    util.inspect(value, { depth: Infinity, showHidden: true }),
    util.inspect(value, { depth: Infinity, getters: true }),
    util.inspect({ nested: [value] }, { depth: Infinity, compact: false, sorted: true }),
    util.format('%s %o %O', value, value, value),
    String(value),
  ].join('\n');
}

export function assertNoSecret(text) {
  assert.ok(!text.includes('made-up-'), text);
}
