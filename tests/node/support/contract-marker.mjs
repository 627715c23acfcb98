// The markers of the contract table: values that JSON does not have, and expectations that are looser than equality.
import { isDeepStrictEqual } from 'node:util';

function markerIn(written) {
  if (typeof written !== 'object' || written === null) return undefined;
  const [[name, value] = []] = Object.entries(written);
  return name?.startsWith('$') ? { name, value } : undefined;
}

/** An argument or a setting, as it is passed. */
export function passed(written, server) {
  const marker = markerIn(written);
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
      return 'half of a pair: \ud800';
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

/** Not AbortSignal.timeout, whose reason is a timeout. */
function abortAfter(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

/** The value of a header of an answer; its date counts from now. */
export function header(written) {
  if (!written.startsWith('$httpdate')) return written;
  return new Date(Date.now() + 1000 * Number(written.slice('$httpdate'.length))).toUTCString();
}

/** A string, put together where it is long. */
export function text(written) {
  if (typeof written === 'string') return written;
  const { name, value } = markerIn(written) ?? {};
  if (name !== '$text') throw new Error(`${JSON.stringify(written)} is no text`);
  return value.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');
}

/** Whether `actual` is what the table expects. */
export function isMet(expected, actual) {
  const marker = markerIn(expected);
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
