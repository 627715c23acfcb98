// The official SDK's answer, made from what the native half reports. Documented in response.d.cts.
'use strict';

const { messageOf } = require('./errors.cjs');

/** The statuses whose `Response` must not have a body: the Fetch standard's "null body statuses". */
const WITHOUT_BODY = new Set([204, 205, 304]);

function successOf(outcome, data) {
  const answer = new Answer(outcome);
  answer.data = data;
  return answer;
}

function failureOf(outcome) {
  const answer = new Answer(outcome);
  answer.error = {
    errorCode: outcome.errorCode ?? '',
    // A proxy's page has no description in it.
    errorDescription: outcome.errorDescription || messageOf(outcome),
  };
  if (outcome.errorMessage) answer.error.errorMessage = outcome.errorMessage;
  if (outcome.kind === 'rate_limited' && outcome.retryAfterSeconds !== undefined) {
    answer.error.retryAfter = outcome.retryAfterSeconds;
  }
  return answer;
}

/**
 * Where an answer holds its `response`: a property, if one that nobody comes across, so that who wraps an answer in a
 * `Proxy`, or copies its properties, finds it too.
 */
const RESPONSE = Symbol('response');

/** The same for all answers: a getter of its own makes V8 keep each as a dictionary, which costs twice as much. */
const responseProperty = {
  get() {
    return this[RESPONSE]();
  },
  set(value) {
    this[RESPONSE](value);
  },
  enumerable: true,
  configurable: true,
};

/**
 * A plain object, its keys in the official SDK's order. Few callers look at `response`, and making one costs more than
 * the rest.
 */
function Answer(outcome) {
  this.code = outcome.status;
  this.ok = outcome.ok;
  Object.defineProperty(this, 'response', responseProperty);
  Object.defineProperty(this, RESPONSE, { value: lazyResponse(outcome) });
}
Answer.prototype = Object.prototype;

/** A function that gives the response, or takes the one that somebody has put in its place. */
function lazyResponse(outcome) {
  let response;
  return (...given) => {
    if (given.length > 0) [response] = given;
    else response ??= responseOf(outcome);
    return response;
  };
}

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
