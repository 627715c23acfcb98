// What cached answers have been parsed to, so that a hit copies it and parses nothing.
'use strict';

const { Pattern } = require('./pattern.cjs');

/** More often would throw away what is still asked for; more seldom would keep what the cache has let go of. */
const HALF_LIFE = 300_000;

/**
 * By the number of the content, which a new token never shares. What has not been asked for lately goes: at each change,
 * the half that was not asked for since the last one. Both halves together hold about as much as the cache may.
 */
class Parsed {
  #most;
  #mostCharacters;
  #characters = 0;
  #recent = new Map();
  #earlier = new Map();
  #changed = performance.now();

  /**
   * @param {number} most how many the cache has at most
   * @param {number} mostBytes how many bytes
   */
  constructor(most, mostBytes) {
    this.#most = Math.ceil(most / 2);
    this.#mostCharacters = mostBytes / 2;
  }

  /** The answer with this number; where it is new, `take` tells what to parse. */
  of(number, take) {
    const known = this.#recent.get(number);
    if (known !== undefined) return known;
    const answer = this.#earlier.get(number) ?? answerOf(take());
    const isFull = this.#recent.size >= this.#most || this.#characters >= this.#mostCharacters;
    if (isFull || performance.now() - this.#changed > HALF_LIFE) {
      this.#earlier = this.#recent;
      this.#recent = new Map();
      this.#characters = 0;
      this.#changed = performance.now();
    }
    this.#recent.set(number, answer);
    this.#characters += answer.body.length + answer.headers.length;
    return answer;
  }

  clear() {
    this.#characters = 0;
    this.#recent.clear();
    this.#earlier.clear();
  }
}

function answerOf({ status, headers, json }) {
  return { ok: true, status, headers, body: json, pattern: new Pattern(JSON.parse(json).token) };
}

module.exports = { Parsed };
