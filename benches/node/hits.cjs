// A token that is kept already: prints nanoseconds a hit, one figure a round, as JSON.
'use strict';

const { LRUCache } = require('lru-cache');

const { DescopeClient } = require('../../bindings-node/lib/index.cjs');
const { ACCESS_TOKEN, APP_ID, MANAGEMENT_KEY, PROJECT_ID, USER_ID } = require('./service.cjs');

const ROUNDS = 5;
const HITS = 100_000;
/** What a token is like, for those that keep what they are given. */
const TOKEN = {
  id: 'OT2made-up-token-012345',
  appId: APP_ID,
  userId: USER_ID,
  accessToken: ACCESS_TOKEN,
  accessTokenExpiry: '4102444800',
  scopes: ['https://www.googleapis.com/auth/calendar.events'],
  tenantId: '',
};

/** Nanoseconds for one. All are asked as a client is, by `await`. */
async function timeHits(hit) {
  const began = process.hrtime.bigint();
  for (let each = 0; each < HITS; each += 1) await hit(APP_ID, USER_ID);
  return Number(process.hrtime.bigint() - began) / HITS;
}

/** Expires, and gives the same object to all. */
function map() {
  const cache = new Map([[`${APP_ID}\n${USER_ID}`, { token: TOKEN, expires: Date.now() + 3e6 }]]);
  return async (appId, userId) => {
    const kept = cache.get(`${appId}\n${userId}`);
    return kept.expires > Date.now() ? kept.token : undefined;
  };
}

/** Expires, and gives each caller an object of its own. */
function lruCache() {
  const cache = new LRUCache({ max: 10_000, ttl: 3e6 });
  cache.set(`${APP_ID}\n${USER_ID}`, TOKEN);
  return async (appId, userId) => structuredClone(cache.get(`${appId}\n${userId}`));
}

/** As the one above, by who knows what there is to copy. */
function lruCacheCopiedByHand() {
  const cache = new LRUCache({ max: 10_000, ttl: 3e6 });
  cache.set(`${APP_ID}\n${USER_ID}`, TOKEN);
  return async (appId, userId) => {
    const kept = cache.get(`${appId}\n${userId}`);
    return { ...kept, scopes: [...kept.scopes] };
  };
}

function ours(origin) {
  const client = DescopeClient({ projectId: PROJECT_ID, managementKey: MANAGEMENT_KEY, baseUrl: origin, cache: true });
  return (appId, userId) => client.management.outboundApplication.fetchToken(appId, userId);
}

async function main() {
  const [origin] = process.argv.slice(2);
  const makers = {
    'descope-outbound, cache: true': () => ours(origin),
    'Map (one object for all)': map,
    'lru-cache, with a deep copy': lruCache,
    'lru-cache, with a copy by hand': lruCacheCopiedByHand,
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
