// What the official SDK makes the `data` of an answer that is no token.
'use strict';

const { redacted } = require('./redaction.cjs');

/** The whole answer. */
function bodyIn(answer) {
  return redacted(answer);
}

/** The one member that the answer is about; undefined where the service sent none. */
function memberIn(name) {
  return (answer) => redacted(answer[name]);
}

module.exports = { appIdsIn: memberIn('appIds'), appIn: memberIn('app'), appsIn: memberIn('apps'), bodyIn };
