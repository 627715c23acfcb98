// The native half, or a clear word about why it is missing.
'use strict';

function explanation(cause) {
  const platform = `${process.platform}-${process.arch}`;
  return (
    `descope-outbound cannot load its native file for ${platform}: ${cause.message.split('\n')[0]}\n` +
    'A package holds the file of the platform that it was made on: node_modules must be installed on the very platform ' +
    'that it is used on. In a checkout of the sources, "npm run build" makes the file.'
  );
}

function load() {
  try {
    return require('./native.cjs');
  } catch (cause) {
    throw new Error(explanation(cause), { cause });
  }
}

module.exports = load();
