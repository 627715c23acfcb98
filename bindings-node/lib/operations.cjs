// What the service can be asked to do, with the official names and order of arguments. Documented in operations.d.cts.
'use strict';

const { listOf, membersOf } = require('./argument.cjs');
const { appIdsIn, appIn, appsIn, bodyIn } = require('./data.cjs');
const { tokenIn } = require('./token.cjs');

/** Of a fetch, the last argument may hold what the API takes and the official order has no place for. */
const OF_A_FETCH_BY_TOKEN = ['externalIdentifier'];

/** And what the cache is asked for, which by-token calls never reach. */
const OF_A_FETCH = [...OF_A_FETCH_BY_TOKEN, 'minValiditySeconds'];

/** Plain functions in a plain object, so that a test can replace them. */
function outboundApplication({ call, cached }) {
  const fetch = fetchWith(call, OF_A_FETCH);
  const cachedToken = cached('fetch_token', OF_A_FETCH);
  const cachedTokenByScopes = cached('fetch_token_by_scopes', OF_A_FETCH);
  const cachedTenantToken = cached('fetch_tenant_token', OF_A_FETCH);
  const cachedTenantTokenByScopes = cached('fetch_tenant_token_by_scopes', OF_A_FETCH);
  return {
    async createApplication(app, lastArgument) {
      return call('create_application', membersOf('app', app), lastArgument, appIn);
    },

    async createApplicationByTemplate(options, lastArgument) {
      return call('create_application_by_template', membersOf('options', options), lastArgument, appIn);
    },

    async updateApplication(app, lastArgument) {
      return call('update_application', membersOf('app', app), lastArgument, appIn);
    },

    async deleteApplication(id, lastArgument) {
      return call('delete_application', { id }, lastArgument, bodyIn);
    },

    async loadApplication(id, lastArgument) {
      return call('load_application', { id }, lastArgument, appIn);
    },

    async loadAllApplications(lastArgument) {
      return call('load_all_applications', {}, lastArgument, appsIn);
    },

    async fetchToken(appId, userId, tenantId, options, lastArgument) {
      checkTenant(tenantId, 'fetchToken(appId, userId, tenantId, options)');
      return (
        cachedToken(appId, userId, tenantId, undefined, options, lastArgument) ??
        fetch('fetch_token', { appId, userId, tenantId, options }, lastArgument)
      );
    },

    async fetchTokenByScopes(appId, userId, scopes, options, tenantId, lastArgument) {
      checkTenant(tenantId, 'fetchTokenByScopes(appId, userId, scopes, options, tenantId)');
      const given = { appId, userId, scopes: listOf(scopes), options, tenantId };
      return (
        cachedTokenByScopes(appId, userId, tenantId, given.scopes, options, lastArgument) ??
        fetch('fetch_token_by_scopes', given, lastArgument)
      );
    },

    async fetchTenantToken(appId, tenantId, options, lastArgument) {
      return (
        cachedTenantToken(appId, '', tenantId, undefined, options, lastArgument) ??
        fetch('fetch_tenant_token', { appId, tenantId, options }, lastArgument)
      );
    },

    async fetchTenantTokenByScopes(appId, tenantId, scopes, options, lastArgument) {
      const given = { appId, tenantId, scopes: listOf(scopes), options };
      return (
        cachedTenantTokenByScopes(appId, '', tenantId, given.scopes, options, lastArgument) ??
        fetch('fetch_tenant_token_by_scopes', given, lastArgument)
      );
    },

    async deleteTokenById(id, lastArgument) {
      return call('delete_token', { id }, lastArgument, bodyIn);
    },

    async deleteUserTokens(appId, userId, lastArgument) {
      return call('delete_user_tokens', { appId, userId }, lastArgument, bodyIn);
    },

    async listAppsWithUserToken(userId, tenantId, lastArgument) {
      return call('list_apps_with_user_token', { userId, tenantId }, lastArgument, appIdsIn);
    },

    async uploadUserApiKey(appId, userId, apiKey, tenantId, lastArgument) {
      return call('upload_user_api_key', { appId, userId, apiKey, tenantId }, lastArgument, bodyIn);
    },

    async uploadTenantApiKey(appId, tenantId, apiKey, lastArgument) {
      return call('upload_tenant_api_key', { appId, tenantId, apiKey }, lastArgument, bodyIn);
    },

    async uploadUserToken(token, lastArgument) {
      return call('upload_user_token', membersOf('token', token), lastArgument, bodyIn);
    },

    async uploadTenantToken(token, lastArgument) {
      return call('upload_tenant_token', membersOf('token', token), lastArgument, bodyIn);
    },

    async batchUploadUserTokens(tokens, lastArgument) {
      return call('batch_upload_user_tokens', { tokens: listOf(tokens) }, lastArgument, bodyIn);
    },

    async batchUploadTenantTokens(tokens, lastArgument) {
      return call('batch_upload_tenant_tokens', { tokens: listOf(tokens) }, lastArgument, bodyIn);
    },
  };
}

/** The fetches with an inbound app's token in the place of the management key. */
function outboundApplicationByToken({ call }) {
  const fetch = fetchWith(call, OF_A_FETCH_BY_TOKEN);
  return {
    async fetchToken(token, appId, userId, tenantId, options, lastArgument) {
      checkTenant(tenantId, 'fetchToken(token, appId, userId, tenantId, options)');
      return fetch('fetch_token_by_token', { token, appId, userId, tenantId, options }, lastArgument);
    },

    async fetchTokenByScopes(token, appId, userId, scopes, options, tenantId, lastArgument) {
      checkTenant(tenantId, 'fetchTokenByScopes(token, appId, userId, scopes, options, tenantId)');
      const given = { token, appId, userId, scopes: listOf(scopes), options, tenantId };
      return fetch('fetch_token_by_scopes_by_token', given, lastArgument);
    },

    async fetchTenantToken(token, appId, tenantId, options, lastArgument) {
      return fetch('fetch_tenant_token_by_token', { token, appId, tenantId, options }, lastArgument);
    },

    async fetchTenantTokenByScopes(token, appId, tenantId, scopes, options, lastArgument) {
      const given = { token, appId, tenantId, scopes: listOf(scopes), options };
      return fetch('fetch_tenant_token_by_scopes_by_token', given, lastArgument);
    },
  };
}

function fetchWith(call, more) {
  return (operation, given, lastArgument) => call(operation, given, lastArgument, tokenIn, more);
}

/** The two fetches have tenant and options in opposite order, so this is the mistake that everybody makes once. */
function checkTenant(tenantId, order) {
  if (typeof tenantId === 'object' && tenantId !== null) {
    throw new TypeError(`tenantId must be a string, not an object: options have a place of their own in ${order}`);
  }
}

module.exports = { outboundApplication, outboundApplicationByToken };
