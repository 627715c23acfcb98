// Checks arguments before they are serialized for the core. It rejects only values that JSON would lose or change.
// The core validates everything else.
'use strict';

const { isBoxedPrimitive } = require('node:util/types');

const { invalidArgument } = require('./errors.cjs');

/** The core parses up to 127 levels. Real options have a few. */
const MAX_DEPTH = 100;

/** Name the type of a value for an error text. */
function typeName(value) {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Reject a lone surrogate: UTF-8 cannot encode it, so another character would be sent. */
function checkText(name, text) {
  if (!text.isWellFormed()) throw invalidArgument(`${name} must not hold a lone surrogate, which UTF-8 cannot encode`);
}

/** Reject what JSON cannot represent. The error names the path of the value. */
function checkSerializable(name, value, depth = 0) {
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
  if (depth === MAX_DEPTH)
    throw new TypeError(`${name} is nested more than ${MAX_DEPTH} levels deep, or contains itself`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      // JSON drops undefined from an object, but turns it into null in a list.
      if (value[index] === undefined)
        throw new TypeError(`${name}[${index}] is undefined, which cannot be sent as JSON`);
      checkSerializable(`${name}[${index}]`, value[index], depth + 1);
    }
    return;
  }
  checkPlain(name, value);
  for (const [key, inner] of Object.entries(value)) {
    checkText(`a key of ${name}`, key);
    checkSerializable(`${name}.${key}`, inner, depth + 1);
  }
}

function checkPlain(name, value) {
  if (isPlain(value)) return;
  const type = value.constructor?.name || 'object of its own class';
  const advice = type === 'AbortSignal' ? 'pass it in the last argument, as { signal }' : 'pass plain data';
  throw new TypeError(`${name} is a ${type}, which cannot be sent as JSON: ${advice}`);
}

/** Accept any object whose members JSON shows. A Map or a Promise shows none, and a Date shows something else. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  // Covers object literals and null prototypes of any realm: test runners and `node:vm` have their own realms.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  return Object.prototype.toString.call(value) === '[object Object]' && typeof value.toJSON !== 'function';
}

/**
 * Turn any iterable object into an array. A string stays a string: the core rejects it, instead of taking its letters.
 */
function toArray(value) {
  const isIterable = typeof value === 'object' && value !== null && typeof value[Symbol.iterator] === 'function';
  return isIterable && !isBoxedPrimitive(value) ? Array.from(value) : value;
}

/** Return the members of an operation's object argument. The core takes each as a separate argument. */
function membersOf(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${typeName(value)}`);
  }
  checkPlain(name, value);
  for (const key of Object.keys(value)) checkText(`a key of ${name}`, key);
  return { ...value };
}

/** Serialize a call's arguments for the native addon. JSON leaves out those that are undefined. */
function toJson(namedArguments) {
  for (const name of Object.keys(namedArguments)) checkSerializable(name, namedArguments[name]);
  return JSON.stringify(namedArguments);
}

module.exports = { checkText, membersOf, toArray, toJson, typeName };
