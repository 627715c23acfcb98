// What the service can be asked to do, with the official names and order of arguments. Documented in operations.d.cts.
'use strict';

const { listOf } = require('./argument.cjs');
const { tokenIn } = require('./token.cjs');

/** Plain functions in a plain object, so that a test can replace them. */
function outboundApplication(call) {
  return {
    async fetchToken(appId, userId, tenantId, options, lastArgument) {
      checkTenant(tenantId, 'fetchToken(appId, userId, tenantId, options)');
      return call('fetch_token', { appId, userId, tenantId, options }, lastArgument, tokenIn);
    },

    async fetchTokenByScopes(appId, userId, scopes, options, tenantId, lastArgument) {
      checkTenant(tenantId, 'fetchTokenByScopes(appId, userId, scopes, options, tenantId)');
      const given = { appId, userId, scopes: listOf(scopes), options, tenantId };
      return call('fetch_token_by_scopes', given, lastArgument, tokenIn);
    },

    async deleteTokenById(id, lastArgument) {
      return call('delete_token', { id }, lastArgument, bodyOf);
    },

    async deleteUserTokens(appId, userId, lastArgument) {
      return call('delete_user_tokens', { appId, userId }, lastArgument, bodyOf);
    },
  };
}

/** What a delete is answered with: an empty object. */
function bodyOf(body) {
  return JSON.parse(body);
}

/** The two fetches have tenant and options in opposite order, so this is the mistake that everybody makes once. */
function checkTenant(tenantId, order) {
  if (typeof tenantId === 'object' && tenantId !== null) {
    throw new TypeError(`tenantId must be a string, not an object: options have a place of their own in ${order}`);
  }
}

module.exports = { outboundApplication };
