// Starts native calls and receives their outcomes. The addon delivers outcomes in batches: one text and one
// `JSON.parse` for every call that has finished by then.
'use strict';

const native = require('./addon.cjs');

/** Created with the first client, so that a program that only imports the package has none. */
let bridge;

/** The calls in flight by slot. The addon chooses the slot and reuses it when the call is over. */
const callsInFlight = [];

function createNativeClient(settings) {
  bridge ??= new native.Bridge(deliver);
  return native.NativeClient.create(settings, bridge);
}

class NativeCall {
  #slot;
  #resolve;

  constructor(slot) {
    this.#slot = slot;
    /** A promise of a `SuccessfulOutcome` or of a failure, as native.d.ts declares it. */
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    callsInFlight[slot] = this;
  }

  /** Drop the request. */
  abort() {
    // After this call ends, another one may use its slot.
    if (callsInFlight[this.#slot] === this) bridge.abort(this.#slot);
  }

  complete(outcome) {
    callsInFlight[this.#slot] = undefined;
    this.#resolve(outcome);
  }
}

/** Start an operation. */
function startCall(client, operation, argumentsJson, timeout, minValiditySeconds) {
  return new NativeCall(client.start(operation, argumentsJson, timeout, minValiditySeconds));
}

function deliver(json, headers) {
  for (const completion of JSON.parse(json)) {
    const outcome = completion.length === 2 ? completion[1] : new SuccessfulOutcome(completion, json, headers);
    callsInFlight[completion[0]].complete(outcome);
  }
}

/** A call that succeeded. It slices its texts out of the batch on demand, because few callers read them. */
class SuccessfulOutcome {
  #completion;
  #json;
  #headers;
  ok = true;

  constructor(completion, json, headers) {
    this.#completion = completion;
    this.#json = json;
    this.#headers = headers;
  }

  get status() {
    return this.#completion[1];
  }

  get source() {
    return this.#completion[2];
  }

  /** `name: value` lines with lowercase names. */
  get headers() {
    return this.#headers.slice(this.#completion[3], this.#completion[4]);
  }

  /** The parsed body. The caller owns it. */
  get value() {
    return this.#completion[5];
  }

  /** The body as the service sent it. */
  get body() {
    return this.#json.slice(this.#completion[6], this.#completion[7]);
  }
}

module.exports = { createNativeClient, startCall };
