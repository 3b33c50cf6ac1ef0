import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parse } from 'graphql';
import { Pool } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SubgraphOperation } from '../../gateway/engine/transport.ts';
import { exchange } from '../../gateway/transport/exchange.ts';
import { remote } from '../../gateway/transport.ts';
import { createAsker, type GatheringAsker } from '../../subgraphs/continuity/asker.ts';
import { createTestClock } from '../clock.ts';
import { type Canned, serveWire, until } from '../subgraphs/wire.ts';

const query = 'query Pets ($names: [String]) { pets(names: $names) { name } }';
const operation: SubgraphOperation = {
  kind: 'query',
  name: 'Pets',
  query,
  queryJson: JSON.stringify(query),
  document: parse(query),
};
const mutation: SubgraphOperation = { ...operation, kind: 'mutation' };

function over(url: string, clock = createTestClock()) {
  const transport = remote('pets', url, { timeoutMs: 5_000, clock, random: () => 0.5, id: () => 'one' });
  onTestFinished(() => transport.close());
  const askAs = (asker: GatheringAsker, asked = operation) =>
    transport.execute({ operation: asked, variablesJson: '{"names":["Tom"]}', asker });
  const ask = (signal = new AbortController().signal, asked = operation, cacheControl?: string) =>
    askAs(createAsker(signal, cacheControl), asked);
  return { clock, ask, askAs };
}

async function canned(answer: () => Canned | Promise<Canned>) {
  const wire = await serveWire(answer);
  return { wire, ...over(wire.url) };
}

/** A server that does with each connection what the test says, once a whole question has come. */
async function raw(answer: (socket: Socket, count: number) => void) {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (String(chunk).includes('"query"')) answer(socket, ++asked);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked: () => asked };
}

const json = { 'content-type': 'application/json' };
const codeOf = ({ errors }: { errors?: readonly { extensions?: object }[] | undefined }) =>
  errors?.map(({ extensions }) => (extensions as { code?: string })?.code);

