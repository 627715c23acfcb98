// A process that does nothing, imports a module, or fetches a first token, and then writes a dot.
//
// `start.cjs`, `start.cjs import MODULE`, `start.cjs fetch NAME ORIGIN`. See also `python/start.py`.
'use strict';

const { writeSync } = require('node:fs');

async function main(what, name, origin) {
  if (what === 'import') require(name === 'descope-outbound' ? '../../bindings-node/lib/index.cjs' : name);
  if (what === 'fetch') {
    const { ACCESS_TOKEN } = require('./service.cjs');
    const token = await require(`./clients/${name}.cjs`).open({ origin, concurrency: 1 }).fetchToken();
    if (token !== ACCESS_TOKEN) throw new Error('another token');
  }
  writeSync(1, '.\n');
}

main(...process.argv.slice(2)).then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
