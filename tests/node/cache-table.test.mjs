// The table of tests/cache: what a fetch comes to in each state of the cache, and whether the service is asked.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';

import DescopeClient, { DescopeTransportError } from 'descope-outbound';

import { ROOT } from './support/child.mjs';
import { startEmulator } from './support/emulator.mjs';

const native = createRequire(import.meta.url)('../../bindings-node/lib/addon.cjs');

const FETCHED = '/v1/mgmt/outbound/app/user/token/latest';
const TABLE = JSON.parse(readFileSync(join(ROOT, 'tests/cache/table.json'), 'utf8'));
/** Rust's runner turns repetitions off; here a lost connection is tried again. */
const REPEATED = 'fetch while the service closes connections';
const PATIENCE = 5_000;

/** The table has names in snake case, in which the emulator takes them. */
function inCamelCase(members) {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );
}

/** A client with a cache, and its native half, which nothing that a user can reach holds. */
function clientWithCache(configuration, options) {
  const { NativeClient } = native;
  let half;
  native.NativeClient = { create: (...given) => (half = NativeClient.create(...given)) };
  try {
    const cache = Object.fromEntries(
      Object.entries(inCamelCase(options)).map(([name, value]) => [`${name}Seconds`, value]),
    );
    return { client: DescopeClient({ ...configuration, licenseHandshake: false, cache }), half };
  } finally {
    native.NativeClient = NativeClient;
  }
}

/** A client, and what its last fetch came to. */
class Row {
  came = '';
  dateMoved = 0;
  #token;

  constructor({ configuration, control }, options) {
    Object.assign(this, { configuration, control, ...clientWithCache(configuration, options) });
    this.operations = this.client.management.outboundApplication;
  }

  async fetched() {
    return (await this.control('GET', 'journal')).entries.filter(({ path }) => path === FETCHED).length;
  }

  /** Waits until so many fetches have reached the service, and are dealt with. */
  async reach(count) {
    const end = performance.now() + PATIENCE;
    while (((await this.fetched()) < count || this.half.cacheInFlight() > 0) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(await this.fetched(), count);
  }

  async step(name, about) {
    const { client, control } = this;
    const steps = {
      options() {},
      lifetime: () => this.connect({ lifetime_seconds: about }),
      fetch: () => this.fetch(about),
      advance: async () => {
        await control('POST', 'clock', { advance_seconds: about });
        native.advanceCacheClock(about);
        this.dateMoved += about;
      },
      step_wall: () => {
        native.stepCacheWallClock(about * 1000);
        this.dateMoved += about;
      },
      fault: () => control('POST', 'faults', { ...('method' in about ? {} : { path: FETCHED }), ...about }),
      clear_faults: () => control('DELETE', 'faults'),
      connect: () => control('POST', 'connect', { app_id: 'app', user_id: 'user' }),
      disconnect: async () => {
        await control('POST', 'revoke', { app_id: 'app', user_id: 'user' });
        const somebody = DescopeClient({ ...this.configuration, licenseHandshake: false });
        await somebody.management.outboundApplication.deleteUserTokens('app', 'user');
      },
      delete: () => this.operations.deleteUserTokens(about.app_id, about.user_id),
      upload: () => this.operations.uploadUserApiKey('app', 'user', 'made-up-api-key'),
      forget: () => client.cache.forget(about.app_id, about.user_id),
      clear: () => client.cache.clear(),
      reject: () => assert.ok(client.cache.reject(this.#token)),
      await: () => this.reach(about),
    };
    assert.ok(Object.hasOwn(steps, name), `no step is called ${name}`);
    await steps[name]();
  }

  connect(more) {
    return this.control('POST', 'connect', { app_id: 'app', user_id: 'user', scopes: ['read', 'write'], ...more });
  }

  async fetch({ force_refresh: forceRefresh, with_refresh_token: withRefreshToken, min_validity: minValidity }) {
    const options = { ...(forceRefresh && { forceRefresh }), ...(withRefreshToken && { withRefreshToken }) };
    const wanted = Object.keys(options).length > 0 ? options : undefined;
    const last = minValidity === undefined ? undefined : { minValiditySeconds: minValidity };
    try {
      const answer = await this.operations.fetchToken('app', 'user', undefined, wanted, last);
      this.came = answer.ok ? answer.data.source : kindOf(answer);
      if (answer.ok) this.#token = answer.data.accessToken;
    } catch (error) {
      if (!(error instanceof DescopeTransportError)) throw error;
      this.came = error.code.toLowerCase();
    }
  }
}

/** What the core calls it. */
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
    const before = await row.fetched();
    for (const step of TABLE.events[event]) await row.step(...Object.entries(step)[0]);
    assert.equal(row.came, expected);
    if (event === REPEATED) assert.ok((await row.fetched()) >= before + contacted);
    else await row.reach(before + contacted);
  } finally {
    // The clock is the process's: what has passed has passed, and the date is what it was.
    native.stepCacheWallClock(-1000 * row.dateMoved);
  }
}

test('every row of the table holds', async (context) => {
  const shared = await startEmulator(context);
  for (const row of TABLE.rows) {
    const [state, event] = row;
    await context.test(`${state}; ${event}`, async (ofRow) => {
      // What is repeated after a row would be counted among the next one's.
      if (event === REPEATED) return check(await startEmulator(ofRow), row);
      await shared.control('POST', 'reset');
      return check(shared, row);
    });
  }
});
