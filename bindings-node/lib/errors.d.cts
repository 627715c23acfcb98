/**
 * The code of an error, for programs to compare.
 *
 * Code of a {@link DescopeError}:
 * - `INVALID_ARGUMENT`: an option or an argument is invalid, or the management key is missing. No request was sent.
 *
 * Codes of a {@link DescopeHttpError}, which only a client with `throwOnError: true` rejects with:
 * - `HTTP_ERROR`: the service responded with an error.
 * - `TOKEN_NOT_FOUND`: the user has not connected the app, or has connected it with other scopes or for another tenant,
 *   or the app id is wrong.
 * - `RATE_LIMITED`: the service responded with 429, too many requests.
 *
 * Codes of a {@link DescopeTransportError}:
 * - `DEADLINE_EXCEEDED`: no response arrived within the timeout. The request may have taken effect.
 * - `CONNECTION_FAILED`: the connection could not be made, or was lost before the response was complete.
 * - `DECODE_ERROR`: a success response could not be read: it is not JSON, has the wrong shape or is too large.
 * - `ABORTED`: the call's `signal` aborted it. A request that was already sent may have taken effect.
 */
export type ErrorCode = 'INVALID_ARGUMENT' | 'HTTP_ERROR' | 'TOKEN_NOT_FOUND' | 'RATE_LIMITED' | TransportErrorCode;

/** The codes of a {@link DescopeTransportError}. */
export type TransportErrorCode = 'DEADLINE_EXCEEDED' | 'CONNECTION_FAILED' | 'DECODE_ERROR' | 'ABORTED';

/**
 * Why a request got no response:
 * - `dns`: the host has no address.
 * - `refused`: no program listens on the port.
 * - `connect_timeout`: the host did not accept the connection in time.
 * - `tls`: the TLS handshake failed, for example because the certificate is not trusted.
 * - `reset`: the connection was lost before the response was complete.
 * - `proxy`: the proxy could not be reached, or refused the connection.
 * - `proxy_authentication`: the proxy requires other credentials (HTTP 407).
 * - `protocol`: the peer does not speak HTTP.
 * - `other`: the message names the cause.
 */
export type TransportErrorReason =
  | 'dns'
  | 'refused'
  | 'connect_timeout'
  | 'tls'
  | 'reset'
  | 'proxy'
  | 'proxy_authentication'
  | 'protocol'
  | 'other';

/** The constructor details of a {@link DescopeError}. */
export interface ErrorDetails {
  code?: ErrorCode;
  cause?: unknown;
}

/** The constructor details of a {@link DescopeHttpError}. */
export interface HttpErrorDetails extends ErrorDetails {
  status?: number;
  errorCode?: string;
  errorDescription?: string;
  errorMessage?: string;
  requestId?: string;
}

/** The constructor details of a {@link DescopeTransportError}. */
export interface TransportErrorDetails extends ErrorDetails {
  code: TransportErrorCode;
  reason?: TransportErrorReason;
  status?: number;
  requestId?: string;
}

/**
 * The base class of this package's errors. An argument of the wrong type is a `TypeError` instead.
 *
 * The text of an error never contains a secret: if the service sends back a secret of the call, it is masked.
 */
export class DescopeError extends Error {
  constructor(message: string, details?: ErrorDetails);
  readonly code: ErrorCode;
}

/**
 * The service responded with an error. Only a client with `throwOnError: true` rejects with it; any other client
 * resolves with `ok: false`.
 */
export class DescopeHttpError extends DescopeError {
  constructor(message: string, details?: HttpErrorDetails);
  /** The HTTP status. */
  readonly status: number;
  /** The service's code, such as `E111504`, if the response has one. */
  readonly errorCode?: string;
  /** The service's description, if the response has one. */
  readonly errorDescription?: string;
  /** The service's message, if the response has one. */
  readonly errorMessage?: string;
  /** The id to quote to Descope's support: the response header `cf-ray`, else `x-request-id`. */
  readonly requestId?: string;
}

/**
 * The service has no such token: ask the user to connect the app. The service also responds with this if the token has
 * other scopes or is bound to another tenant, or if the app does not exist.
 *
 * A fetch rejects with it only on status 404 with the service's code `E111504`. So an outage or a wrong base URL is not
 * mistaken for it. (No documentation has this code. Users of the service report it.)
 *
 * @example
 * try {
 *   await client.management.outboundApplication.fetchToken('google-calendar', 'user-id');
 * } catch (error) {
 *   if (error instanceof TokenNotFoundError) askTheUserToConnect();
 *   else throw error;
 * }
 */
export class TokenNotFoundError extends DescopeHttpError {
  readonly code: 'TOKEN_NOT_FOUND';
}

/** The service responded with 429, too many requests. The client does not retry it. */
export class RateLimitError extends DescopeHttpError {
  constructor(message: string, details?: HttpErrorDetails & { retryAfter?: number });
  readonly code: 'RATE_LIMITED';
  /** Time to wait before the next request, in seconds, if the service sent it. Never negative. */
  readonly retryAfter?: number;
}

/**
 * The service could not be reached, or its response could not be read. If the code is `ABORTED`, `name` is `AbortError`
 * and `cause` is the reason of the signal.
 */
export class DescopeTransportError extends DescopeError {
  constructor(message: string, details: TransportErrorDetails);
  readonly code: TransportErrorCode;
  /** With `CONNECTION_FAILED`: why the connection failed. With `DECODE_ERROR`: `protocol` if the peer does not speak HTTP. */
  readonly reason?: TransportErrorReason;
  /** With `DECODE_ERROR`: the HTTP status of the response that could not be read, if there was one. */
  readonly status?: number;
  /** With `DECODE_ERROR`: the id to quote to Descope's support, if the response has one. */
  readonly requestId?: string;
}
