/** The members of every response. */
interface SdkResponseBase {
  /** The HTTP status. */
  code: number;
  /**
   * The HTTP response: status, headers and body. It is built on first use. `text()` and `json()` can be called any
   * number of times. The body of an error is cut to 8 KiB, and the secrets of the call are masked in it.
   */
  response: Response;
}

/** A successful response. */
export interface SdkSuccess<Data> extends SdkResponseBase {
  ok: true;
  /** The result, such as the token. */
  data: Data;
  error?: undefined;
}

/** An error response: its HTTP status is not within 200 to 299. */
export interface SdkFailure extends SdkResponseBase {
  ok: false;
  error: ResponseError;
  data?: undefined;
}

/**
 * The response of the service, in the shape of the official SDK. Its keys are `code`, `ok`, `response` and, depending
 * on `ok`, `data` or `error`.
 *
 * @example
 * const token = await client.management.outboundApplication.fetchToken('google-calendar', 'user-id');
 * if (token.ok) {
 *   use(token.data.accessToken);
 * } else if (token.error.errorCode === 'E111504') {
 *   askTheUserToConnect();
 * }
 */
export type SdkResponse<Data> = SdkSuccess<Data> | SdkFailure;

/** The error of an error response. */
export interface ResponseError {
  /** The service's code, such as `E111504`, or an empty string if the response has none. */
  errorCode: string;
  /** The service's description, or one of this package if the response has none. */
  errorDescription: string;
  /** The service's message, if the response has one. */
  errorMessage?: string;
  /** Time to wait before the next request, in seconds. Only for status 429, and if the service sent it. */
  retryAfter?: number;
}

// Without this line, TypeScript would export the declarations above that have no `export`.
export {};
