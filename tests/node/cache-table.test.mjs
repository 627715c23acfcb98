// Runs the table of tests/cache: the outcome of a fetch in each state of the cache, and the requests that it sends.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';

import DescopeClient, { DescopeTransportError } from 'descope-outbound';

import { ROOT } from './support/child-process.mjs';
import { startEmulator } from './support/emulator.mjs';

const native = createRequire(import.meta.url)('../../bindings-node/lib/addon.cjs');

const FETCH_PATH = '/v1/mgmt/outbound/app/user/token/latest';
const TABLE = JSON.parse(readFileSync(join(ROOT, 'tests/cache/table.json'), 'utf8'));
/** Rust's runner turns retries off. Here the client retries a lost connection. */
const RETRIED = 'fetch while the service closes connections';
const TIMEOUT = 5_000;

/** Convert the table's snake-case names, which the emulator uses too. */
function toCamelCase(members) {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );
}

/** Create a client with a cache, and capture its native client, which users cannot reach. */
function clientWithCache(configuration, options) {
  const { NativeClient } = native;
  let nativeClient;
  native.NativeClient = { create: (...given) => (nativeClient = NativeClient.create(...given)) };
  try {
    const cache = Object.fromEntries(
      Object.entries(toCamelCase(options)).map(([name, value]) => [`${name}Seconds`, value]),
    );
    return { client: DescopeClient({ ...configuration, licenseHandshake: false, cache }), nativeClient };
  } finally {
    native.NativeClient = NativeClient;
  }
}

/** Run the steps of one row with its own client. */
class Row {
  outcome = '';
  clockOffset = 0;
  #token;

  constructor({ configuration, control }, options) {
    Object.assign(this, { configuration, control, ...clientWithCache(configuration, options) });
    this.operations = this.client.management.outboundApplication;
  }

  async countFetches() {
    return (await this.control('GET', 'journal')).entries.filter(({ path }) => path === FETCH_PATH).length;
  }

  /** Wait until `count` fetches have reached the service and none is in flight. */
  async waitForFetches(count) {
    const end = performance.now() + TIMEOUT;
    while (((await this.countFetches()) < count || this.nativeClient.cacheInFlight() > 0) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(await this.countFetches(), count);
  }

  async step(name, parameters) {
    const { client, control } = this;
    const steps = {
      options() {},
      lifetime: () => this.connect({ lifetime_seconds: parameters }),
      fetch: () => this.fetch(parameters),
      advance: async () => {
        await control('POST', 'clock', { advance_seconds: parameters });
        native.advanceCacheClock(parameters);
        this.clockOffset += parameters;
      },
      step_wall: () => {
        native.stepCacheWallClock(parameters * 1000);
        this.clockOffset += parameters;
      },
      fault: () =>
        control('POST', 'faults', { ...('method' in parameters ? {} : { path: FETCH_PATH }), ...parameters }),
      clear_faults: () => control('DELETE', 'faults'),
      connect: () => control('POST', 'connect', { app_id: 'app', user_id: 'user' }),
      disconnect: async () => {
        await control('POST', 'revoke', { app_id: 'app', user_id: 'user' });
        const otherClient = DescopeClient({ ...this.configuration, licenseHandshake: false });
        await otherClient.management.outboundApplication.deleteUserTokens('app', 'user');
      },
      delete: () => this.operations.deleteUserTokens(parameters.app_id, parameters.user_id),
      upload: () => this.operations.uploadUserApiKey('app', 'user', 'made-up-api-key'),
      forget: () => client.cache.forget(parameters.app_id, parameters.user_id),
      clear: () => client.cache.clear(),
      reject: () => assert.ok(client.cache.reject(this.#token)),
      await: () => this.waitForFetches(parameters),
    };
    assert.ok(Object.hasOwn(steps, name), `${name} is not a step`);
    await steps[name]();
  }

  connect(more) {
    return this.control('POST', 'connect', { app_id: 'app', user_id: 'user', scopes: ['read', 'write'], ...more });
  }

  async fetch({ force_refresh: forceRefresh, with_refresh_token: withRefreshToken, min_validity: minValidity }) {
    const options = { ...(forceRefresh && { forceRefresh }), ...(withRefreshToken && { withRefreshToken }) };
    const given = Object.keys(options).length > 0 ? options : undefined;
    const callOptions = minValidity === undefined ? undefined : { minValiditySeconds: minValidity };
    try {
      const result = await this.operations.fetchToken('app', 'user', undefined, given, callOptions);
      this.outcome = result.ok ? result.data.source : kindOf(result);
      if (result.ok) this.#token = result.data.accessToken;
    } catch (error) {
      if (!(error instanceof DescopeTransportError)) throw error;
      this.outcome = error.code.toLowerCase();
    }
  }
}

/** Return the core's name for an error. */
function kindOf({ code, error }) {
  if (code === 429) return 'rate_limited';
  return code === 404 && error.errorCode === 'E111504' ? 'token_not_found' : 'http';
}

async function check(emulator, [state, event, expected, contacted]) {
  const steps = TABLE.states[state];
  const row = new Row(emulator, steps.find((step) => 'options' in step)?.options ?? {});
  await row.connect({ lifetime_seconds: 3600 });
  try {
    for (const step of steps) await row.step(...Object.entries(step)[0]);
    const before = await row.countFetches();
    for (const step of TABLE.events[event]) await row.step(...Object.entries(step)[0]);
    assert.equal(row.outcome, expected);
    if (event === RETRIED) assert.ok((await row.countFetches()) >= before + contacted);
    else await row.waitForFetches(before + contacted);
  } finally {
    // All clients of the process share the clock: put the date back.
    native.stepCacheWallClock(-1000 * row.clockOffset);
  }
}

test('every row of the cache table holds', async (context) => {
  const shared = await startEmulator(context);
  for (const row of TABLE.rows) {
    const [state, event] = row;
    await context.test(`${state}; ${event}`, async (ofRow) => {
      // A retry after this row would be counted in the next one.
      if (event === RETRIED) return check(await startEmulator(ofRow), row);
      await shared.control('POST', 'reset');
      return check(shared, row);
    });
  }
});
