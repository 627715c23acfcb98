/** How a client's cache behaves. What is absent or null has its default; anything else is refused by name. */
export interface CacheOptions {
  /** At most so many tokens are kept; 10000 unless set. Those that are asked for least make room. */
  maxEntries?: number | null;
  /** At most so many bytes of answers are kept; 64 MiB unless set. */
  maxBytes?: number | null;
  /**
   * How old a token may become, in seconds, before the service is asked again while the token goes on being given out;
   * 300 unless set.
   */
  refreshAfterSeconds?: number | null;
  /**
   * How old a token may become at most, in seconds, before it is not given out any more; 900 unless set. A user whose
   * token was revoked elsewhere is seen as connected for so long at most.
   */
  maxAgeSeconds?: number | null;
  /**
   * For how much longer, in seconds, a token that has not expired is given out while the service cannot be reached or
   * fails; 0 unless set.
   */
  staleIfErrorSeconds?: number | null;
  /** About how long, in seconds, it is remembered that a user has not connected; 10 unless set, 0 for not at all. */
  negativeSeconds?: number | null;
  /**
   * Whether tokens are refreshed in the background; `true` unless set. Where a process is frozen between requests, as
   * functions are, `false` lets a caller wait for it, half a second at most.
   */
  background?: boolean | null;
}

/** What a cache has done since its client was made, and what it holds. */
export interface CacheStats {
  /** Fetches answered at once. */
  hits: number;
  /** Fetches that asked the service. */
  misses: number;
  /** Fetches that waited for another one's request. */
  joined: number;
  /** Tokens that were replaced before anybody had to wait for it. */
  refreshedAhead: number;
  /** Fetches answered with a token that should have been refreshed, and could not be. */
  staleServed: number;
  /** Fetches answered with what was remembered: that there is no token. */
  negativeHits: number;
  /** Answers that were not kept, because a delete or the like came in between. */
  suppressedPublishes: number;
  /** Tokens that made room for others. */
  evictions: number;
  /** Tokens that are kept now. */
  entries: number;
  /** Bytes of their answers. */
  bytes: number;
  /** Requests for tokens that were sent to the service, repetitions included; those by inbound token apart. */
  upstreamRequests: number;
}

/**
 * The cache of a client. Nothing here waits or sends anything.
 *
 * @example
 * const client = DescopeClient({ cache: true });
 * client.cache.forget(undefined, 'user-id'); // who has just connected an app
 * client.cache.reject(accessToken); // which the third party answered with a 401
 */
export interface Cache {
  /** What it has done so far, and what it holds. */
  stats(): CacheStats;
  /** Forgets everything; what requests under way bring is not kept. */
  clear(): void;
  /**
   * Forgets the tokens of a user, of an app, or of a user for an app, and that there were none: for when a user has just
   * connected, or when tokens were changed by other means than this client. Its own uploads and deletes see to it.
   *
   * @throws a `DescopeError` with the code `INVALID_ARGUMENT` where neither of the two is given, and a `TypeError` for one
   * of the wrong type
   */
  forget(appId?: string | null, userId?: string | null): void;
  /**
   * Says that the third party has refused this access token, with a 401: it is not given out again, and the next fetch
   * asks the service, which is made to refresh it where it would give out the same one. A token that has been replaced
   * meanwhile changes nothing. Not for a 403, which another token does not help.
   *
   * @returns whether the cache had it
   * @throws a `TypeError` where it is no string
   */
  reject(accessToken: string): boolean;
}
