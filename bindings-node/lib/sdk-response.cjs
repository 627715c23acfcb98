// Builds the official SDK's response from the outcome of a native call. Documented in sdk-response.d.cts.
'use strict';

const { inspect } = require('node:util');

/** The "null body statuses" of the Fetch standard: a `Response` with one of them must not have a body. */
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

function successResponse(outcome, data) {
  return { code: outcome.status, ok: outcome.ok, response: new LazyResponse(outcome), data };
}

function failureResponse(outcome) {
  const error = {
    errorCode: outcome.errorCode ?? '',
    // The body may have no description, for example if it is a proxy's error page.
    errorDescription: outcome.errorDescription || outcome.message,
  };
  if (outcome.errorMessage) error.errorMessage = outcome.errorMessage;
  if (outcome.kind === 'rate_limited' && outcome.retryAfterSeconds !== undefined) {
    error.retryAfter = outcome.retryAfterSeconds;
  }
  return { code: outcome.status, ok: outcome.ok, response: new LazyResponse(outcome), error };
}

/** Builds a `Response` on first use. Private fields keep it out of logs of any depth. */
class ResponseBuilder {
  #outcome;
  #response;

  setOutcome(outcome) {
    this.#outcome = outcome;
  }

  get status() {
    return this.#outcome.status;
  }

  get response() {
    this.#response ??= buildResponse(this.#outcome);
    return this.#response;
  }
}

/** A symbol instead of a private field, so that a `Proxy` around the response finds it too. */
const BUILDER = Symbol('response');

/**
 * Behaves as a `Response`, which is built when the caller first reads from it.
 *
 * Few callers do, and building one costs more than the rest of a cached fetch. Even a getter on each SDK response would
 * take a third of a cached fetch's time.
 */
class LazyResponse {
  // A field initializer does not consult the prototype chain below, as an assignment would.
  [BUILDER] = new ResponseBuilder();

  constructor(outcome) {
    this[BUILDER].setOutcome(outcome);
  }

  /** Show the status only. Headers may hold secrets that a proxy added. */
  [inspect.custom](_depth, options) {
    return `Response ${inspect({ status: this[BUILDER]?.status }, options)}`;
  }
}

// A LazyResponse has almost no own properties, so every other lookup reaches this proxy. The proxy forwards it to the
// built response. Methods are bound, because those of `Response` work on no other object.
delete LazyResponse.prototype.constructor;
Object.setPrototypeOf(
  LazyResponse.prototype,
  new Proxy(Object.create(null), {
    getPrototypeOf: () => Response.prototype,
    has: (_, name) => name in Response.prototype,
    get(_, name, lazy) {
      // The lookup started at the prototype, which has no builder.
      if (name === BUILDER) return undefined;
      const response = lazy[BUILDER]?.response;
      if (response === undefined) return Reflect.get(Response.prototype, name, lazy);
      const found = response[name];
      return typeof found === 'function' && name !== 'constructor' ? found.bind(response) : found;
    },
  }),
);

function buildResponse({ status, headers, body }) {
  const isStandard = status >= 200 && status <= 599;
  const hasNullBody = NULL_BODY_STATUSES.has(status);
  // Bytes, because Response would add a content type to a string.
  const response = new Response(hasNullBody ? null : Buffer.from(body), {
    status: isStandard ? status : 599,
    headers: parseHeaders(headers),
  });
  if (!isStandard) override(response, 'status', status);
  // As in the official SDK, the body can be read any number of times.
  const text = hasNullBody ? '' : body;
  override(response, 'text', async () => text);
  override(response, 'json', async () => JSON.parse(text));
  return response;
}

function override(response, property, value) {
  Object.defineProperty(response, property, { value, writable: true, configurable: true });
}

function parseHeaders(lines) {
  const headers = new Headers();
  for (const line of lines.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
}

module.exports = { failureResponse, successResponse };
