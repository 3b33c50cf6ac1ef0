// Subscriptions all the way over HTTP: a subgraph in a server of its own, a gateway over it, a client; and what becomes of
// them when the way to the subgraph breaks.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, subscribe } from 'graphql';
import { createClient } from 'graphql-sse';
import { pino } from 'pino';
import { Pool } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGenerations } from '../../gateway/generations.ts';
import { listen } from '../../gateway/http.ts';
import { createSubscriptions } from '../../gateway/subscriptions.ts';
import { compose } from '../../gateway/supergraph.ts';
import { type Feed, openFeed, silentMs } from '../../gateway/transport/feed.ts';
import { createWording } from '../../gateway/wording.ts';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { subgraphServer, subgraphWording } from '../../subgraphs/serve.ts';
import { createTestClock } from '../clock.ts';
import { serveWire, until } from '../subgraphs/wire.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n';
const things = `${link} type Query { nothing: Int } type Subscription { changed(from: Int = 1): Thing }
  type Thing @key(fields: "id") { id: ID! version: Int }`;
const more = `${link} type Query { other: Int } type Thing @key(fields: "id") { id: ID! more: String }`;
const event = (version: number) => ({ data: { changed: { __typename: 'Thing', id: '1', version } } });
const next = (version: number) => `event: next\ndata: ${JSON.stringify(event(version))}\n\n`;

/** A gateway over a subgraph at `url`, and one that knows more of each thing. */
async function gateway(url: string) {
  const wire = await serveWire(() => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { _entities: [{ __typename: 'Thing', more: 'more' }] } }),
  }));
  const log = pino({ level: 'silent' });
  const clock = createTestClock();
  const { supergraphSdl } = compose([
    { name: 'things', sdl: things, url },
    { name: 'more', sdl: more, url: `${wire.url}/graphql` },
  ]);
  const wording = createWording({ log, generic: true });
  let ids = 0;
  const surroundings = { clock, random: () => 1, id: () => String(++ids) };
  const server = await createGenerations(supergraphSdl, { ...surroundings, timeoutMs: 5_000, log, wording });
  const subscriptions = createSubscriptions({ ...surroundings, server, wording, context: createAsker });
  const front = await listen({ server, context: createAsker, subscriptions }, 0, '127.0.0.1');
  const client = createClient({ url: `${front.url}/graphql/stream`, retryAttempts: 0 });
  onTestFinished(async () => {
    client.dispose();
    await front.close(0);
    await server.stop();
  });
  const ask = (query = 'subscription { changed { version more } }') => client.iterate({ query });
  return { clock, ask, client };
}

/** A subgraph that sends what the test says, over connections that it can break. */
async function source() {
  const open = new Set<ServerResponse>();
  let asked = 0;
  const server: Server = createServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  const start = async (port = 0) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await start();
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => {
    if (server.listening) await stop();
  });
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    open,
    asked: () => asked,
    send: (text: string) => {
      for (const response of open) response.write(text);
    },
    stop,
    start: () => start(port),
  };
}

