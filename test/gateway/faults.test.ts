// What a broken subgraph costs, over real sockets all the way: its own fields, with one error, and nothing of what it or
// the way to it looks like.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGenerations, type Generations } from '../../gateway/generations.ts';
import { type Listening, listen } from '../../gateway/http.ts';
import { createGatewayMetrics } from '../../gateway/requests.ts';
import { compose } from '../../gateway/supergraph.ts';
import { createWording } from '../../gateway/wording.ts';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { ask } from '../estate.ts';
import { until } from '../subgraphs/wire.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n';
const people = `${link} type Query { people: [Person!] } type Person @key(fields: "id") { id: ID! name: String! }`;
const repairs = `${link} type Query { repairs: [Repair!] } type Repair { what: String! }
  type Person @key(fields: "id") { id: ID! repairs: [Repair!] nearest: String }`;

/** What would give away where a subgraph is, what it runs on, or what it said. */
const inside =
  /127\.0\.0\.1|localhost|internal|ORA-|<html|secret|hunter2|node_modules|\bat \S+ \(|\.ts:\d+|ECONN|UND_ERR|HPE_|socket/i;

type Behaviour = (socket: Socket, question: string) => void;

const http = (status: string, type: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const good = JSON.stringify({
  data: { _entities: [{ __typename: 'Person', repairs: [{ what: 'Boiler' }], nearest: 'Ely' }], repairs: [] },
});

const behaviours: [string, Behaviour, string][] = [
  ['hangs', () => {}, 'SYSTEM_TIMEOUT'],
  [
    'begins an answer, and hangs',
    (socket) => socket.write(http('200 OK', 'application/json', good).slice(0, 120)),
    'SYSTEM_TIMEOUT',
  ],
  ['says something that is no HTTP', (socket) => socket.end('ORA-600 secret\r\n\r\n'), 'SYSTEM_GARBLED'],
  [
    'gives half of an answer',
    (socket) => socket.end(http('200 OK', 'application/json', good).slice(0, -20)),
    'SYSTEM_GARBLED',
  ],
  [
    'ends in the middle of the body',
    (socket) => socket.write(http('200 OK', 'application/json', good).slice(0, -20), () => socket.destroy()),
    'SYSTEM_GARBLED',
  ],
  [
    'resets in the middle of the body',
    (socket) => socket.write(http('200 OK', 'application/json', good).slice(0, -20), () => socket.resetAndDestroy()),
    'SYSTEM_GARBLED',
  ],
  [
    'gives half of an answer, and says that it is whole',
    (socket) => socket.write(http('200 OK', 'application/json', good.slice(0, -20))),
    'SYSTEM_GARBLED',
  ],
  [
    'answers 500 with a page',
    (socket) => socket.write(http('500 No', 'text/html', '<html>secret of 127.0.0.1')),
    'SYSTEM_GARBLED',
  ],
  [
    'answers 200 with a page',
    (socket) => socket.write(http('200 OK', 'text/html', '<html>secret of 127.0.0.1')),
    'SYSTEM_GARBLED',
  ],
  [
    'answers 503 with another JSON',
    (socket) => socket.write(http('503 No', 'application/json', '{"host":"db.internal"}')),
    'SYSTEM_DOWN',
  ],
  [
    'answers with no data and no error',
    (socket) => socket.write(http('200 OK', 'application/json', '{"data":null}')),
    'SYSTEM_GARBLED',
  ],
  ['answers with nothing', (socket) => socket.write(http('200 OK', 'application/json', '')), 'SYSTEM_GARBLED'],
  ['answers with null', (socket) => socket.write(http('200 OK', 'application/json', 'null')), 'SYSTEM_GARBLED'],
  ['hangs up before it answers', (socket) => socket.destroy(), 'SYSTEM_DOWN'],
  [
    'sends elsewhere',
    (socket) => socket.write('HTTP/1.1 302 Found\r\nlocation: http://login.internal/\r\ncontent-length: 0\r\n\r\n'),
    'SYSTEM_GARBLED',
  ],
];

/** A subgraph made of bytes. */
async function serve(behave: Behaviour) {
  let present = behave;
  let questions = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // It is broken off: that is what is looked at.
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      const text = String(chunk);
      if (!text.startsWith('POST')) return;
      questions += 1;
      present(socket, text);
    });
  });
  const port = async (at = 0) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const number = await port();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    number,
    url: `http://127.0.0.1:${number}/graphql`,
    questions: () => questions,
    be(next: Behaviour) {
      present = next;
    },
    cut,
    async refuse() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
    async back() {
      if (!server.listening) await port(number);
    },
    async close() {
      cut();
      server.close();
    },
  };
}

