// The contract table (tests/contract), run against the client and a canned server.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';

import DescopeClient from 'descope-outbound';

import { closeConnection, hang, startCannedServer } from './support/canned-server.mjs';
import { header, isMet, passed, text } from './support/contract-marker.mjs';
import { readTable } from './support/contract-table.mjs';

/** Every made-up secret contains this, and nothing else does. */
const SECRET = 'made-up';
const HANDSHAKES = { off: false, beside: true, wait: 'wait' };

test('every case of the contract holds', { concurrency: 32, timeout: 120_000 }, async (all) => {
  const cases = readTable();
  let passes = 0;
  await Promise.all(
    cases.map((each) =>
      all.test(`${each.id}: ${each.title}`, async () => {
        await check(each);
        passes += 1;
      }),
    ),
  );
  console.log(`contract: ${cases.length} cases, ${passes} passed (node)`);
  assert.notEqual(cases.length, 0);
});

async function check({ client, call, times, exchanges, seconds, result }) {
  const { server, received } = await startScripted(exchanges);
  try {
    const begin = performance.now();
    for (const outcome of await perform(client, call, times, server.url)) await expect(result, outcome);
    const elapsed = (performance.now() - begin) / 1000;
    const { at_least: least = 0, at_most: most = 60 } = seconds;
    assert.ok(least <= elapsed && elapsed <= most, `took ${elapsed} s`);
    // The handshake beside a call may still be on its way.
    const patience = performance.now() + 2000;
    while (received.length < exchanges.length && performance.now() < patience) await pause(5);
  } finally {
    await server.stop();
  }
  assert.equal(received.length, exchanges.length, `requests: ${inspect(received)}`);
  for (const { step, seen } of received) expectRequest(exchanges[step].request, seen);
}

/** Each request gets the next answer in turn, or the one that is meant for its path whenever it comes. */
async function startScripted(exchanges) {
  const left = new Map(exchanges.entries());
  const received = [];
  const respond = (kind) => (request, response) => {
    const seen = server[kind].at(-1);
    const [path] = seen.url.split('?');
    const beside = [...left].find(([, exchange]) => exchange.beside && exchange.request.path === path);
    const [step, exchange] = beside ?? [...left].find(([, { beside }]) => !beside) ?? [];
    left.delete(step);
    received.push({ step, seen });
    if (exchange === undefined) response.writeHead(418).end('this request was not expected');
    else answer(exchange.answer, request, response);
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

async function perform(settings, call, times, server) {
  let client;
  try {
    client = make(settings, server);
  } catch (error) {
    return [{ at: 'construction', error }];
  }
  const outcomes = [];
  const { outboundApplication } = client.management;
  for (let time = 0; time < times; time += 1) {
    const promise = outboundApplication[call.method](...passed(call.args ?? [], server));
    assert.ok(promise instanceof Promise);
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
function make(settings, server) {
  const given = {
    projectId: settings.project_id,
    managementKey: settings.management_key,
    baseUrl: settings.base_url,
    timeout: typeof settings.timeout_seconds === 'number' ? settings.timeout_seconds * 1000 : settings.timeout_seconds,
    licenseHandshake: handshake(settings.license_handshake),
    allowInsecureHttp: settings.allow_insecure_http,
  };
  const config = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  const environment = passed(settings.environment ?? {}, server);
  Object.assign(process.env, environment);
  try {
    return DescopeClient(passed({ ...config, ...settings.node }, server));
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}

async function expect(expected, { at, value, error }) {
  const actual = error ?? value;
  const { rejects, attributes = {} } = expected;
  assert.ok(!inspect(actual, { depth: 10, getters: true }).includes(SECRET), 'what is printed shows a secret');
  if (error !== undefined) {
    assert.deepEqual([error.constructor.name, at], [rejects, expected.at ?? 'call'], inspect(error));
    if (expected.code !== undefined) assert.equal(error.code, expected.code);
    for (const part of expected.text ?? []) assert.ok(error.message.includes(part), `${error.message}: no ${part}`);
  } else {
    assert.equal(rejects, undefined, `${inspect(value)} instead of ${rejects}`);
    await expectAnswer(expected, value);
  }
  const holder = value?.ok ? value.data : actual;
  for (const [name, part] of Object.entries(attributes)) {
    assert.ok(isMet(part, holder[name]), `${name} is ${inspect(holder[name])}`);
  }
}

async function expectAnswer(expected, answer) {
  assert.deepEqual(Object.keys(answer), ['code', 'ok', 'response', expected.ok ? 'data' : 'error']);
  assert.deepEqual([answer.ok, answer.code], [expected.ok, expected.code], inspect(answer));
  assert.ok(answer.response instanceof Response);
  assert.equal(answer.response.status, expected.code);
  const body = await answer.response.text();
  if ('response_text' in expected) assert.ok(isMet(expected.response_text, body), body);
  if (!expected.ok) {
    assert.ok(!body.includes(SECRET), 'the body of the error shows a secret');
    const told = Object.entries(answer.error).filter(([, value]) => value !== undefined);
    assert.deepEqual(told.map(([name]) => name).sort(), Object.keys(expected.error).sort());
    for (const [name, value] of told) assert.ok(isMet(expected.error[name], value), `${name} is ${inspect(value)}`);
  } else if ('json' in expected) {
    assert.equal(JSON.stringify(answer.data), expected.json);
  } else if (!isMet(expected.data, answer.data)) {
    // A copy, since the prototype is the package's own.
    assert.deepEqual(JSON.parse(JSON.stringify(answer.data)), expected.data);
  }
}

function expectRequest(expected, seen) {
  const url = new URL(seen.url, 'http://127.0.0.1');
  assert.deepEqual([seen.method, url.pathname], [expected.method, expected.path]);
  const query = [...url.searchParams];
  assert.deepEqual(Object.fromEntries(query), expected.query);
  assert.equal(query.length, Object.keys(expected.query).length);
  for (const [name, written] of Object.entries(expected.headers)) {
    const value = written.node ?? written;
    assert.ok(isMet(value, seen.headers[name]), `${name}: ${seen.headers[name]} is not ${inspect(value)}`);
  }
  for (const name of expected.absent_headers) assert.ok(!(name in seen.headers), name);
  if ('body' in expected) assert.deepEqual(withoutNulls(JSON.parse(seen.body)), withoutNulls(expected.body));
  else assert.equal(seen.body, expected.body_text ?? '');
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
