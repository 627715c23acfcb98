// A token that is kept already: prints nanoseconds a hit, one figure a round, as JSON.
'use strict';

const { LRUCache } = require('lru-cache');

const { DescopeClient } = require('../../bindings-node/lib/index.cjs');
const { APP_ID, BODY, HEADERS, MANAGEMENT_KEY, PATH, PROJECT_ID, USER_ID } = require('./service.cjs');

const ROUNDS = 5;
const HITS = 100_000;

/** The answer that all of them keep, as whoever caches the official SDK's has it: the service's token in the SDK's shape. */
async function answerOf(origin) {
  const fetched = await fetch(`${origin}${PATH}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(BODY) });
  return { code: fetched.status, ok: fetched.ok, data: (await fetched.json()).token };
}

/** Nanoseconds for one. All are asked as a client is, by `await`. */
async function timeHits(hit) {
  const began = process.hrtime.bigint();
  for (let each = 0; each < HITS; each += 1) await hit(APP_ID, USER_ID);
  return Number(process.hrtime.bigint() - began) / HITS;
}

/** Expires, and gives the same object to all. */
function map(answer) {
  const cache = new Map([[`${APP_ID}\n${USER_ID}`, { answer, expires: Date.now() + 3e6 }]]);
  return async (appId, userId) => {
    const kept = cache.get(`${appId}\n${userId}`);
    return kept.expires > Date.now() ? kept.answer : undefined;
  };
}

/** Expires, and gives each caller an object of its own. */
function lruCache(answer) {
  const cache = new LRUCache({ max: 10_000, ttl: 3e6 });
  cache.set(`${APP_ID}\n${USER_ID}`, answer);
  return async (appId, userId) => structuredClone(cache.get(`${appId}\n${userId}`));
}

/** As the one above, by who knows what there is to copy. */
function lruCacheCopiedByHand(answer) {
  const cache = new LRUCache({ max: 10_000, ttl: 3e6 });
  cache.set(`${APP_ID}\n${USER_ID}`, answer);
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
  const answer = await answerOf(origin);
  const makers = {
    'descope-outbound, cache: true': () => ours(origin),
    'Map (one object for all)': () => map(answer),
    'lru-cache, with a deep copy': () => lruCache(answer),
    'lru-cache, with a copy by hand': () => lruCacheCopiedByHand(answer),
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
