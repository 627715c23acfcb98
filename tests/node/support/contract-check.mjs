// Checks a case of the contract table, for this package or (in the oracle) for the official SDK.
//
// The check of the official SDK is looser: it may send additional headers, and `null` for absent members. Missing
// getters, error texts and redaction do not count as departures.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { closeConnection, hang, LICENSE_PATH, respondWith, startCannedServer } from './canned-server.mjs';
import { header, isMet, passed, text } from './contract-marker.mjs';

/** Every secret of the table contains this text, and nothing else does. */
const SECRET = 'made-up';
const HANDSHAKES = { off: false, beside: true, wait: 'wait' };

/** Headers that identify the sender. Each package has its own. */
const SENDER_HEADERS = [
  'user-agent',
  'x-descope-sdk-name',
  'x-descope-sdk-node-version',
  'x-descope-sdk-version',
  'x-descope-sdk-session-id',
  'accept',
  'accept-encoding',
  'accept-language',
  'sec-fetch-mode',
  'connection',
];
/** Headers that a request may have in addition to those that the case names. */
const COMMON_HEADERS = ['host', 'content-length', 'content-type', ...SENDER_HEADERS];

/**
 * Seconds. The official SDK has no timeout. After this time, which covers its slowest retries, it counts as waiting.
 */
const OFFICIAL_TIMEOUT = 12;

/**
 * Run a case. Rejects with an AssertionError that names the first difference.
 *
 * @param {{ makeClient: (config: object) => object, isOfficial: boolean }} subject the package to check
 */
export async function check({ client, call, times, exchanges, seconds, result }, subject) {
  const { server, received } = await startScripted(exchanges, subject);
  try {
    const begin = performance.now();
    const { at_least: least = 0, at_most: most = 60 } = seconds;
    const outcomes = perform(client, call, times, server.url, subject);
    const timeout = Math.min(most, OFFICIAL_TIMEOUT);
    const done = await (subject.isOfficial ? within(timeout, outcomes) : outcomes);
    for (const { step, seen } of received) {
      assert.notEqual(step, undefined, `unexpected request: ${seen.method} ${seen.url}`);
    }
    for (const outcome of done) await expect(result, outcome, subject);
    const elapsed = (performance.now() - begin) / 1000;
    assert.ok(least <= elapsed && elapsed <= most, `took ${elapsed} s`);
    // A license handshake in parallel with a call may still be in flight.
    const end = performance.now() + 2000;
    while (received.length < exchanges.length && performance.now() < end) await pause(5);
  } finally {
    await server.stop();
  }
  assert.equal(received.length, exchanges.length, `requests: ${inspect(received)}`);
  for (const { step, seen } of received) expectRequest(exchanges[step].request, seen, subject);
}

async function within(seconds, promise) {
  let timer;
  const end = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `still waiting after ${seconds} s` })),
      1000 * seconds,
    );
  });
  return Promise.race([promise, end]).finally(() => clearTimeout(timer));
}

/** Start a server that gives each request the next response, or the response that the case assigns to its path. */
async function startScripted(exchanges, { isOfficial }) {
  const left = new Map(exchanges.entries());
  const received = [];
  const isLicense = ({ request }) => request.path === LICENSE_PATH;
  // The table checks that calls carry the tier, but not when the official SDK requests it.
  const isOutOfTurn = (exchange) => exchange.beside || (isOfficial && isLicense(exchange));
  // A handshake that the case does not mention gets no tier, and does not count as a request.
  const isIgnored = (path) => isOfficial && path.endsWith(LICENSE_PATH) && !exchanges.some(isLicense);
  const respond = (kind) => (request, response) => {
    const seen = server[kind].at(-1);
    const [path] = seen.url.split('?');
    if (isIgnored(path)) return respondWith(404)(request, response);
    const beside = [...left].find(([, exchange]) => isOutOfTurn(exchange) && exchange.request.path === path);
    const [step, exchange] = beside ?? [...left].find(([, exchange]) => !isOutOfTurn(exchange)) ?? [];
    left.delete(step);
    received.push({ step, seen });
    if (exchange === undefined) return response.writeHead(418).end('unexpected request');
    return sendResponse(exchange.response, request, response);
  };
  const server = await startCannedServer(respond('requests'));
  server.license = respond('licenseRequests');
  return { server, received };
}

async function sendResponse(written, request, response) {
  if (written === 'hang') return hang();
  if (written === 'close') return closeConnection(request);
  const { status, headers = {}, json, text: writtenText, delay_ms: delay = 0, drip_ms: drip } = written;
  const body = Buffer.from(json === undefined ? text(writtenText ?? '') : JSON.stringify(json));
  await pause(delay);
  // A 204 has no body, so it has no content-length.
  const length = status === 204 ? {} : { 'content-length': body.length };
  const lines = Object.entries(headers).map(([name, value]) => [name, header(value)]);
  response.writeHead(status, { connection: 'close', ...length, ...Object.fromEntries(lines) });
  for (let index = 0; drip !== undefined && index < body.length && !response.destroyed; index += 1) {
    response.write(body.subarray(index, index + 1));
    await pause(drip);
  }
  return response.end(drip === undefined ? body : undefined);
}

async function perform(settings, call, times, server, subject) {
  let client;
  try {
    client = createClient(settings, server, subject);
  } catch (error) {
    return [{ at: 'construction', error }];
  }
  const outcomes = [];
  const operations = client.management[call.of ?? 'outboundApplication'];
  assert.equal(typeof operations?.[call.method], 'function', `there is no ${call.of ?? ''} ${call.method}`);
  for (let time = 0; time < times; time += 1) {
    const promise = operations[call.method](...passed(call.args ?? [], server));
    assert.ok(promise instanceof Promise, `${inspect(promise)} is not a promise`);
    outcomes.push(
      await promise.then(
        (value) => ({ at: 'call', value }),
        (error) => ({ at: 'call', error }),
      ),
    );
  }
  return outcomes;
}

