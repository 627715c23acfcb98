import type { DescopeClientConfig } from './client.cjs';
import type { DescopeError } from './errors.cjs';
import type { OutboundApplicationOperations } from './operations.cjs';

/** A client of `@descope/node-sdk`, as far as it matters here. */
export interface OfficialClient {
  validateSession: unknown;
  management: {
    outboundApplication: {
      fetchToken: unknown;
      fetchTokenByScopes: unknown;
      deleteTokenById: unknown;
      deleteUserTokens: unknown;
    };
  };
}

/**
 * The object that an official client was made from, and, where wanted, the options that only this package has:
 * `timeout`, `licenseHandshake`, `allowInsecureHttp`. Project, key and address are taken from here alone: like the
 * official client, an accelerated one ignores `DESCOPE_PROJECT_ID`, `DESCOPE_MANAGEMENT_KEY` and `DESCOPE_BASE_URI`.
 *
 * Not with `fetch`, `hooks` or `logger`, which nothing here can honour: where outbound calls can do without, pass
 * `{ ...configuration, logger: undefined }`.
 */
export interface OfficialConfiguration extends Omit<DescopeClientConfig, 'projectId' | 'baseHeaders' | 'throwOnError'> {
  projectId: string;
  /** Whatever `new Headers(…)` takes. */
  baseHeaders?: DescopeClientConfig['baseHeaders'] | Iterable<readonly string[]> | Record<string, unknown> | undefined;
  /** For sessions. Unused here. */
  cookiePolicy?: unknown;
  /** For sessions. Unused here. */
  refreshCookieName?: unknown;
}

/** What an accelerated client has more: the last argument of each call. */
export interface Accelerated {
  management: { outboundApplication: OutboundApplicationOperations<false> };
}

/**
 * Lets the outbound calls of an official client go through this package, and leaves everything else of it as it was.
 * They answer in the official shape, and are otherwise as those of this package's own clients: arguments are checked, a
 * call ends after 20 seconds unless `timeout` says otherwise, and where there is no answer that could be read it rejects
 * with a `DescopeTransportError`.
 *
 * The client itself is changed and returned. To accelerate it again replaces the configuration. Methods that were taken
 * out of the client before (`const { fetchToken } = …`) stay the official ones.
 *
 * @throws a {@link DescopeError} with the code `INVALID_ARGUMENT` for a configuration that cannot be used or honoured,
 * and a `TypeError` for what is no official client; the client is then as it was before
 *
 * @example
 * import DescopeSdk from '@descope/node-sdk';
 * import { accelerate } from 'descope-outbound';
 *
 * const configuration = { projectId: 'project-id', managementKey: 'management-key' };
 * const client = accelerate(DescopeSdk(configuration), configuration);
 */
export function accelerate<Client extends OfficialClient>(
  client: Client,
  configuration: OfficialConfiguration,
): Client & Accelerated;

/**
 * Gives an accelerated client its own methods back, the very same functions. Any other client stays as it is.
 *
 * @throws a `TypeError` for what is no official client
 */
export function restore<Client extends OfficialClient>(client: Client): Client;
