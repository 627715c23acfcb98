// Compiled but never run: what a strict TypeScript program with ES modules may and may not write.
import DescopeClient, {
  type AccessType,
  accelerate,
  type BatchUploadOutboundAppTokensResponse,
  type Cache,
  type CachedFetchCallOptions,
  type CacheOptions,
  type CacheStats,
  type CallOptions,
  type CreateOutboundAppByTemplateOptions,
  type DescopeClientConfig,
  DescopeError,
  DescopeHttpError,
  DescopeTransportError,
  type EmptyAnswer,
  type ErrorCode,
  type FetchCallOptions,
  type FetchOutboundAppTokenOptions,
  type OutboundApplication,
  type OutboundApplicationOperations,
  type OutboundAppTenantTokenToUpload,
  type OutboundAppToken,
  type OutboundAppUserTokenToUpload,
  type OutboundToken,
  type PromptType,
  RateLimitError,
  type ResponseError,
  restore,
  type DescopeClient as SameClient,
  type SdkFailure,
  type SdkResponse,
  type SdkSuccess,
  type Source,
  TokenNotFoundError,
} from 'descope-outbound';

type Equal<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false;
function isTrue<Claim extends true>(claim?: Claim): void {
  void claim;
}

isTrue<Equal<typeof DescopeClient, typeof SameClient>>();

export async function everyCall(signal: AbortSignal): Promise<void> {
  const client = DescopeClient();
  const { outboundApplication } = client.management;
  const call: CallOptions = { signal, timeout: 500 };

  const fetched = await outboundApplication.fetchToken('app', 'user');
  isTrue<Equal<typeof fetched, SdkResponse<OutboundToken>>>();
  if (fetched.ok) {
    isTrue<Equal<typeof fetched, SdkSuccess<OutboundToken>>>();
    const { accessToken, expiresAt, source } = fetched.data;
    isTrue<Equal<typeof accessToken, string>>();
    isTrue<Equal<typeof expiresAt, Date | null>>();
    isTrue<Equal<typeof source, Source>>();
    fetched.data.accessToken = 'the caller may change it';
  } else {
    isTrue<Equal<typeof fetched, SdkFailure>>();
    const error: ResponseError = fetched.error;
    const seconds: number | undefined = error.retryAfter;
    void seconds;
  }
  const status: number = fetched.code;
  const response: Response = fetched.response;
  void [status, response];

  const options: FetchOutboundAppTokenOptions = { withRefreshToken: true };
  const fetchCall: FetchCallOptions = { ...call, externalIdentifier: 'mine' };
  await outboundApplication.fetchToken('app', 'user', 'tenant', options, fetchCall);
  await outboundApplication.fetchToken('app', 'user', null, { aNewerOption: 1 }, { signal });
  await outboundApplication.fetchTokenByScopes('app', 'user', ['read'], { forceRefresh: true }, 'tenant', call);
  await outboundApplication.fetchTokenByScopes('app', 'user', new Set(['read']));
  await outboundApplication.fetchTokenByScopes('app', 'user', ['read'], null, null, fetchCall);
  await outboundApplication.fetchTenantToken('app', 'tenant', { forceRefresh: true }, fetchCall);
  await outboundApplication.fetchTenantTokenByScopes('app', 'tenant', new Set(['read']), undefined, fetchCall);
  const deleted = await outboundApplication.deleteTokenById('token', call);
  isTrue<Equal<typeof deleted, SdkResponse<EmptyAnswer>>>();
  await outboundApplication.deleteUserTokens('app', 'user', call);
  await outboundApplication.deleteUserTokens(undefined, 'user');
  const listed = await outboundApplication.listAppsWithUserToken('user', 'tenant', call);
  isTrue<Equal<typeof listed, SdkResponse<string[]>>>();
}

export async function everyApplicationCall(call: CallOptions, prompt: PromptType): Promise<void> {
  const accessType: AccessType = 'offline';
  const { outboundApplication } = DescopeClient({ throwOnError: true }).management;
  await outboundApplication.createApplication({ name: 'n' });
  const created = await outboundApplication.createApplication(
    {
      name: 'n',
      id: undefined,
      logo: null,
      clientSecret: 'secret',
      authorizationUrlParams: [{ key: 'audience', value: 'all' }],
      prompt: [prompt],
      accessType,
      pkce: true,
      useDcr: true,
      dcrUrl: 'https://example.com',
    },
    call,
  );
  isTrue<Equal<typeof created, SdkSuccess<OutboundApplication>>>();
  const { useDcr, dcrUrl } = created.data;
  isTrue<Equal<typeof useDcr, boolean | undefined>>();
  isTrue<Equal<typeof dcrUrl, string | undefined>>();
  const template: CreateOutboundAppByTemplateOptions = { templateId: 't', overrides: { name: 'n', useDcr: false } };
  await outboundApplication.createApplicationByTemplate(template, call);
  const { data: app } = await outboundApplication.loadApplication('app', call);
  await outboundApplication.updateApplication({ ...app, clientSecret: 'secret' }, call);
  await outboundApplication.deleteApplication(app.id, call);
  const { data: apps } = await outboundApplication.loadAllApplications(call);
  isTrue<Equal<typeof apps, OutboundApplication[]>>();
}

