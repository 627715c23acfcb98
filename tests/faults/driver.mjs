// Runs jobs of calls with a Node client and reports the outcomes: driver.mjs ours|official.
// A job is a line of JSON on standard input. Its report is a line on standard output. Jobs run in parallel.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

const IS_OURS = process.argv[2] === 'ours';
const resolveFrom = IS_OURS ? import.meta.url : new URL('../oracle/node/package.json', import.meta.url);
const DescopeClient = createRequire(resolveFrom)(IS_OURS ? 'descope-outbound' : '@descope/node-sdk');

const LICENSE_HANDSHAKES = { off: false, beside: true, wait: 'wait' };
const NEVER_ENDED = { kind: 'hung', class: 'nothing' };
const TIMEOUTS = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];
const OUR_KINDS = {
  DEADLINE_EXCEEDED: 'deadline_exceeded',
  CONNECTION_FAILED: 'connection_failed',
  DECODE_ERROR: 'decode',
};

function makeClient({ client }) {
  const { project_id: projectId, management_key: managementKey, base_url: baseUrl } = client;
  if (!IS_OURS) {
    const logger = { log() {}, warn() {}, error() {} };
    return DescopeClient({ projectId, managementKey, baseUrl, logger });
  }
  const timeout = client.timeout_seconds * 1000;
  return DescopeClient({
    projectId,
    managementKey,
    baseUrl,
    timeout,
    licenseHandshake: LICENSE_HANDSHAKES[client.license],
  });
}

function startCall(client, { do: what, app, api_key: apiKey }) {
  const outbound = client.management.outboundApplication;
  if (what === 'load') return outbound.loadApplication(app);
  if (what === 'upload') return outbound.uploadUserApiKey(app, 'user', apiKey);
  return outbound.fetchToken(app, 'user');
}

function resolved(result) {
  const { ok, code, data, error = {} } = result;
  if (ok) return { kind: 'success', class: 'success', token: data?.accessToken ?? null };
  return {
    kind: code === 429 ? 'rate_limited' : 'http',
    class: `code ${code}`,
    status: code,
    retry_after: error.retryAfter ?? null,
    text: `${code} ${error.errorCode} ${error.errorDescription} ${error.errorMessage}`,
    shown: inspect(error, { depth: 5 }) + JSON.stringify(error),
  };
}

function rejected(error) {
  const chain = [];
  for (let cause = error; cause && !chain.includes(cause); cause = cause.cause) chain.push(cause);
  return {
    kind: kindOf(error),
    class: error.code ?? error.name,
    status: error.status ?? null,
    retry_after: null,
    text: chain.map(({ message, code }) => `${code ?? ''} ${message}`).join(' / '),
    shown: inspect(error, { depth: 5, showHidden: true }) + error.stack,
  };
}

/** Return the kind of an error as `docs/deviations.md` translates it, or `other`. */
function kindOf(error) {
  if (IS_OURS) return (error.name === 'DescopeTransportError' && OUR_KINDS[error.code]) || 'other';
  if (error instanceof SyntaxError) return 'decode';
  if (!(error instanceof TypeError) || !error.cause) return 'other';
  if (TIMEOUTS.includes(error.cause.code)) return 'deadline_exceeded';
  // The error for too many redirects has no code.
  return error.cause.code ? 'connection_failed' : 'other';
}

async function callOnce(clientOf, call, wallSeconds) {
  const started = performance.now();
  const giveUp = new AbortController();
  const outcome = await Promise.race([
    (async () => startCall(clientOf(), call))().then(resolved, rejected),
    sleep(wallSeconds * 1000, NEVER_ENDED, { signal: giveUp.signal }),
  ]);
  giveUp.abort();
  return { ...outcome, seconds: (performance.now() - started) / 1000 };
}

async function run(job) {
  let made;
  const clientOf = () => {
    if (job.client_for_each_call) return makeClient(job);
    made ??= makeClient(job);
    return made;
  };
  if (job.settle_seconds) {
    clientOf();
    await sleep(job.settle_seconds * 1000);
  }
  const waiting = [...job.calls.entries()];
  const outcomes = [];
  const before = readMemory('VmRSS', true);
  await Promise.all(Array.from({ length: job.workers }, work));
  const memory = (readMemory('VmHWM') - before) / 1024;
  process.stdout.write(`${JSON.stringify({ number: job.number, outcomes, memory_mib: memory })}\n`);

  async function work() {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      outcomes[next[0]] = await callOnce(clientOf, next[1], job.wall_seconds);
      await sleep(job.pause_seconds * 1000);
    }
  }
}

function readMemory(name, resetsPeak = false) {
  if (resetsPeak) writeFileSync('/proc/self/clear_refs', '5');
  return Number(readFileSync('/proc/self/status', 'utf8').match(new RegExp(`${name}:\\s+(\\d+)`))[1]);
}

// A license handshake that fails in the background must not end the process.
process.on('unhandledRejection', () => {});
const running = [];
for await (const line of createInterface({ input: process.stdin })) running.push(run(JSON.parse(line)));
await Promise.all(running);
process.stdout.write('', () => process.exit());
