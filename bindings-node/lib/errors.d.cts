/**
 * What is wrong, as a word that a program can compare.
 *
 * Of a {@link DescopeError}:
 * - `INVALID_ARGUMENT`: a setting or an argument cannot be used, or the management key is missing. Nothing was sent.
 *
 * Of a {@link DescopeHttpError}, which only a client with `throwOnError: true` rejects with:
 * - `HTTP_ERROR`: the service answered with an error.
 * - `TOKEN_NOT_FOUND`: the user has not connected the app, or did so with other scopes or for another tenant, or the app
 *   id is wrong.
 * - `RATE_LIMITED`: too many requests.
 *
 * Of a {@link DescopeTransportError}:
 * - `DEADLINE_EXCEEDED`: no answer within the timeout. The request may have taken effect.
 * - `CONNECTION_FAILED`: no connection could be made, or it was lost before the answer was complete.
 * - `DECODE_ERROR`: a success that cannot be read: no JSON, not of the right shape, or too large.
 * - `ABORTED`: the call's `signal` ended it. A request that had left may have taken effect.
 */
export type ErrorCode = 'INVALID_ARGUMENT' | 'HTTP_ERROR' | 'TOKEN_NOT_FOUND' | 'RATE_LIMITED' | TransportErrorCode;

/** The codes of a {@link DescopeTransportError}. */
export type TransportErrorCode = 'DEADLINE_EXCEEDED' | 'CONNECTION_FAILED' | 'DECODE_ERROR' | 'ABORTED';

/** What an error of this package is made from, beside its text. */
export interface ErrorDetails {
  code?: ErrorCode;
  cause?: unknown;
}

/** What an error answer of the service is made from, beside its text. */
export interface HttpErrorDetails extends ErrorDetails {
  status?: number;
  errorCode?: string;
  errorDescription?: string;
  errorMessage?: string;
  requestId?: string;
}

/** What a {@link DescopeTransportError} is made from, beside its text. */
export interface TransportErrorDetails extends ErrorDetails {
  code: TransportErrorCode;
  status?: number;
  requestId?: string;
}

/**
 * The base of every error of this package but `TypeError`, for an argument of the wrong type. Its text never holds a
 * secret: of what the service sends back, the secrets of the call are masked.
 */
export class DescopeError extends Error {
  constructor(message: string, details?: ErrorDetails);
  readonly code: ErrorCode;
}

/**
 * The service answered with an error. Rejected only by a client with `throwOnError: true`; any other resolves with
 * `ok: false`.
 */
export class DescopeHttpError extends DescopeError {
  constructor(message: string, details?: HttpErrorDetails);
  /** The HTTP status. */
  readonly status: number;
  /** The service's code, such as `E111504`, where the answer has one. */
  readonly errorCode?: string;
  /** The service's description, where the answer has one. */
  readonly errorDescription?: string;
  /** The service's message, where the answer has one. */
  readonly errorMessage?: string;
  /** What to quote to Descope's support: the answer's `cf-ray`, else its `x-request-id`. */
  readonly requestId?: string;
}

/**
 * The service has no such token: ask the user to connect the app. A token that was made with other scopes, or is bound
 * to another tenant, is not found either, nor is any token of an app that there is not.
 *
 * Only a fetch that was answered 404 with the service's code `E111504`, so that an outage or a wrong base URL is not
 * mistaken for it. (The code is in no documentation; it is what the service's users report.)
 */
export class TokenNotFoundError extends DescopeHttpError {
  readonly code: 'TOKEN_NOT_FOUND';
}

/** Too many requests (HTTP 429). Nothing was tried again. */
export class RateLimitError extends DescopeHttpError {
  constructor(message: string, details?: HttpErrorDetails & { retryAfter?: number });
  readonly code: 'RATE_LIMITED';
  /** How many seconds to wait, where the service says so; never negative. */
  readonly retryAfter?: number;
}

/**
 * There is no answer that could be read. An `ABORTED` one has the `name` `AbortError`, and the reason of the signal as
 * its `cause`.
 */
export class DescopeTransportError extends DescopeError {
  constructor(message: string, details: TransportErrorDetails);
  readonly code: TransportErrorCode;
  /** With `DECODE_ERROR`: the HTTP status of what could not be read, where there was one. */
  readonly status?: number;
  /** With `DECODE_ERROR`: what to quote to Descope's support, where the answer has it. */
  readonly requestId?: string;
}
