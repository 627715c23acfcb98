// What a call rejects with, and the constructor throws. Documented in errors.d.cts.
'use strict';

class DescopeError extends Error {
  constructor(message, { code, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

class DescopeHttpError extends DescopeError {
  constructor(
    message,
    { code = 'HTTP_ERROR', cause, status, errorCode, errorDescription, errorMessage, requestId } = {},
  ) {
    super(message, { code, cause });
    assignKnown(this, { status, errorCode, errorDescription, errorMessage, requestId });
  }
}

class TokenNotFoundError extends DescopeHttpError {
  constructor(message, details = {}) {
    super(message, { code: 'TOKEN_NOT_FOUND', ...details });
  }
}

class RateLimitError extends DescopeHttpError {
  constructor(message, details = {}) {
    super(message, { code: 'RATE_LIMITED', ...details });
    assignKnown(this, { retryAfter: details.retryAfter });
  }
}

class DescopeTransportError extends DescopeError {
  constructor(message, { code, cause, status, requestId } = {}) {
    super(message, { code, cause });
    assignKnown(this, { status, requestId });
    // What a caller of `fetch` would look for.
    if (code === 'ABORTED') define(this, 'name', 'AbortError');
  }
}

for (const type of [DescopeError, DescopeHttpError, TokenNotFoundError, RateLimitError, DescopeTransportError]) {
  define(type.prototype, 'name', type.name);
}

/** As the built-in errors have it: writable, and not among the keys. */
function define(target, property, value) {
  Object.defineProperty(target, property, { value, writable: true, configurable: true });
}

/** What is not known is no property, so that printing an error shows only what it has to say. */
function assignKnown(error, details) {
  for (const [name, value] of Object.entries(details)) {
    if (value !== undefined && value !== '') error[name] = value;
  }
}

const TRANSPORT_CODES = {
  deadline_exceeded: 'DEADLINE_EXCEEDED',
  connection_failed: 'CONNECTION_FAILED',
  decode: 'DECODE_ERROR',
  aborted: 'ABORTED',
};

const HTTP_ERRORS = {
  http: DescopeHttpError,
  token_not_found: TokenNotFoundError,
  rate_limited: RateLimitError,
};

/** Whether the service answered, and with an error: all other failures reject, whatever was asked for. */
function isHttpError({ kind }) {
  return Object.hasOwn(HTTP_ERRORS, kind);
}

/** An error of our own for a value that cannot be used. */
function invalidArgument(message) {
  return new DescopeError(message, { code: 'INVALID_ARGUMENT' });
}

/** The error that tells what the native half reports; `cause` is the reason of an abort. */
function errorFrom(failure, cause) {
  const message = messageOf(failure);
  const { kind } = failure;
  if (kind === 'invalid_type') return new TypeError(message);
  if (kind in TRANSPORT_CODES) {
    return new DescopeTransportError(message, { ...failure, code: TRANSPORT_CODES[kind], cause });
  }
  if (kind in HTTP_ERRORS) {
    return new HTTP_ERRORS[kind](message, { ...failure, retryAfter: failure.retryAfterSeconds });
  }
  return invalidArgument(message);
}

function messageOf({ argument, message, requestId }) {
  const subject = argument ? `${argument} ` : '';
  const reference = requestId ? ` (request ${requestId})` : '';
  return `${subject}${message}${reference}`;
}

module.exports = {
  DescopeError,
  DescopeHttpError,
  TokenNotFoundError,
  RateLimitError,
  DescopeTransportError,
  isHttpError,
  invalidArgument,
  errorFrom,
  messageOf,
};
