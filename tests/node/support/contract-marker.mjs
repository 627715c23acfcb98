// The markers of the contract table: values that JSON cannot represent, and expectations looser than equality.
import { isDeepStrictEqual } from 'node:util';

function parseMarker(written) {
  if (typeof written !== 'object' || written === null) return undefined;
  const [[name, value] = []] = Object.entries(written);
  return name?.startsWith('$') ? { name, value } : undefined;
}

/** Convert an argument or an option of the table to the value that the test passes. */
export function passed(written, server) {
  const marker = parseMarker(written);
  if (marker !== undefined) return passedMarker(marker);
  if (typeof written === 'string') return written.replaceAll('$server', server);
  if (Array.isArray(written)) return written.map((item) => passed(item, server));
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, passed(value, server)]));
}

function passedMarker({ name, value }) {
  switch (name) {
    case '$undefined':
      return undefined;
    case '$nan':
      return Number.NaN;
    case '$infinity':
      return Number.POSITIVE_INFINITY;
    case '$lone_surrogate':
      return 'lone surrogate: \ud800';
    case '$function':
      return () => {};
    case '$iterable':
      return new Set(value);
    case '$abort_after_ms':
      return value === 0 ? AbortSignal.abort() : abortAfter(value);
    default:
      throw new Error(`${name} cannot be passed`);
  }
}

/** Not `AbortSignal.timeout`, because its reason is a timeout. */
function abortAfter(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

/** Return the value of a response header. A date in it is relative to now. */
export function header(written) {
  if (!written.startsWith('$httpdate')) return written;
  return new Date(Date.now() + 1000 * Number(written.slice('$httpdate'.length))).toUTCString();
}

/** Return a string. The table writes a long one in pieces. */
export function text(written) {
  if (typeof written === 'string') return written;
  const { name, value } = parseMarker(written) ?? {};
  if (name !== '$text') throw new Error(`${JSON.stringify(written)} is not a text`);
  return value.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');
}

/** Tell whether `actual` meets the expectation of the table. */
export function isMet(expected, actual) {
  const marker = parseMarker(expected);
  if (marker === undefined) {
    return isDeepStrictEqual(expected, actual instanceof Date ? actual.toISOString() : actual);
  }
  const { name, value } = marker;
  switch (name) {
    case '$undefined':
      return actual === undefined;
    case '$contains':
      return typeof actual === 'string' && value.every((part) => actual.includes(part));
    case '$between':
      return typeof actual === 'number' && value[0] <= actual && actual <= value[1];
    case '$text':
      return actual === text(expected);
    default:
      throw new Error(`${name} cannot be expected`);
  }
}
