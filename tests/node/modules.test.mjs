// Tests the exports of the package, and the errors of a broken installation.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import * as module from 'descope-outbound';

import { ROOT } from './support/child-process.mjs';

const require = createRequire(import.meta.url);
const FUNCTIONS = ['accelerate', 'restore'];
const CLASSES = ['DescopeError', 'DescopeHttpError', 'DescopeTransportError', 'RateLimitError', 'TokenNotFoundError'];
const LIBRARY = join(ROOT, 'bindings-node/lib');

test('ES modules and CommonJS export the same objects under the same names', () => {
  const required = require('descope-outbound');
  assert.deepEqual(Object.keys(module).sort(), ['DescopeClient', ...CLASSES, ...FUNCTIONS, 'default'].sort());
  assert.deepEqual(Object.keys(required).sort(), Object.keys(module).sort());
  for (const [name, value] of Object.entries(module)) assert.equal(required[name], value, name);
  assert.equal(required, module.default);
  assert.equal(required.default, required);
  assert.equal(required.DescopeClient, required);
});

test('package.json is the only file that can be required by its path', () => {
  const { version } = require('descope-outbound/package.json');
  assert.equal(version, require(join(LIBRARY, 'native.cjs')).version());
  assert.throws(() => require('descope-outbound/bindings-node/lib/native.cjs'), {
    code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
  });
});

test('the addon reads the same environment variables as the core', () => {
  const names = require(join(LIBRARY, 'native.cjs')).environmentNames();
  assert.ok(names.includes('DESCOPE_PROJECT_ID') && names.includes('NODE_EXTRA_CA_CERTS'));
  assert.ok(!names.includes('NODE_TLS_REJECT_UNAUTHORIZED'));
});

test('the error for a missing addon names the platform and what to do', (context) => {
  const copy = mkdtempSync(join(tmpdir(), 'descope-outbound-'));
  context.after(() => rmSync(copy, { recursive: true }));
  for (const file of readdirSync(LIBRARY)) {
    if (file.endsWith('.cjs')) cpSync(join(LIBRARY, file), join(copy, file));
  }
  assert.throws(
    () => require(join(copy, 'index.cjs')),
    (error) => {
      assert.ok(error.message.startsWith(`descope-outbound cannot load its native addon for ${process.platform}-`));
      assert.match(error.message, /the platform that runs the program/);
      assert.match(error.message, /npm run build/);
      assert.ok(error.cause instanceof Error);
      return true;
    },
  );
});

test('the error for an addon older than the JavaScript says so and what to do', (context) => {
  const copy = mkdtempSync(join(tmpdir(), 'descope-outbound-'));
  context.after(() => rmSync(copy, { recursive: true }));
  for (const file of readdirSync(LIBRARY)) cpSync(join(LIBRARY, file), join(copy, file));
  appendFileSync(join(copy, 'native.cjs'), 'module.exports.ofThisVersion = nativeBinding.ofThisVersion\n');
  assert.throws(() => require(join(copy, 'index.cjs')), {
    message:
      "descope-outbound's native addon is older than its JavaScript: it has no ofThisVersion. " +
      'Reinstall the package. In a source checkout, run "npm run build".',
  });
});

test('every file of the library is published', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const published = files.map((pattern) => pattern.replace('bindings-node/lib/*', ''));
  for (const file of readdirSync(LIBRARY)) {
    assert.ok(
      published.some((ending) => file.endsWith(ending)),
      file,
    );
  }
});
