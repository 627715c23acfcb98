// Runs the snippets of Descope's documentation page, with only the package name changed.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import { respondWith, startCannedServer } from './support/canned-server.mjs';
import { runModule } from './support/child-process.mjs';
import { ACCESS_TOKEN, TOKEN } from './support/fixtures.mjs';

const FROM_THE_ENVIRONMENT = `
import DescopeClient from 'descope-outbound';
// Initialized using environment variables DESCOPE_PROJECT_ID and DESCOPE_MANAGEMENT_KEY
const descopeClient = DescopeClient();
`;
const DIRECTLY = `
import DescopeClient from 'descope-outbound';
// Or directly
const descopeClient = DescopeClient({
projectId: '__ProjectID__',
managementKey: 'management-key'
});
`;
const FROM_COMMON_JS = `
const DescopeClient = require('descope-outbound');
const descopeClient = DescopeClient();
(async () => {
`;

const FETCH = `
try {
const token = await descopeClient.management.outboundApplication.fetchToken(
'app-id',
'user-id'
);
const accessToken = token.data.accessToken;
console.log(accessToken);
} catch (error) {
// Handle the error
console.log('failed', error);
}
`;
const FETCH_BY_SCOPES = `
try {
const token = await descopeClient.management.outboundApplication.fetchTokenByScopes(
'app-id',
'user-id',
['read', 'write']
);
const accessToken = token.data.accessToken;
console.log(accessToken);
} catch (error) {
// Handle the error
console.log('failed', error);
}
`;
const DELETE_BY_ID = `
try {
await descopeClient.management.outboundApplication.deleteTokenById('token-id');
} catch (error) {
// Handle the error
console.log('failed', error);
}
`;
const DELETE_ALL = `
try {
await descopeClient.management.outboundApplication.deleteUserTokens('app-id', 'user-id');
} catch (error) {
// Handle the error
console.log('failed', error);
}
`;

const CASES = [
  {
    name: 'fetching a token',
    snippet: FETCH,
    method: 'POST',
    url: '/v1/mgmt/outbound/app/user/token/latest',
    body: '{"appId":"app-id","userId":"user-id"}',
    printed: `${ACCESS_TOKEN}\n`,
  },
  {
    name: 'fetching a token by scopes',
    snippet: FETCH_BY_SCOPES,
    method: 'POST',
    url: '/v1/mgmt/outbound/app/user/token',
    body: '{"appId":"app-id","userId":"user-id","scopes":["read","write"]}',
    printed: `${ACCESS_TOKEN}\n`,
  },
  {
    name: 'deleting a token by its id',
    snippet: DELETE_BY_ID,
    method: 'DELETE',
    url: '/v1/mgmt/outbound/token?id=token-id',
    body: '',
    printed: '',
  },
  {
    name: 'deleting all tokens of a user',
    snippet: DELETE_ALL,
    method: 'DELETE',
    url: '/v1/mgmt/outbound/user/tokens?appId=app-id&userId=user-id',
    body: '',
    printed: '',
  },
];

const INITIALIZATIONS = [
  { name: 'from the environment', begin: FROM_THE_ENVIRONMENT, end: '', type: 'module' },
  { name: 'directly', begin: DIRECTLY, end: '', type: 'module' },
  { name: 'from CommonJS', begin: FROM_COMMON_JS, end: '})();', type: 'commonjs' },
];

for (const { name, snippet, method, url, body, printed } of CASES) {
  for (const initialization of INITIALIZATIONS) {
    test(`the documented snippet works: ${name}, initialized ${initialization.name}`, async (context) => {
      const respond = method === 'POST' ? respondWith(200, { token: TOKEN }) : respondWith(200);
      const server = await startCannedServer(respond);
      context.after(() => server.stop());
      const environment = {
        DESCOPE_PROJECT_ID: '__ProjectID__',
        DESCOPE_MANAGEMENT_KEY: 'management-key',
        DESCOPE_BASE_URI: server.url,
      };
      const { stdout, stderr } = await runModule(initialization.begin + snippet + initialization.end, {
        environment,
        type: initialization.type,
      });
      assert.equal(stdout, printed);
      assert.equal(stderr, '');
      const [request] = server.requests;
      assert.deepEqual([request.method, request.url, request.body], [method, url, body]);
      assert.equal(request.headers.authorization, 'Bearer __ProjectID__:management-key');
    });
  }
}
