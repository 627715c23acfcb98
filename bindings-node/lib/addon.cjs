// The native half, or a clear word about why it is missing.
'use strict';

function explanation(cause) {
  const platform = `${process.platform}-${process.arch}`;
  return (
    `descope-outbound cannot load its native file for ${platform}: ${cause.message.split('\n')[0]}\n` +
    'The file comes in a package of its own, which npm installs as an optional dependency. Install again without ' +
    '"--omit=optional" or "--no-optional", and on this very platform: a node_modules directory or a lock file that ' +
    'was made on another one may lack it. There are files for Linux (glibc and musl), macOS and Windows, each for ' +
    'x64 and arm64. In a checkout of the sources, "npm run build" makes it.'
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
