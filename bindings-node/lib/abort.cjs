// How an `AbortSignal` ends a call.
'use strict';

const { abort } = require('./bridge.cjs');
const { errorFrom } = require('./errors.cjs');

/** The running calls of each signal, behind one listener: Node warns of a leak from the eleventh listener on. */
const callsOf = new WeakMap();

class Calls {
  #running = new Set();
  #signal;
  #listener = () => {
    for (const id of this.#running) abort(id);
  };

  static of(signal) {
    if (!callsOf.has(signal)) callsOf.set(signal, new Calls(signal));
    return callsOf.get(signal);
  }

  constructor(signal) {
    this.#signal = signal;
  }

  begin(id) {
    if (this.#running.size === 0) this.#signal.addEventListener('abort', this.#listener);
    this.#running.add(id);
  }

  end(id) {
    this.#running.delete(id);
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
  const { id, outcome } = begin();
  const calls = Calls.of(signal);
  calls.begin(id);
  try {
    const over = await outcome;
    if (over.kind === 'aborted') throw errorFrom(over, signal.reason);
    return over;
  } finally {
    calls.end(id);
  }
}

module.exports = { untilAborted };
