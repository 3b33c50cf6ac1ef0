// Requests as they come over the wire: whole or not, packed or not, well-formed or not; and what is told of how Lintel is.
import { once } from 'node:events';
import { request as ask } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../gateway/engine/index.ts';
import { largestRequest } from '../../../gateway/http/body.ts';
import { servePets } from './pets.ts';

const json = { 'content-type': 'application/json' };
const cat = { data: { cat: { name: 'Tom' } } };

async function served(...given: Parameters<typeof servePets>) {
  const pets = await servePets(...given);
  const endpoint = `${pets.url}/graphql`;
  /** Sends a body in pieces. */
  async function send(pieces: readonly (string | Buffer)[], headers: Record<string, string> = json) {
    const sent = ask(endpoint, { method: 'POST', headers });
    for (const piece of pieces) {
      sent.write(piece);
      await turn();
    }
    sent.end();
    const [reply] = await once(sent, 'response');
    const body = Buffer.concat(await reply.toArray()).toString();
    return { status: reply.statusCode as number, headers: reply.headers, body: body && JSON.parse(body) };
  }
  return { ...pets, endpoint, send };
}

describe('the body of a request', () => {
  it('is read as it was written, also where a letter comes in two pieces', async () => {
    const { send } = await served();
    const text = Buffer.from(JSON.stringify({ query: '{ cat { name } } # Zoë 🏠' }));
    const pieces = Array.from(text, (byte) => Buffer.from([byte]));
    expect(await send(pieces)).toMatchObject({ status: 200, body: cat });
    const name = Buffer.from(JSON.stringify({ query: '{ cat { name } }', operationName: 'Zoë' }));
    const half = name.indexOf('ë') + 1;
    const { body } = await send([name.subarray(0, half), name.subarray(half)]);
    expect(body.errors[0].message).toBe('Unknown operation named "Zoë".');
  });

  it('may have a MiB, and not a byte more, by whatever it says itself', async () => {
    const { send, asked } = await served();
    const filled = (bytes: number) => {
      const text = JSON.stringify({ query: '{ cat { name } }', other: '' });
      return text.replace('""}', `"${'x'.repeat(bytes - text.length)}"}`);
    };
    expect(largestRequest).toBe(1024 * 1024);
    expect((await send([filled(largestRequest)])).status).toBe(200);
    expect((await send([filled(largestRequest + 1)])).status).toBe(413);
    expect(
      (await send([filled(largestRequest + 1)], { ...json, 'content-length': `${largestRequest + 1}` })).status,
    ).toBe(413);
    expect(asked).toHaveLength(1);
  });

  it('is taken as it is alone: packed, it could be a thousand times as large', async () => {
    const { send, asked } = await served();
    const packed = gzipSync(JSON.stringify({ query: '{ cat { name } }' }));
    const refused = await send([packed], { ...json, 'content-encoding': 'gzip' });
    expect([refused.status, refused.body.errors[0].message]).toEqual([
      415,
      expect.stringContaining('content-encoding'),
    ]);
    expect(
      (await send([JSON.stringify({ query: '{ cat { name } }' })], { ...json, 'content-encoding': 'identity' })).status,
    ).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it('is JSON in UTF-8 by its type, and who sends another is told which', async () => {
    const { send } = await served();
    const body = [JSON.stringify({ query: '{ cat { name } }' })];
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON;Charset="UTF-8"', 'application/json;x=y'])
      expect([type, (await send(body, { 'content-type': type })).status]).toEqual([type, 200]);
    for (const type of [
      'application/graphql+json',
      'text/json',
      'application/jsonx',
      'application/json; charset=latin1',
    ]) {
      const { status, headers } = await send(body, { 'content-type': type });
      expect([type, status, headers['accept-post']]).toEqual([type, 415, 'application/json']);
    }
  });
});

describe('parameters', () => {
  it.each<[what: string, body: object]>([
    ['a query that is no text', { query: 7 }],
    ['a query that is a list', { query: ['{ cat { name } }'] }],
    ['an id that is no text', { documentId: 7 }],
    ['the name of an operation that is no text', { query: '{ cat { name } }', operationName: {} }],
    ['variables that are a list', { query: '{ cat { name } }', variables: [] }],
    ['variables that are a text', { query: '{ cat { name } }', variables: '{}' }],
    ['extensions that are a number', { query: '{ cat { name } }', extensions: 0 }],
  ])('with %s are refused, each by its name', async (_what, body) => {
    const { send, asked } = await served();
    const [name] = Object.keys(body).slice(-1);
    const { status, body: said } = await send([JSON.stringify(body)]);
    expect([status, said.errors[0].message]).toEqual([
      400,
      expect.stringMatching(`^The parameter ${name} must be an? `),
    ]);
    expect(asked).toEqual([]);
  });

  it('of several requests in one are refused as what they are', async () => {
    const { send, asked } = await served();
    const { status, body } = await send([JSON.stringify([{ query: '{ cat { name } }' }, { query: '{ broken }' }])]);
    expect([status, body.errors]).toEqual([
      400,
      [{ message: 'One request asks one thing: a list of them is not taken.', extensions: { code: 'BAD_REQUEST' } }],
    ]);
    expect(asked).toEqual([]);
  });

  it('that are null are as good as none; others than there are, are not looked at', async () => {
    const { send } = await served();
    const body = { query: '{ cat { name } }', operationName: null, variables: null, extensions: null, id: 7 };
    expect(await send([JSON.stringify(body)])).toMatchObject({ status: 200, body: cat });
  });

  it.each([
    ['query=%7Bcat%7Bname%7D%7D&query=%7Bbroken%7D', 'The parameter query is there more than once.'],
    ['query=%7Bcat%7Bname%7D%7D&variables=%7B%7D&variables=%7B%7D', 'The parameter variables is there more than once.'],
    ['query=%7Bcat%7Bname%7D%7D&variables=%5B%5D', 'The parameter variables must be an object.'],
    ['query=%7Bcat%7Bname%7D%7D&extensions=x', 'The parameter extensions is no JSON.'],
  ])('in an address are refused likewise: %s', async (search, message) => {
    const { endpoint } = await served();
    const reply = await fetch(`${endpoint}?${search}`);
    expect([reply.status, await reply.json()]).toMatchObject([400, { errors: [{ message }] }]);
  });

  it('in an address may be left empty', async () => {
    const { endpoint } = await served();
    const reply = await fetch(`${endpoint}?query=%7Bcat%7Bname%7D%7D&operationName=&variables=&extensions=`);
    expect(await reply.json()).toEqual(cat);
  });

  it('name the one operation of several that is asked for, over POST and GET', async () => {
    const { send, endpoint } = await served();
    const query = 'query A { cat { name } } query B { broken }';
    for (const name of ['A', 'B', 'A']) {
      const answer = name === 'A' ? cat : { data: { broken: null }, errors: [{ path: ['broken'] }] };
      expect((await send([JSON.stringify({ query, operationName: name })])).body).toMatchObject(answer);
      const search = new URLSearchParams({ query, operationName: name });
      expect(await (await fetch(`${endpoint}?${search}`)).json()).toMatchObject(answer);
    }
  });
});

it('a page that fails is a fault of Lintel, and tells nothing of what it was', async () => {
  const pages = new Map([['/broken', () => Promise.reject(new Error('secret of /srv/lintel at 10.1.2.3'))]]);
  const { url } = await servePets({ pages });
  const reply = await fetch(`${url}/broken`);
  expect([reply.status, await reply.text()]).toEqual([500, 'Lintel could not answer this. It is a fault of Lintel.']);
});

describe('how Lintel is', () => {
  const readiness = (degraded: boolean) => ({ readiness: () => ({ degraded, systems: { repairs: 'DOWN' } }) });

  it.each([
    [true, 'degraded'],
    [false, 'ready'],
  ])(
    'is told at /ready, with what there is to tell (degraded: %s); and at /health, that it lives',
    async (degraded, status) => {
      const { url } = await servePets(readiness(degraded));
      const reply = await fetch(`${url}/ready`);
      expect([reply.status, await reply.json()]).toEqual([200, { status, systems: { repairs: 'DOWN' } }]);
      expect(reply.headers.get('cache-control')).toBe('no-store');
      const health = await fetch(`${url}/health`);
      expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
    },
  );

  it('is ready where nobody says otherwise', async () => {
    const { url } = await servePets();
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ status: 'ready' });
  });

  it('is stopping once it is told to: what is under way is answered, and who asks on is sent elsewhere', async () => {
    const late = Promise.withResolvers<Answer>();
    const begun = Promise.withResolvers<void>();
    const answer = () => {
      begun.resolve();
      return late.promise;
    };
    const { url, close } = await servePets(readiness(false), { answer });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let came = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      came += chunk;
    });
    const body = JSON.stringify({ query: '{ cat { name } }' });
    const head = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
    socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await begun.promise;
    const closed = close();
    socket.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    late.resolve({ data: { cat: null } });
    await closed;
    await once(socket, 'close');
    const [first = '', second = ''] = came.split(/(?=HTTP\/1\.1 )/);
    expect(first).toMatch(/^HTTP\/1\.1 200 .*\{"data":\{"cat":null\}\}/s);
    expect(second).toMatch(/^HTTP\/1\.1 503 .*connection: close.*"stopping"/is);
  });
});
