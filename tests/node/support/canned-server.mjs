// A service on this machine that answers with what a test tells it to, and remembers what it was asked.

import { once } from 'node:events';
import http from 'node:http';

export const LICENSE_PATH = '/v1/mgmt/license';

/** An answer with this JSON, or this text as it is. */
export function answer(status, body = {}, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_request, response) => response.writeHead(status, headers).end(text);
}

/** Never answers. */
export function hang() {}

/** Takes the request and closes the connection. */
export function closeConnection(request) {
  request.socket.destroy();
}

/**
 * Each call is answered by the next of these, and every further one by the last.
 *
 * @param {...((request, response) => void)} answers
 */
export async function startCannedServer(...answers) {
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
    const respond = answers.length > 1 ? answers.shift() : answers[0];
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
    /** What the handshake is answered with. */
    license: answer(200, { rateLimitTier: 'tier1' }),
    /** Waits until the service has been asked this often. */
    async asked(times) {
      while (requests.length < times) await new Promise((resolve) => setTimeout(resolve, 2));
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return canned;
}
