// Reads the contract table. It accepts exactly the form that tests/contract/README.md describes.
import { readdirSync, readFileSync } from 'node:fs';

const DIRECTORY = new URL('../../contract/', import.meta.url);
const LANGUAGES = ['python', 'node', 'rust'];
/** The official SDKs that a departure may concern. Python has two clients, and a departure may concern one of them. */
const OFFICIAL = ['python', 'python sync', 'python async', 'node'];
const REQUEST = ['method', 'path', 'query', 'body', 'body_text', 'headers', 'absent_headers'];
const RESULT = ['ok', 'code', 'data', 'json', 'error', 'response_text', 'rejects', 'attributes', 'text', 'at'];
const CLIENT = [
  'project_id',
  'management_key',
  'base_url',
  'timeout_seconds',
  'license_handshake',
  'allow_insecure_http',
  'environment',
  'python',
  'node',
];

/** Read every case that concerns Node, with its shared names resolved. */
export function readTable() {
  const shared = readFile('shared.json');
  only(shared, ['client', 'headers', 'absent_headers', 'calls', 'responses', 'results'], 'shared.json');
  const ids = new Set();
  const cases = [];
  for (const file of readdirSync(DIRECTORY).sort()) {
    if (!file.endsWith('.json') || file === 'shared.json') continue;
    const content = readFile(file);
    only(content, ['topic', 'cases'], file);
    for (const written of content.cases) {
      if (!written.id || ids.has(written.id)) throw new Error(`${file}: the id ${written.id} is missing or not unique`);
      ids.add(written.id);
      cases.push(resolve(shared, written));
    }
  }
  return cases.filter((each) => each !== undefined);
}

/** Whether CASE with this value selects this case. */
export function isNamed({ id, title }, name) {
  return name === id || name === title;
}

/** The case with this id or title, or every case if there is no name. A name that matches no case is an error. */
export function chosen(cases, name) {
  if (!name) return cases;
  const matching = cases.filter((each) => isNamed(each, name));
  if (matching.length === 0) throw new Error(`CASE=${name}: no case for Node has this id or title`);
  return matching;
}

function resolve(shared, written) {
  const { id, title, times = 1, exchanges = [], seconds = {}, except = {}, departs = {} } = written;
  const known = ['id', 'title', 'client', 'call', 'times', 'exchanges', 'seconds', 'result', 'except', 'departs'];
  only(written, known, id);
  only(seconds, ['at_least', 'at_most'], id);
  only(except, LANGUAGES, id);
  only(departs, OFFICIAL, id);
  const call = lookUp(shared.calls, written.call);
  const result = lookUp(shared.results, written.result);
  only(call, [...LANGUAGES, 'request'], id);
  only(result, LANGUAGES, id);
  for (const language of LANGUAGES) {
    if (!(language in except) && !(call[language] && result[language])) {
      throw new Error(`${id}: says neither what ${language} does nor why it does nothing`);
    }
  }
  if (!title) throw new Error(`${id}: has no title`);
  const client = { ...shared.client, ...written.client };
  only(client, CLIENT, id);
  const resolved = exchanges.map((exchange) => resolveExchange(shared, exchange, call.request, id));
  if ('node' in except) return undefined;
  only(call.node, ['of', 'method', 'args'], id);
  only(result.node, RESULT, id);
  const expected = { exchanges: resolved, seconds, result: result.node };
  // The row of docs/deviations.md that describes the departure from the official SDK, if any.
  return { id, title, client, call: call.node, times, ...expected, departure: departs.node };
}

function resolveExchange(shared, written, requestOfTheCall, id) {
  only(written, ['request', 'response', 'beside'], id);
  const request = written.request ?? requestOfTheCall;
  only(request, REQUEST, id);
  if ('body' in request && 'body_text' in request) throw new Error(`${id}: has both body and body_text`);
  const headers = { ...shared.headers, ...request.headers };
  const absent = shared.absent_headers.filter((name) => !(name in headers));
  let { response } = written;
  if (response !== 'close' && response !== 'hang') {
    response = lookUp(shared.responses, response);
    only(response, ['status', 'headers', 'json', 'text', 'delay_ms', 'drip_ms'], id);
    if ('json' in response && 'text' in response) throw new Error(`${id}: has both json and text`);
  }
  return {
    request: { query: {}, ...request, headers, absent_headers: [...absent, ...(request.absent_headers ?? [])] },
    response,
    beside: written.beside ?? false,
  };
}

function readFile(name) {
  return JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8'));
}

function lookUp(known, written) {
  if (typeof written !== 'string') return written;
  if (!Object.hasOwn(known, written)) throw new Error(`shared.json has no ${written}`);
  return known[written];
}

function only(members, known, where) {
  const unknown = Object.keys(members).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${where}: ${unknown} is not a known member here`);
}
