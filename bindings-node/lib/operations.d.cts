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

/** {@link FetchOptions} under the official SDK's name. */
export type FetchOutboundAppTokenOptions = FetchOptions;

/** How one call is made, in the argument after all of the operation's own. */
export interface CallOptions {
  /** Ends the call: it rejects with code `ABORTED`. A request that has left may still take effect. */
  signal?: AbortSignal | null;
  /** How long this call may take in all, in milliseconds, instead of the client's own. */
  timeout?: number | null;
}

/** How one fetch is made, in the argument after all of its own. */
export interface FetchCallOptions extends CallOptions {
  /**
   * Which of several connections to the same app is meant, by the caller's own identifier of it. The API takes it; the
   * official order of arguments has no place for it.
   */
  externalIdentifier?: string | null;
}

/** How one fetch with the management key is made: a fetch that the cache, where there is one, has a say in. */
export interface CachedFetchCallOptions extends FetchCallOptions {
  /**
   * With a cache, asks the service where the cached token would be given out for less than this, in seconds. What the
   * service has then is what you get; without a cache it changes nothing.
   */
  minValiditySeconds?: number | null;
}

/** What the service answers where there is nothing to tell: an empty object. */
export type EmptyAnswer = Record<string, unknown>;

/** Any iterable of strings but a string, which would be a list of letters. */
type Strings = Iterable<string> & object;

/** An answer: with `throwOnError` always a success, since anything else rejects. */
type Answer<Data, Throws extends boolean> = Throws extends true ? SdkSuccess<Data> : SdkResponse<Data>;

/**
 * Outbound apps, and the tokens of their users and tenants. The methods need no `this`, and may be replaced in tests.
 *
 * Each rejects with
 * - a `TypeError` for an argument of the wrong type, and a {@link DescopeError} with the code `INVALID_ARGUMENT` for
 *   one that cannot be used, or where the client has no management key: nothing was sent;
 * - a {@link DescopeTransportError} where there is no answer that could be read;
 * - a {@link DescopeHttpError} where the service answers with an error and the client has `throwOnError: true`. Without,
 *   the answer has `ok: false`.
 *
 * The last argument of each, `call`, says how this one call is made.
 */
export interface OutboundApplicationOperations<Throws extends boolean = boolean> {
  /**
   * Makes an outbound app. Tried again only where the service cannot have begun: the first try might have made one.
   *
   * @param app a field that is not known here is sent as it is
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
  ): Promise<Answer<OutboundApplication, Throws>>;

  /**
   * Makes an outbound app from one of Descope's templates. Tried again only where the service cannot have begun.
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
  ): Promise<Answer<OutboundApplication, Throws>>;

  /**
   * Replaces an outbound app as a whole: what is left out is emptied (API reference), save that the service alone knows
   * what becomes of an absent `clientSecret`.
   *
   * @param app a field that is not known here is sent as it is
   *
   * @example
   * const { data: app } = await client.management.outboundApplication.loadApplication('google-calendar');
   * await client.management.outboundApplication.updateApplication({ ...app, description: 'For invitations' });
   */
  updateApplication(
    app: OutboundApplicationToUpdate,
    call?: CallOptions | null,
  ): Promise<Answer<OutboundApplication, Throws>>;

  /** Deletes an outbound app, for good. */
  deleteApplication(id: string, call?: CallOptions | null): Promise<Answer<EmptyAnswer, Throws>>;

  /** One outbound app. */
  loadApplication(id: string, call?: CallOptions | null): Promise<Answer<OutboundApplication, Throws>>;

  /** Every outbound app of the project. */
  loadAllApplications(call?: CallOptions | null): Promise<Answer<OutboundApplication[], Throws>>;

