/**
 * The source of a fetched token. A client without a cache has only `network`.
 * - `network`: this call sent a request.
 * - `cache`: the token was cached.
 * - `stale`: the token was cached and due for a refresh, but the refresh did not succeed.
 * - `joined`: this call shared the request of another call.
 */
export type Source = 'network' | 'cache' | 'stale' | 'joined';

/** A third party's access token as the service sends it. The names and types are those of Descope's API reference. */
export interface OutboundAppToken {
  /** The token's id, for `deleteTokenById`. */
  id: string;
  /** The outbound app that the token belongs to. */
  appId: string;
  /** The user that the token belongs to. Empty if it is a tenant's own token. */
  userId: string;
  /** The tenant that the token is bound to. */
  tenantId?: string;
  /** The user's subject (`sub`) at the third party. */
  tokenSub?: string;
  /** The token to send to the third party. If the service sends `token` instead, this property reads that. */
  accessToken: string;
  /** Usually `Bearer`. */
  accessTokenType?: string;
  /**
   * When the access token expires, as the service sent it. The API reference has a string, the official SDKs a string,
   * a number or a date. Use `expiresAt`, which reads all of them.
   */
  accessTokenExpiry?: string | number | undefined;
  /** Whether the service holds a refresh token. */
  hasRefreshToken?: boolean;
  /** The refresh token. Sent only with the option `withRefreshToken`. */
  refreshToken?: string;
  /** When the service last refreshed the token, as the service sent it. */
  lastRefreshTime?: string | number;
  /** Why the last refresh failed. The access token may already be invalid. */
  lastRefreshError?: string;
  /** The scopes that the user granted. */
  scopes?: string[];
  /** The identity that granted the access. */
  grantedBy?: string;
  /** The caller's own identifier of the connection. */
  externalIdentifier?: string;
}

/**
 * A third party's access token. Its own keys are exactly those that the service sent. The caller owns the object and
 * may change it.
 *
 * `console.log` and `util.inspect` show `[redacted]` instead of secrets. `JSON.stringify`, a spread and
 * `structuredClone` return what the service sent, including secrets: do not log their results.
 *
 * An integer beyond 2^53 loses digits, as always when JavaScript parses JSON. `response.text()` has all digits.
 */
export interface OutboundToken extends OutboundAppToken {
  /** The access token under its older name. Not an own key, unless the service sent it. */
  token: string;
  /**
   * When the access token expires, or null if that is unknown. Parsed from `accessTokenExpiry`: an RFC 3339 time, or
   * seconds or milliseconds since 1970 as a number or as digits. Not an own key.
   */
  expiresAt: Date | null;
  /** Where this token came from. Not an own key. */
  source: Source;
}
