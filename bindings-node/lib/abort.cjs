// How an `AbortSignal` ends a call.
'use strict';

const native = require('./addon.cjs');
const { errorFrom } = require('./errors.cjs');

/** The running calls of each signal, behind one listener: Node warns of a leak from the eleventh listener on. */
const callsOf = new WeakMap();

class Calls {
  #running = new Set();
  #signal;
  #listener = () => {
    for (const abort of this.#running) abort.abort();
  };

  static of(signal) {
    if (!callsOf.has(signal)) callsOf.set(signal, new Calls(signal));
    return callsOf.get(signal);
  }

  constructor(signal) {
    this.#signal = signal;
  }

  begin(abort) {
    if (this.#running.size === 0) this.#signal.addEventListener('abort', this.#listener);
    this.#running.add(abort);
  }

  end(abort) {
    this.#running.delete(abort);
    if (this.#running.size === 0) this.#signal.removeEventListener('abort', this.#listener);
  }
}

/** Performs a native call until it is over or the signal ends it. */
async function untilAborted(signal, perform) {
  if (!signal) return perform();
  if (signal.aborted)
    throw errorFrom({ kind: 'aborted', message: 'the call was aborted before it began' }, signal.reason);
  const abort = new native.Abort();
  const calls = Calls.of(signal);
  calls.begin(abort);
  try {
    const outcome = await perform(abort);
    if (outcome.kind === 'aborted') throw errorFrom(outcome, signal.reason);
    return outcome;
  } finally {
    calls.end(abort);
  }
}

module.exports = { untilAborted };
