// Tests which arguments each method rejects before it sends a request.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import { DescopeError } from 'descope-outbound';

import { respondWith } from './support/canned-server.mjs';
import { arrange } from './support/fixtures.mjs';
import { INBOUND_TOKEN } from './support/operation-cases.mjs';
import { assertNoSecret, printInEveryWay } from './support/printing.mjs';

const SECRET = 'made-up-secret';
const LONE_SURROGATE = 'a\ud800b';

class CustomClass {
  toJSON() {
    return { name: 'n' };
  }
}

const USER = { appId: 'a', userId: 'u' };
const TENANT = { appId: 'a', tenantId: 't' };

/** For each method: arguments, kind of error (`type` is a TypeError) and the beginning of its text. */
const REJECTED = {
  createApplication: [
    [[], 'type', 'app must be an object, not nothing'],
    [[null], 'type', 'app must be an object, not nothing'],
    [['n'], 'type', 'app must be an object, not a string'],
    [[[{ name: 'n' }]], 'type', 'app must be an object, not a list'],
    [[new CustomClass()], 'type', 'app is a CustomClass, which cannot be sent as JSON: pass plain data'],
    [[new Map([['name', 'n']])], 'type', 'app is a Map, which cannot be sent as JSON'],
    [[{}], 'value', 'name must not be empty'],
    [[{ name: '' }], 'value', 'name must not be empty'],
    [[{ name: 5 }], 'type', 'name must be a string, not a number'],
    [[{ name: LONE_SURROGATE }], 'value', 'name must not hold a lone surrogate'],
    [[{ name: 'n', [LONE_SURROGATE]: 1 }], 'value', 'a key of app must not hold a lone surrogate'],
    [[{ name: 'n', pkce: 'yes' }], 'type', 'pkce must be a boolean, not a string'],
    [[{ name: 'n', prompt: 'login' }], 'type', 'prompt must be a list of strings, not a string'],
    [[{ name: 'n', defaultScopes: ['r', 5] }], 'type', 'defaultScopes must be a list of strings, and one item is a'],
    [[{ name: 'n', tokenUrlParams: {} }], 'type', 'tokenUrlParams must be a list, not an object'],
    [[{ name: 'n', clientSecret: [SECRET] }], 'type', 'clientSecret must be a string, not a list'],
    [[{ name: 'n', clientSecret: { [SECRET]: 1 } }], 'type', 'clientSecret must be a string, not an object'],
    [[{ name: 'n', newer: new Date(0) }], 'type', 'newer is a Date, which cannot be sent as JSON'],
    [[{ name: 'n', toJSON: () => ({}) }], 'type', 'toJSON is a function, which cannot be sent as JSON'],
    [[{ name: 'n' }, { externalIdentifier: 'mine' }], 'value', 'externalIdentifier is not an option of this method'],
  ],
  createApplicationByTemplate: [
    [[], 'type', 'options must be an object, not nothing'],
    [['t'], 'type', 'options must be an object, not a string'],
    [[{}], 'value', 'templateId must not be empty'],
    [[{ templateId: 5 }], 'type', 'templateId must be a string, not a number'],
    [[{ templateId: 't', overrides: 'o' }], 'type', 'overrides must be an object, not a string'],
    [[{ templateId: 't', overrides: { pkce: 1n } }], 'type', 'overrides.pkce is a bigint'],
    [[{ templateId: 't', clientSecret: 5 }], 'type', 'clientSecret must be a string, not a number'],
  ],
  updateApplication: [
    [[], 'type', 'app must be an object, not nothing'],
    [[{ name: 'n' }], 'value', 'id must not be empty'],
    [[{ id: '', name: 'n' }], 'value', 'id must not be empty'],
    [[{ id: 'i' }], 'value', 'name must not be empty'],
    [['i', { name: 'n' }], 'type', 'app must be an object, not a string'],
    [[{ id: 'i', name: 'n' }, 5], 'type', 'the last argument must be an object with signal and timeout, not a number'],
  ],
  deleteApplication: [
    [[], 'value', 'id must not be empty'],
    [[''], 'value', 'id must not be empty'],
    [[{ id: 'i' }], 'type', 'id must be a string, not an object'],
  ],
  loadApplication: [
    [[], 'value', 'id must not be empty'],
    [[''], 'value', 'id must not be empty'],
    [['.'], 'value', "id must not be '.' or '..': it would change the path"],
    [['..'], 'value', "id must not be '.' or '..': it would change the path"],
    [[5], 'type', 'id must be a string, not a number'],
    [[LONE_SURROGATE], 'value', 'id must not hold a lone surrogate'],
  ],
  loadAllApplications: [
    [['i'], 'type', 'the last argument must be an object with signal and timeout, not a string'],
    [[{ id: 'i' }], 'value', 'id is not an option of this method: the last argument takes signal and timeout'],
  ],
  fetchToken: [
    [['a', 'u', 't', {}, { externalIdentifier: 5 }], 'type', 'externalIdentifier must be a string, not a number'],
    [['a', 'u', 't', {}, { userId: 'v' }], 'value', 'userId is not an option of this method'],
    [
      ['a', 'u', 't', {}, 5],
      'type',
      'the last argument must be an object with externalIdentifier, minValiditySeconds, signal and',
    ],
  ],
  fetchTenantToken: [
    [[], 'value', 'appId must not be empty'],
    [['a'], 'value', 'tenantId must not be empty'],
    [['a', ''], 'value', 'tenantId must not be empty'],
    [['a', { forceRefresh: true }], 'type', 'tenantId must be a string, not an object'],
    [['a', 't', 'forceRefresh'], 'type', 'options must be an object, not a string'],
  ],
  fetchTenantTokenByScopes: [
    [['', 't', []], 'value', 'appId must not be empty'],
    [['a', null, []], 'value', 'tenantId must not be empty'],
    [['a', 't'], 'value', 'scopes must not be empty'],
    [['a', 't', 'read write'], 'type', 'scopes must be a list of strings, not a string'],
    [['a', 't', ['r'], 'tenant'], 'type', 'options must be an object, not a string'],
  ],
  listAppsWithUserToken: [
    [[], 'value', 'userId must not be empty'],
    [[''], 'value', 'userId must not be empty'],
    [[5], 'type', 'userId must be a string, not a number'],
    [['u', { timeout: 5 }], 'type', 'tenantId must be a string, not an object'],
  ],
  uploadUserApiKey: [
    [['', 'u', SECRET], 'value', 'appId must not be empty'],
    [['a', '', SECRET], 'value', 'userId must not be empty'],
    [['a', 'u'], 'value', 'apiKey must not be empty'],
    [['a', 'u', ''], 'value', 'apiKey must not be empty'],
    [['a', 'u', [SECRET]], 'type', 'apiKey must be a string, not a list'],
    [['a', 'u', `${SECRET}\ud800`], 'value', 'apiKey must not hold a lone surrogate'],
    [['a', 'u', SECRET, { timeout: 5 }], 'type', 'tenantId must be a string, not an object'],
  ],
  uploadTenantApiKey: [
    [['', 't', SECRET], 'value', 'appId must not be empty'],
    [['a', undefined, SECRET], 'value', 'tenantId must not be empty'],
    [['a', 't', null], 'value', 'apiKey must not be empty'],
    [['a', 't', { [SECRET]: SECRET }], 'type', 'apiKey must be a string, not an object'],
    [['a', 't', SECRET, SECRET], 'type', 'the last argument must be an object with signal and timeout, not a string'],
  ],
  uploadUserToken: [
    [[], 'type', 'token must be an object, not nothing'],
    [[SECRET], 'type', 'token must be an object, not a string'],
    [[{ userId: 'u' }], 'value', 'appId must not be empty'],
    [[{ appId: 'a', refreshToken: SECRET }], 'value', 'userId must not be empty'],
    [[{ ...USER, refreshToken: [SECRET] }], 'type', 'refreshToken must be a string, not a list'],
    [[{ ...USER, accessToken: { [SECRET]: SECRET } }], 'type', 'accessToken must be a string, not an object'],
    [[{ ...USER, idToken: 5 }], 'type', 'idToken must be a string, not a number'],
    [[{ ...USER, accessTokenExpiry: '1795435200' }], 'type', 'accessTokenExpiry must be a whole number, not a string'],
    [[{ ...USER, accessTokenExpiry: 1.5 }], 'type', 'accessTokenExpiry must be a whole number'],
    [[{ ...USER, accessTokenExpiry: NaN }], 'value', 'accessTokenExpiry is NaN, which cannot be sent as JSON'],
    [[{ ...USER, accessTokenExpiry: new Date(0) }], 'type', 'accessTokenExpiry is a Date, which cannot be sent'],
    [[{ ...USER, scopes: 'read' }], 'type', 'scopes must be a list of strings, not a string'],
    [[{ ...USER, verifyRefresh: 1 }], 'type', 'verifyRefresh must be a boolean, not a number'],
  ],
  uploadTenantToken: [
    [[[]], 'type', 'token must be an object, not a list'],
    [[{ tenantId: 't' }], 'value', 'appId must not be empty'],
    [[{ appId: 'a' }], 'value', 'tenantId must not be empty'],
  ],
  batchUploadUserTokens: [
    [[], 'value', 'tokens must not be empty'],
    [[[]], 'value', 'tokens must not be empty'],
    [[new Set()], 'value', 'tokens must not be empty'],
    [[SECRET], 'type', 'tokens must be a list of objects, not a string'],
    [[{ ...USER, refreshToken: SECRET }], 'type', 'tokens must be a list of objects, not an object'],
    [[[USER, undefined]], 'type', 'tokens[1] is undefined'],
    [[[USER, null]], 'type', 'tokens must be a list of objects, and item 1 is nothing'],
    [[[USER, SECRET]], 'type', 'tokens must be a list of objects, and item 1 is a string'],
    [[[USER, { userId: 'u' }]], 'value', 'tokens must hold appId in each item, and item 1 does not'],
    [[[USER, USER, { appId: 'a', userId: '' }]], 'value', 'tokens must hold userId in each item, and item 2 does not'],
    [[[USER, { appId: 'a', userId: 5 }]], 'value', 'tokens must hold userId in each item, and item 1 does not'],
    [[[USER, { ...USER, refreshToken: () => SECRET }]], 'type', 'tokens[1].refreshToken is a function'],
    [[[USER, new CustomClass()]], 'type', 'tokens[1] is a CustomClass, which cannot be sent as JSON'],
    [[[USER, { ...USER, idToken: `${SECRET}\ud800` }]], 'value', 'tokens[1].idToken must not hold a lone surrogate'],
  ],
  batchUploadTenantTokens: [
    [[], 'value', 'tokens must not be empty'],
    [[[TENANT, {}]], 'value', 'tokens must hold appId in each item, and item 1 does not'],
    [[[TENANT, { appId: 'a' }]], 'value', 'tokens must hold tenantId in each item, and item 1 does not'],
    [[[TENANT, { ...TENANT, userId: 'u' }]], 'value', 'tokens must not hold userId in this batch, and item 1 does'],
  ],
};