function handshake(written) {
  if (written === null) return undefined;
  if (!Object.hasOwn(HANDSHAKES, written)) throw new Error(`${written} is not a license handshake`);
  return HANDSHAKES[written];
}

/** Create the client. It sets and resets the environment synchronously, so that no other case sees it. */
function createClient(settings, server, { makeClient, isOfficial }) {
  const given = {
    projectId: settings.project_id,
    managementKey: settings.management_key,
    baseUrl: settings.base_url,
  };
  if (!isOfficial) {
    const seconds = settings.timeout_seconds;
    given.timeout = typeof seconds === 'number' ? seconds * 1000 : seconds;
    given.licenseHandshake = handshake(settings.license_handshake);
    given.allowInsecureHttp = settings.allow_insecure_http;
  }
  const config = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  const environment = passed(settings.environment ?? {}, server);
  Object.assign(process.env, environment);
  try {
    return makeClient(passed({ ...config, ...settings.node }, server));
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}

async function expect(expected, { at, value, error }, { isOfficial }) {
  const actual = error ?? value;
  const { rejects, attributes = {} } = expected;
  if (!isOfficial) {
    assert.ok(!inspect(actual, { depth: 10, getters: true }).includes(SECRET), 'the printed result shows a secret');
  }
  if (error !== undefined) {
    assert.deepEqual([error.constructor.name, at], [rejects, expected.at ?? 'call'], inspect(error));
    if (expected.code !== undefined) assert.equal(error.code, expected.code);
    for (const part of isOfficial ? [] : (expected.text ?? [])) {
      assert.ok(error.message.includes(part), `${error.message}: lacks ${part}`);
    }
  } else {
    assert.equal(rejects, undefined, `${inspect(value)} instead of ${rejects}`);
    await expectResponse(expected, value, isOfficial);
  }
  const holder = value?.ok ? value.data : actual;
  for (const [name, part] of Object.entries(attributes)) {
    if (isOfficial && !(name in holder)) continue;
    assert.ok(isMet(part, holder[name]), `${name} is ${inspect(holder[name])}`);
  }
}

async function expectResponse(expected, actual, isOfficial) {
  assert.deepEqual(Object.keys(actual), ['code', 'ok', 'response', expected.ok ? 'data' : 'error']);
  assert.deepEqual([actual.ok, actual.code], [expected.ok, expected.code], inspect(actual));
  assert.ok(actual.response instanceof Response, 'response is not a Response');
  assert.equal(actual.response.status, expected.code);
  const body = await actual.response.text();
  if ('response_text' in expected) assert.ok(isMet(expected.response_text, body), body);
  if (!expected.ok) {
    assert.ok(isOfficial || !body.includes(SECRET), 'the body of the error shows a secret');
    const members = Object.entries(actual.error).filter(([, value]) => value !== undefined);
    assert.deepEqual(members.map(([name]) => name).sort(), Object.keys(expected.error).sort());
    for (const [name, value] of members) assert.ok(isMet(expected.error[name], value), `${name} is ${inspect(value)}`);
  } else if ('json' in expected) {
    assert.equal(JSON.stringify(actual.data), expected.json);
  } else if (!isMet(expected.data, actual.data)) {
    assert.notEqual(actual.data, undefined, 'there is no data');
    // A copy, because the package gives tokens its own prototype.
    assert.deepEqual(JSON.parse(JSON.stringify(actual.data)), expected.data);
  }
}

function expectRequest(expected, seen, { isOfficial }) {
  const url = new URL(seen.url, 'http://127.0.0.1');
  assert.deepEqual([seen.method, seen.url.split('?')[0]], [expected.method, expected.path]);
  const query = [...url.searchParams];
  assert.deepEqual(Object.fromEntries(query), expected.query);
  assert.equal(query.length, Object.keys(expected.query).length);
  expectHeaders(expected, seen, isOfficial);
  // For the official SDK, an equal JSON value is enough. For this package, the bytes must be equal.
  const comparesJson = 'body' in expected || (isOfficial && 'body_text' in expected);
  if (comparesJson) {
    assert.notEqual(seen.body, '', 'there is no body');
    const value = expected.body ?? JSON.parse(expected.body_text);
    assert.deepEqual(withoutNulls(JSON.parse(seen.body)), withoutNulls(value));
  } else {
    assert.equal(seen.body, expected.body_text ?? '');
  }
}

function expectHeaders(expected, seen, isOfficial) {
  if (isOfficial && expected.path === LICENSE_PATH) return;
  const unchecked = isOfficial ? SENDER_HEADERS : [];
  for (const [name, written] of Object.entries(expected.headers)) {
    const value = written.node ?? written;
    if (unchecked.includes(name)) continue;
    assert.ok(isMet(value, seen.headers[name]), `${name}: ${seen.headers[name]} is not ${inspect(value)}`);
  }
  for (const name of expected.absent_headers) {
    assert.ok(unchecked.includes(name) || !(name in seen.headers), `${name} is sent`);
  }
  if (seen.body !== '')
    assert.match(seen.headers['content-type'], /^application\/json/, 'the content-type is not JSON');
  const known = [...Object.keys(expected.headers), ...COMMON_HEADERS];
  const unexpected = Object.keys(seen.headers).filter((name) => !known.includes(name));
  assert.deepEqual(unexpected, [], 'unexpected headers are sent');
}

function withoutNulls(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const members = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(members.map(([name, inner]) => [name, withoutNulls(inner)]));
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
