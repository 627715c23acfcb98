// The object that may come after every operation's own arguments.
'use strict';

const { typeName } = require('./argument.cjs');
const { invalidArgument } = require('./errors.cjs');

/** What every call takes in it. */
const EVERYWHERE = ['signal', 'timeout'];

/** What most calls have. */
const NOTHING = { signal: undefined, timeout: undefined, others: {} };

/** Its members, checked; of those beyond `signal` and `timeout`, a call names the ones it takes. */
function lastArgumentOf(given, more) {
  const last = given ?? undefined;
  if (last === undefined) return NOTHING;
  const names = [...more, ...EVERYWHERE];
  if (typeof last !== 'object' || Array.isArray(last)) {
    throw new TypeError(`the last argument must be an object of ${inWords(names)}, not ${typeName(last)}`);
  }
  // It has no members of its own, and would be ignored without a word.
  if (isSignal(last))
    throw new TypeError('the last argument must be an object: pass { signal }, not the signal itself');
  const unknown = Object.keys(last).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw invalidArgument(`${unknown} is unknown: the last argument takes ${inWords(names)}`);
  }
  const { signal, timeout, ...others } = last;
  if (signal !== undefined && signal !== null) checkSignal(signal);
  if (timeout !== undefined && timeout !== null && typeof timeout !== 'number') {
    throw new TypeError(`timeout must be a number of milliseconds, not ${typeName(timeout)}`);
  }
  return { signal, timeout, others };
}

/** A signal of this realm, of another, or of a polyfill. */
function checkSignal(signal) {
  if (!isSignal(signal)) throw new TypeError(`signal must be an AbortSignal, not ${typeName(signal)}`);
}

function isSignal(value) {
  return typeof value === 'object' && typeof value.aborted === 'boolean' && 'addEventListener' in value;
}

function inWords(names) {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

module.exports = { lastArgumentOf };