const reply = (body: string, more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('a subgraph over HTTP', () => {
  it('is asked with what the plan has made ready, in the client’s words of what they take', async () => {
    const { wire, ask } = await canned(() => ({ headers: json, body: '{"data":{"pets":[]}}' }));
    expect(await ask(undefined, operation, 'max-stale=60')).toEqual({ data: { pets: [] } });
    const [asked] = wire.asked;
    expect(JSON.parse(asked?.body ?? '')).toEqual({ query, variables: { names: ['Tom'] }, operationName: 'Pets' });
    expect(asked?.headers['cache-control']).toBe('max-stale=60');
  });

  it('is asked at its whole address, also where that has a query', async () => {
    const wire = await serveWire(() => ({ headers: json, body: '{"data":{"pets":[]}}' }));
    await over(`${wire.url}/api/graphql?key=one`).ask();
    expect(wire.asked.map(({ target }) => target)).toEqual(['/api/graphql?key=one']);
  });

  it('says of the systems behind it what it has touched, and from where', async () => {
    const continuity = {
      repairs: { source: 'SNAPSHOT', asOf: '2026-11-28T12:00:00.000Z' },
      lettings: { source: null, asOf: null },
    };
    const body = JSON.stringify({ data: { pets: [] }, extensions: { continuity } });
    const wire = await serveWire(() => ({ headers: json, body }));
    const asker = createAsker(new AbortController().signal);
    await over(wire.url).askAs(asker);
    expect([...asker.touched]).toEqual([
      ['repairs', continuity.repairs],
      ['lettings', continuity.lettings],
    ]);
  });

  it.each([
    ['a page of HTML', { status: 500, body: '<html>ORA-600 at db7.internal</html>' }, 'SYSTEM_GARBLED'],
    ['another JSON with 500', { status: 500, headers: json, body: '{"oops":"db7.internal"}' }, 'SYSTEM_DOWN'],
    ['no GraphQL', { headers: json, body: '[1]' }, 'SYSTEM_GARBLED'],
    ['neither data nor errors', { headers: json, body: '{"data":null}' }, 'SYSTEM_GARBLED'],
    ['half an answer', { headers: json, body: '{"data":{"_entities":[]}}', cut: true }, 'SYSTEM_GARBLED'],
    [
      'what does not unpack',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: '{"data":{}}' },
      'SYSTEM_GARBLED',
    ],
    [
      'what nobody can unpack',
      { headers: { ...json, 'content-encoding': 'lzw' }, body: '{"data":{}}' },
      'SYSTEM_GARBLED',
    ],
  ])('that gives %s is one failed call, of which nothing internal is told', async (_what, answer, code) => {
    const { ask } = await canned(() => answer);
    const given = await ask();
    expect(given.data).toBeUndefined();
    expect(codeOf(given)).toEqual([code]);
    expect(given.errors?.[0]?.extensions?.failedCall).toBe('one');
    expect(JSON.stringify(given)).not.toMatch(/ORA|db7|html|127\.0\.0\.1/);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('may pack its reply: %s', async (encoding, pack) => {
    const packed = pack(JSON.stringify({ data: { pets: [{ name: 'Tóm' }] } }));
    const { url } = await raw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    expect((await over(url).ask()).data).toEqual({ pets: [{ name: 'Tóm' }] });
  });

  it.each([
    ['says how large it is', 'content-length: 2000\r\n', 'x'.repeat(2_000)],
    ['does not say how large it is', '', 'x'.repeat(2_000)],
    ['is small, and large when unpacked', 'content-encoding: gzip\r\n', gzipSync('x'.repeat(100_000))],
  ])('whose reply is too large is let go: it %s', async (_what, headers, body) => {
    const { url } = await raw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n${headers}\r\n`);
      socket.end(body);
    });
    const wire = new Pool(new URL(url).origin);
    onTestFinished(() => wire.destroy());
    const question = { path: '/', headers: [], body: '{"query":""}' };
    const limits = { timeoutMs: 5_000, largestReply: 1_000, clock: createTestClock() };
    await expect(exchange(wire, question, limits, undefined)).rejects.toMatchObject({ failure: 'GARBLED' });
  });

  it('that hangs is waited for as long as is configured, and no longer', async () => {
    const { ask, wire, clock } = await canned(() => new Promise(() => {}));
    const asked = ask();
    await until(() => wire.asked.length > 0);
    await clock.advance(5_000);
    expect(codeOf(await asked)).toEqual(['SYSTEM_TIMEOUT']);
  });

  it('is left when the client hangs up, and its connection ends', async () => {
    const gone = Promise.withResolvers<void>();
    const { url, asked } = await raw((socket) => socket.once('close', () => gone.resolve()));
    const hungUp = new AbortController();
    const given = over(url).ask(hungUp.signal);
    await until(() => asked() > 0);
    hungUp.abort();
    expect(codeOf(await given)).toEqual(['SYSTEM_TIMEOUT']);
    await gone.promise;
  });

  it('is not asked at all for a client that has hung up', async () => {
    const { ask, wire } = await canned(() => ({ headers: json, body: '{"data":{}}' }));
    await ask(AbortSignal.abort());
    expect(wire.asked).toEqual([]);
  });

  it('that closed the connection after its last answer is asked once more, but never to change something', async () => {
    // Every second question meets a connection that ends.
    const play = () =>
      raw((socket, count) => (count % 2 === 0 ? socket.destroy() : socket.write(reply('{"data":{"pets":[]}}'))));
    const once = await play();
    const { ask } = over(once.url);
    await ask();
    expect(await ask()).toEqual({ data: { pets: [] } });
    expect(once.asked()).toBe(3);
    const never = await play();
    const changing = over(never.url);
    await changing.ask();
    expect(codeOf(await changing.ask(undefined, mutation))).toEqual(['SYSTEM_DOWN']);
    expect(never.asked()).toBe(2);
  });

  it('that refuses is down', async () => {
    expect(codeOf(await over('http://127.0.0.1:1/graphql').ask())).toEqual(['SYSTEM_DOWN']);
  });

  it('is asked over connections that are kept', async () => {
    const ports = new Set<number | undefined>();
    const { url, asked } = await raw((socket) => {
      ports.add(socket.remotePort);
      socket.write(reply('{"data":{"pets":[]}}'));
    });
    const { ask } = over(url);
    for (let i = 0; i < 20; i++) await ask();
    // A second one, where the next question comes in the instant in which the first is still being put away.
    expect(asked()).toBe(20);
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});
