// What holds for any text, any JSON and any moment, not only for the examples that somebody thought of.
import './support/clean-environment.mjs';

import assert from 'node:assert/strict';
import test from 'node:test';
import util from 'node:util';

import fc from 'fast-check';

import { arrange } from './support/made-up.mjs';

// The same examples at every run, unless somebody asks for others: a build fails for what has changed in it.
const { EXAMPLES } = process.env;
fc.configureGlobal(EXAMPLES ? { numRuns: Number(EXAMPLES) } : { numRuns: 60, seed: 20261125 });

/** Any text that is Unicode. */
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

/** A service that answers with what it is told to, and remembers the last request. */
async function conversation(context) {
  const told = { body: '{}', last: undefined };
  const arranged = await arrange(context, (_request, response, seen) => {
    told.last = seen;
    response.writeHead(200).end(told.body);
  });
  return { told, ...arranged };
}

const holds = (property) => fc.assert(property);

test('data is what JSON.parse makes of the answer, with its keys in order', async (context) => {
  const { told, fetchToken, loadApplication } = await conversation(context);
  await holds(
    fc.asyncProperty(objects, fc.constantFrom(undefined, 1), fc.boolean(), async (thing, indent, hasMark) => {
      const text = JSON.stringify({ token: thing, app: thing }, null, indent);
      told.body = (hasMark ? '\ufeff' : '') + text;
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

test('of a name that is sent twice the last value counts', async (context) => {
  const { told, loadApplication } = await conversation(context);
  const members = fc.array(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), values), { maxLength: 6 });
  await holds(
    fc.asyncProperty(members, async (pairs) => {
      const app = `{${pairs.map((pair) => pair.map((part) => JSON.stringify(part)).join(':')).join(',')}}`;
      told.body = `{"app":${app}}`;
      const { data } = await loadApplication('i');
      assert.equal(JSON.stringify(data), JSON.stringify(JSON.parse(app)));
    }),
  );
});

test('a number is the double that JSON.parse makes of it', async (context) => {
  const { told, loadApplication } = await conversation(context);
  await holds(
    fc.asyncProperty(
      fc.array(fc.oneof(doubles, fc.bigInt({ max: 10n ** 300n })), { maxLength: 8 }),
      async (numbers) => {
        const text = `[${numbers.map((number) => (Object.is(number, -0) ? '-0' : String(number))).join(',')}]`;
        told.body = `{"app":{"numbers":${text}}}`;
        const { data } = await loadApplication('i');
        assert.deepStrictEqual(data.numbers, JSON.parse(text));
      },
    ),
  );
});

test('what not every reader of JSON reads is an error', async (context) => {
  const { told, fetchToken } = await conversation(context);
  for (const value of ['1e400', '1'.repeat(310), '"\\ud800"', '"\\ude00\\ud83d"', 'NaN']) {
    told.body = `{"token":{"a":${value}}}`;
    await assert.rejects(fetchToken('a', 'u'), { code: 'DECODE_ERROR' });
  }
});

test('an id of any text stays in its place', async (context) => {
  const { told, loadApplication, deleteTokenById, listAppsWithUserToken, deleteApplication } =
    await conversation(context);
  const queryOf = (name) => new URL(told.last.url, 'http://h').searchParams.get(name);
  const arrivals = [
    [loadApplication, () => decodeURIComponent(told.last.url.slice('/v1/mgmt/outbound/app/'.length))],
    [deleteTokenById, () => queryOf('id')],
    [listAppsWithUserToken, () => queryOf('userId')],
    [deleteApplication, () => JSON.parse(told.last.body).id],
  ];
  const anything = fc.oneof(ids, fc.string({ unit: fc.constantFrom('a', '\ud800', '\udc00'), maxLength: 4 }));
  await holds(
    fc.asyncProperty(anything, async (id) => {
      for (const [method, arrived] of arrivals) {
        told.last = undefined;
        const changesThePath = method === loadApplication && ['.', '..'].includes(id);
        if (id === '' || changesThePath || !id.isWellFormed()) {
          await assert.rejects(method(id), { code: 'INVALID_ARGUMENT' });
          assert.equal(told.last, undefined);
        } else {
          await method(id);
          assert.equal(arrived(), id);
          assert.doesNotMatch(told.last.url, /#|[^!-~]/);
        }
      }
    }),
  );
});

test('any iterable of texts is a list of scopes', async (context) => {
  const { told, fetchTokenByScopes } = await conversation(context);
  told.body = '{"token":{}}';
  await holds(
    fc.asyncProperty(fc.array(texts, { maxLength: 6 }), async (scopes) => {
      const forms = [scopes, scopes.values(), new Set(scopes), new Map(scopes.map((scope) => [scope, 1])).keys()];
      const expected = [scopes, scopes, [...new Set(scopes)], [...new Set(scopes)]];
      for (const [index, form] of forms.entries()) {
        await fetchTokenByScopes('a', 'u', form);
        assert.deepEqual(JSON.parse(told.last.body).scopes, expected[index]);
      }
    }),
  );
});

test('options arrive as they were given', async (context) => {
  const { told, fetchToken } = await conversation(context);
  told.body = '{"token":{}}';
  await holds(
    fc.asyncProperty(objects, async (options) => {
      await fetchToken('a', 'u', 't', options);
      const expected = JSON.stringify(options);
      assert.equal(JSON.stringify(JSON.parse(told.last.body).options), expected);
    }),
  );
});

test('a moment is the same in every form', async (context) => {
  const { told, fetchToken } = await conversation(context);
  const expiryOf = async (expiry) => {
    told.body = JSON.stringify({ token: { accessTokenExpiry: expiry } });
    return (await fetchToken('a', 'u')).data.expiresAt;
  };
  const moments = fc.date({ min: new Date('1975-01-01'), max: new Date('5138-11-15'), noInvalidDate: true });
  await holds(
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

test('whatever an expiry is, reading it never fails', async (context) => {
  const { told, fetchToken } = await conversation(context);
  await holds(
    fc.asyncProperty(values, async (expiry) => {
      told.body = JSON.stringify({ token: { accessTokenExpiry: expiry } });
      const { expiresAt } = (await fetchToken('a', 'u')).data;
      assert.ok(expiresAt === null || !Number.isNaN(expiresAt.getTime()), String(expiresAt));
    }),
  );
});
