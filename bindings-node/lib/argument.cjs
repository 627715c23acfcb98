// What a caller may pass: refused here is only what would be lost or changed without a word on its way to the core as
// JSON. Which argument must be what is the core's to say.
'use strict';

const { isBoxedPrimitive } = require('node:util/types');

const { invalidArgument } = require('./errors.cjs');

/** The core reads 127 levels; nobody's options have more than a few. */
const DEEPEST = 100;

/** What a person calls the type of this value. */
function typeName(value) {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A string that arrives as it is: half of a surrogate pair would arrive as another character. */
function checkText(name, text) {
  if (!text.isWellFormed()) throw invalidArgument(`${name} holds half of a surrogate pair, which cannot be sent`);
}

/** Refuses what JSON cannot carry, and names where it is. */
function checkCarried(name, value, depth = 0) {
  switch (typeof value) {
    case 'string':
      checkText(name, value);
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw invalidArgument(`${name} is ${value}, which cannot be sent as JSON`);
      return;
    case 'object':
      if (value !== null) checkMembers(name, value, depth);
      return;
    case 'undefined':
      return;
    default:
      throw new TypeError(`${name} is ${typeName(value)}, which cannot be sent as JSON`);
  }
}

function checkMembers(name, value, depth) {
  if (depth === DEEPEST) throw new TypeError(`${name} is nested too deeply, or holds itself`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      // In a list, unlike in an object, JSON would put a null in its place.
      if (value[index] === undefined) throw new TypeError(`${name}[${index}] is nothing`);
      checkCarried(`${name}[${index}]`, value[index], depth + 1);
    }
    return;
  }
  checkPlain(name, value);
  for (const [member, inner] of Object.entries(value)) {
    checkText(`a member's name in ${name}`, member);
    checkCarried(`${name}.${member}`, inner, depth + 1);
  }
}

function checkPlain(name, value) {
  if (isPlain(value)) return;
  const type = value.constructor?.name || 'object of its own class';
  const hint = type === 'AbortSignal' ? 'it goes into the last argument, as { signal }' : 'pass plain data';
  throw new TypeError(`${name} is a ${type}, which cannot be sent as JSON: ${hint}`);
}

/** An object of any class will do if JSON shows its members; a Map or a Promise has none, and a Date shows something else. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  // Made by a literal or without a prototype, in whatever realm: test runners and `node:vm` have realms of their own.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  return Object.prototype.toString.call(value) === '[object Object]' && typeof value.toJSON !== 'function';
}

/** Any iterable as a list. A string is left to be refused: as an iterable it would be a list of letters. */
function listOf(value) {
  const isIterable = typeof value === 'object' && value !== null && typeof value[Symbol.iterator] === 'function';
  return isIterable && !isBoxedPrimitive(value) ? Array.from(value) : value;
}

/** The members of the one object that an operation takes: each is an argument of its own, by its name. */
function membersOf(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${typeName(value)}`);
  }
  checkPlain(name, value);
  for (const member of Object.keys(value)) checkText(`a member's name in ${name}`, member);
  return { ...value };
}

/** The arguments of a call as the native half takes them; one that is absent is left out. */
function toJson(given) {
  for (const name of Object.keys(given)) checkCarried(name, given[name]);
  return JSON.stringify(given);
}

module.exports = { checkText, listOf, membersOf, toJson, typeName };
