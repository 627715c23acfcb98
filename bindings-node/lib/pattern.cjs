// Parsed JSON that callers get copies of, and never the thing itself.
'use strict';

/** An object or a list, and what is needed for a copy which shares nothing with it that could be changed. */
class Pattern {
  #source;
  /** The objects and lists in it, by their keys and indices. */
  #inner;

  constructor(source) {
    this.#source = source;
    this.#inner = Object.entries(source)
      .filter(([, value]) => typeof value === 'object' && value !== null)
      .map(([key, value]) => ({ key, pattern: new Pattern(value) }));
  }

  /** @param {object} [prototype] what stands behind the copy, where that is not what JSON has */
  copy(prototype) {
    const copy = this.#shallowCopy(prototype);
    for (const { key, pattern } of this.#inner) put(copy, key, pattern.copy());
    return copy;
  }

  #shallowCopy(prototype) {
    if (Array.isArray(this.#source)) return this.#source.slice();
    // To set it later costs more.
    return prototype === undefined ? { ...this.#source } : { ...this.#source, __proto__: prototype };
  }
}

/** A key of the service's may have any name; this one would be lost. */
function put(holder, key, value) {
  if (key === '__proto__') Object.defineProperty(holder, key, { value });
  else holder[key] = value;
}

module.exports = { Pattern };
