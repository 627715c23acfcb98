// Lets a client of the official SDK make its outbound calls through this package. Documented in accelerate.d.cts.
'use strict';

const { connect } = require('./connection.cjs');
const { outboundApplicationOf } = require('./official-client.cjs');
const { outboundApplication } = require('./operations.cjs');
const { settingsOfOfficial } = require('./settings.cjs');

/** What `restore` puts back: the property descriptors of each accelerated object, by name. */
const originalsOf = new WeakMap();

function accelerate(client, configuration) {
  // The object that the client has, and not another in its place: others may have taken hold of it already.
  const target = outboundApplicationOf(client);
  const ours = outboundApplication(connect(settingsOfOfficial(configuration)));
  // Of an older official SDK some are missing, and stay so.
  const names = Object.keys(ours).filter((name) => typeof target[name] === 'function');
  const fixed = names.find((name) => !isReplaceable(target, name));
  if (fixed !== undefined) throw new TypeError(`client cannot be accelerated: its ${fixed} cannot be replaced`);
  const originals = originalsOf.get(target) ?? new Map();
  originalsOf.set(target, originals);
  for (const name of names) {
    // An accelerated method that is replaced by another is no original.
    if (!originals.has(name)) originals.set(name, Object.getOwnPropertyDescriptor(target, name));
    const { enumerable = true } = originals.get(name) ?? {};
    Object.defineProperty(target, name, { value: ours[name], writable: true, enumerable, configurable: true });
  }
  return client;
}

function restore(client) {
  const target = outboundApplicationOf(client);
  for (const [name, original] of originalsOf.get(target) ?? []) {
    if (original === undefined) delete target[name];
    else Object.defineProperty(target, name, original);
  }
  originalsOf.delete(target);
  return client;
}

function isReplaceable(target, name) {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  return descriptor === undefined ? Object.isExtensible(target) : descriptor.configurable;
}

module.exports = { accelerate, restore };
