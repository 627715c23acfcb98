// Loads the native addon. If that fails, the error says what to do.
'use strict';

function loadErrorText(cause) {
  const platform = `${process.platform}-${process.arch}`;
  return (
    `descope-outbound cannot load its native addon for ${platform}: ${cause.message.split('\n')[0]}\n` +
    'An addon works only on the platform that it was built for. ' +
    'Install node_modules on the platform that runs the program. ' +
    'In a source checkout, run "npm run build".'
  );
}

function load() {
  let native;
  try {
    native = require('./native.cjs');
  } catch (cause) {
    throw new Error(loadErrorText(cause), { cause });
  }
  // native.cjs lists every name that the addon is expected to export.
  const missing = Object.keys(native).filter((name) => native[name] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `descope-outbound's native addon is older than its JavaScript: it has no ${missing[0]}. ` +
        'Reinstall the package. In a source checkout, run "npm run build".',
    );
  }
  return native;
}

module.exports = load();
