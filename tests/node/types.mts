// Compiled and never run: what a strict TypeScript program that uses ES modules may write, and what it may not.
import DescopeClient, {
  DescopeClient as SameClient,
  DescopeError,
  DescopeHttpError,
  DescopeTransportError,
  RateLimitError,
  TokenNotFoundError,
  type CallOptions,
  type DescopeClientConfig,
  type ErrorCode,
  type OutboundApplication,
  type OutboundToken,
  type ResponseError,
  type SdkFailure,
  type SdkResponse,
  type SdkSuccess,
  type Source,
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

  await outboundApplication.fetchToken('app', 'user', 'tenant', { withRefreshToken: true }, call);
  await outboundApplication.fetchToken('app', 'user', null, { aNewerOption: 1 }, { signal });
  await outboundApplication.fetchTokenByScopes('app', 'user', ['read'], { forceRefresh: true }, 'tenant', call);
  await outboundApplication.fetchTokenByScopes('app', 'user', new Set(['read']));
  await outboundApplication.deleteTokenById('token', call);
  await outboundApplication.deleteUserTokens('app', 'user', call);
  await outboundApplication.deleteUserTokens(undefined, 'user');
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
    if (error instanceof DescopeTransportError) return error.code;
    if (error instanceof DescopeError) {
      const code: ErrorCode = error.code;
      return code;
    }
    throw error;
  }
}

export function everySetting(isThrowing: boolean): DescopeClient {
  const config: DescopeClientConfig = {
    projectId: process.env['PROJECT'] ?? null,
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

export const keptAsAny: DescopeClient[] = [DescopeClient(), DescopeClient({ throwOnError: true })];

export function mocked(answer: SdkResponse<OutboundToken>): OutboundApplication<false> {
  const { outboundApplication } = DescopeClient().management;
  outboundApplication.fetchToken = async () => answer;
  return outboundApplication;
}

export async function refused(): Promise<void> {
  const { outboundApplication } = DescopeClient().management;
  // @ts-expect-error: options are not the tenant.
  await outboundApplication.fetchToken('app', 'user', { withRefreshToken: true });
  // @ts-expect-error: a string is no list of scopes.
  await outboundApplication.fetchTokenByScopes('app', 'user', 'read write');
  // @ts-expect-error: the user is missing.
  await outboundApplication.fetchToken('app');
  // @ts-expect-error: whether there is data is not known yet.
  (await outboundApplication.fetchToken('app', 'user')).data.accessToken;
  // @ts-expect-error: nothing here logs.
  DescopeClient({ logger: console });
  // @ts-expect-error: there is no cache yet.
  DescopeClient({ cache: true });
  // @ts-expect-error: the wrong type.
  DescopeClient({ timeout: '5000' });
}