const REJECTED_BY_TOKEN = {
  fetchToken: [
    [[], 'value', 'Inbound app token is required for perform this functionality'],
    [['', 'a', 'u'], 'value', 'Inbound app token is required for perform this functionality'],
    [[null, 'a', 'u'], 'value', 'Inbound app token is required for perform this functionality'],
    [[[SECRET], 'a', 'u'], 'type', 'token must be a string, not a list'],
    [[5, 'a', 'u'], 'type', 'token must be a string, not a number'],
    [[`${SECRET}\n`, 'a', 'u'], 'value', 'token must not hold a line break'],
    [[` ${SECRET}`, 'a', 'u'], 'value', 'token must not begin or end with a space'],
    [[`${SECRET}\u00e9`, 'a', 'u'], 'value', 'token must hold printable ASCII characters only'],
    [[`${SECRET}\ud800`, 'a', 'u'], 'value', 'token must not hold a lone surrogate'],
    [[SECRET], 'value', 'appId must not be empty'],
    [[SECRET, 'a'], 'value', 'userId must not be empty'],
    [[SECRET, 'a', 'u', {}], 'type', 'tenantId must be a string, not an object: the order of'],
    [[SECRET, 'a', 'u', 't', SECRET], 'type', 'options must be an object, not a string'],
    [[SECRET, 'a', 'u', 't', {}, { token: SECRET }], 'value', 'token is not an option of this method'],
  ],
  fetchTokenByScopes: [
    [['', 'a', 'u', []], 'value', 'Inbound app token is required for perform this functionality'],
    [[SECRET, 'a', 'u'], 'value', 'scopes must not be empty'],
    [[SECRET, 'a', 'u', SECRET], 'type', 'scopes must be a list of strings, not a string'],
    [[SECRET, 'a', 'u', [], {}, {}], 'type', 'tenantId must be a string, not an object: the order of'],
  ],
  fetchTenantToken: [
    [[undefined, 'a', 't'], 'value', 'Inbound app token is required for perform this functionality'],
    [[SECRET, 'a'], 'value', 'tenantId must not be empty'],
  ],
  fetchTenantTokenByScopes: [
    [['', 'a', 't', []], 'value', 'Inbound app token is required for perform this functionality'],
    [[SECRET, '', 't', []], 'value', 'appId must not be empty'],
    [[SECRET, 'a', 't', null], 'value', 'scopes must not be empty'],
  ],
};

