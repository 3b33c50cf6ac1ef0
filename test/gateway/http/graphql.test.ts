// What a client gets over HTTP for each kind of request: the type, the status, what a browser and a cache may do with it.

import { once } from 'node:events';
import { request as ask } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { servePets } from './pets.ts';

const json = { 'content-type': 'application/json' };
const strict = { ...json, accept: 'application/graphql-response+json' };

async function served(...[more, instead]: Parameters<typeof servePets>) {
  const pets = await servePets(more, instead);
  const url = `${pets.url}/graphql`;
  return {
    ...pets,
    endpoint: url,
    post: (body: unknown, headers: Record<string, string> = json) =>
      fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    get: (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${url}?${new URLSearchParams(parameters)}`, { headers }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: results of many shapes.
const resultOf = (reply: Response) => reply.json() as Promise<any>;
const typeOf = (reply: Response) => reply.headers.get('content-type')?.split(';')[0];

describe('an answer', () => {
  it.each([
    ['application/json', 'application/json'],
    ['application/graphql-response+json', 'application/graphql-response+json'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json'],
    ['application/json, application/graphql-response+json;q=0.9', 'application/json'],
    ['application/graphql-response+json, application/json', 'application/graphql-response+json'],
    ['*/*', 'application/json'],
    ['application/*;q=0.5', 'application/json'],
    ['application/json;q=0, */*', 'application/graphql-response+json'],
    ['text/html, application/json;charset=utf-8', 'application/json'],
    ['text/html, nonsense, ;;;q=, application/json', 'application/json'],
  ])('to who takes %s is %s', async (accept, type) => {
    const { post } = await served();
    const reply = await post({ query: '{ cat { name } }' }, { ...json, accept });
    expect([reply.status, typeOf(reply), reply.headers.get('content-type')?.includes('charset=utf-8')]).toEqual([
      200,
      type,
      true,
    ]);
    expect(await reply.json()).toEqual({ data: { cat: { name: 'Tom' } } });
  });

  it.each(['text/html', 'application/xml, text/*', 'application/json;q=0'])(
    'there is none for who takes only %s, and nothing is asked for them',
    async (accept) => {
      const { post, asked } = await served();
      expect((await post({ query: '{ cat { name } }' }, { ...json, accept })).status).toBe(406);
      expect(asked).toEqual([]);
    },
  );

  it.each([
    ['in part', { query: '{ cat { name } broken }' }, 294, 200],
    ['in which nothing is left', { query: '{ broken }' }, 294, 200],
    ['that is whole', { query: '{ cat { name } }' }, 200, 200],
    ['to what is no GraphQL', { query: '{ cat' }, 400, 200],
    ['to what is not of this schema', { query: '{ dog }' }, 400, 200],
    [
      'to a variable of another type',
      { query: 'query ($n: Int) { cats(first: $n) { name } }', variables: { n: 'x' } },
      400,
      200,
    ],
    ['to an operation that is not there', { query: 'query A { cat { name } }', operationName: 'B' }, 400, 200],
    ['to two operations and no name', { query: 'query A { cat { name } } query B { broken }' }, 400, 200],
  ])('%s has a status of its own for who takes its own type', async (_what, body, own, plain) => {
    const { post } = await served();
    expect([(await post(body, strict)).status, (await post(body)).status]).toEqual([own, plain]);
  });

  it('says nothing of where it was made, and may be kept by nobody', async () => {
    const { post } = await served();
    const { headers } = await post({ query: '{ cat { name } }' });
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
  });

  it.each([
    ['zstd', zstdDecompressSync],
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('that is large is made small where its client takes %s, and means the same', async (encoding, unpack) => {
    const { endpoint } = await served();
    const raw = async (accept: string, query: string) => {
      const sent = ask(endpoint, { method: 'POST', headers: { ...json, 'accept-encoding': accept } });
      sent.end(JSON.stringify({ query }));
      const [reply] = await once(sent, 'response');
      return { headers: reply.headers, body: Buffer.concat(await reply.toArray()) };
    };
    const plain = await raw('identity', '{ cats { name } }');
    const small = await raw(encoding, '{ cats { name } }');
    expect(small.headers['content-encoding']).toBe(encoding);
    expect(small.body.length).toBeLessThan(plain.body.length / 3);
    expect(unpack(small.body)).toEqual(plain.body);
    expect((await raw(encoding, '{ cat { name } }')).headers['content-encoding']).toBeUndefined();
    expect((await raw(`${encoding};q=0`, '{ cats { name } }')).headers['content-encoding']).toBeUndefined();
  });
});

describe('a fault of our own', () => {
  it('is told as one, without what it was', async () => {
    const answer = () => Promise.reject(new TypeError('secret of /srv/lintel/engine.ts:12'));
    const { post } = await served({}, { answer });
    for (const headers of [json, strict]) {
      const reply = await post({ query: '{ cat { name } }' }, headers);
      expect(reply.status).toBe(500);
      const { errors, data } = await resultOf(reply);
      expect(data).toBeUndefined();
      expect(errors).toEqual([
        {
          message: expect.stringContaining('a fault of Lintel'),
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ]);
    }
  });
});

describe('a request', () => {
  it.each([
    ['no JSON', '{ "query": '],
    ['a list: batching is off', [{ query: '{ cat { name } }' }]],
    ['null', 'null'],
    ['no query', {}],
    ['an empty query', { query: '' }],
  ])('that is %s is not taken', async (_what, body) => {
    const { post, asked } = await served();
    const reply = await post(body, strict);
    // Its own type would say that a GraphQL request was there.
    expect([reply.status, typeOf(reply)]).toEqual([400, 'application/json']);
    expect((await resultOf(reply)).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(asked).toEqual([]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=utf-16',
    '',
  ])('of type "%s" is not taken', async (type) => {
    const { post, asked } = await served();
    const reply = await post({ query: '{ cat { name } }' }, { 'content-type': type });
    expect(reply.status).toBe(415);
    expect(asked).toEqual([]);
  });

  it('that is too large is not taken, whether it says so itself or not', async () => {
    const { endpoint, post } = await served();
    const large = JSON.stringify({ query: `{ cat { name } } # ${'x'.repeat(1024 * 1024)}` });
    expect((await post(large)).status).toBe(413);
    const sent = ask(endpoint, { method: 'POST', headers: json });
    for (let at = 0; at < large.length; at += 65_536) sent.write(large.slice(at, at + 65_536));
    sent.end();
    const [reply] = await once(sent, 'response');
    expect(reply.statusCode).toBe(413);
    reply.resume();
  });

  it('over GET asks, and changes nothing', async () => {
    const { get, asked } = await served();
    const variables = JSON.stringify({ first: 1 });
    const asks = await get({ query: 'query ($first: Int) { cats(first: $first) { name } }', variables });
    expect([asks.status, (await resultOf(asks)).data.cats.length]).toEqual([200, 500]);
    const changes = await get({ query: 'mutation { feed(name: "Tom") { name } }' });
    expect([changes.status, changes.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await get({ query: '{ cat { name } }', variables: '{' })).status).toBe(400);
    expect((await get({})).status).toBe(400);
    expect(asked).toHaveLength(1);
  });

  it('over HEAD is answered without the answer, and over OPTIONS with what can be done', async () => {
    const { endpoint } = await served();
    const head = await fetch(`${endpoint}?query=${encodeURIComponent('{ cat { name } }')}`, { method: 'HEAD' });
    expect([head.status, await head.text(), Number(head.headers.get('content-length'))]).toEqual([
      200,
      '',
      '{"data":{"cat":{"name":"Tom"}}}\n'.length,
    ]);
    const options = await fetch(endpoint, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const reply = await fetch(endpoint, { method });
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    }
  });
});

