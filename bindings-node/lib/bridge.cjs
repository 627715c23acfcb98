// The calls of this thread that the native half has under way. What they come to is handed over together: one text, and
// one `JSON.parse`, for all that are done by then.
'use strict';

const native = require('./addon.cjs');

/** Made with the first client: a program that only imports the package has none. */
let bridge;

/** The calls under way, each at the place that the native half has given it, and gives to another when it is over. */
const waiting = [];

function createClient(settings) {
  bridge ??= new native.Bridge(receive);
  return native.NativeClient.create(settings, bridge);
}

/** A call that is under way. */
class Call {
  #slot;
  #resolve;

  constructor(slot) {
    this.#slot = slot;
    /** A promise of what it comes to. */
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    waiting[slot] = this;
  }

  /** Drops its request. */
  abort() {
    // By now another may have its place.
    if (waiting[this.#slot] === this) bridge.abort(this.#slot);
  }

  end(outcome) {
    waiting[this.#slot] = undefined;
    this.#resolve(outcome);
  }
}

/** Begins a call. */
function begin(client, operation, argumentsJson, timeout, minValiditySeconds) {
  return new Call(client.start(operation, argumentsJson, timeout, minValiditySeconds));
}

function receive(json, headers) {
  for (const arrived of JSON.parse(json)) {
    waiting[arrived[0]].end(arrived.length === 2 ? arrived[1] : new Success(arrived, json, headers));
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

module.exports = { begin, createClient };