for (const [on, methods] of [
  ['outboundApplication', REJECTED],
  ['outboundApplicationByToken', REJECTED_BY_TOKEN],
]) {
  for (const [method, cases] of Object.entries(methods)) {
    for (const [index, [given, kind, text]] of cases.entries()) {
      // The arguments are not in the name, because the runner prints it and they look like secrets.
      test(`${on}.${method} rejects case ${index}: ${text}`, async (context) => {
        const { server, client } = await arrange(context, respondWith(200));
        const error = await client.management[on][method](...given).then(
          () => assert.fail('the request was sent'),
          (problem) => problem,
        );
        assertNoSecret(printInEveryWay(error) + error.stack);
        assert.ok(error.message.startsWith(text), error.message);
        assert.ok(error instanceof (kind === 'type' ? TypeError : DescopeError), error.stack);
        assert.equal(error.code, kind === 'type' ? undefined : 'INVALID_ARGUMENT');
        assert.equal(server.requests.length, 0);
      });
    }
  }
}

test('the error for another argument does not show the inbound token', async (context) => {
  const { client } = await arrange(context, respondWith(200));
  const { fetchToken } = client.management.outboundApplicationByToken;
  for (const given of [
    [INBOUND_TOKEN, 'a', Symbol('s')],
    [INBOUND_TOKEN, 'a', 'u', 't', new CustomClass()],
  ]) {
    const error = await fetchToken(...given).catch((problem) => problem);
    assert.ok(error instanceof TypeError);
    assertNoSecret(printInEveryWay(error) + error.stack);
  }
});
