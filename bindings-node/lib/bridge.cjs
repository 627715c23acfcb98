// The calls of this thread that the native half has under way. What they come to is handed over together: one text, and
// one `JSON.parse`, for all that are done by then.
'use strict';

const native = require('./addon.cjs');

/** Made with the first client: a program that only imports the package has none. */
let bridge;

/** By the id of the call, who waits for it. */
const waiting = new Map();

let lastId = 0;

function createClient(settings) {
  bridge ??= new native.Bridge(receive);
  return native.NativeClient.create(settings, bridge);
}

/** Begins a call: its id, and a promise of what it comes to. */
function begin(client, operation, argumentsJson, timeout, minValiditySeconds) {
  lastId = (lastId + 1) >>> 0;
  const id = lastId;
  client.start(id, operation, argumentsJson, timeout, minValiditySeconds);
  return { id, outcome: new Promise((resolve) => waiting.set(id, resolve)) };
}

/** Drops the request of a call that is under way. */
function abort(id) {
  bridge.abort(id);
}

function receive(json, headers) {
  for (const arrived of JSON.parse(json)) {
    const [id] = arrived;
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve(arrived.length === 2 ? arrived[1] : new Success(arrived, json, headers));
  }
}

/** The service did what it was asked to. Of its texts, few callers ever look at one. */
class Success {
  #arrived;
  #json;
  #headers;
  ok = true;

  constructor(arrived, json, headers) {
    this.#arrived = arrived;
    this.#json = json;
    this.#headers = headers;
  }

  get status() {
    return this.#arrived[1];
  }

  get source() {
    return this.#arrived[2];
  }

  /** `name: value` lines, names in lower case. */
  get headers() {
    return this.#headers.slice(this.#arrived[3], this.#arrived[4]);
  }

  /** What the service sent, parsed: the caller's own. */
  get value() {
    return this.#arrived[5];
  }

  /** The same as the service sent it. */
  get body() {
    return this.#json.slice(this.#arrived[6], this.#arrived[7]);
  }
}

module.exports = { abort, begin, createClient };
