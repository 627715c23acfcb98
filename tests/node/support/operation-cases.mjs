// Every method with its required and with all of its arguments, and the request that each must send.
import { ACCESS_TOKEN, MANAGEMENT_KEY, PROJECT_ID, REFRESH_TOKEN, TOKEN } from './fixtures.mjs';

export const API_KEY = 'made-up-api-key';
export const CLIENT_SECRET = 'made-up-client-secret';
export const ID_TOKEN = 'made-up-id-token';
export const INBOUND_TOKEN = 'made-up-inbound-token';

/** An app with every field of the API reference, and newer ones. */
export const APPLICATION = {
  id: 'app-id',
  name: 'An app',
  description: '',
  clientId: 'client-id',
  logo: 'https://example.com/logo.png',
  discoveryUrl: 'https://example.com/discovery',
  authorizationUrl: 'https://example.com/authorize',
  authorizationUrlParams: [{ key: 'audience', value: 'all' }],
  tokenUrl: 'https://example.com/token',
  tokenUrlParams: [],
  revocationUrl: 'https://example.com/revoke',
  defaultScopes: ['read'],
  defaultRedirectUrl: 'https://example.com/back',
  callbackDomain: 'example.com',
  pkce: false,
  accessType: 'offline',
  prompt: ['consent'],
  appType: 'custom',
  useDcr: true,
  dcrUrl: 'https://example.com/register',
  tenantId: 'tenant-id',
};

const APPLICATION_TO_SEND = { ...APPLICATION, clientSecret: CLIENT_SECRET, aNewerField: { of: ['the', 'service'] } };

const TEMPLATE = {
  templateId: 'template-id',
  id: 'app-id',
  clientId: 'client-id',
  clientSecret: CLIENT_SECRET,
  tenantId: 'tenant-id',
  overrides: { name: 'A name', pkce: false, defaultScopes: [], useDcr: true, dcrUrl: 'https://example.com/register' },
};

const UPLOAD = {
  refreshToken: REFRESH_TOKEN,
  accessToken: ACCESS_TOKEN,
  accessTokenExpiry: 0,
  accessTokenType: 'Bearer',
  scopes: [],
  externalIdentifier: 'mine',
  idToken: ID_TOKEN,
  grantedBy: 'admin',
};
const USER_UPLOAD = { appId: 'app-id', userId: 'user-id', tenantId: 'tenant-id', ...UPLOAD };
const TENANT_UPLOAD = { appId: 'app-id', tenantId: 'tenant-id', ...UPLOAD };
const FAILURES = {
  failures: [{ appId: 'app-id', userId: 'user-id', errorCode: 'E152110', reason: 'bad token' }],
};

const OPTIONS = { withRefreshToken: true, forceRefresh: false, aNewerOption: [1] };
const SCOPES = ['write', 'read'];
const CALL = { signal: new AbortController().signal, timeout: 10_000 };
const FETCH_CALL = { ...CALL, externalIdentifier: 'mine' };

const APP = '/v1/mgmt/outbound/app';
const KEY = `Bearer ${PROJECT_ID}:${MANAGEMENT_KEY}`;
const INBOUND = `Bearer ${PROJECT_ID}:${INBOUND_TOKEN}`;

/** Expect a POST of this body for these arguments. */
function post(path, given, body) {
  return { given, request: { method: 'POST', url: path, body } };
}

/** Expect a request without a body for these arguments. */
function withoutBody(method, url, given) {
  return { given, request: { method, url, body: undefined } };
}

/** Describe a method: its response body, the data in it, and its calls with required and with all arguments. */
function operation(method, responseBody, data, fewest, all) {
  return { on: 'outboundApplication', method, responseBody, data, authorization: KEY, fewest, all };
}

