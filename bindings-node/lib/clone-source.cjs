// Clones parsed JSON for each caller. Knowing in advance what is nested makes a clone cheaper than `structuredClone`.
'use strict';

/** An object or a list that is cloned many times. A clone shares no mutable state with it. */
class CloneSource {
  #value;
  /** The nested objects and lists, with their keys or indices. */
  #nested;

  constructor(value) {
    this.#value = value;
    this.#nested = Object.entries(value)
      .filter(([, inner]) => typeof inner === 'object' && inner !== null)
      .map(([key, inner]) => ({ key, source: new CloneSource(inner) }));
  }

  /** @param {object} [prototype] the prototype of the clone, if it differs from what `JSON.parse` gives */
  clone(prototype) {
    const clone = this.#shallowClone(prototype);
    for (const { key, source } of this.#nested) assign(clone, key, source.clone());
    return clone;
  }

  #shallowClone(prototype) {
    if (Array.isArray(this.#value)) return this.#value.slice();
    // Setting the prototype afterwards is slower.
    return prototype === undefined ? { ...this.#value } : { ...this.#value, __proto__: prototype };
  }
}

/** Assign a member. The service may send any key, and a plain assignment would lose this one. */
function assign(holder, key, value) {
  if (key === '__proto__') Object.defineProperty(holder, key, { value });
  else holder[key] = value;
}

module.exports = { CloneSource };
