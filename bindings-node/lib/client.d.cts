import type { Cache, CacheOptions } from './cache.cjs';
import type { DescopeError, DescopeHttpError } from './errors.cjs';
import type { OutboundApplicationByTokenOperations, OutboundApplicationOperations } from './operations.cjs';

/**
 * Configuration of a {@link DescopeClient}. An absent or null option has its default. An empty string counts as absent.
 */
export interface DescopeClientConfig {
  /**
   * The Descope project id. Default: `DESCOPE_PROJECT_ID`. It may contain letters, digits, `_` and `-`. In an id of 32
   * characters or more, the second to fifth character name the project's region. The region determines the host, as in
   * the official Python SDK.
   */
  projectId?: string | null;
  /** The management key, from the company settings in the console. Default: `DESCOPE_MANAGEMENT_KEY`. */
  managementKey?: string | null;
  /** The URL of the service. Default: `DESCOPE_BASE_URI`, else Descope's host in the project's region. */
  baseUrl?: string | null;
  /**
   * Headers to add to every request, for example for a gateway. Headers that the client sets itself (`authorization`,
   * `host`, `content-type`, …) are rejected.
   */
  baseHeaders?: Record<string, string> | Iterable<readonly [string, string]> | null;
  /** Timeout of a call, in milliseconds, including waits and retries. Default: 20000. */
  timeout?: number | null;
  /**
   * Whether to cache tokens: `true`, or {@link CacheOptions}. Default: off. With a cache, a repeated fetch returns
   * without a request, but a revoked token may be returned for up to 15 minutes. See `docs/cache.md`.
   */
  cache?: boolean | CacheOptions | null;
  /**
   * Whether an error response rejects with a {@link DescopeHttpError}. Default: `false`; the call then resolves with
   * `ok: false`, as in the official SDK.
   */
  throwOnError?: boolean | null;
  /**
   * When to request the project's rate-limit tier, which the service expects with every call.
   * - `true` (default): in parallel with the first call, which does not wait for it
   * - `"wait"`: before the first call, which waits for up to 5 seconds
   * - `false`: never
   */
  licenseHandshake?: boolean | 'wait' | null;
  /**
   * Whether `baseUrl` may be plain `http` on another machine. Default: `false`. Without TLS, the key and tokens are not
   * encrypted.
   */
  allowInsecureHttp?: boolean | null;
  /** An option of the official SDK for sessions. It has no effect. */
  publicKey?: unknown;
  /** An option of the official SDK for sessions. It has no effect. */
  authManagementKey?: unknown;
  /** An option of the official SDK for authorization. It has no effect. */
  fgaCacheUrl?: unknown;
}

/**
 * A client of Descope's outbound apps. `Throws` is the type of its option `throwOnError`, and `Kept` the type that its
 * option `cache` results in.
 */
export interface DescopeClient<Throws extends boolean = boolean, Kept extends Cache | undefined = Cache | undefined> {
  /** The cache, or undefined if the client has none. */
  cache: Kept;
  management: {
    /** Methods that use the management key. The same object at every access. */
    outboundApplication: OutboundApplicationOperations<Throws>;
    /** Methods that use an inbound app's token instead of the management key. The same object at every access. */
    outboundApplicationByToken: OutboundApplicationByTokenOperations<Throws>;
  };
}

/**
 * Create a client, with or without `new`. This takes well under a millisecond and does no I/O. Create one client and
 * share it: it keeps its connections open. Between calls it does not keep the process alive. Each worker thread needs
 * its own client.
 *
 * The client uses the proxies of `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`. It trusts the system's
 * certificates, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR` instead, and in addition those of `NODE_EXTRA_CA_CERTS`.
 * It ignores `NODE_TLS_REJECT_UNAUTHORIZED`.
 *
 * @throws a {@link DescopeError} with the code `INVALID_ARGUMENT` if an option is invalid. Its text names the option
 * and never contains a secret. A `TypeError` if an option has the wrong type.
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

/** Create a client. See {@link DescopeClientConstructor}. */
export const DescopeClient: DescopeClientConstructor;
