import type { DescopeError, DescopeHttpError, DescopeTransportError } from './errors.cjs';
import type { SdkResponse, SdkSuccess } from './response.cjs';
import type { OutboundToken } from './token.cjs';

/** What a fetch asks of the service. It is sent as it is, newer options of the service included. */
export interface FetchOptions {
  /** Asks for the refresh token too. `false` unless set (API reference). */
  withRefreshToken?: boolean;
  /**
   * Makes the service refresh the token at the third party, even if it has not expired. `false` unless set (API
   * reference).
   */
  forceRefresh?: boolean;
  [option: string]: unknown;
}

/** How one call is made, in the argument after all of the operation's own. */
export interface CallOptions {
  /** Ends the call: it rejects with code `ABORTED`. A request that has left may still take effect. */
  signal?: AbortSignal | null;
  /** How long this call may take in all, in milliseconds, instead of the client's own. */
  timeout?: number | null;
}

/** What the service answers a delete with: an empty object. */
export type Deleted = Record<string, unknown>;

/** An answer: with `throwOnError` always a success, since anything else rejects. */
type Answer<Data, Throws extends boolean> = Throws extends true ? SdkSuccess<Data> : SdkResponse<Data>;

/**
 * The tokens of outbound apps. The methods need no `this`, and may be replaced in tests.
 *
 * Each rejects with
 * - a `TypeError` for an argument of the wrong type, and a {@link DescopeError} with the code `INVALID_ARGUMENT` for
 *   one that cannot be used, or where the client has no management key: nothing was sent;
 * - a {@link DescopeTransportError} where there is no answer that could be read;
 * - a {@link DescopeHttpError} where the service answers with an error and the client has `throwOnError: true`. Without,
 *   the answer has `ok: false`.
 */
export interface OutboundApplication<Throws extends boolean = boolean> {
  /**
   * Fetches a user's newest token for an app.
   *
   * @param tenantId the tenant that the token is bound to; without it, a bound token is not found (as Descope's own
   * agent library has it)
   * @param call how this call is made
   *
   * @example
   * const token = await client.management.outboundApplication.fetchToken('google-calendar', 'user-id');
   * const accessToken = token.data.accessToken;
   */
  fetchToken(
    appId: string,
    userId: string,
    tenantId?: string | null,
    options?: FetchOptions | null,
    call?: CallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Fetches a user's token for an app with exactly these scopes: a token with others is not found (API reference).
   * (`options` come before `tenantId` here, as in the official SDK.)
   *
   * @param scopes any iterable of strings; an empty one is sent as it is
   * @param call how this call is made
   *
   * @example
   * await client.management.outboundApplication.fetchTokenByScopes('google-calendar', 'user-id', ['calendar.readonly']);
   */
  fetchTokenByScopes(
    appId: string,
    userId: string,
    scopes: Iterable<string> & object,
    options?: FetchOptions | null,
    tenantId?: string | null,
    call?: CallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Deletes the token of this id, for good.
   *
   * @example
   * await client.management.outboundApplication.deleteTokenById(token.data.id);
   */
  deleteTokenById(id: string, call?: CallOptions | null): Promise<Answer<Deleted, Throws>>;

  /**
   * Deletes the tokens of this user for this app; with one of the two alone, all tokens of the user or of the app.
   *
   * @example
   * await client.management.outboundApplication.deleteUserTokens(undefined, 'user-id');
   */
  deleteUserTokens(
    appId?: string | null,
    userId?: string | null,
    call?: CallOptions | null,
  ): Promise<Answer<Deleted, Throws>>;
}
