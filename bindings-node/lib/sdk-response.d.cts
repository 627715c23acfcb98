/** What every answer has. */
interface Answered {
  /** The HTTP status. */
  code: number;
  /**
   * Status, headers and body. What it stands for is made when somebody first looks into it; `text()` and `json()` can be
   * called any number of times. Of an error's body, at most 8 KiB are there, with this call's secrets masked.
   */
  response: Response;
}

/** The service did what it was asked to. */
export interface SdkSuccess<Data> extends Answered {
  ok: true;
  /** What was asked for. */
  data: Data;
  error?: undefined;
}

/** The service answered with an error: its HTTP status was not one of 200 to 299. */
export interface SdkFailure extends Answered {
  ok: false;
  error: ResponseError;
  data?: undefined;
}

/**
 * The service's answer, in the shape of the official SDK's. Its keys are `code`, `ok`, `response` and, depending on
 * `ok`, `data` or `error`.
 *
 * @example
 * const answer = await client.management.outboundApplication.fetchToken('google-calendar', 'user-id');
 * if (answer.ok) {
 *   use(answer.data.accessToken);
 * } else if (answer.error.errorCode === 'E111504') {
 *   askTheUserToConnect();
 * }
 */
export type SdkResponse<Data> = SdkSuccess<Data> | SdkFailure;

/** What the service says about an error. */
export interface ResponseError {
  /** The service's code, such as `E111504`; empty where the answer has none. */
  errorCode: string;
  /** The service's description, or one of ours where the answer has none. */
  errorDescription: string;
  /** The service's message, where the answer has one. */
  errorMessage?: string;
  /** How many seconds to wait before the next try: for 429 alone, where the service says so. */
  retryAfter?: number;
}

// What is not exported above is not for use elsewhere; without this line it would be.
export {};
