// What `require('descope-outbound')` gives: the client itself, and everything else by name.
'use strict';

const { accelerate, restore } = require('./accelerate.cjs');
const { DescopeClient } = require('./client.cjs');
const {
  DescopeError,
  DescopeHttpError,
  DescopeTransportError,
  RateLimitError,
  TokenNotFoundError,
} = require('./errors.cjs');

module.exports = Object.assign(DescopeClient, {
  default: DescopeClient,
  DescopeClient,
  DescopeError,
  DescopeHttpError,
  DescopeTransportError,
  RateLimitError,
  TokenNotFoundError,
  accelerate,
  restore,
});
