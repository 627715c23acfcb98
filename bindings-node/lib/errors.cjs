// The errors that the constructor throws and that calls reject with. Documented in errors.d.cts.
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
  constructor(message, { code, cause, reason, status, requestId } = {}) {
    super(message, { code, cause });
    assignKnown(this, { reason, status, requestId });
    // Callers of `fetch` check for this name.
    if (code === 'ABORTED') defineHidden(this, 'name', 'AbortError');
  }
}

for (const type of [DescopeError, DescopeHttpError, TokenNotFoundError, RateLimitError, DescopeTransportError]) {
  defineHidden(type.prototype, 'name', type.name);
}

/** Define a writable property that is not enumerable, like `name` of the built-in errors. */
function defineHidden(target, property, value) {
  Object.defineProperty(target, property, { value, writable: true, configurable: true });
}

/** Assign the details that are known, so that a printed error has no empty properties. */
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

/**
 * Tell whether the service responded with an error status. Every other failure rejects, even without `throwOnError`.
 */
function isHttpError({ kind }) {
  return Object.hasOwn(HTTP_ERRORS, kind);
}

/** Create the error for an invalid value. */
function invalidArgument(message) {
  return new DescopeError(message, { code: 'INVALID_ARGUMENT' });
}

/**
 * Create the error for a failure that the native addon reports.
 *
 * @param {unknown} [cause] the reason of the signal that aborted the call
 */
function errorFromFailure(failure, cause) {
  const { kind, message } = failure;
  if (kind === 'invalid_type') return new TypeError(message);
  if (kind in TRANSPORT_CODES) {
    return new DescopeTransportError(message, { ...failure, code: TRANSPORT_CODES[kind], cause });
  }
  if (kind in HTTP_ERRORS) {
    return new HTTP_ERRORS[kind](message, { ...failure, retryAfter: failure.retryAfterSeconds });
  }
  return invalidArgument(message);
}

module.exports = {
  DescopeError,
  DescopeHttpError,
  TokenNotFoundError,
  RateLimitError,
  DescopeTransportError,
  isHttpError,
  invalidArgument,
  errorFromFailure,
};
