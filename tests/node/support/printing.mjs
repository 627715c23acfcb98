// What a program might print without thinking, and that no made-up secret is in it.
import assert from 'node:assert/strict';
import util from 'node:util';

/** All the ways of printing a value that do not say that they show everything. */
export function everyPrint(value) {
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
