// From the object that a client is made from, ours or the official SDK's, to the settings of the native client.
'use strict';

const native = require('./addon.cjs');
const { checkText, typeName } = require('./argument.cjs');
const { invalidArgument } = require('./errors.cjs');

/** Of the official SDK, and without a meaning here: they concern sessions. */
const UNUSED = ['publicKey', 'authManagementKey', 'fgaCacheUrl'];

/** More of those. Nobody passes them to a client that is used for nothing but outbound apps. */
const UNUSED_OF_OFFICIAL = ['cookiePolicy', 'refreshCookieName'];

const USED = [
  'projectId',
  'managementKey',
  'baseUrl',
  'baseHeaders',
  'timeout',
  'cache',
  'throwOnError',
  'licenseHandshake',
  'allowInsecureHttp',
];

/** Of the official SDK, and missed by whoever sets them. */
const REFUSED = {
  fetch: 'requests are made by the native half of this package, not by a fetch function',
  hooks: 'nothing here can change a request or an answer; headers can be added with baseHeaders',
  logger: 'nothing here logs',
};

const LICENSE_HANDSHAKES = new Map([
  [undefined, 'beside'],
  [true, 'beside'],
  [false, 'off'],
  ['wait', 'wait'],
]);

/** Of a client of our own: what is not given may come from the environment. */
function settingsOf(given) {
  const config = given ?? {};
  if (typeof config !== 'object') throw new TypeError(`config must be an object, not ${typeName(config)}`);
  checkNames(config, 'this client', { used: USED, unused: UNUSED, refused: REFUSED });
  const throwOnError = optional(config, 'throwOnError', 'boolean') ?? false;
  return { settings: settingsIn(config, native.environmentNames()), throwOnError };
}

/** Of a client of the official SDK, which never looks at what the environment says of Descope. */
function settingsOfOfficial(configuration) {
  if (typeof configuration !== 'object' || configuration === null) {
    const origin = 'the object that the client was made from, whose key cannot be read back';
    throw new TypeError(`configuration must be ${origin}, not ${typeName(configuration)}`);
  }
  checkNames(configuration, 'an accelerated client', {
    used: USED.filter((name) => name !== 'throwOnError'),
    unused: [...UNUSED, ...UNUSED_OF_OFFICIAL],
    refused: { ...REFUSED, throwOnError: 'its answers stay what they are in the official SDK' },
  });
  if (configuration.cache) {
    throw invalidArgument(
      'cache is no option of an accelerated client: it has no client.cache, which could be told what to forget',
    );
  }
  const names = native.environmentNames().filter((name) => !name.startsWith('DESCOPE_'));
  const settings = settingsIn(configuration, names);
  // The official SDK has no such rule, and its base URL is to be kept.
  settings.allowInsecureHttp ??= true;
  return { settings, throwOnError: false };
}

function settingsIn(config, environmentNames) {
  return {
    projectId: optional(config, 'projectId', 'string'),
    managementKey: optional(config, 'managementKey', 'string'),
    baseUrl: optional(config, 'baseUrl', 'string'),
    baseHeaders: headersOf(config.baseHeaders ?? {}),
    timeoutMilliseconds: optional(config, 'timeout', 'number'),
    licenseHandshake: licenseHandshakeOf(config.licenseHandshake ?? undefined),
    allowInsecureHttp: optional(config, 'allowInsecureHttp', 'boolean'),
    cache: cacheOf(config.cache ?? false),
    environment: environmentOf(environmentNames),
    runtimeVersion: process.version,
  };
}

function checkNames(config, owner, { used, unused, refused }) {
  for (const name of Object.keys(config)) {
    if (used.includes(name) || unused.includes(name) || config[name] === undefined) continue;
    const reason = Object.hasOwn(refused, name) ? refused[name] : `the options are ${used.join(', ')}`;
    throw invalidArgument(`${name} is no option of ${owner}: ${reason}`);
  }
}

function optional(config, name, type) {
  const value = config[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, not ${typeName(value)}`);
  if (type === 'string') checkText(name, value);
  return value;
}

/** A plain object, or what else the official SDK takes: a `Headers`, a `Map`, a list of pairs. */
function headersOf(given) {
  if (typeof given !== 'object') throw new TypeError(`baseHeaders must be an object, not ${typeName(given)}`);
  const pairs = typeof given[Symbol.iterator] === 'function' ? Array.from(given) : Object.entries(given);
  const headers = emptyRecord();
  for (const [name, value] of pairs) {
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') {
      throw new TypeError(`baseHeaders must hold strings, and ${name} is ${typeName(value)}`);
    }
    checkText(`baseHeaders ${name}`, value);
    // The names of headers differ in more than case.
    headers[String(name).toLowerCase()] = value;
  }
  return headers;
}

/** What is left out has the core's default. */
function cacheOf(given) {
  if (given === false) return undefined;
  if (given === true) return { numbers: emptyRecord() };
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new TypeError(`cache must be true, false or an object of options, not ${typeName(given)}`);
  }
  const names = native.cacheNumberNames();
  const unknown = Object.keys(given).find((name) => !names.includes(name) && name !== 'background');
  if (unknown !== undefined) {
    throw invalidArgument(`${unknown} is no option of a cache: they are ${names.join(', ')} and background`);
  }
  const numbers = emptyRecord();
  for (const name of names) {
    const number = optional(given, name, 'number');
    if (number !== undefined) numbers[name] = number;
  }
  return { numbers, background: optional(given, 'background', 'boolean') };
}

function licenseHandshakeOf(given) {
  const handshake = LICENSE_HANDSHAKES.get(given);
  if (handshake !== undefined) return handshake;
  if (typeof given === 'string') throw invalidArgument("licenseHandshake must be true, false or 'wait'");
  throw new TypeError(`licenseHandshake must be true, false or 'wait', not ${typeName(given)}`);
}

/** A copy of this thread's own: a worker's may differ from the process's. */
function environmentOf(names) {
  const variables = emptyRecord();
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/** Without a prototype: the native half would read what somebody has added to that of all objects, too. */
function emptyRecord() {
  return Object.create(null);
}

module.exports = { settingsOf, settingsOfOfficial };
