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
  let native;
  try {
    native = require('./native.cjs');
  } catch (cause) {
    throw new Error(explanation(cause), { cause });
  }
  // native.cjs names what it was made with.
  const missing = Object.keys(native).filter((name) => native[name] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `descope-outbound's native file is older than its JavaScript: it has no ${missing[0]}. ` +
        'Install the package anew; in a checkout of the sources, run "make addon".',
    );
  }
  return native;
}

module.exports = load();
