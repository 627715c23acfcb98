// Tests the reason of a failed connection: a caller can distinguish a refusal, TLS, a reset, a proxy and DNS.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';

import { DescopeTransportError } from 'descope-outbound';

import { closeConnection, respondWith, startCannedServer } from './support/canned-server.mjs';
import { arrange, clientOf } from './support/fixtures.mjs';

/** Milliseconds. Shorter than the longest pause between retries: the client rejects before that pause. */
const TIMEOUT = 2000;

/** Return the URL of a port on which no server listens. */
async function closedUrl() {
  const server = await startCannedServer(respondWith(200));
  await server.stop();
  return server.url;
}

/** Fetch a token from this URL, and return the error. */
async function fetchError(url, config) {
  const client = clientOf({ url }, config);
  const fetched = client.management.outboundApplication.fetchToken('a', 'u', null, null, { timeout: TIMEOUT });
  const error = await fetched.catch((problem) => problem);
  assert.ok(error instanceof DescopeTransportError, String(error));
  return error;
}

async function assertReason(reason, url, config) {
  const error = await fetchError(url, config);
  assert.deepEqual({ ...error }, { code: 'CONNECTION_FAILED', reason });
}

test('a port on which no server listens refuses the connection', async () => {
  await assertReason('refused', await closedUrl());
});

test('a server without TLS fails the handshake', async (context) => {
  const { server } = await arrange(context, respondWith(200));
  await assertReason('tls', server.url.replace('http:', 'https:'));
});

test('a connection that closes before the response is a reset', async (context) => {
  const { server } = await arrange(context, closeConnection);
  await assertReason('reset', server.url);
});

test('a proxy that cannot be reached is named', async (context) => {
  process.env.HTTPS_PROXY = await closedUrl();
  context.after(() => {
    delete process.env.HTTPS_PROXY;
  });
  await assertReason('proxy', 'https://outbound.invalid');
});

test('a host that cannot be resolved is a DNS failure', async () => {
  // The system asks no name server for a label of more than 63 characters.
  await assertReason('dns', `http://${'a'.repeat(64)}.localhost:1`, { allowInsecureHttp: true });
});

test('a success that cannot be read has no reason', async (context) => {
  const { server } = await arrange(context, respondWith(200, 'made-up'));
  const error = await fetchError(server.url);
  assert.deepEqual({ ...error }, { code: 'DECODE_ERROR', status: 200 });
});