/** Describe a fetch with the management key, and the same fetch with an inbound app's token. */
function fetches(method, path, fewest, all) {
  const withKey = operation(method, { token: TOKEN }, TOKEN, post(path, ...fewest), post(path, ...all));
  const [withToken, withTokenAndAll] = [fewest, all].map(([given, body]) => [[INBOUND_TOKEN, ...given], body]);
  const byToken = operation(method, { token: TOKEN }, TOKEN, post(path, ...withToken), post(path, ...withTokenAndAll));
  return [withKey, { ...byToken, on: 'outboundApplicationByToken', authorization: INBOUND }];
}

export const OPERATION_CASES = [
  operation(
    'createApplication',
    { app: APPLICATION },
    APPLICATION,
    post(`${APP}/create`, [{ name: 'n' }], { name: 'n' }),
    post(`${APP}/create`, [APPLICATION_TO_SEND, CALL], APPLICATION_TO_SEND),
  ),
  operation(
    'createApplicationByTemplate',
    { app: APPLICATION },
    APPLICATION,
    post(`${APP}/create/bytemplate`, [{ templateId: 't' }], { templateId: 't' }),
    post(`${APP}/create/bytemplate`, [TEMPLATE, CALL], TEMPLATE),
  ),
  operation(
    'updateApplication',
    { app: APPLICATION },
    APPLICATION,
    post(`${APP}/update`, [{ id: 'i', name: 'n' }], { app: { id: 'i', name: 'n' } }),
    post(`${APP}/update`, [APPLICATION_TO_SEND, CALL], { app: APPLICATION_TO_SEND }),
  ),
  operation(
    'deleteApplication',
    {},
    {},
    post(`${APP}/delete`, ['i'], { id: 'i' }),
    post(`${APP}/delete`, ['i', CALL], { id: 'i' }),
  ),
  operation(
    'loadApplication',
    { app: APPLICATION },
    APPLICATION,
    withoutBody('GET', `${APP}/i`, ['i']),
    withoutBody('GET', `${APP}/..%2F%3F%23%25%20`, ['../?#% ', CALL]),
  ),
  operation(
    'loadAllApplications',
    { apps: [APPLICATION] },
    [APPLICATION],
    withoutBody('GET', `${APP}s`, []),
    withoutBody('GET', `${APP}s`, [CALL]),
  ),
  ...fetches(
    'fetchToken',
    `${APP}/user/token/latest`,
    [['a', 'u'], { appId: 'a', userId: 'u' }],
    [
      ['a', 'u', 't', OPTIONS, FETCH_CALL],
      { appId: 'a', userId: 'u', tenantId: 't', options: OPTIONS, externalIdentifier: 'mine' },
    ],
  ),
  ...fetches(
    'fetchTokenByScopes',
    `${APP}/user/token`,
    [['a', 'u', []], { appId: 'a', userId: 'u', scopes: [] }],
    [
      ['a', 'u', SCOPES, OPTIONS, 't', FETCH_CALL],
      { appId: 'a', userId: 'u', scopes: SCOPES, options: OPTIONS, tenantId: 't', externalIdentifier: 'mine' },
    ],
  ),
  ...fetches(
    'fetchTenantToken',
    `${APP}/tenant/token/latest`,
    [['a', 't'], { appId: 'a', tenantId: 't' }],
    [['a', 't', OPTIONS, FETCH_CALL], { appId: 'a', tenantId: 't', options: OPTIONS, externalIdentifier: 'mine' }],
  ),
  ...fetches(
    'fetchTenantTokenByScopes',
    `${APP}/tenant/token`,
    [['a', 't', []], { appId: 'a', tenantId: 't', scopes: [] }],
    [
      ['a', 't', new Set(SCOPES), OPTIONS, FETCH_CALL],
      { appId: 'a', tenantId: 't', scopes: SCOPES, options: OPTIONS, externalIdentifier: 'mine' },
    ],
  ),
  operation(
    'deleteTokenById',
    {},
    {},
    withoutBody('DELETE', '/v1/mgmt/outbound/token?id=i', ['i']),
    withoutBody('DELETE', '/v1/mgmt/outbound/token?id=%2F%20%3F%26%3D', ['/ ?&=', CALL]),
  ),
  operation(
    'deleteUserTokens',
    {},
    {},
    withoutBody('DELETE', '/v1/mgmt/outbound/user/tokens?appId=a', ['a']),
    withoutBody('DELETE', '/v1/mgmt/outbound/user/tokens?appId=a&userId=u', ['a', 'u', CALL]),
  ),
  operation(
    'listAppsWithUserToken',
    { appIds: ['a', 'b'] },
    ['a', 'b'],
    withoutBody('GET', `${APP}s-with-user-token?userId=u`, ['u']),
    withoutBody('GET', `${APP}s-with-user-token?userId=u&tenantId=t%26x`, ['u', 't&x', CALL]),
  ),
  operation(
    'uploadUserApiKey',
    {},
    {},
    post(`${APP}/user/apikey/upload`, ['a', 'u', API_KEY], { appId: 'a', userId: 'u', apiKey: API_KEY }),
    post(`${APP}/user/apikey/upload`, ['a', 'u', API_KEY, 't', CALL], {
      appId: 'a',
      userId: 'u',
      apiKey: API_KEY,
      tenantId: 't',
    }),
  ),
  operation(
    'uploadTenantApiKey',
    {},
    {},
    post(`${APP}/tenant/apikey/upload`, ['a', 't', API_KEY], { appId: 'a', tenantId: 't', apiKey: API_KEY }),
    post(`${APP}/tenant/apikey/upload`, ['a', 't', API_KEY, CALL], { appId: 'a', tenantId: 't', apiKey: API_KEY }),
  ),
  operation(
    'uploadUserToken',
    {},
    {},
    post(`${APP}/user/oauthtoken/upload`, [{ appId: 'a', userId: 'u' }], { appId: 'a', userId: 'u' }),
    post(`${APP}/user/oauthtoken/upload`, [{ ...USER_UPLOAD, verifyRefresh: false }, CALL], {
      ...USER_UPLOAD,
      verifyRefresh: false,
    }),
  ),
  operation(
    'uploadTenantToken',
    {},
    {},
    post(`${APP}/tenant/oauthtoken/upload`, [{ appId: 'a', tenantId: 't' }], { appId: 'a', tenantId: 't' }),
    post(`${APP}/tenant/oauthtoken/upload`, [{ ...TENANT_UPLOAD, verifyRefresh: true }, CALL], {
      ...TENANT_UPLOAD,
      verifyRefresh: true,
    }),
  ),
  operation(
    'batchUploadUserTokens',
    FAILURES,
    FAILURES,
    post(`${APP}/user/oauthtoken/batch/upload`, [[{ appId: 'a', userId: 'u' }]], {
      tokens: [{ appId: 'a', userId: 'u' }],
    }),
    post(`${APP}/user/oauthtoken/batch/upload`, [new Set([USER_UPLOAD, { ...USER_UPLOAD, userId: 'v' }]), CALL], {
      tokens: [USER_UPLOAD, { ...USER_UPLOAD, userId: 'v' }],
    }),
  ),
  operation(
    'batchUploadTenantTokens',
    FAILURES,
    FAILURES,
    post(`${APP}/tenant/oauthtoken/batch/upload`, [[{ appId: 'a', tenantId: 't' }]], {
      tokens: [{ appId: 'a', tenantId: 't' }],
    }),
    post(`${APP}/tenant/oauthtoken/batch/upload`, [[TENANT_UPLOAD, { ...TENANT_UPLOAD, tenantId: 'v' }], CALL], {
      tokens: [TENANT_UPLOAD, { ...TENANT_UPLOAD, tenantId: 'v' }],
    }),
  ),
];

/** Return the name of a method for the title of a test. */
export function titleOf({ on, method }) {
  return `${on}.${method}`;
}

/** Convert a recorded request to the form of this table. */
export function recordedRequest({ method, url, body }) {
  return { method, url, body: body === '' ? undefined : JSON.parse(body) };
}
