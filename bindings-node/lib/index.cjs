// The CommonJS entry point: exports the client itself, with everything else as its properties.
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
