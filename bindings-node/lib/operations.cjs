// The methods of a client, with the names and argument order of the official SDK. Documented in operations.d.cts.
'use strict';

const { membersOf, toArray } = require('./arguments.cjs');
const { extractApp, extractAppIds, extractApps, extractBody } = require('./response-data.cjs');
const { extractToken } = require('./token.cjs');

/**
 * Call options of a fetch with an inbound app's token: the API takes this, but the official argument order lacks it.
 */
const BY_TOKEN_FETCH_OPTIONS = ['externalIdentifier'];

/** Call options of a fetch with the management key. Only these fetches use the cache. */
const FETCH_OPTIONS = [...BY_TOKEN_FETCH_OPTIONS, 'minValiditySeconds'];

/** Create the methods. They are plain functions in a plain object, so that tests can replace them. */
function outboundApplication({ dispatch, cacheLookup }) {
  const fetch = createFetch(dispatch, FETCH_OPTIONS);
  const lookUpToken = cacheLookup('fetch_token', FETCH_OPTIONS);
  const lookUpTokenByScopes = cacheLookup('fetch_token_by_scopes', FETCH_OPTIONS);
  const lookUpTenantToken = cacheLookup('fetch_tenant_token', FETCH_OPTIONS);
  const lookUpTenantTokenByScopes = cacheLookup('fetch_tenant_token_by_scopes', FETCH_OPTIONS);
  return {
    async createApplication(app, callOptions) {
      return dispatch('create_application', membersOf('app', app), callOptions, extractApp);
    },

    async createApplicationByTemplate(options, callOptions) {
      return dispatch('create_application_by_template', membersOf('options', options), callOptions, extractApp);
    },

    async updateApplication(app, callOptions) {
      return dispatch('update_application', membersOf('app', app), callOptions, extractApp);
    },

    async deleteApplication(id, callOptions) {
      return dispatch('delete_application', { id }, callOptions, extractBody);
    },

    async loadApplication(id, callOptions) {
      return dispatch('load_application', { id }, callOptions, extractApp);
    },

    async loadAllApplications(callOptions) {
      return dispatch('load_all_applications', {}, callOptions, extractApps);
    },

    async fetchToken(appId, userId, tenantId, options, callOptions) {
      checkTenant(tenantId, 'fetchToken(appId, userId, tenantId, options)');
      return (
        lookUpToken(appId, userId, tenantId, undefined, options, callOptions) ??
        fetch('fetch_token', { appId, userId, tenantId, options }, callOptions)
      );
    },

    async fetchTokenByScopes(appId, userId, scopes, options, tenantId, callOptions) {
      checkTenant(tenantId, 'fetchTokenByScopes(appId, userId, scopes, options, tenantId)');
      const namedArguments = { appId, userId, scopes: toArray(scopes), options, tenantId };
      return (
        lookUpTokenByScopes(appId, userId, tenantId, namedArguments.scopes, options, callOptions) ??
        fetch('fetch_token_by_scopes', namedArguments, callOptions)
      );
    },

    async fetchTenantToken(appId, tenantId, options, callOptions) {
      return (
        lookUpTenantToken(appId, '', tenantId, undefined, options, callOptions) ??
        fetch('fetch_tenant_token', { appId, tenantId, options }, callOptions)
      );
    },

    async fetchTenantTokenByScopes(appId, tenantId, scopes, options, callOptions) {
      const namedArguments = { appId, tenantId, scopes: toArray(scopes), options };
      return (
        lookUpTenantTokenByScopes(appId, '', tenantId, namedArguments.scopes, options, callOptions) ??
        fetch('fetch_tenant_token_by_scopes', namedArguments, callOptions)
      );
    },

    async deleteTokenById(id, callOptions) {
      return dispatch('delete_token', { id }, callOptions, extractBody);
    },

    async deleteUserTokens(appId, userId, callOptions) {
      return dispatch('delete_user_tokens', { appId, userId }, callOptions, extractBody);
    },

    async listAppsWithUserToken(userId, tenantId, callOptions) {
      return dispatch('list_apps_with_user_token', { userId, tenantId }, callOptions, extractAppIds);
    },

    async uploadUserApiKey(appId, userId, apiKey, tenantId, callOptions) {
      return dispatch('upload_user_api_key', { appId, userId, apiKey, tenantId }, callOptions, extractBody);
    },

    async uploadTenantApiKey(appId, tenantId, apiKey, callOptions) {
      return dispatch('upload_tenant_api_key', { appId, tenantId, apiKey }, callOptions, extractBody);
    },

    async uploadUserToken(token, callOptions) {
      return dispatch('upload_user_token', membersOf('token', token), callOptions, extractBody);
    },

    async uploadTenantToken(token, callOptions) {
      return dispatch('upload_tenant_token', membersOf('token', token), callOptions, extractBody);
    },

    async batchUploadUserTokens(tokens, callOptions) {
      return dispatch('batch_upload_user_tokens', { tokens: toArray(tokens) }, callOptions, extractBody);
    },

    async batchUploadTenantTokens(tokens, callOptions) {
      return dispatch('batch_upload_tenant_tokens', { tokens: toArray(tokens) }, callOptions, extractBody);
    },
  };
}

/** Create the fetches that authenticate with an inbound app's token instead of the management key. */
function outboundApplicationByToken({ dispatch }) {
  const fetch = createFetch(dispatch, BY_TOKEN_FETCH_OPTIONS);
  return {
    async fetchToken(token, appId, userId, tenantId, options, callOptions) {
      checkTenant(tenantId, 'fetchToken(token, appId, userId, tenantId, options)');
      return fetch('fetch_token_by_token', { token, appId, userId, tenantId, options }, callOptions);
    },

    async fetchTokenByScopes(token, appId, userId, scopes, options, tenantId, callOptions) {
      checkTenant(tenantId, 'fetchTokenByScopes(token, appId, userId, scopes, options, tenantId)');
      const namedArguments = { token, appId, userId, scopes: toArray(scopes), options, tenantId };
      return fetch('fetch_token_by_scopes_by_token', namedArguments, callOptions);
    },

    async fetchTenantToken(token, appId, tenantId, options, callOptions) {
      return fetch('fetch_tenant_token_by_token', { token, appId, tenantId, options }, callOptions);
    },

    async fetchTenantTokenByScopes(token, appId, tenantId, scopes, options, callOptions) {
      const namedArguments = { token, appId, tenantId, scopes: toArray(scopes), options };
      return fetch('fetch_tenant_token_by_scopes_by_token', namedArguments, callOptions);
    },
  };
}

function createFetch(dispatch, extraOptions) {
  return (operation, namedArguments, callOptions) =>
    dispatch(operation, namedArguments, callOptions, extractToken, extraOptions);
}

/** Catch a common mistake: `fetchToken` and `fetchTokenByScopes` take tenant and options in opposite order. */
function checkTenant(tenantId, order) {
  if (typeof tenantId === 'object' && tenantId !== null) {
    throw new TypeError(`tenantId must be a string, not an object: the order of arguments is ${order}`);
  }
}

module.exports = { outboundApplication, outboundApplicationByToken };