  /**
   * Fetches a user's newest token for an app.
   *
   * @param tenantId the tenant that the token is bound to; without it, a bound token is not found (as Descope's own
   * agent library has it)
   *
   * @example
   * const token = await client.management.outboundApplication.fetchToken('google-calendar', 'user-id');
   * const accessToken = token.data.accessToken;
   *
   * @example
   * // How the call is made comes after all other arguments, present or not.
   * const call = { timeout: 3000, externalIdentifier: 'work-account' };
   * await client.management.outboundApplication.fetchToken('google-calendar', 'user-id', null, null, call);
   */
  fetchToken(
    appId: string,
    userId: string,
    tenantId?: string | null,
    options?: FetchOptions | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Fetches a user's token for an app with exactly these scopes: a token with others is not found (API reference).
   * (`options` come before `tenantId` here, as in the official SDK.)
   *
   * @param scopes any iterable of strings; an empty one is sent as it is
   *
   * @example
   * await client.management.outboundApplication.fetchTokenByScopes('google-calendar', 'user-id', ['calendar.readonly']);
   */
  fetchTokenByScopes(
    appId: string,
    userId: string,
    scopes: Strings,
    options?: FetchOptions | null,
    tenantId?: string | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /** Fetches a tenant's own newest token for an app. */
  fetchTenantToken(
    appId: string,
    tenantId: string,
    options?: FetchOptions | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Fetches a tenant's own token for an app with exactly these scopes.
   *
   * @param scopes any iterable of strings; an empty one is sent as it is
   */
  fetchTenantTokenByScopes(
    appId: string,
    tenantId: string,
    scopes: Strings,
    options?: FetchOptions | null,
    call?: CachedFetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Deletes the token of this id, for good.
   *
   * @example
   * await client.management.outboundApplication.deleteTokenById(token.data.id);
   */
  deleteTokenById(id: string, call?: CallOptions | null): Promise<Answer<EmptyAnswer, Throws>>;

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
  ): Promise<Answer<EmptyAnswer, Throws>>;

  /**
   * The ids of the apps that a user has a token for: one call in the place of a fetch for each app.
   *
   * @param tenantId the tenant that the tokens are bound to
   */
  listAppsWithUserToken(
    userId: string,
    tenantId?: string | null,
    call?: CallOptions | null,
  ): Promise<Answer<string[], Throws>>;

  /**
   * Stores a user's API key for an app that takes API keys.
   *
   * @param tenantId the tenant that the key is bound to
   */
  uploadUserApiKey(
    appId: string,
    userId: string,
    apiKey: string,
    tenantId?: string | null,
    call?: CallOptions | null,
  ): Promise<Answer<EmptyAnswer, Throws>>;

  /** Stores a tenant's API key for an app that takes API keys. */
  uploadTenantApiKey(
    appId: string,
    tenantId: string,
    apiKey: string,
    call?: CallOptions | null,
  ): Promise<Answer<EmptyAnswer, Throws>>;

  /**
   * Stores a user's OAuth token that was issued elsewhere, so that the user need not connect again. With
   * `verifyRefresh`, tried again only where the service cannot have begun: a refresh token may be good for one use.
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
  ): Promise<Answer<EmptyAnswer, Throws>>;

  /** Stores a tenant's OAuth token that was issued elsewhere, as `uploadUserToken` does a user's. */
  uploadTenantToken(
    token: UploadOutboundAppTenantTokenRequest,
    call?: CallOptions | null,
  ): Promise<Answer<EmptyAnswer, Throws>>;

  /**
   * Stores OAuth tokens of several users: all of them or, where `failures` is not empty, none.
   *
   * @param tokens any iterable; one item at least. One that cannot be sent is refused by its index.
   *
   * @example
   * const { data } = await client.management.outboundApplication.batchUploadUserTokens(tokens);
   * for (const { userId, reason } of data.failures) console.error(`${userId}: ${reason}`);
   */
  batchUploadUserTokens(
    tokens: Iterable<OutboundAppUserTokenToUpload>,
    call?: CallOptions | null,
  ): Promise<Answer<BatchUploadOutboundAppTokensResponse, Throws>>;

  /** Stores OAuth tokens of several tenants, as `batchUploadUserTokens` does those of users. */
  batchUploadTenantTokens(
    tokens: Iterable<OutboundAppTenantTokenToUpload>,
    call?: CallOptions | null,
  ): Promise<Answer<BatchUploadOutboundAppTokensResponse, Throws>>;
}

/**
 * The fetches with an inbound app's access token in the place of the management key: for what acts on a user's behalf
 * and must not hold the key. The token needs the scope `outbound.token.fetch` (API reference). The client needs no
 * management key for these calls, and sends none.
 *
 * They reject as those of {@link OutboundApplicationOperations} do; without a token, with the code `INVALID_ARGUMENT`.
 */
export interface OutboundApplicationByTokenOperations<Throws extends boolean = boolean> {
  /**
   * Fetches a user's newest token for an app.
   *
   * @param token the inbound app's access token
   *
   * @example
   * const byToken = client.management.outboundApplicationByToken;
   * const answer = await byToken.fetchToken(inboundToken, 'google-calendar', 'user-id');
   */
  fetchToken(
    token: string,
    appId: string,
    userId: string,
    tenantId?: string | null,
    options?: FetchOptions | null,
    call?: FetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Fetches a user's token for an app with exactly these scopes. (`options` come before `tenantId` here.)
   *
   * @param token the inbound app's access token
   */
  fetchTokenByScopes(
    token: string,
    appId: string,
    userId: string,
    scopes: Strings,
    options?: FetchOptions | null,
    tenantId?: string | null,
    call?: FetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Fetches a tenant's own newest token for an app.
   *
   * @param token the inbound app's access token
   */
  fetchTenantToken(
    token: string,
    appId: string,
    tenantId: string,
    options?: FetchOptions | null,
    call?: FetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;

  /**
   * Fetches a tenant's own token for an app with exactly these scopes.
   *
   * @param token the inbound app's access token
   */
  fetchTenantTokenByScopes(
    token: string,
    appId: string,
    tenantId: string,
    scopes: Strings,
    options?: FetchOptions | null,
    call?: FetchCallOptions | null,
  ): Promise<Answer<OutboundToken, Throws>>;
}

// What is not exported above is not for use elsewhere; without this line it would be.
export {};
