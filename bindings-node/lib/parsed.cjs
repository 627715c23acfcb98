// What cached answers have been parsed to, so that a hit copies it and parses nothing.
'use strict';

const { Pattern } = require('./pattern.cjs');

/** Milliseconds. More often would throw away what is still asked for; more seldom would keep what the cache has let go of. */
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
  /** Keeps no process alive, and is there only while there is something to let go of. */
  #timer;

  /**
   * @param {number} most how many the cache has at most
   * @param {number} mostBytes how many bytes
   */
  constructor(most, mostBytes) {
    this.#most = Math.ceil(most / 2);
    this.#mostCharacters = mostBytes / 2;
  }

  /** The answer with this number; where it is new, `take` gives what to parse, or null where that is gone again. */
  of(number, take) {
    return this.#recent.get(number) ?? this.#keep(number, take);
  }

  #keep(number, take) {
    const answer = this.#earlier.get(number) ?? answerOf(take());
    if (answer === undefined) return undefined;
    if (this.#recent.size >= this.#most || this.#characters >= this.#mostCharacters) this.#change();
    this.#recent.set(number, answer);
    this.#characters += answer.body.length + answer.headers.length;
    this.#timer ??= setInterval(() => this.#change(), HALF_LIFE).unref();
    return answer;
  }

  #change() {
    this.#earlier = this.#recent;
    this.#recent = new Map();
    this.#characters = 0;
    if (this.#earlier.size === 0) this.#stop();
  }

  clear() {
    this.#characters = 0;
    this.#recent.clear();
    this.#earlier.clear();
    this.#stop();
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function answerOf(taken) {
  if (taken === null) return undefined;
  const { status, headers, json } = taken;
  return { ok: true, status, headers, body: json, pattern: new Pattern(JSON.parse(json).token) };
}

module.exports = { Parsed };
