// Property-based tests, with generated texts, JSON values and dates.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';

import fc from 'fast-check';

import { arrange } from './support/fixtures.mjs';

// A fixed seed, so that a build fails only because of its changes. EXAMPLES=1000 tries other examples.
const { EXAMPLES } = process.env;
fc.configureGlobal(EXAMPLES ? { numRuns: Number(EXAMPLES) } : { numRuns: 60, seed: 20261125 });

/** Any well-formed text. */
const texts = fc.string({ unit: 'binary', maxLength: 20 });
const ids = fc.oneof(texts, fc.string({ unit: fc.constantFrom(...'./?#%&=+ \\é😀\t\n'), maxLength: 8 }));
const names = fc.oneof(
  texts,
  fc.constantFrom('token', 'accessToken', 'accessTokenExpiry', 'refreshToken', 'source', '__proto__', 'toString'),
);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
const { value: values, object: objects } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    doubles,
    fc.integer(),
    texts,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}));

/** Start a server that responds with `service.body` and stores its last request in `service.lastRequest`. */
async function arrangeService(context) {
  const service = { body: '{}', lastRequest: undefined };
  const arranged = await arrange(context, (_request, response, seen) => {
    service.lastRequest = seen;
    response.writeHead(200).end(service.body);
  });
  return { service, ...arranged };
}

const check = (property) => fc.assert(property);

test('data equals what JSON.parse makes of the response, with its keys in order', async (context) => {
  const { service, fetchToken, loadApplication } = await arrangeService(context);
  await check(
    fc.asyncProperty(objects, fc.constantFrom(undefined, 1), fc.boolean(), async (thing, indent, hasMark) => {
      const text = JSON.stringify({ token: thing, app: thing }, null, indent);
      service.body = (hasMark ? '\ufeff' : '') + text;
      const expected = JSON.parse(text).token;
      for (const fetched of [await fetchToken('a', 'u'), await loadApplication('i')]) {
        assert.equal(JSON.stringify(fetched.data), JSON.stringify(expected));
        assert.deepEqual(Object.keys(fetched.data), Object.keys(expected));
        assert.ok(util.isDeepStrictEqual(structuredClone(fetched.data), structuredClone(expected)));
        assert.equal(await fetched.response.text(), text);
        assert.equal(JSON.stringify({ ...fetched.data }), JSON.stringify(expected));
        util.inspect(fetched, { depth: Infinity, showHidden: true });
      }
    }),
  );
});

test('the last value of a duplicate key counts', async (context) => {
  const { service, loadApplication } = await arrangeService(context);
  const members = fc.array(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), values), { maxLength: 6 });
  await check(
    fc.asyncProperty(members, async (pairs) => {
      const app = `{${pairs.map((pair) => pair.map((part) => JSON.stringify(part)).join(':')).join(',')}}`;
      service.body = `{"app":${app}}`;
      const { data } = await loadApplication('i');
      assert.equal(JSON.stringify(data), JSON.stringify(JSON.parse(app)));
    }),
  );
});

test('a number is the double that JSON.parse makes of it', async (context) => {
  const { service, loadApplication } = await arrangeService(context);
  await check(
    fc.asyncProperty(
      fc.array(fc.oneof(doubles, fc.bigInt({ max: 10n ** 300n })), { maxLength: 8 }),
      async (numbers) => {
        const text = `[${numbers.map((number) => (Object.is(number, -0) ? '-0' : String(number))).join(',')}]`;
        service.body = `{"app":{"numbers":${text}}}`;
        const { data } = await loadApplication('i');
        assert.deepStrictEqual(data.numbers, JSON.parse(text));
      },
    ),
  );
});

test('JSON that not every parser accepts is an error', async (context) => {
  const { service, fetchToken } = await arrangeService(context);
  for (const value of ['1e400', '1'.repeat(310), '"\\ud800"', '"\\ude00\\ud83d"', 'NaN']) {
    service.body = `{"token":{"a":${value}}}`;
    await assert.rejects(fetchToken('a', 'u'), { code: 'DECODE_ERROR' });
  }
});

