// Routes the outbound calls of an official SDK client through this package. Documented in accelerate.d.cts.
'use strict';

const { createDispatcher } = require('./dispatcher.cjs');
const { outboundApplicationOf } = require('./official-client.cjs');
const { outboundApplication } = require('./operations.cjs');
const { settingsFromOfficial } = require('./settings.cjs');

/** Holds, for each accelerated object, the original property descriptors by name. `restore` puts them back. */
const originalsByTarget = new WeakMap();

function accelerate(client, configuration) {
  // Patches the existing object, because the program may already hold references to it.
  const target = outboundApplicationOf(client);
  const accelerated = outboundApplication(createDispatcher(settingsFromOfficial(configuration)));
  // Older official SDKs lack some methods. Those stay missing.
  const names = Object.keys(accelerated).filter((name) => typeof target[name] === 'function');
  const readOnly = names.find((name) => !isReplaceable(target, name));
  if (readOnly !== undefined) {
    throw new TypeError(`client cannot be accelerated: its ${readOnly} is read-only; pass a client that is not frozen`);
  }
  const originals = originalsByTarget.get(target) ?? new Map();
  originalsByTarget.set(target, originals);
  for (const name of names) {
    // When the client is accelerated again, the current method is not the original.
    if (!originals.has(name)) originals.set(name, Object.getOwnPropertyDescriptor(target, name));
    const { enumerable = true } = originals.get(name) ?? {};
    Object.defineProperty(target, name, { value: accelerated[name], writable: true, enumerable, configurable: true });
  }
  return client;
}

function restore(client) {
  const target = outboundApplicationOf(client);
  for (const [name, original] of originalsByTarget.get(target) ?? []) {
    if (original === undefined) delete target[name];
    else Object.defineProperty(target, name, original);
  }
  originalsByTarget.delete(target);
  return client;
}

function isReplaceable(target, name) {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  return descriptor === undefined ? Object.isExtensible(target) : descriptor.configurable;
}

module.exports = { accelerate, restore };