export async function everyUpload(call: CallOptions, token: OutboundToken): Promise<void> {
  const { outboundApplication } = DescopeClient().management;
  await outboundApplication.uploadUserApiKey('app', 'user', 'key', 'tenant', call);
  await outboundApplication.uploadUserApiKey('app', 'user', 'key', null);
  await outboundApplication.uploadTenantApiKey('app', 'tenant', 'key', call);
  const user: OutboundAppUserTokenToUpload = { appId: 'a', userId: 'u', refreshToken: 'r', scopes: ['read'] };
  const tenant: OutboundAppTenantTokenToUpload = { appId: 'a', tenantId: 't', accessToken: token.accessToken };
  await outboundApplication.uploadUserToken({ ...user, tenantId: null, verifyRefresh: true }, call);
  await outboundApplication.uploadTenantToken({ ...tenant, accessTokenExpiry: 0, verifyRefresh: false }, call);
  const uploaded = await outboundApplication.batchUploadUserTokens([user], call);
  isTrue<Equal<typeof uploaded, SdkResponse<BatchUploadOutboundAppTokensResponse>>>();
  for (const { userId, errorCode } of uploaded.data?.failures ?? []) void [userId, errorCode];
  await outboundApplication.batchUploadTenantTokens(new Set([tenant]), call);
}

export async function everyCallByToken(call: FetchCallOptions): Promise<void> {
  const { outboundApplicationByToken } = DescopeClient({ projectId: 'P' }).management;
  const fetched = await outboundApplicationByToken.fetchToken('token', 'app', 'user', 'tenant', {}, call);
  isTrue<Equal<typeof fetched, SdkResponse<OutboundToken>>>();
  await outboundApplicationByToken.fetchTokenByScopes('token', 'app', 'user', ['read'], {}, 'tenant', call);
  await outboundApplicationByToken.fetchTenantToken('token', 'app', 'tenant', {}, call);
  await outboundApplicationByToken.fetchTenantTokenByScopes('token', 'app', 'tenant', ['read'], {}, call);
}

// @ts-expect-error: the package does not export its building blocks.
export type { Given, TokenToUpload } from 'descope-outbound';

/** The types of the official SDK: fewer fields, and no call options. */
interface Official {
  validateSession: (sessionToken: string) => Promise<unknown>;
  management: {
    user: { load: (loginId: string) => Promise<unknown> };
    outboundApplication: {
      fetchToken: (
        appId: string,
        userId: string,
        tenantId?: string,
        options?: { withRefreshToken?: boolean },
      ) => Promise<{ ok: boolean; data?: { id: string; accessTokenExpiry?: number } }>;
      fetchTokenByScopes: (appId: string, userId: string, scopes: string[]) => Promise<unknown>;
      deleteTokenById: (id: string) => Promise<unknown>;
      deleteUserTokens: (appId?: string, userId?: string) => Promise<unknown>;
    };
  };
}

export async function accelerated(official: Official): Promise<Official> {
  const configuration = { projectId: 'P', managementKey: 'key', baseUrl: 'https://example.com', cookiePolicy: null };
  const client = accelerate(official, { ...configuration, timeout: 5000 });
  const asBefore = await client.management.outboundApplication.fetchToken('app', 'user');
  const id: string | undefined = asBefore.data?.id;
  const call: CallOptions = { timeout: 5 };
  const withMore = await client.management.outboundApplication.fetchToken('app', id ?? '', undefined, {}, call);
  isTrue<Equal<typeof withMore, SdkResponse<OutboundToken>>>();
  await client.management.outboundApplication.loadAllApplications();
  await client.management.user.load('login-id');
  // @ts-expect-error: the configuration is missing.
  accelerate(official);
  // @ts-expect-error: the project id is missing.
  accelerate(official, { managementKey: 'key' });
  // @ts-expect-error: an accelerated client always resolves with errors.
  accelerate(official, { projectId: 'P', throwOnError: true });
  // @ts-expect-error: this is not an official client.
  accelerate({ management: {} }, configuration);
  return restore(client);
}

/** A token without the getters, as the service sends it. */
export function tokenOfService(): OutboundAppToken {
  const expiry: string | number | undefined = undefined;
  return { id: 'i', appId: 'a', userId: 'u', accessToken: 't', accessTokenExpiry: expiry };
}

export async function withThrowOnError(): Promise<string> {
  const client = new DescopeClient({ projectId: 'P', managementKey: 'key', throwOnError: true });
  try {
    const token = await client.management.outboundApplication.fetchToken('app', 'user');
    return token.data.accessToken;
  } catch (error) {
    if (error instanceof RateLimitError) return `${error.retryAfter ?? 0}`;
    if (error instanceof TokenNotFoundError) return error.errorCode ?? '';
    if (error instanceof DescopeHttpError) return `${error.status} ${error.requestId ?? ''}`;
    if (error instanceof DescopeTransportError) return error.reason ?? error.code;
    if (error instanceof DescopeError) {
      const code: ErrorCode = error.code;
      return code;
    }
    throw error;
  }
}

