import type {
  CreateOutboundAppByTemplateOptions,
  OutboundApplication,
  OutboundApplicationToCreate,
  OutboundApplicationToUpdate,
} from './application.cjs';
import type { DescopeError, DescopeHttpError, DescopeTransportError } from './errors.cjs';
import type { SdkResponse, SdkSuccess } from './sdk-response.cjs';
import type { OutboundToken } from './token.cjs';
import type {
  BatchUploadOutboundAppTokensResponse,
  OutboundAppTenantTokenToUpload,
  OutboundAppUserTokenToUpload,
  UploadOutboundAppTenantTokenRequest,
  UploadOutboundAppUserTokenRequest,
} from './upload.cjs';

/** Options of a fetch. They are sent as given, so that newer options of the service work too. */
export interface FetchOptions {
  /** Whether the response includes the refresh token. Default: `false` (API reference). */
  withRefreshToken?: boolean;
  /**
   * Whether the service refreshes the token at the third party even if it has not expired. Default: `false` (API
   * reference).
   */
  forceRefresh?: boolean;
  [option: string]: unknown;
}

/** {@link FetchOptions} under the official SDK's name. */
export type FetchOutboundAppTokenOptions = FetchOptions;

/** Options of a single call: the last argument of every method. */
export interface CallOptions {
  /** Aborts the call, which rejects with code `ABORTED`. A request that was already sent may still take effect. */
  signal?: AbortSignal | null;
  /** Timeout of this call, in milliseconds. Default: the client's `timeout`. */
  timeout?: number | null;
}

/** Options of a single fetch: the last argument of every fetch method. */
export interface FetchCallOptions extends CallOptions {
  /**
   * The caller's own identifier of a connection, for users with several connections to one app. The API takes it, but
   * the official argument order has no position for it.
   */
  externalIdentifier?: string | null;
}

/** Options of a single fetch with the management key. Only these fetches use the cache. */
export interface CachedFetchCallOptions extends FetchCallOptions {
  /**
   * Minimum time, in seconds, for which the client would still return the cached token. If less is left, the fetch asks
   * the service and returns its token, whatever time that has left. Without a cache, this has no effect.
   */
  minValiditySeconds?: number | null;
}

/** The data of a response that has none: an empty object. */
export type EmptyAnswer = Record<string, unknown>;

/** Any iterable of strings except a string, which would be a list of its letters. */
type StringIterable = Iterable<string> & object;

/** A response. With `throwOnError` it is always a success, because every error rejects. */
type Resolved<Data, Throws extends boolean> = Throws extends true ? SdkSuccess<Data> : SdkResponse<Data>;

/**
 * The methods for outbound apps and the tokens of their users and tenants. They do not need `this`, and tests may
 * replace them.
 *
 * Every method rejects with
 * - a `TypeError` if an argument has the wrong type; no request was sent,
 * - a {@link DescopeError} with the code `INVALID_ARGUMENT` if an argument is invalid, or if the client has no
 *   management key; no request was sent,
 * - a {@link DescopeTransportError} if the service could not be reached or its response could not be read,
 * - a {@link DescopeHttpError} if the service responds with an error and the client has `throwOnError: true`. Without
 *   that option, the method resolves with `ok: false`.
 *
 * Every method takes its call options, `call`, as the last argument.
 */
export interface OutboundApplicationOperations<Throws extends boolean = boolean> {
  /**
   * Create an outbound app. The client retries only if the service cannot have started the request, because a second
   * request could create a second app.
   *
   * @param app the new app; unknown fields are sent as given
   *
   * @example
   * const created = await client.management.outboundApplication.createApplication({
   *   name: 'Google Calendar',
   *   clientId: 'client-id',
   *   clientSecret: process.env.GOOGLE_CLIENT_SECRET,
   *   defaultScopes: ['https://www.googleapis.com/auth/calendar.readonly'],
   * });
   * const { id } = created.data;
   */
  createApplication(
    app: OutboundApplicationToCreate,
    call?: CallOptions | null,
  ): Promise<Resolved<OutboundApplication, Throws>>;

  /**
   * Create an outbound app from one of Descope's templates. The client retries only if the service cannot have started
   * the request.
   *
   * @example
   * await client.management.outboundApplication.createApplicationByTemplate({
   *   templateId: 'google-calendar',
   *   clientId: 'client-id',
   *   clientSecret: process.env.GOOGLE_CLIENT_SECRET,
   * });
   */
  createApplicationByTemplate(
    options: CreateOutboundAppByTemplateOptions,
    call?: CallOptions | null,
  ): Promise<Resolved<OutboundApplication, Throws>>;

