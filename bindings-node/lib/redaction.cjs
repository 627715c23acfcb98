// What `console.log` and `util.inspect` show of data that may hold secrets.
'use strict';

const { inspect } = require('node:util');

const native = require('./addon.cjs');

const REDACTED = '[redacted]';

/** A copy that is good for nothing but being printed. */
function withoutSecrets(holder, ancestors = []) {
  const line = [...ancestors, holder];
  const shown = (inner) => {
    if (line.includes(inner)) return '[Circular]';
    if (Array.isArray(inner)) return inner.map(shown);
    return isData(inner) ? withoutSecrets(inner, line) : inner;
  };
  const members = Object.entries(holder).map(([name, inner]) => {
    const isEmpty = inner === '' || inner === null || inner === undefined;
    const isSecret = name === 'token' || native.isSecretField(name);
    return [name, isSecret && !isEmpty ? REDACTED : shown(inner)];
  });
  return Object.fromEntries(members);
}

/** What JSON can hold; whatever else the caller has put there prints as it always does. */
function isData(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The same data, which shows no secret when it is printed; in all else it is as `JSON.parse` made it. */
function redacted(data) {
  if (Array.isArray(data)) data.forEach(redacted);
  else if (isData(data)) {
    // Not enumerable: the data still equals what the service sent.
    Object.defineProperty(data, inspect.custom, { value: inspected, writable: true, configurable: true });
  }
  return data;
}

function inspected() {
  return withoutSecrets(this);
}

module.exports = { redacted, withoutSecrets };
