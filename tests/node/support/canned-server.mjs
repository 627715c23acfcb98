// A local server that responds with what a test defines, and records its requests.

import { once } from 'node:events';
import http from 'node:http';

export const LICENSE_PATH = '/v1/mgmt/license';

/** Create a responder that sends this JSON, or this text unchanged. */
export function respondWith(status, body = {}, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_request, response) => response.writeHead(status, headers).end(text);
}

/** A responder that never responds. */
export function hang() {}

/** A responder that closes the connection without a response. */
export function closeConnection(request) {
  request.socket.destroy();
}

/**
 * Start the server. Each request uses the next responder, and every further one uses the last.
 *
 * @param {...((request, response) => void)} responders
 */
export async function startCannedServer(...responders) {
  const requests = [];
  const licenseRequests = [];
  const connections = new Set();
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString() };
    if (url === LICENSE_PATH) {
      licenseRequests.push(seen);
      canned.license(request, response);
      return;
    }
    requests.push(seen);
    const respond = responders.length > 1 ? responders.shift() : responders[0];
    respond(request, response, seen);
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const canned = {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    licenseRequests,
    connections,
    /** The responder of the license handshake. */
    license: respondWith(200, { rateLimitTier: 'tier1' }),
    /** Wait until the server has received this many requests. */
    async received(count) {
      while (requests.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return canned;
}
