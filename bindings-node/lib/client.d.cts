import type { Cache, CacheOptions } from './cache.cjs';
import type { DescopeError, DescopeHttpError } from './errors.cjs';
import type { OutboundApplicationByTokenOperations, OutboundApplicationOperations } from './operations.cjs';

/**
 * How a {@link DescopeClient} is made. What is absent or null has its default; an empty string counts as absent.
 */
export interface DescopeClientConfig {
  /**
   * The Descope project; else `DESCOPE_PROJECT_ID`. Letters, digits, `_` and `-`. An id of 32 characters or more names
   * the project's region, and thereby the host, in its second to fifth (as the official Python SDK has it).
   */
  projectId?: string | null;
  /** The management key, from the console's company settings; else `DESCOPE_MANAGEMENT_KEY`. */
  managementKey?: string | null;
  /** Where the service is; else `DESCOPE_BASE_URI`; else Descope's host in the project's region. */
  baseUrl?: string | null;
  /**
   * Headers for every request, for a gateway between here and Descope. Those that a request is made of
   * (`authorization`, `host`, `content-type`, …) are refused.
   */
  baseHeaders?: Record<string, string> | Iterable<readonly [string, string]> | null;
  /** How long a call may take in all, waits and repetitions included, in milliseconds. 20000 unless set. */
  timeout?: number | null;
  /**
   * Keeps tokens for as long as they are good: `true`, or {@link CacheOptions}; off unless set. Then a fetch that was made
   * a while ago is answered at once, and a revoked token may be seen for 15 minutes at most; see `docs/cache.md`.
   */
  cache?: boolean | CacheOptions | null;
  /**
   * With `true`, an answer that is an error rejects with a {@link DescopeHttpError}; without, it resolves with
   * `ok: false`, as in the official SDK.
   */
  throwOnError?: boolean | null;
  /**
   * When the project's rate-limit tier is asked for, which the service wants to hear with every call: beside the first
   * call, which does not wait for it (`true`, unless set); before the first call, which waits 5 seconds at most
   * (`"wait"`); or never (`false`).
   */
  licenseHandshake?: boolean | 'wait' | null;
  /** Permits a `baseUrl` of plain `http` beyond this machine: key and tokens then travel in the clear. */
  allowInsecureHttp?: boolean | null;
  /** The official SDK's, for sessions. Unused here. */
  publicKey?: unknown;
  /** The official SDK's, for sessions. Unused here. */
  authManagementKey?: unknown;
  /** The official SDK's, for authorization. Unused here. */
  fgaCacheUrl?: unknown;
}

/** A client of Descope's outbound apps. `Throws` is its setting `throwOnError`, `Kept` what its setting `cache` makes. */
export interface DescopeClient<Throws extends boolean = boolean, Kept extends Cache | undefined = Cache | undefined> {
  /** The cache, undefined where the client was made without one. */
  cache: Kept;
  management: {
    /** The same object at every access. */
    outboundApplication: OutboundApplicationOperations<Throws>;
    /** The same object at every access. Needs no management key. */
    outboundApplicationByToken: OutboundApplicationByTokenOperations<Throws>;
  };
}

/**
 * Makes a client, with or without `new`: in well under a millisecond, without any I/O. Keep it and share it; it holds
 * its connections open, and does not keep the process alive between calls. One client serves one thread: a worker makes
 * its own.
 *
 * Proxies are taken from `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, certificates from the system, from
 * `SSL_CERT_FILE` and `SSL_CERT_DIR` instead of it, and from `NODE_EXTRA_CA_CERTS` too. `NODE_TLS_REJECT_UNAUTHORIZED`
 * is ignored.
 *
 * @throws a {@link DescopeError} with the code `INVALID_ARGUMENT`, naming the setting and never a secret's value, and a
 * `TypeError` for a setting of the wrong type
 *
 * @example
 * // From DESCOPE_PROJECT_ID and DESCOPE_MANAGEMENT_KEY:
 * const client = DescopeClient();
 * // Or directly:
 * const other = DescopeClient({ projectId: 'project-id', managementKey: 'management-key', timeout: 5000 });
 */
export interface DescopeClientConstructor {
  (config: DescopeClientConfig & Throwing & Caching): DescopeClient<true, Cache>;
  (config: DescopeClientConfig & Resolving & Caching): DescopeClient<false, Cache>;
  (config: DescopeClientConfig & Caching): DescopeClient<boolean, Cache>;
  (config: DescopeClientConfig & Throwing): DescopeClient<true>;
  (config?: (DescopeClientConfig & Resolving) | null): DescopeClient<false>;
  (config: DescopeClientConfig): DescopeClient;
  new (config: DescopeClientConfig & Throwing & Caching): DescopeClient<true, Cache>;
  new (config: DescopeClientConfig & Resolving & Caching): DescopeClient<false, Cache>;
  new (config: DescopeClientConfig & Caching): DescopeClient<boolean, Cache>;
  new (config: DescopeClientConfig & Throwing): DescopeClient<true>;
  new (config?: (DescopeClientConfig & Resolving) | null): DescopeClient<false>;
  new (config: DescopeClientConfig): DescopeClient;
  readonly prototype: DescopeClient;
}

interface Throwing {
  throwOnError: true;
}

interface Resolving {
  throwOnError?: false | null;
}

interface Caching {
  cache: true | CacheOptions;
}

/** Makes a client, as {@link DescopeClientConstructor} tells. */
export const DescopeClient: DescopeClientConstructor;