describe('a document', () => {
  const nested = (depth: number) => `${'{ friends '.repeat(depth)}{ name }${' }'.repeat(depth)}`;
  it.each([
    ['of very many words', `{ cats { ${'name '.repeat(11_000)} } }`, 'GRAPHQL_PARSE_FAILED'],
    ['of fields deep within fields', `{ cats ${nested(40)} }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['deeper than there are words', `{ cats ${nested(3_400)} }`, 'GRAPHQL_PARSE_FAILED'],
    [
      'that asks the same under many names',
      `{ ${Array.from({ length: 1_001 }, (_, i) => `a${i}: broken`).join(' ')} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'that is short, and stands for millions of fields',
      `{ cats { ...F20 } } fragment F0 on Cat { name } ${Array.from({ length: 20 }, (_, i) => `fragment F${i + 1} on Cat { a: friends { ...F${i} } b: friends { ...F${i} } }`).join(' ')}`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'that goes round in circles',
      '{ cats { ...A } } fragment A on Cat { ...B } fragment B on Cat { ...A }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s is not executed', async (_what, query, code) => {
    const { post, asked } = await served();
    const reply = await post({ query }, strict);
    expect([reply.status, (await resultOf(reply)).errors[0].extensions.code]).toEqual([400, code]);
    expect(asked).toEqual([]);
  });

  it('as deep as there are words is not executed', async () => {
    const { post, asked } = await served();
    const reply = await post({ query: `{ cats ${nested(3_000)} }` }, strict);
    const { data, errors } = await resultOf(reply);
    expect([reply.status, data]).toEqual([400, undefined]);
    // How deep the parser can follow is the machine's affair, and with it whether the parser refuses, or the limit.
    const codes = errors?.map((each: { extensions?: { code?: string } }) => each.extensions?.code);
    expect(codes).toEqual([expect.stringMatching(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/)]);
    expect(asked).toEqual([]);
  });

  it('that asks for a whole schema is answered', async () => {
    const { post } = await served();
    expect((await post({ query: getIntrospectionQuery({ inputValueDeprecation: true }) }, strict)).status).toBe(200);
  });
});

describe('a page elsewhere', () => {
  const query = '{ cat { name } }';
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };

  it.each([
    ['an image of it', { 'sec-fetch-site': 'cross-site' }],
    ['a page of a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['an old browser', browser],
    ['a script of it', { origin: 'https://elsewhere.example' }],
  ])('makes no browser ask without its user: %s', async (_what, headers) => {
    const { get, asked } = await served();
    expect((await get({ query }, headers)).status).toBe(400);
    expect(asked).toEqual([]);
    expect((await get({ query }, { ...headers, 'apollo-require-preflight': '1' })).status).toBe(200);
  });

  it('is let in where it is named, and reads the answer; no other is', async () => {
    const app = 'https://app.example';
    const { endpoint, get, post } = await served({ origins: new Set([app]) });
    const asking = (origin: string) =>
      fetch(endpoint, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'cache-control,content-type',
        },
      });
    const leave = await asking(app);
    expect(leave.status).toBe(204);
    expect(leave.headers.get('access-control-allow-origin')).toBe(app);
    expect(leave.headers.get('access-control-allow-headers')).toContain('cache-control');
    expect(leave.headers.get('access-control-allow-methods')).toContain('POST');
    expect(leave.headers.get('access-control-allow-credentials')).toBeNull();
    const reply = await post({ query }, { ...json, origin: app });
    expect(reply.headers.get('access-control-allow-origin')).toBe(app);
    expect((await get({ query }, { origin: app, 'sec-fetch-site': 'cross-site' })).status).toBe(200);
    for (const origin of ['https://elsewhere.example', `${app}.evil.example`, 'null']) {
      expect((await asking(origin)).headers.get('access-control-allow-origin')).toBeNull();
      expect((await post({ query }, { ...json, origin })).headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('is not let in where none is named', async () => {
    const { post } = await served();
    const reply = await post({ query }, { ...json, origin: 'https://app.example' });
    expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
