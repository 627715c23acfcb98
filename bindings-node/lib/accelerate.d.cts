import type { DescopeClientConfig } from './client.cjs';
import type { DescopeError } from './errors.cjs';
import type { OutboundApplicationOperations } from './operations.cjs';

/** The part of a `@descope/node-sdk` client that {@link accelerate} needs. */
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
 * The object that the official client was created with, plus the options that only this package has: `timeout`,
 * `licenseHandshake`, `allowInsecureHttp`. Like the official client, an accelerated one ignores the variables
 * `DESCOPE_PROJECT_ID`, `DESCOPE_MANAGEMENT_KEY` and `DESCOPE_BASE_URI`.
 *
 * The options `fetch`, `hooks` and `logger` are rejected, because this package cannot apply them. If outbound calls can
 * do without them, pass `{ ...configuration, logger: undefined }`.
 */
export interface OfficialConfiguration extends Omit<DescopeClientConfig, 'projectId' | 'baseHeaders' | 'throwOnError'> {
  projectId: string;
  /** Headers to add to every request, in any form that `new Headers(…)` accepts. */
  baseHeaders?: DescopeClientConfig['baseHeaders'] | Iterable<readonly string[]> | Record<string, unknown> | undefined;
  /** An option of the official SDK for sessions. It has no effect. */
  cookiePolicy?: unknown;
  /** An option of the official SDK for sessions. It has no effect. */
  refreshCookieName?: unknown;
}

/** The type that {@link accelerate} adds to a client: each method takes call options as its last argument. */
export interface Accelerated {
  management: { outboundApplication: OutboundApplicationOperations<false> };
}

/**
 * Route the outbound calls of an official client through this package. The rest of the client does not change.
 *
 * Responses keep the official shape. Otherwise the calls behave as those of this package's own clients. They validate
 * their arguments, and time out after 20 seconds (or after `timeout` milliseconds). They reject with a
 * `DescopeTransportError` if no response could be read.
 *
 * The function modifies the client and returns it. Call it again to replace the configuration. A method that the
 * program read from the client before (`const { fetchToken } = …`) stays the official one.
 *
 * @throws a {@link DescopeError} with the code `INVALID_ARGUMENT` if the configuration is invalid, and a `TypeError` if
 * the client is not an official one or its methods are read-only. The client is unchanged then.
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
 * Put the original methods of an accelerated client back. A client that is not accelerated does not change.
 *
 * @throws a `TypeError` if the client is not an official one
 *
 * @example
 * restore(client);
 */
export function restore<Client extends OfficialClient>(client: Client): Client;