export function everySetting(isThrowing: boolean): DescopeClient {
  const config: DescopeClientConfig = {
    projectId: process.env.PROJECT ?? null,
    managementKey: null,
    baseUrl: 'https://example.com',
    baseHeaders: { 'x-gateway-key': 'value' },
    timeout: 5000,
    cache: false,
    throwOnError: isThrowing,
    licenseHandshake: 'wait',
    allowInsecureHttp: false,
    publicKey: 'unused',
  };
  DescopeClient({ baseHeaders: new Headers() });
  return DescopeClient(config);
}

export const assignableToAny: DescopeClient[] = [DescopeClient(), DescopeClient({ throwOnError: true })];

export function mocked(result: SdkResponse<OutboundToken>): OutboundApplicationOperations<false> {
  const { outboundApplication } = DescopeClient().management;
  outboundApplication.fetchToken = async () => result;
  return outboundApplication;
}

export async function refused(): Promise<void> {
  const { outboundApplication } = DescopeClient().management;
  // @ts-expect-error: the third argument is the tenant, not the options.
  await outboundApplication.fetchToken('app', 'user', { withRefreshToken: true });
  // @ts-expect-error: scopes must not be a string.
  await outboundApplication.fetchTokenByScopes('app', 'user', 'read write');
  // @ts-expect-error: the user is missing.
  await outboundApplication.fetchToken('app');
  // @ts-expect-error: data may be undefined, because ok was not checked.
  (await outboundApplication.fetchToken('app', 'user')).data.accessToken;
  // @ts-expect-error: externalIdentifier is an option of fetches.
  await outboundApplication.deleteTokenById('token', { externalIdentifier: 'mine' });
  // @ts-expect-error: the name is missing.
  await outboundApplication.createApplication({ description: 'd' });
  // @ts-expect-error: an unknown field. Without this error, the misspelled field would become empty.
  await outboundApplication.updateApplication({ id: 'i', name: 'n', logoUrl: 'l' });
  // @ts-expect-error: the key is missing.
  await outboundApplication.createApplication({ name: 'n', tokenUrlParams: [{ name: 'n', value: 'v' }] });
  // @ts-expect-error: a tenant's own token has no user.
  await outboundApplication.batchUploadTenantTokens([{ appId: 'a', tenantId: 't', userId: 'u' }]);
  // @ts-expect-error: a batch has no verification.
  await outboundApplication.batchUploadUserTokens([{ appId: 'a', userId: 'u', verifyRefresh: true }]);
  // @ts-expect-error: the expiry must be a number.
  await outboundApplication.uploadUserToken({ appId: 'a', userId: 'u', accessTokenExpiry: '1795435200' });
  // @ts-expect-error: the inbound app's token comes first.
  await DescopeClient().management.outboundApplicationByToken.fetchToken('app', 'user');
  // @ts-expect-error: this package does not log.
  DescopeClient({ logger: console });
  // @ts-expect-error: an unknown option.
  DescopeClient({ cache: { maxAge: 5 } });
  const byToken = DescopeClient().management.outboundApplicationByToken;
  // @ts-expect-error: the cache does not hold tokens that were fetched with an inbound token.
  await byToken.fetchToken('t', 'a', 'u', null, null, { minValiditySeconds: 5 });
  // @ts-expect-error: the client may have no cache.
  DescopeClient().cache.clear();
  // @ts-expect-error: the wrong type.
  DescopeClient({ timeout: '5000' });
}

/** The type of `cache` depends on the option. */
export async function useCache(options: CacheOptions, isCaching: boolean): Promise<CacheStats | undefined> {
  const caching: DescopeClient<false, Cache> = DescopeClient({ cache: true });
  caching.cache.clear();
  DescopeClient({ cache: options }).cache.forget('app');
  new DescopeClient({ cache: true, throwOnError: false }).cache.stats();
  const throwing: DescopeClient<true, Cache> = new DescopeClient({ cache: options, throwOnError: true });
  DescopeClient({ cache: true, throwOnError: isCaching }).cache.reject(`${throwing.cache.stats().hits}`);
  const either: DescopeClient = throwing;
  either.cache?.clear();
  // @ts-expect-error: the client may have no cache.
  DescopeClient({ cache: isCaching }).cache.clear();
  // @ts-expect-error: the client has no cache.
  DescopeClient({ cache: false }).cache.clear();
  const { cache, management } = DescopeClient({ cache: isCaching ? options : null });
  const call: CachedFetchCallOptions = { minValiditySeconds: 60 };
  const { data } = await management.outboundApplication.fetchToken('app', 'user', null, null, call);
  const source: 'network' | 'cache' | 'stale' | 'joined' | undefined = data?.source;
  const rejected: boolean | undefined = source && data && cache?.reject(data.accessToken);
  if (rejected) cache?.forget('app');
  cache?.forget(undefined, 'user');
  const kept: Cache | undefined = cache;
  kept?.clear();
  return cache?.stats();
}