  /**
   * Replace an outbound app. Fields that are left out become empty (API reference). It is not documented whether that
   * includes `clientSecret`.
   *
   * @param app the complete app; unknown fields are sent as given
   *
   * @example
   * const { data: app } = await client.management.outboundApplication.loadApplication('google-calendar');
   * await client.management.outboundApplication.updateApplication({ ...app, description: 'For invitations' });
   */
  updateApplication(
    app: OutboundApplicationToUpdate,
    call?: CallOptions | null,
  ): Promise<Resolved<OutboundApplication, Throws>>;

  /**
   * Delete an outbound app permanently.
   *
   * @example
   * await client.management.outboundApplication.deleteApplication('google-calendar');
   */
  deleteApplication(id: string, call?: CallOptions | null): Promise<Resolved<EmptyAnswer, Throws>>;

  /**
   * Load one outbound app.
   *
   * @example
   * const { data: app } = await client.management.outboundApplication.loadApplication('google-calendar');
   */
  loadApplication(id: string, call?: CallOptions | null): Promise<Resolved<OutboundApplication, Throws>>;

  /**
   * Load every outbound app of the project.
   *
   * @example
   * const { data: apps } = await client.management.outboundApplication.loadAllApplications();
   */
  loadAllApplications(call?: CallOptions | null): Promise<Resolved<OutboundApplication[], Throws>>;

