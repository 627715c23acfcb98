// Fetches of a cached token: prints nanoseconds per hit, one figure per round, as JSON.
'use strict';

const { LRUCache } = require('lru-cache');

const { DescopeClient } = require('../../bindings-node/lib/index.cjs');
const { APP_ID, BODY, HEADERS, MANAGEMENT_KEY, PATH, PROJECT_ID, USER_ID } = require('./service.cjs');

const ROUNDS = 5;
const HITS = 100_000;

/** Fetches the response that all caches hold: the service's token in the shape of the official SDK. */
async function fetchResponse(origin) {
  const fetched = await fetch(`${origin}${PATH}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(BODY) });
  return { code: fetched.status, ok: fetched.ok, data: (await fetched.json()).token };
}

/** Returns the nanoseconds for one hit. All caches are called like a client, with `await`. */
async function timeHits(hit) {
  const began = process.hrtime.bigint();
  for (let each = 0; each < HITS; each += 1) await hit(APP_ID, USER_ID);
  return Number(process.hrtime.bigint() - began) / HITS;
}

/** A cache that expires and returns the same object to all callers. */
function map(response) {
  const cache = new Map([[`${APP_ID}\n${USER_ID}`, { response, expires: Date.now() + 3e6 }]]);
  return async (appId, userId) => {
    const cached = cache.get(`${appId}\n${userId}`);
    return cached.expires > Date.now() ? cached.response : undefined;
  };
}

/** A cache that expires and returns a new object to each caller. */
function lruCache(response) {
  const cache = new LRUCache({ max: 10_000, ttl: 3e6 });
  cache.set(`${APP_ID}\n${USER_ID}`, response);
  return async (appId, userId) => structuredClone(cache.get(`${appId}\n${userId}`));
}

/** The same cache with a copy function for this shape of response. */
function lruCacheCopiedByHand(response) {
  const cache = new LRUCache({ max: 10_000, ttl: 3e6 });
  cache.set(`${APP_ID}\n${USER_ID}`, response);
  return async (appId, userId) => {
    const { code, ok, data } = cache.get(`${appId}\n${userId}`);
    return { code, ok, data: { ...data, scopes: [...data.scopes] } };
  };
}

function ours(origin) {
  const client = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: origin, cache: true });
  return (appId, userId) => client.management.outboundApplication.fetchToken(appId, userId);
}

async function main() {
  const [origin] = process.argv.slice(2);
  const response = await fetchResponse(origin);
  const makers = {
    'descope-outbound, cache: true': () => ours(origin),
    'Map (one object for all)': () => map(response),
    'lru-cache, with a deep copy': () => lruCache(response),
    'lru-cache, with a copy by hand': () => lruCacheCopiedByHand(response),
  };
  const rows = [];
  const hits = new Map();
  for (const [what, make] of Object.entries(makers)) {
    const row = { what };
    rows.push(row);
    try {
      hits.set(row, make());
      row.ns = [];
    } catch (error) {
      if (error.code !== 'INVALID_ARGUMENT') throw error;
      row.absent = `not built: ${error.message}`;
    }
  }
  for (const hit of hits.values()) await timeHits(hit);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [row, hit] of hits) row.ns.push(Math.round((await timeHits(hit)) * 10) / 10);
  }
  process.stdout.write(`${JSON.stringify(rows)}\n`);
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
