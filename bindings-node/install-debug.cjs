// Copies the debug build of the addon to the name that native.cjs loads on this platform. `make dev` runs this after cargo.
'use strict';

const { copyFileSync, renameSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');

function platformName() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  const isGnu = process.report.getReport().header.glibcVersionRuntime !== undefined;
  return `${platform}-${arch}-${isGnu ? 'gnu' : 'musl'}`;
}

const library = `libdescope_outbound_node${process.platform === 'darwin' ? '.dylib' : '.so'}`;
const target = join(ROOT, 'bindings-node', 'lib', `descope-outbound.${platformName()}.node`);
// A rename replaces the file as a whole: a running process may still have the old one mapped.
copyFileSync(join(ROOT, 'target', 'debug', library), `${target}.new`);
renameSync(`${target}.new`, target);