describe('a subgraph', () => {
  const named = JSON.stringify({ data: { people: [{ __typename: 'Person', id: '1', name: 'Katy' }] } });
  const well: Behaviour = (socket) => socket.write(http('200 OK', 'application/json', named));
  const healthy: Behaviour = (socket) => socket.write(http('200 OK', 'application/json', good));
  let upstream: Awaited<ReturnType<typeof serve>>;
  let other: Awaited<ReturnType<typeof serve>>;
  let clock: TestClock;
  let server: Generations;
  let front: Listening;
  const metrics = createGatewayMetrics();

  beforeAll(async () => {
    [other, upstream] = [await serve(well), await serve(healthy)];
    const { supergraphSdl } = compose([
      { name: 'people', sdl: people, url: other.url },
      { name: 'repairs', sdl: repairs, url: upstream.url },
    ]);
    const log = pino({ level: 'silent' });
    clock = createTestClock();
    let ids = 0;
    server = await createGenerations(supergraphSdl, {
      clock,
      random: () => 0.5,
      id: () => String(++ids),
      timeoutMs: 5_000,
      log,
      wording: createWording({ log, generic: true }),
      onAnswered: metrics.answered,
      onCalled: metrics.called,
    });
    const pages = new Map([['/metrics', metrics.route]]);
    front = await listen({ server, context: createAsker, pages }, 0, '127.0.0.1');
  });
  afterAll(async () => {
    await front.close(0);
    await server.stop();
    await Promise.all([other.close(), upstream.close()]);
  });
  afterEach(async () => {
    await upstream.back();
    upstream.be(healthy);
  });

  const page = '{ people { name repairs { what } nearest } }';

  it('that is well gives all of it', async () => {
    const { data, errors } = await ask(front.url, page);
    expect(errors).toEqual([]);
    expect(data).toEqual({ people: [{ name: 'Katy', repairs: [{ what: 'Boiler' }], nearest: 'Ely' }] });
  });

  it.each(behaviours)(
    'that %s costs its own fields alone, and tells nothing of itself',
    async (_what, behave, code) => {
      upstream.be(behave);
      for (const [query, data, places] of [
        [page, { people: [{ name: 'Katy', repairs: null, nearest: null }] }, 2],
        ['{ people { name } repairs { what } }', { people: [{ name: 'Katy' }], repairs: null }, 1],
        ['{ repairs { what } }', { repairs: null }, 1],
      ] as const) {
        const before = upstream.questions();
        const asked = ask(front.url, query);
        if (code === 'SYSTEM_TIMEOUT') {
          await until(() => upstream.questions() > before);
          await clock.advance(5_000);
        }
        const reply = await asked;
        expect([query, reply.status, reply.data]).toEqual([query, 200, data]);
        expect(reply.errors.map(({ extensions }) => [extensions.code, extensions.system, extensions.affected])).toEqual(
          [[code, 'repairs', places]],
        );
        expect(reply.text).not.toMatch(inside);
        expect(reply.text).not.toContain(String(upstream.number));
        expect(reply.text).not.toContain(String(other.number));
        upstream.cut();
      }
    },
  );

  it('that refuses costs its own fields alone, and gives them again when it is back', async () => {
    await upstream.refuse();
    const lost = await ask(front.url, page);
    expect(lost.data).toEqual({ people: [{ name: 'Katy', repairs: null, nearest: null }] });
    expect(lost.errors.map(({ extensions }) => extensions.code)).toEqual(['SYSTEM_DOWN']);
    expect(lost.text).not.toMatch(inside);
    expect(lost.text).not.toContain(String(upstream.number));
    await upstream.back();
    expect((await ask(front.url, page)).errors).toEqual([]);
  });

  it('is counted, call by call, with what went wrong', async () => {
    const told = async () => {
      const text = await (await fetch(`${front.url}/metrics`)).text();
      expect(text).not.toMatch(inside);
      return (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? 0);
    };
    const failures = 'lintel_subgraph_failures_total{subgraph="repairs",code="SYSTEM_DOWN"}';
    const before = await told();
    upstream.be((socket) => socket.destroy());
    await ask(front.url, page);
    const after = await told();
    const more = (name: string) => after(name) - before(name);
    expect(more('lintel_request_seconds_count')).toBe(1);
    expect(more('lintel_errors_total{code="SYSTEM_DOWN"}')).toBe(1);
    expect(more('lintel_subgraph_seconds_count{subgraph="people"}')).toBe(1);
    expect(more('lintel_subgraph_seconds_count{subgraph="repairs"}')).toBe(1);
    expect(more(failures)).toBe(1);
  });

  it('has nothing to do with those who hang up', async () => {
    const told = async () => (await (await fetch(`${front.url}/metrics`)).text()).replace(/^#.*$/gm, '');
    const before = await told();
    const [asked, gone] = [upstream.questions(), Promise.withResolvers<void>()];
    upstream.be((socket) => socket.once('close', () => gone.resolve()));
    const client = new AbortController();
    const body = JSON.stringify({ query: '{ repairs { what } }' });
    const headers = { 'content-type': 'application/json' };
    const reply = fetch(`${front.url}/graphql`, { method: 'POST', headers, body, signal: client.signal });
    await until(() => upstream.questions() > asked);
    client.abort();
    await expect(reply).rejects.toThrow('abort');
    await gone.promise;
    expect(await told()).toBe(before);
  });

  it('cannot have more codes counted than there are in the contract', async () => {
    const errors = [
      { message: 'No.', path: ['_entities', 0, 'nearest'], extensions: { code: 'CODE_OF_THEIR_OWN_4711' } },
    ];
    const data = { _entities: [{ __typename: 'Person', repairs: [], nearest: null }] };
    upstream.be((socket) => socket.write(http('200 OK', 'application/json', JSON.stringify({ data, errors }))));
    const reply = await ask(front.url, page);
    expect(reply.errors.map(({ extensions }) => extensions.code)).toEqual(['CODE_OF_THEIR_OWN_4711']);
    const text = await (await fetch(`${front.url}/metrics`)).text();
    expect(text).toContain('lintel_errors_total{code="OTHER"} 1');
    expect(text).not.toContain('4711');
  });
});
