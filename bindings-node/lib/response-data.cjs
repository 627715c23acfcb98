// Extracts the `data` of a successful response that is not a token, as the official SDK does.
'use strict';

const { redacted } = require('./redaction.cjs');

/** Extract the whole body. */
function extractBody(body) {
  return redacted(body);
}

/** Create a function that extracts one member of the body. It returns undefined if the service did not send it. */
function extractMember(name) {
  return (body) => redacted(body[name]);
}

module.exports = {
  extractApp: extractMember('app'),
  extractAppIds: extractMember('appIds'),
  extractApps: extractMember('apps'),
  extractBody,
};
