// Holds a package to a case of the contract table: ours, or the official SDK, which the oracle runs the table against.
//
// The official SDK is not asked for what only ours has: it may send other headers of its own and `null` for what is
// absent; getters, messages and redaction that it does not have are no departure.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { closeConnection, hang, LICENSE_PATH, respondWith, startCannedServer } from './canned-server.mjs';
import { header, isMet, passed, text } from './contract-marker.mjs';

/** Every made-up secret contains this, and nothing else does. */
const SECRET = 'made-up';
const HANDSHAKES = { off: false, beside: true, wait: 'wait' };

/** The name, the version and the habits of whoever sends a request: each package has its own. */
const OF_THE_SENDER = [
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
/** Whatever the table says of a request, it has no other headers than those it names and these. */
const OF_EVERY_REQUEST = ['host', 'content-length', 'content-type', ...OF_THE_SENDER];

/**
 * The official SDK waits for ever; it is seen to be waiting after as long as the slowest of its own repetitions takes.
 */
const OFFICIAL_PATIENCE = 12;

/**
 * Rejects with an AssertionError that tells the first thing that is not as the case has it.
 *
 * @param {{ makeClient: (config: object) => object, isOfficial: boolean }} subject the package that is held to the
 * table
 */
export async function check({ client, call, times, exchanges, seconds, result }, subject) {
  const { server, received } = await startScripted(exchanges, subject);
  try {
    const begin = performance.now();
    const { at_least: least = 0, at_most: most = 60 } = seconds;
    const outcomes = perform(client, call, times, server.url, subject);
    const patience = Math.min(most, OFFICIAL_PATIENCE);
    const done = await (subject.isOfficial ? within(patience, outcomes) : outcomes);
    for (const { step, seen } of received) {
      assert.notEqual(step, undefined, `a request that was not expected: ${seen.method} ${seen.url}`);
    }
    for (const outcome of done) await expect(result, outcome, subject);
    const elapsed = (performance.now() - begin) / 1000;
    assert.ok(least <= elapsed && elapsed <= most, `took ${elapsed} s`);
    // The handshake beside a call may still be on its way.
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
      () => reject(new assert.AssertionError({ message: `waits after ${seconds} s` })),
      1000 * seconds,
    );
  });
  return Promise.race([promise, end]).finally(() => clearTimeout(timer));
}

/** Each request gets the next answer in turn, or the one that is meant for its path whenever it comes. */
async function startScripted(exchanges, { isOfficial }) {
  const left = new Map(exchanges.entries());
  const received = [];
  const isLicense = ({ request }) => request.path === LICENSE_PATH;
  // When the official SDK asks for the tier is its own business; that a call carries it is the table's.
  const isOutOfTurn = (exchange) => exchange.beside || (isOfficial && isLicense(exchange));
  // A handshake that the case does not speak of is answered without a tier, and is none of its requests.
  const isAside = (path) => isOfficial && path.endsWith(LICENSE_PATH) && !exchanges.some(isLicense);
  const respond = (kind) => (request, response) => {
    const seen = server[kind].at(-1);
    const [path] = seen.url.split('?');
    if (isAside(path)) return respondWith(404)(request, response);
    const beside = [...left].find(([, exchange]) => isOutOfTurn(exchange) && exchange.request.path === path);
    const [step, exchange] = beside ?? [...left].find(([, exchange]) => !isOutOfTurn(exchange)) ?? [];
    left.delete(step);
    received.push({ step, seen });
    if (exchange === undefined) return response.writeHead(418).end('this request was not expected');
    return answer(exchange.response, request, response);
  };
  const server = await startCannedServer(respond('requests'));
  server.license = respond('licenseRequests');
  return { server, received };
}

async function answer(written, request, response) {
  if (written === 'hang') return hang();
  if (written === 'close') return closeConnection(request);
  const { status, headers = {}, json, text: writtenText, delay_ms: delay = 0, drip_ms: drip } = written;
  const body = Buffer.from(json === undefined ? text(writtenText ?? '') : JSON.stringify(json));
  await pause(delay);
  // A 204 has no body, and so no length of one.
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
    client = make(settings, server, subject);
  } catch (error) {
    return [{ at: 'construction', error }];
  }
  const outcomes = [];
  const operations = client.management[call.of ?? 'outboundApplication'];
  assert.equal(typeof operations?.[call.method], 'function', `there is no ${call.of ?? ''} ${call.method}`);
  for (let time = 0; time < times; time += 1) {
    const promise = operations[call.method](...passed(call.args ?? [], server));
    assert.ok(promise instanceof Promise, `${inspect(promise)} is no promise`);
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
  if (!Object.hasOwn(HANDSHAKES, written)) throw new Error(`${written} is no licence handshake`);
  return HANDSHAKES[written];
}