test('an id with any text reaches the service unchanged', async (context) => {
  const { service, loadApplication, deleteTokenById, listAppsWithUserToken, deleteApplication } =
    await arrangeService(context);
  const queryOf = (name) => new URL(service.lastRequest.url, 'http://h').searchParams.get(name);
  const arrivals = [
    [loadApplication, () => decodeURIComponent(service.lastRequest.url.slice('/v1/mgmt/outbound/app/'.length))],
    [deleteTokenById, () => queryOf('id')],
    [listAppsWithUserToken, () => queryOf('userId')],
    [deleteApplication, () => JSON.parse(service.lastRequest.body).id],
  ];
  const anything = fc.oneof(ids, fc.string({ unit: fc.constantFrom('a', '\ud800', '\udc00'), maxLength: 4 }));
  await check(
    fc.asyncProperty(anything, async (id) => {
      for (const [method, arrived] of arrivals) {
        service.lastRequest = undefined;
        const changesThePath = method === loadApplication && ['.', '..'].includes(id);
        if (id === '' || changesThePath || !id.isWellFormed()) {
          await assert.rejects(method(id), { code: 'INVALID_ARGUMENT' });
          assert.equal(service.lastRequest, undefined);
        } else {
          await method(id);
          assert.equal(arrived(), id);
          assert.doesNotMatch(service.lastRequest.url, /#|[^!-~]/);
        }
      }
    }),
  );
});

test('scopes may be any iterable of texts', async (context) => {
  const { service, fetchTokenByScopes } = await arrangeService(context);
  service.body = '{"token":{}}';
  await check(
    fc.asyncProperty(fc.array(texts, { maxLength: 6 }), async (scopes) => {
      const forms = [scopes, scopes.values(), new Set(scopes), new Map(scopes.map((scope) => [scope, 1])).keys()];
      const expected = [scopes, scopes, [...new Set(scopes)], [...new Set(scopes)]];
      for (const [index, form] of forms.entries()) {
        await fetchTokenByScopes('a', 'u', form);
        assert.deepEqual(JSON.parse(service.lastRequest.body).scopes, expected[index]);
      }
    }),
  );
});

test('options reach the service unchanged', async (context) => {
  const { service, fetchToken } = await arrangeService(context);
  service.body = '{"token":{}}';
  await check(
    fc.asyncProperty(objects, async (options) => {
      await fetchToken('a', 'u', 't', options);
      const expected = JSON.stringify(options);
      assert.equal(JSON.stringify(JSON.parse(service.lastRequest.body).options), expected);
    }),
  );
});

test('expiresAt is the same for every form of an expiry', async (context) => {
  const { service, fetchToken } = await arrangeService(context);
  const expiryOf = async (expiry) => {
    service.body = JSON.stringify({ token: { accessTokenExpiry: expiry } });
    return (await fetchToken('a', 'u')).data.expiresAt;
  };
  const moments = fc.date({ min: new Date('1975-01-01'), max: new Date('5138-11-15'), noInvalidDate: true });
  await check(
    fc.asyncProperty(moments, async (moment) => {
      const milliseconds = moment.getTime();
      const seconds = Math.trunc(milliseconds / 1000);
      for (const form of [milliseconds, String(milliseconds), moment.toISOString()]) {
        assert.deepEqual(await expiryOf(form), moment);
      }
      for (const form of [seconds, ` ${seconds} `]) assert.deepEqual(await expiryOf(form), new Date(seconds * 1000));
    }),
  );
});

test('expiresAt never throws', async (context) => {
  const { service, fetchToken } = await arrangeService(context);
  await check(
    fc.asyncProperty(values, async (expiry) => {
      service.body = JSON.stringify({ token: { accessTokenExpiry: expiry } });
      const { expiresAt } = (await fetchToken('a', 'u')).data;
      assert.ok(expiresAt === null || !Number.isNaN(expiresAt.getTime()), String(expiresAt));
    }),
  );
});
