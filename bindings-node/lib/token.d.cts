/**
 * Where an answer comes from: `network` means that the service was asked for this call, and of a client with a cache
 * `cache` that it was there, `stale` that it was there and should have been refreshed, which did not work out, and `joined`
 * that another call's request brought it.
 */
export type Source = 'network' | 'cache' | 'stale' | 'joined';

/**
 * What the service sends of a third party's access token. The names and types are those of Descope's API reference.
 */
export interface OutboundAppToken {
  /** The token's id, for `deleteTokenById`. */
  id: string;
  /** The outbound app it belongs to. */
  appId: string;
  /** The user it belongs to; empty where it is a tenant's own. */
  userId: string;
  /** The tenant it is bound to. */
  tenantId?: string;
  /** Who the user is at the third party. */
  tokenSub?: string;
  /** What to send to the third party. (Where the service sends `token` instead, this reads that.) */
  accessToken: string;
  /** Mostly `Bearer`. */
  accessTokenType?: string;
  /**
   * When the access token ends, as the service sent it. The API reference calls it a string, the official SDKs a string,
   * a number or a moment, so use `expiresAt`, which reads them all.
   */
  accessTokenExpiry?: string | number | undefined;
  /** Whether the service holds a refresh token. */
  hasRefreshToken?: boolean;
  /** There only with the option `withRefreshToken`. */
  refreshToken?: string;
  /** When the service last refreshed the token, as it sent it. */
  lastRefreshTime?: string | number;
  /** Why the last refresh failed: the access token may be dead already. */
  lastRefreshError?: string;
  /** What the user has granted. */
  scopes?: string[];
  /** Who granted it. */
  grantedBy?: string;
  /** The caller's own identifier of the connection. */
  externalIdentifier?: string;
}

/**
 * A third party's access token and what the service says about it: exactly the keys that the service sent, in an object
 * that is the caller's own to change.
 *
 * `console.log` and `util.inspect` show `[redacted]` in the place of secrets. `JSON.stringify`, `Object.keys`, a spread
 * and `structuredClone` give what the service sent, secrets included: do not log those.
 *
 * A whole number beyond 2^53 loses digits, as it does wherever JavaScript reads JSON; `response.text()` has them all.
 */
export interface OutboundToken extends OutboundAppToken {
  /** The access token under its older name. Not among the keys, unless the service sent it. */
  token: string;
  /**
   * When the access token ends, or null where that is not known. Read from `accessTokenExpiry`, which may be an RFC
   * 3339 time, or seconds or milliseconds since 1970, as a number or as digits. Not among the keys.
   */
  expiresAt: Date | null;
  /** Where this token comes from. Not among the keys. */
  source: Source;
}
