// How an `AbortSignal` ends a call.
'use strict';

const { errorFrom } = require('./errors.cjs');

/** The running calls of each signal, behind one listener: Node warns of a leak from the eleventh listener on. */
const callsOf = new WeakMap();

class Calls {
  #running = new Set();
  #signal;
  #listener = () => {
    for (const call of this.#running) call.abort();
  };

  static of(signal) {
    if (!callsOf.has(signal)) callsOf.set(signal, new Calls(signal));
    return callsOf.get(signal);
  }

  constructor(signal) {
    this.#signal = signal;
  }

  begin(call) {
    if (this.#running.size === 0) this.#signal.addEventListener('abort', this.#listener);
    this.#running.add(call);
  }

  end(call) {
    this.#running.delete(call);
    if (this.#running.size === 0) this.#signal.removeEventListener('abort', this.#listener);
  }
}

/** Begins a native call, and waits until it is over or the signal, where there is one, ends it. */
function untilAborted(signal, begin) {
  return signal ? untilOver(signal, begin) : begin().outcome;
}

async function untilOver(signal, begin) {
  if (signal.aborted)
    throw errorFrom({ kind: 'aborted', message: 'the call was aborted before it began' }, signal.reason);
  const call = begin();
  const calls = Calls.of(signal);
  calls.begin(call);
  try {
    const over = await call.outcome;
    if (over.kind === 'aborted') throw errorFrom(over, signal.reason);
    return over;
  } finally {
    calls.end(call);
  }
}

module.exports = { untilAborted };
