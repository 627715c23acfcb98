// Redacts secrets from what `console.log` and `util.inspect` show.
'use strict';

const { inspect } = require('node:util');

const native = require('./addon.cjs');

const REDACTED = '[redacted]';

/** Return a copy for printing, with its secrets redacted. */
function withoutSecrets(holder, ancestors = []) {
  const path = [...ancestors, holder];
  const redact = (inner) => {
    if (path.includes(inner)) return '[Circular]';
    if (Array.isArray(inner)) return inner.map(redact);
    return isPlainObject(inner) ? withoutSecrets(inner, path) : inner;
  };
  const members = Object.entries(holder).map(([name, inner]) => {
    const isEmpty = inner === '' || inner === null || inner === undefined;
    const isSecret = name === 'token' || native.isSecretField(name);
    return [name, isSecret && !isEmpty ? REDACTED : redact(inner)];
  });
  return Object.fromEntries(members);
}

/** An object that `JSON.parse` can return. An object of another class, which the caller added, prints as usual. */
function isPlainObject(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Make data hide its secrets when it is printed. Otherwise it stays as `JSON.parse` made it. */
function redacted(data) {
  if (Array.isArray(data)) data.forEach(redacted);
  else if (isPlainObject(data)) {
    // Not enumerable, so that the data still equals what the service sent.
    Object.defineProperty(data, inspect.custom, { value: inspectRedacted, writable: true, configurable: true });
  }
  return data;
}

function inspectRedacted() {
  return withoutSecrets(this);
}

module.exports = { redacted, withoutSecrets };
