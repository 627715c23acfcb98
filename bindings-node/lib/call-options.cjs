// The options object that every method takes as its last argument.
'use strict';

const { typeName } = require('./arguments.cjs');
const { invalidArgument } = require('./errors.cjs');

/** The options of every method. */
const COMMON_OPTIONS = ['signal', 'timeout'];

const NO_OPTIONS = { signal: undefined, timeout: undefined, others: {} };

/**
 * Check and split the call options.
 *
 * @param {unknown} callOptions the last argument, if the caller passed one
 * @param {string[]} extraOptions the names that this method takes beyond `signal` and `timeout`; they end up in
 * `others`
 */
function parseCallOptions(callOptions, extraOptions) {
  const given = callOptions ?? undefined;
  if (given === undefined) return NO_OPTIONS;
  const names = [...extraOptions, ...COMMON_OPTIONS];
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new TypeError(`the last argument must be an object with ${inWords(names)}, not ${typeName(given)}`);
  }
  // A signal has no own properties, so the check of names below would accept and ignore it.
  if (isSignal(given)) {
    throw new TypeError('the last argument must be an object: pass { signal }, not the signal itself');
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw invalidArgument(`${unknown} is not an option of this method: the last argument takes ${inWords(names)}`);
  }
  const { signal, timeout, ...others } = given;
  if (signal !== undefined && signal !== null) checkSignal(signal);
  if (timeout !== undefined && timeout !== null && typeof timeout !== 'number') {
    throw new TypeError(`timeout must be a number of milliseconds, not ${typeName(timeout)}`);
  }
  return { signal, timeout, others };
}

function checkSignal(signal) {
  if (!isSignal(signal)) throw new TypeError(`signal must be an AbortSignal, not ${typeName(signal)}`);
}

/** Duck-typed, so that signals of another realm and of a polyfill count. */
function isSignal(value) {
  return typeof value === 'object' && typeof value.aborted === 'boolean' && 'addEventListener' in value;
}

function inWords(names) {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

module.exports = { parseCallOptions };