  /**
   * Fetch a user's newest token for an app.
   *
   * @param tenantId the tenant that the token is bound to. Without it, the service does not find a bound token
   * (according to Descope's own agent library).
   *
   * @example
   * const token = await client.management.outboundApplication.fetchToken('google-calendar', 'user-id');
   * const accessToken = token.data.accessToken;
   *
   * @example
   * // Call options are the last argument. Pass null for the arguments that you leave out.
   * const call = { timeout: 3000, externalIdentifier: 'work-account' };
   * await client.management.outboundApplication.fetchToken('google-calendar', 'user-id', null, null, call);
   */
  fetchToken(
    appId: string,
    userId: string,
    tenantId?: string | null,
    options?: FetchOptions | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Fetch a user's token for an app with exactly these scopes. The service does not find a token with other scopes (API
   * reference). As in the official SDK, `options` come before `tenantId` here.
   *
   * @param scopes any iterable of strings; an empty one is sent as an empty list
   *
   * @example
   * await client.management.outboundApplication.fetchTokenByScopes('google-calendar', 'user-id',
   * ['calendar.readonly']);
   */
  fetchTokenByScopes(
    appId: string,
    userId: string,
    scopes: StringIterable,
    options?: FetchOptions | null,
    tenantId?: string | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Fetch a tenant's own newest token for an app.
   *
   * @example
   * const token = await client.management.outboundApplication.fetchTenantToken('google-calendar', 'tenant-id');
   */
  fetchTenantToken(
    appId: string,
    tenantId: string,
    options?: FetchOptions | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Fetch a tenant's own token for an app with exactly these scopes.
   *
   * @param scopes any iterable of strings; an empty one is sent as an empty list
   */
  fetchTenantTokenByScopes(
    appId: string,
    tenantId: string,
    scopes: StringIterable,
    options?: FetchOptions | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Delete the token with this id permanently.
   *
   * @example
   * await client.management.outboundApplication.deleteTokenById(token.data.id);
   */
  deleteTokenById(id: string, call?: CallOptions | null): Promise<Resolved<EmptyAnswer, Throws>>;

  /**
   * Delete the tokens of a user for an app. With one of the two arguments alone, delete all tokens of the user or of
   * the app.
   *
   * @example
   * await client.management.outboundApplication.deleteUserTokens(undefined, 'user-id');
   */
  deleteUserTokens(
    appId?: string | null,
    userId?: string | null,
    call?: CallOptions | null,
  ): Promise<Resolved<EmptyAnswer, Throws>>;

  /**
   * List the ids of the apps that a user has a token for. This takes one call instead of a fetch for each app.
   *
   * @param tenantId the tenant that the tokens are bound to
   *
   * @example
   * const { data: appIds } = await client.management.outboundApplication.listAppsWithUserToken('user-id');
   */
  listAppsWithUserToken(
    userId: string,
    tenantId?: string | null,
    call?: CallOptions | null,
  ): Promise<Resolved<string[], Throws>>;

  /**
   * Store a user's API key for an app that uses API keys.
   *
   * @param tenantId the tenant that the key is bound to
   */
  uploadUserApiKey(
    appId: string,
    userId: string,
    apiKey: string,
    tenantId?: string | null,
    call?: CallOptions | null,
  ): Promise<Resolved<EmptyAnswer, Throws>>;

  /** Store a tenant's API key for an app that uses API keys. */
  uploadTenantApiKey(
    appId: string,
    tenantId: string,
    apiKey: string,
    call?: CallOptions | null,
  ): Promise<Resolved<EmptyAnswer, Throws>>;

  /**
   * Store a user's OAuth token that was issued elsewhere, so that the user does not have to connect again. With
   * `verifyRefresh`, the client retries only if the service cannot have started the request, because a refresh token
   * may be valid for one use only.
   *
   * @example
   * await client.management.outboundApplication.uploadUserToken({
   *   appId: 'google-calendar',
   *   userId: 'user-id',
   *   refreshToken,
   *   scopes: ['calendar.readonly'],
   * });
   */
  uploadUserToken(
    token: UploadOutboundAppUserTokenRequest,
    call?: CallOptions | null,
  ): Promise<Resolved<EmptyAnswer, Throws>>;

  /** Store a tenant's OAuth token that was issued elsewhere. See `uploadUserToken`. */
  uploadTenantToken(
    token: UploadOutboundAppTenantTokenRequest,
    call?: CallOptions | null,
  ): Promise<Resolved<EmptyAnswer, Throws>>;

  /**
   * Store OAuth tokens of several users. The service stores all of them or, if `failures` is not empty, none.
   *
   * @param tokens any iterable with at least one item. The error for an invalid item names its index.
   *
   * @example
   * const { data } = await client.management.outboundApplication.batchUploadUserTokens(tokens);
   * for (const { userId, reason } of data.failures) console.error(`${userId}: ${reason}`);
   */
  batchUploadUserTokens(
    tokens: Iterable<OutboundAppUserTokenToUpload>,
    call?: CallOptions | null,
  ): Promise<Resolved<BatchUploadOutboundAppTokensResponse, Throws>>;

  /** Store OAuth tokens of several tenants. See `batchUploadUserTokens`. */
  batchUploadTenantTokens(
    tokens: Iterable<OutboundAppTenantTokenToUpload>,
    call?: CallOptions | null,
  ): Promise<Resolved<BatchUploadOutboundAppTokensResponse, Throws>>;
}

/**
 * The fetch methods that use an inbound app's access token instead of the management key. They are for programs that
 * act on a user's behalf and must not have the key. The token needs the scope `outbound.token.fetch` (API reference).
 * The client needs no management key for these methods and sends none.
 *
 * They reject as the methods of {@link OutboundApplicationOperations} do. Without a token, they reject with the code
 * `INVALID_ARGUMENT`.
 */
export interface OutboundApplicationByTokenOperations<Throws extends boolean = boolean> {
  /**
   * Fetch a user's newest token for an app.
   *
   * @param token the inbound app's access token
   *
   * @example
   * const byToken = client.management.outboundApplicationByToken;
   * const token = await byToken.fetchToken(inboundToken, 'google-calendar', 'user-id');
   */
  fetchToken(
    token: string,
    appId: string,
    userId: string,
    tenantId?: string | null,
    options?: FetchOptions | null,
    call?: FetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Fetch a user's token for an app with exactly these scopes. `options` come before `tenantId` here.
   *
   * @param token the inbound app's access token
   */
  fetchTokenByScopes(
    token: string,
    appId: string,
    userId: string,
    scopes: StringIterable,
    options?: FetchOptions | null,
    tenantId?: string | null,
    call?: FetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Fetch a tenant's own newest token for an app.
   *
   * @param token the inbound app's access token
   */
  fetchTenantToken(
    token: string,
    appId: string,
    tenantId: string,
    options?: FetchOptions | null,
    call?: FetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;

  /**
   * Fetch a tenant's own token for an app with exactly these scopes.
   *
   * @param token the inbound app's access token
   */
  fetchTenantTokenByScopes(
    token: string,
    appId: string,
    tenantId: string,
    scopes: StringIterable,
    options?: FetchOptions | null,
    call?: FetchCallOptions | null,
  ): Promise<Resolved<OutboundToken, Throws>>;
}

// Without this line, TypeScript would export the declarations above that have no `export`.
export {};