/** Without a pause between setting the environment and resetting it, so that no other case sees it. */
function make(settings, server, { makeClient, isOfficial }) {
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
    assert.ok(!inspect(actual, { depth: 10, getters: true }).includes(SECRET), 'what is printed shows a secret');
  }
  if (error !== undefined) {
    assert.deepEqual([error.constructor.name, at], [rejects, expected.at ?? 'call'], inspect(error));
    if (expected.code !== undefined) assert.equal(error.code, expected.code);
    for (const part of isOfficial ? [] : (expected.text ?? [])) {
      assert.ok(error.message.includes(part), `${error.message}: no ${part}`);
    }
  } else {
    assert.equal(rejects, undefined, `${inspect(value)} instead of ${rejects}`);
    await expectAnswer(expected, value, isOfficial);
  }
  const holder = value?.ok ? value.data : actual;
  for (const [name, part] of Object.entries(attributes)) {
    if (isOfficial && !(name in holder)) continue;
    assert.ok(isMet(part, holder[name]), `${name} is ${inspect(holder[name])}`);
  }
}

async function expectAnswer(expected, answer, isOfficial) {
  assert.deepEqual(Object.keys(answer), ['code', 'ok', 'response', expected.ok ? 'data' : 'error']);
  assert.deepEqual([answer.ok, answer.code], [expected.ok, expected.code], inspect(answer));
  assert.ok(answer.response instanceof Response, 'the response is none');
  assert.equal(answer.response.status, expected.code);
  const body = await answer.response.text();
  if ('response_text' in expected) assert.ok(isMet(expected.response_text, body), body);
  if (!expected.ok) {
    assert.ok(isOfficial || !body.includes(SECRET), 'the body of the error shows a secret');
    const told = Object.entries(answer.error).filter(([, value]) => value !== undefined);
    assert.deepEqual(told.map(([name]) => name).sort(), Object.keys(expected.error).sort());
    for (const [name, value] of told) assert.ok(isMet(expected.error[name], value), `${name} is ${inspect(value)}`);
  } else if ('json' in expected) {
    assert.equal(JSON.stringify(answer.data), expected.json);
  } else if (!isMet(expected.data, answer.data)) {
    assert.notEqual(answer.data, undefined, 'there is no data');
    // A copy, since the prototype is the package's own.
    assert.deepEqual(JSON.parse(JSON.stringify(answer.data)), expected.data);
  }
}

function expectRequest(expected, seen, { isOfficial }) {
  const url = new URL(seen.url, 'http://127.0.0.1');
  assert.deepEqual([seen.method, seen.url.split('?')[0]], [expected.method, expected.path]);
  const query = [...url.searchParams];
  assert.deepEqual(Object.fromEntries(query), expected.query);
  assert.equal(query.length, Object.keys(expected.query).length);
  expectHeaders(expected, seen, isOfficial);
  // The bytes are ours; with the official SDK, what they mean.
  const isMeaningEnough = 'body' in expected || (isOfficial && 'body_text' in expected);
  if (isMeaningEnough) {
    assert.notEqual(seen.body, '', 'there is no body');
    const meaning = expected.body ?? JSON.parse(expected.body_text);
    assert.deepEqual(withoutNulls(JSON.parse(seen.body)), withoutNulls(meaning));
  } else {
    assert.equal(seen.body, expected.body_text ?? '');
  }
}

function expectHeaders(expected, seen, isOfficial) {
  if (isOfficial && expected.path === LICENSE_PATH) return;
  const notAskedFor = isOfficial ? OF_THE_SENDER : [];
  for (const [name, written] of Object.entries(expected.headers)) {
    const value = written.node ?? written;
    if (notAskedFor.includes(name)) continue;
    assert.ok(isMet(value, seen.headers[name]), `${name}: ${seen.headers[name]} is not ${inspect(value)}`);
  }
  for (const name of expected.absent_headers) {
    assert.ok(notAskedFor.includes(name) || !(name in seen.headers), `${name} is sent`);
  }
  if (seen.body !== '')
    assert.match(seen.headers['content-type'], /^application\/json/, 'the body is not said to be JSON');
  const known = [...Object.keys(expected.headers), ...OF_EVERY_REQUEST];
  const strangers = Object.keys(seen.headers).filter((name) => !known.includes(name));
  assert.deepEqual(strangers, [], 'headers that nobody expects are sent');
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
