// Converts a client's configuration, ours or the official SDK's, to the settings of the native client.
'use strict';

const native = require('./addon.cjs');
const { checkText, typeName } = require('./arguments.cjs');
const { invalidArgument } = require('./errors.cjs');

/** Options of the official SDK that concern sessions. They have no effect here. */
const IGNORED_OPTIONS = ['publicKey', 'authManagementKey', 'fgaCacheUrl'];

/** More of those. Only the configuration of an official client may have them. */
const OFFICIAL_IGNORED_OPTIONS = ['cookiePolicy', 'refreshCookieName'];

const OPTIONS = [
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

/** Options of the official SDK that are rejected, because a caller would miss their effect. */
const REJECTED_OPTIONS = {
  fetch: 'the native addon makes the requests and cannot call a fetch function',
  hooks: 'this package cannot run hooks; add headers with baseHeaders',
  logger: 'this package does not log',
};

const LICENSE_HANDSHAKES = new Map([
  [undefined, 'beside'],
  [true, 'beside'],
  [false, 'off'],
  ['wait', 'wait'],
]);

/** Create the settings of a `DescopeClient`. Options that are absent may come from the environment. */
function settingsFromConfig(given) {
  const config = given ?? {};
  if (typeof config !== 'object') throw new TypeError(`config must be an object, not ${typeName(config)}`);
  checkOptionNames(config, 'this client', {
    known: OPTIONS,
    ignored: IGNORED_OPTIONS,
    rejected: REJECTED_OPTIONS,
  });
  const throwOnError = optional(config, 'throwOnError', 'boolean') ?? false;
  return { settings: createSettings(config, native.environmentNames()), throwOnError };
}

/** Create the settings of an accelerated client. Like the official SDK, it ignores `DESCOPE_*` variables. */
function settingsFromOfficial(configuration) {
  if (typeof configuration !== 'object' || configuration === null) {
    throw new TypeError(
      `configuration must be an object, not ${typeName(configuration)}: ` +
        'pass the object that the client was created with, because its key cannot be read back from the client',
    );
  }
  checkOptionNames(configuration, 'an accelerated client', {
    known: OPTIONS.filter((name) => name !== 'throwOnError'),
    ignored: [...IGNORED_OPTIONS, ...OFFICIAL_IGNORED_OPTIONS],
    rejected: { ...REJECTED_OPTIONS, throwOnError: 'its methods resolve with errors, as in the official SDK' },
  });
  if (configuration.cache) {
    throw invalidArgument(
      'cache is not an option of an accelerated client: it has no client.cache to remove tokens with; ' +
        'create a DescopeClient of this package instead',
    );
  }
  const names = native.environmentNames().filter((name) => !name.startsWith('DESCOPE_'));
  const settings = createSettings(configuration, names);
  // The official SDK accepts any base URL, and an accelerated client keeps it.
  settings.allowInsecureHttp ??= true;
  return { settings, throwOnError: false };
}

function createSettings(config, environmentNames) {
  return {
    projectId: optional(config, 'projectId', 'string'),
    managementKey: optional(config, 'managementKey', 'string'),
    baseUrl: optional(config, 'baseUrl', 'string'),
    baseHeaders: headersFrom(config.baseHeaders ?? {}),
    timeoutMilliseconds: optional(config, 'timeout', 'number'),
    licenseHandshake: licenseHandshakeFrom(config.licenseHandshake ?? undefined),
    allowInsecureHttp: optional(config, 'allowInsecureHttp', 'boolean'),
    cache: cacheSettingsFrom(config.cache ?? false),
    environment: copyEnvironment(environmentNames),
    runtimeVersion: process.version,
  };
}

function checkOptionNames(config, owner, { known, ignored, rejected }) {
  for (const name of Object.keys(config)) {
    if (known.includes(name) || ignored.includes(name) || config[name] === undefined) continue;
    const reason = Object.hasOwn(rejected, name) ? rejected[name] : `the options are ${known.join(', ')}`;
    throw invalidArgument(`${name} is not an option of ${owner}: ${reason}`);
  }
}

function optional(config, name, type) {
  const value = config[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, not ${typeName(value)}`);
  if (type === 'string') checkText(name, value);
  return value;
}

/** Convert a plain object, or whatever else the official SDK takes: a `Headers`, a `Map` or a list of pairs. */
function headersFrom(given) {
  if (typeof given !== 'object') throw new TypeError(`baseHeaders must be an object, not ${typeName(given)}`);
  const pairs = typeof given[Symbol.iterator] === 'function' ? Array.from(given) : Object.entries(given);
  const headers = emptyRecord();
  for (const [name, value] of pairs) {
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') {
      throw new TypeError(`baseHeaders must hold strings, but ${name} is ${typeName(value)}`);
    }
    checkText(`baseHeaders ${name}`, value);
    // Header names are case-insensitive, so two spellings of a name are one header.
    headers[String(name).toLowerCase()] = value;
  }
  return headers;
}

/** Convert the option `cache`. The core has the defaults. */
function cacheSettingsFrom(given) {
  if (given === false) return undefined;
  if (given === true) return { numbers: emptyRecord() };
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new TypeError(`cache must be true, false or an object of options, not ${typeName(given)}`);
  }
  const names = native.cacheNumberNames();
  const unknown = Object.keys(given).find((name) => !names.includes(name) && name !== 'background');
  if (unknown !== undefined) {
    throw invalidArgument(`${unknown} is not a cache option: the options are ${names.join(', ')} and background`);
  }
  const numbers = emptyRecord();
  for (const name of names) {
    const number = optional(given, name, 'number');
    if (number !== undefined) numbers[name] = number;
  }
  return { numbers, background: optional(given, 'background', 'boolean') };
}

function licenseHandshakeFrom(given) {
  const handshake = LICENSE_HANDSHAKES.get(given);
  if (handshake !== undefined) return handshake;
  if (typeof given === 'string') throw invalidArgument("licenseHandshake must be true, false or 'wait'");
  throw new TypeError(`licenseHandshake must be true, false or 'wait', not ${typeName(given)}`);
}

/** Copy this thread's environment, which a worker may have changed. */
function copyEnvironment(names) {
  const variables = emptyRecord();
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/**
 * Create an object without a prototype: the native addon would also read what a program added to `Object.prototype`.
 */
function emptyRecord() {
  return Object.create(null);
}

module.exports = { settingsFromConfig, settingsFromOfficial };
