// Keeps cached responses in parsed form, so that a cache hit clones data instead of parsing JSON.
'use strict';

const { CloneSource } = require('./clone-source.cjs');

/** Milliseconds. A shorter interval would drop data that is still in use; a longer one would keep evicted data. */
const ROTATION_INTERVAL = 300_000;

/**
 * Parsed responses by the generation of their content. A new token always has a new generation.
 *
 * Responses live in two halves. Each rotation drops the responses that were not read since the last one. Both halves
 * together hold about as much as the native cache may.
 */
class ParsedResponses {
  #maxPerHalf;
  #maxCharacters;
  #characters = 0;
  #current = new Map();
  #previous = new Map();
  /** Does not keep the process alive. It exists only while there are responses to drop. */
  #timer;

  /**
   * @param {number} maxEntries the maximum number of entries in the native cache
   * @param {number} maxBytes the maximum size of the native cache in bytes
   */
  constructor(maxEntries, maxBytes) {
    this.#maxPerHalf = Math.ceil(maxEntries / 2);
    this.#maxCharacters = maxBytes / 2;
  }

  /**
   * Return the response with this generation.
   *
   * @param {() => object | null} take returns the content to parse if the response is not here, or null if it was
   * evicted
   */
  get(generation, take) {
    return this.#current.get(generation) ?? this.#insert(generation, take);
  }

  #insert(generation, take) {
    const response = this.#previous.get(generation) ?? parse(take());
    if (response === undefined) return undefined;
    if (this.#current.size >= this.#maxPerHalf || this.#characters >= this.#maxCharacters) this.#rotate();
    this.#current.set(generation, response);
    this.#characters += response.body.length + response.headers.length;
    this.#timer ??= setInterval(() => this.#rotate(), ROTATION_INTERVAL).unref();
    return response;
  }

  #rotate() {
    this.#previous = this.#current;
    this.#current = new Map();
    this.#characters = 0;
    if (this.#previous.size === 0) this.#stopTimer();
  }

  clear() {
    this.#characters = 0;
    this.#current.clear();
    this.#previous.clear();
    this.#stopTimer();
  }

  #stopTimer() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function parse(content) {
  if (content === null) return undefined;
  const { status, headers, json } = content;
  return { ok: true, status, headers, body: json, data: new CloneSource(JSON.parse(json).token) };
}

module.exports = { ParsedResponses };
