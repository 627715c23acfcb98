// Aborts calls when an `AbortSignal` fires.
'use strict';

const { errorFromFailure } = require('./errors.cjs');

/** One listener for each signal, shared by its calls: Node warns about a leak from the eleventh listener on. */
const abortersBySignal = new WeakMap();

class CallAborter {
  #calls = new Set();
  #signal;
  #listener = () => {
    for (const call of this.#calls) call.abort();
  };

  static forSignal(signal) {
    if (!abortersBySignal.has(signal)) abortersBySignal.set(signal, new CallAborter(signal));
    return abortersBySignal.get(signal);
  }

  constructor(signal) {
    this.#signal = signal;
  }

  add(call) {
    if (this.#calls.size === 0) this.#signal.addEventListener('abort', this.#listener);
    this.#calls.add(call);
  }

  remove(call) {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#signal.removeEventListener('abort', this.#listener);
  }
}

/** Start a native call and return a promise of its outcome. If `signal` fires first, the promise rejects. */
function runAbortable(signal, start) {
  return signal ? runWithSignal(signal, start) : start().outcome;
}

async function runWithSignal(signal, start) {
  if (signal.aborted) {
    const message = 'the call was aborted before it started; no request was sent';
    throw errorFromFailure({ kind: 'aborted', message }, signal.reason);
  }
  const call = start();
  const aborter = CallAborter.forSignal(signal);
  aborter.add(call);
  try {
    const outcome = await call.outcome;
    if (outcome.kind === 'aborted') throw errorFromFailure(outcome, signal.reason);
    return outcome;
  } finally {
    aborter.remove(call);
  }
}

module.exports = { runAbortable };