describe('a subscription to a subgraph over HTTP', () => {
  it('is served by a subgraph by itself, with what other subgraphs know of each event', async () => {
    const listeners = new Set<(version: number) => void>();
    const resolvers = {
      Subscription: {
        changed: {
          async *subscribe(_root: unknown, { from }: { from: number }) {
            yield { changed: { id: '1', version: from } };
            for (;;) {
              const version = await new Promise<number>((resolve) => listeners.add(resolve));
              yield { changed: { id: '1', version } };
            }
          },
        },
      },
    };
    const schema = buildSubgraphSchema([{ typeDefs: parse(things), resolvers: resolvers as never }]);
    const server = subgraphServer({
      schema,
      subscribe: async ({ document, variables }) => subscribe({ schema, document, variableValues: variables ?? {} }),
    });
    await server.start();
    const context = (signal: AbortSignal, cacheControl: string | undefined) => ({
      asker: createAsker(signal, cacheControl),
    });
    const surroundings = { clock: createTestClock(), random: () => 0.5, id: () => '1' };
    const subscriptions = createSubscriptions({ ...surroundings, server, context, wording: subgraphWording });
    const front = await listen({ server, context, subscriptions }, 0, '127.0.0.1');
    onTestFinished(async () => {
      await front.close(0);
      await server.stop();
    });
    const { ask } = await gateway(`${front.url}/graphql`);
    const told = ask('subscription { changed(from: 7) { version more } }');
    expect((await told.next()).value).toEqual({ data: { changed: { version: 7, more: 'more' } } });
    await until(() => listeners.size === 1);
    for (const listener of listeners) listener(8);
    expect((await told.next()).value).toEqual({ data: { changed: { version: 8, more: 'more' } } });
    await told.return?.();
  });

  it('says once that its source is away, asks for it again and again, and goes on when it is back', async () => {
    const { url, send, open, asked, stop, start } = await source();
    const { ask, clock } = await gateway(url);
    const told = ask();
    const first = told.next();
    await until(() => open.size === 1);
    send(next(1));
    expect((await first).value).toMatchObject({ data: { changed: { version: 1 } } });
    const second = told.next();
    await stop();
    const { value: away } = await second;
    expect(away).toMatchObject({
      data: { changed: null },
      errors: [{ extensions: { code: 'SYSTEM_DOWN', system: 'things' } }],
    });
    expect(JSON.stringify(away)).not.toMatch(/127\.0\.0\.1|socket|ECONN/);
    const third = told.next();
    // One second, two, four: nobody answers.
    for (const ms of [1_000, 2_000, 4_000]) await clock.advance(ms);
    await start();
    await clock.advance(8_000);
    await until(() => open.size === 1);
    send(next(2));
    expect((await third).value).toMatchObject({ data: { changed: { version: 2, more: 'more' } } });
    expect(asked()).toBe(2);
    await told.return?.();
  });

  it('is over when its source says so', async () => {
    const { url, send, open, asked } = await source();
    const { ask } = await gateway(url);
    const told = ask();
    const first = told.next();
    await until(() => open.size === 1);
    send(`${next(1)}event: complete\ndata:\n\n`);
    await first;
    expect((await told.next()).done).toBe(true);
    expect(asked()).toBe(1);
  });

  it('ends at its source with the client, while events come and while it is away', async () => {
    const { url, send, open, asked, stop } = await source();
    const { ask, clock } = await gateway(url);
    const told = ask();
    const first = told.next();
    await until(() => open.size === 1);
    send(next(1));
    await first;
    await told.return?.();
    await until(() => open.size === 0);
    const again = ask();
    const begun = again.next();
    await until(() => open.size === 1);
    await stop();
    await begun;
    await again.return?.();
    for (let i = 0; i < 10; i++) await clock.advance(30_000);
    expect(asked()).toBe(2);
  });

  it.each([
    [
      'it refuses',
      { status: 200, body: '{"errors":[{"message":"Not for you.","extensions":{"code":"FORBIDDEN"}}]}' },
      'FORBIDDEN',
    ],
    ['it answers with a page', { status: 500, body: '<html>secret</html>' }, 'SYSTEM_GARBLED'],
  ])('that cannot begin says why: %s', async (_what, answer, code) => {
    const wire = await serveWire(() => answer);
    const { ask } = await gateway(`${wire.url}/graphql`);
    const { value } = await ask().next();
    expect(value).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(JSON.stringify(value)).not.toContain('secret');
  });
});

describe('a feed of events', () => {
  async function feed() {
    const from = await source();
    const wire = new Pool(new URL(from.url).origin);
    const clock = createTestClock();
    const question = { path: '/graphql', headers: [], body: '{}' };
    const opened = openFeed(wire, question, { clock, timeoutMs: 5_000, largestReply: 1_000_000 });
    await until(() => from.open.size === 1);
    onTestFinished(() => wire.destroy());
    return { ...from, clock, feed: (await opened) as Feed };
  }

  it('reads them however they are written and cut', async () => {
    const { send, feed: events } = await feed();
    const text =
      ':\n\nevent: next\ndata: {"a":\ndata: "ü🏠"}\n\n\r\nevent:next\r\ndata:two\r\nid: 7\r\n\r\nevent: complete\rdata\r\r:';
    const bytes = Buffer.from(text);
    for (const byte of bytes) send(Buffer.from([byte]) as never);
    expect(await events.next()).toEqual({ event: 'next', data: '{"a":\n"ü🏠"}' });
    expect(await events.next()).toEqual({ event: 'next', data: 'two' });
    expect(await events.next()).toEqual({ event: 'complete', data: '' });
  });

  it('that has sent signs of life and sends none any more is gone; one that never did may be silent', async () => {
    const silent = await feed();
    silent.send(next(1));
    await silent.feed.next();
    await silent.clock.advance(10 * silentMs);
    silent.send(next(2));
    await silent.feed.next();
    const beating = await feed();
    beating.send(`:\n\n${next(1)}`);
    await beating.feed.next();
    const over = expect(beating.feed.next()).rejects.toMatchObject({ failure: 'TIMEOUT' });
    await beating.clock.advance(silentMs);
    await over;
    await until(() => beating.open.size === 0);
  });

  it('that nobody takes is read no further, and loses nothing', async () => {
    const { open, feed: events } = await feed();
    const [response] = open as unknown as [ServerResponse];
    const padding = 'x'.repeat(100_000);
    let sent = 0;
    // Far more than a connection holds by itself.
    while (sent < 2_000 && response.writableLength < 4_000_000) {
      response.write(`event: next\ndata: ${sent} ${padding}\n\n`);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(2_000);
    for (let i = 0; i < sent; i++) expect((await events.next()).data.startsWith(`${i} `)).toBe(true);
    events.close();
  });
});
