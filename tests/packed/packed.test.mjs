// Tests the package as users get it: packs it, installs it into an empty project and uses it there.
import '../node/support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';

import { respondWith, startCannedServer } from '../node/support/canned-server.mjs';
import { ROOT } from '../node/support/child-process.mjs';
import { TOKEN } from '../node/support/fixtures.mjs';

const run = promisify(execFile);
const LIMITS = { timeout: 60_000, killSignal: 'SIGABRT' };
/** The paths of the Node releases to test, one per line. */
const NODES = (process.env.NODES ?? process.execPath).split('\n').filter(Boolean);

let project;

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'descope-outbound-packed-'));
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: ROOT, ...LIMITS });
  const install = ['install', '--silent', '--no-audit', '--no-fund', join(project, stdout.trim())];
  await run('npm', install, { cwd: project, ...LIMITS });
});

after(() => rm(project, { recursive: true }));

async function serve(context) {
  const server = await startCannedServer(respondWith(200, { token: TOKEN }));
  context.after(() => server.stop());
  return {
    ...process.env,
    DESCOPE_BASE_URI: server.url,
    DESCOPE_PROJECT_ID: 'P',
    DESCOPE_MANAGEMENT_KEY: 'made-up-key',
  };
}

test('the package contains only the files that it needs', async () => {
  const installed = join(project, 'node_modules/descope-outbound');
  const files = (await readdir(installed, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  const otherFiles = files
    .map(({ name }) => name)
    .filter((name) => !/\.(cjs|mjs|node|d\.ts|d\.cts|d\.mts)$/.test(name));
  assert.deepEqual(otherFiles.sort(), ['LICENSE', 'README.md', 'package.json']);
  assert.equal(files.filter(({ name }) => name.endsWith('.node')).length, 1);
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  assert.deepEqual(
    [manifest.dependencies, manifest.scripts.install, manifest.scripts.postinstall],
    [undefined, undefined, undefined],
  );
});

const ES_MODULE = `
  import named, { DescopeClient, TokenNotFoundError } from 'descope-outbound';
  const { data } = await DescopeClient().management.outboundApplication.fetchToken('a', 'u');
  console.log(named === DescopeClient, typeof TokenNotFoundError, data.id);
`;
const COMMON_JS = `
  const DescopeClient = require('descope-outbound');
  const { fetchToken } = DescopeClient().management.outboundApplication;
  fetchToken('a', 'u').then(({ data }) => console.log(DescopeClient.DescopeClient === DescopeClient, data.id));
`;
const BOTH = `
  import { createRequire } from 'node:module';
  import DescopeClient from 'descope-outbound';
  const required = createRequire(import.meta.url)('descope-outbound');
  const clients = [DescopeClient(), required()];
  const fetches = clients.map((client) => client.management.outboundApplication.fetchToken('a', 'u'));
  console.log(required === DescopeClient, ...(await Promise.all(fetches)).map(({ data }) => data.id));
`;
const PROGRAMS = {
  'an ES module': ['packed.mjs', ES_MODULE, `true function ${TOKEN.id}\n`],
  'a CommonJS module': ['packed.cjs', COMMON_JS, `true ${TOKEN.id}\n`],
  'both in one process': ['both.mjs', BOTH, `true ${TOKEN.id} ${TOKEN.id}\n`],
};

for (const node of NODES) {
  for (const [what, [file, source, expected]] of Object.entries(PROGRAMS)) {
    test(`${what} uses the installed package in ${node.replace(ROOT, '')}`, async (context) => {
      await writeFile(join(project, file), source);
      const { stdout, stderr } = await run(node, [file], { cwd: project, env: await serve(context), ...LIMITS });
      assert.deepEqual([stdout, stderr], [expected, '']);
    });
  }
}

const STRICT = {
  target: 'es2022',
  lib: ['es2022'],
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

for (const [resolution, module, consumers] of [
  ['nodenext', 'nodenext', ['types.mts', 'types.cts']],
  ['node16', 'node16', ['types.mts', 'types.cts']],
  ['bundler', 'esnext', ['types.mts']],
]) {
  test(`a strict TypeScript program compiles against the installed package with ${resolution}`, async () => {
    for (const consumer of consumers) await copyFile(join(ROOT, 'tests/node', consumer), join(project, consumer));
    const compilerOptions = { ...STRICT, module, moduleResolution: resolution };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: consumers }));
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    await run(tsc, ['--project', project], { cwd: project, ...LIMITS }).catch((problem) => assert.fail(problem.stdout));
    const trace = await run(tsc, ['--project', project, '--listFilesOnly'], { cwd: project, ...LIMITS });
    assert.ok(trace.stdout.includes(join(project, 'node_modules/descope-outbound')), trace.stdout);
  });
}

const WRONG = /wrong\.mts\(2,17\): error [\s\S]*Type 'string' is not assignable to type 'number'/;

test('a TypeScript program with a type error does not compile against the installed package', async () => {
  await writeFile(
    join(project, 'wrong.mts'),
    "import DescopeClient from 'descope-outbound';\nDescopeClient({ timeout: '1' });\n",
  );
  const compilerOptions = { ...STRICT, module: 'nodenext' };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['wrong.mts'] }));
  const compiled = run(join(ROOT, 'node_modules/.bin/tsc'), ['--project', project], { cwd: project, ...LIMITS });
  await assert.rejects(compiled, (problem) => WRONG.test(problem.stdout));
});
