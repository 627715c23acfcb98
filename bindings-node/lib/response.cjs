// The official SDK's answer, made from what the native half reports. Documented in response.d.cts.
'use strict';

const { inspect } = require('node:util');

const { messageOf } = require('./errors.cjs');

/** The statuses whose `Response` must not have a body: the Fetch standard's "null body statuses". */
const WITHOUT_BODY = new Set([204, 205, 304]);

function successOf(outcome, data) {
  return { code: outcome.status, ok: outcome.ok, response: new LazyResponse(outcome), data };
}

function failureOf(outcome) {
  const error = {
    errorCode: outcome.errorCode ?? '',
    // A proxy's page has no description in it.
    errorDescription: outcome.errorDescription || messageOf(outcome),
  };
  if (outcome.errorMessage) error.errorMessage = outcome.errorMessage;
  if (outcome.kind === 'rate_limited' && outcome.retryAfterSeconds !== undefined) {
    error.retryAfter = outcome.retryAfterSeconds;
  }
  return { code: outcome.status, ok: outcome.ok, response: new LazyResponse(outcome), error };
}

/** A response that is made when it is first asked for. What is private shows in no log, however deep it looks. */
class Held {
  #outcome;
  #response;

  of(outcome) {
    this.#outcome = outcome;
  }

  get status() {
    return this.#outcome.status;
  }

  get response() {
    this.#response ??= responseOf(this.#outcome);
    return this.#response;
  }
}

/** No private field, so that a `Proxy` around it finds this too. */
const HELD = Symbol('response');

/**
 * Stands for a `Response`, which is made when somebody looks into it: few do, and making one costs more than all the rest.
 * Even a getter on each answer would take a third of a cached token's time.
 */
class LazyResponse {
  // Put there as a field, since to assign it would ask all that lies behind.
  [HELD] = new Held();

  constructor(outcome) {
    this[HELD].of(outcome);
  }

  /** What is logged with an answer: not the headers, which may hold what a proxy has put there. */
  [inspect.custom](_depth, options) {
    return `Response ${inspect({ status: this[HELD]?.status }, options)}`;
  }
}

// It has next to nothing of its own, so that whatever it is asked for is looked up behind it: there, the class is Response,
// and what is found is the response's, methods too, which work on no other object.
delete LazyResponse.prototype.constructor;
Object.setPrototypeOf(
  LazyResponse.prototype,
  new Proxy(Object.create(null), {
    getPrototypeOf: () => Response.prototype,
    has: (_, name) => name in Response.prototype,
    get(_, name, lazy) {
      // Of a prototype that somebody looks through.
      if (name === HELD) return undefined;
      const response = lazy[HELD]?.response;
      if (response === undefined) return Reflect.get(Response.prototype, name, lazy);
      const found = response[name];
      return typeof found === 'function' && name !== 'constructor' ? found.bind(response) : found;
    },
  }),
);

function responseOf({ status, headers, body }) {
  const isOrdinary = status >= 200 && status <= 599;
  const isBodiless = WITHOUT_BODY.has(status);
  // As bytes: to a text, Response would add a content type that the service did not send.
  const response = new Response(isBodiless ? null : Buffer.from(body), {
    status: isOrdinary ? status : 599,
    headers: headersOf(headers),
  });
  if (!isOrdinary) override(response, 'status', status);
  // The official SDK's can be read as often as one likes.
  const text = isBodiless ? '' : body;
  override(response, 'text', async () => text);
  override(response, 'json', async () => JSON.parse(text));
  return response;
}

function override(response, property, value) {
  Object.defineProperty(response, property, { value, writable: true, configurable: true });
}

function headersOf(lines) {
  const headers = new Headers();
  for (const line of lines.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
}

module.exports = { failureOf, successOf };
