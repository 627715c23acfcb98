/** Options of a client's cache. An absent or null option has its default. An unknown name is rejected. */
export interface CacheOptions {
  /** Maximum number of cached tokens. Default: 10000. When the cache is full, the least used tokens are evicted. */
  maxEntries?: number | null;
  /** Maximum size of the cached responses, in bytes. Default: 64 MiB. */
  maxBytes?: number | null;
  /**
   * Age of a token, in seconds, from which the client refreshes it. During the refresh, fetches still return the cached
   * token. Default: 300.
   */
  refreshAfterSeconds?: number | null;
  /**
   * Maximum age of a token that a fetch returns, in seconds. Default: 900. If a token is revoked elsewhere, this client
   * may return it for up to this time.
   */
  maxAgeSeconds?: number | null;
  /**
   * Time, in seconds, for which a fetch may return a token beyond `maxAgeSeconds` if the service fails or cannot be
   * reached. An expired token is never returned. Default: 0.
   */
  staleIfErrorSeconds?: number | null;
  /** Approximate time, in seconds, to cache that a user has not connected the app. Default: 10. 0 turns this off. */
  negativeSeconds?: number | null;
  /**
   * Whether to refresh tokens in the background. Default: `true`. Set `false` if the platform freezes the process
   * between requests, as with serverless functions. A caller then waits for the refresh, for up to half a second.
   */
  background?: boolean | null;
}

/** Counters since the client was created, and the current size of the cache. */
export interface CacheStats {
  /** Fetches that returned a cached token. */
  hits: number;
  /** Fetches that sent a request. */
  misses: number;
  /** Fetches that shared the request of another fetch. */
  joined: number;
  /** Tokens that were replaced before a caller had to wait. */
  refreshedAhead: number;
  /** Fetches that returned a token whose refresh did not succeed. */
  staleServed: number;
  /** Fetches that returned a cached "token not found". */
  negativeHits: number;
  /** Responses that were not cached, because a delete or another change happened during the request. */
  suppressedPublishes: number;
  /** Tokens that were evicted to make room. */
  evictions: number;
  /** Cached tokens. */
  entries: number;
  /** Size of the cached responses, in bytes. */
  bytes: number;
  /** Token requests sent to the service, including retries. Fetches with an inbound app's token do not count. */
  upstreamRequests: number;
}

/**
 * The cache of a client. Its methods return immediately and send no requests.
 *
 * @example
 * const client = DescopeClient({ cache: true });
 * // The user has just connected an app:
 * client.cache.forget(undefined, 'user-id');
 * // The third party responded with 401 to this token:
 * client.cache.reject(accessToken);
 */
export interface Cache {
  /** Return the counters and the current size. */
  stats(): CacheStats;
  /** Remove everything. Responses to requests that are in flight are not cached. */
  clear(): void;
  /**
   * Remove the tokens of a user, of an app, or of a user for an app, and cached "token not found" results with them.
   * Call it when a user has just connected an app, or when another process changed tokens. After its own uploads and
   * deletes, the client does this itself.
   *
   * @throws a `DescopeError` with the code `INVALID_ARGUMENT` if both arguments are absent, and a `TypeError` if one
   * has the wrong type
   */
  forget(appId?: string | null, userId?: string | null): void;
  /**
   * Report that the third party rejected this access token with a 401. The client does not return the token again. The
   * next fetch asks the service, and forces a refresh if the service would return the same token. If the token was
   * replaced in the meantime, nothing changes. Do not call it for a 403, which a new token does not solve.
   *
   * @returns whether the token was cached
   * @throws a `TypeError` if the token is not a string
   */
  reject(accessToken: string): boolean;
}
