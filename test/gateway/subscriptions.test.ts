// Subscriptions as clients have them: over real sockets, with graphql-sse's own client and with none, over a small graph
// whose events the test makes.
import { once } from 'node:events';
import { request as ask } from 'node:http';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { createClient } from 'graphql-sse';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createDocuments, type Documents } from '../../gateway/documents.ts';
import { type Listening, listen } from '../../gateway/http.ts';
import { createServer } from '../../gateway/server.ts';
import { stallMs } from '../../gateway/stream.ts';
import { createSubscriptions } from '../../gateway/subscriptions.ts';
import { compose, gatewayOf } from '../../gateway/supergraph.ts';
import type { Transport } from '../../gateway/transport.ts';
import { createWording } from '../../gateway/wording.ts';
import { type Asker, createAsker } from '../../subgraphs/continuity/asker.ts';
import { changes } from '../../subgraphs/continuity/changes.ts';
import { createTestClock } from '../clock.ts';
import { ask as askOnce } from '../estate.ts';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])\n';
const status = `${federation} type Query { nothing: Int } type Subscription { changed: Thing! }
  type Thing @key(fields: "id") { id: ID! version: Int note: String }`;
const other = `${federation} type Query { broken: Int } type Mutation { change: Int }
  type Thing @key(fields: "id") { id: ID! more: String }`;

const json = { 'content-type': 'application/json' };
const streaming = { ...json, accept: 'text/event-stream' };
const body = (query: string, more = {}) => JSON.stringify({ query, ...more });

/** One thing that changes when the test says so. */
interface Play {
  /** What the source gives for a version, or throws. */
  event?(version: number): ExecutionResult;
  most?: number;
  documents?: Documents;
}

let listening: Listening | undefined;
afterEach(async () => {
  await listening?.close(0);
  listening = undefined;
});

async function play({ event, most, documents }: Play = {}) {
  const clock = createTestClock();
  const logged: string[] = [];
  const listeners = new Set<(system: string) => void>();
  const askers: Asker[] = [];
  let version = 1;
  const transport = (execute: Transport['execute']): Transport => ({
    execute,
    async subscribe({ asker }) {
      askers.push(asker);
      const listen = (listener: (system: string) => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      };
      const usual = () => ({ data: { changed: { __typename: 'Thing', id: '1', version, note: null } } });
      return changes(['thing'], { listen }, () => event?.(version) ?? usual());
    },
    close: async () => {},
  });
  const transports = new Map([
    ['status', transport(async () => ({ data: { nothing: 1 } }))],
    [
      'other',
      transport(async ({ asker, operation }) => {
        askers.push(asker);
        const text = JSON.stringify(operation.document);
        if (text.includes('"broken"')) return { errors: [new GraphQLError('connect 10.1.2.3', { path: ['broken'] })] };
        if (text.includes('"change"')) return { data: { change: 1 } };
        asker.onAnswer?.('thing', { system: 'thing', source: 'LIVE', asOf: `2026-01-0${version}` });
        return { data: { _entities: [{ __typename: 'Thing', more: `more ${version}` }] } };
      }),
    ],
  ]);
  const url = 'http://127.0.0.1:1';
  const { supergraphSdl } = compose([
    { name: 'status', sdl: status, url },
    { name: 'other', sdl: other, url },
  ]);
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
  const wording = createWording({ log, stateOf: () => 'OPERATIONAL' });
  const server = createServer({ gateway: gatewayOf(supergraphSdl, transports), log, wording });
  await server.start();
  let ids = 0;
  const subscriptions = createSubscriptions({
    server,
    wording,
    context: createAsker,
    clock,
    random: () => 0.5,
    id: () => `token-${++ids}`,
    ...(most && { most }),
    ...(documents && { documents }),
  });
  const front = { server, context: createAsker, subscriptions, ...(documents && { documents }) };
  listening = await listen(front, 0, '127.0.0.1');
  return {
    clock,
    logged,
    listeners,
    askers,
    url: `${listening.url}/graphql/stream`,
    at: listening,
    change() {
      version += 1;
      for (const listener of [...listeners]) listener('thing');
    },
  };
}

/** The results of a stream, as they come. */
function results(body: ReadableStream<Uint8Array> | null) {
  let rest = '';
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  return {
    /** The next block that is no heartbeat; null at the end. */
    async next(): Promise<string | null> {
      for (;;) {
        const end = rest.indexOf('\n\n');
        if (end >= 0) {
          const block = rest.slice(0, end);
          rest = rest.slice(end + 2);
          if (block !== ':') return block;
          continue;
        }
        const chunk = await reader?.read();
        if (!chunk || chunk.done) return null;
        rest += decoder.decode(chunk.value, { stream: true });
      }
    },
  };
}

const post = (url: string, query: string, more: RequestInit = {}) =>
  fetch(url, { method: 'POST', headers: streaming, body: body(query), ...more });
const dataOf = (block: string | null) => JSON.parse(/^data: (.*)$/m.exec(block ?? '')?.[1] ?? 'null');

describe('a subscription', () => {
  it.each([false, true])(
    'is told what is, then what changes, with what other subgraphs know of it (one connection for all: %s)',
    async (singleConnection) => {
      const played = await play();
      const client = createClient({ url: played.url, singleConnection, retryAttempts: 0 });
      const told = client.iterate({ query: 'subscription { changed { version more } }' });
      const next = async () => (await told.next()).value;
      const touched = (asOf: string) => ({ continuity: { thing: { state: 'OPERATIONAL', source: 'LIVE', asOf } } });
      expect(await next()).toEqual({
        data: { changed: { version: 1, more: 'more 1' } },
        extensions: touched('2026-01-01'),
      });
      played.change();
      expect(await next()).toEqual({
        data: { changed: { version: 2, more: 'more 2' } },
        // Not the oldest of all events: each is a request of its own.
        extensions: touched('2026-01-02'),
      });
      expect(new Set(played.askers).size).toBe(3);
      await told.return?.();
      client.dispose();
      await expect.poll(() => played.listeners.size).toBe(0);
      expect(played.askers.map(({ signal }) => signal?.aborted)).toEqual([true, true, true]);
    },
  );

  it('tells an error of one event with that event alone, and nothing internal', async () => {
    const internal = new TypeError('secret of 10.1.2.3');
    const played = await play({
      event: (version) => ({
        data: { changed: { id: '1', version, note: null } },
        ...(version === 1 && { errors: [new GraphQLError(internal.message, { originalError: internal })] }),
      }),
    });
    const told = results((await post(played.url, 'subscription { changed { version note } }')).body);
    const first = dataOf(await told.next());
    expect(first.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(first)).not.toContain('secret');
    expect(played.logged.join()).toContain('secret');
    played.change();
    expect(dataOf(await told.next())).toEqual({ data: { changed: { version: 2, note: null } } });
  });

  it('whose source fails says so, in no words of its own, and goes on where the source does', async () => {
    const played = await play({
      event(version) {
        if (version === 1) throw new Error('secret of 10.1.2.3');
        return { data: { changed: { id: '1', version } } };
      },
    });
    const told = results((await post(played.url, 'subscription { changed { version } }')).body);
    const said = dataOf(await told.next());
    expect(said.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(said)).not.toContain('secret');
    played.change();
    expect(dataOf(await told.next())).toEqual({ data: { changed: { version: 2 } } });
  });

  it('ends with its client, also while nothing happens', async () => {
    const played = await play();
    const hangUp = new AbortController();
    const reply = await post(played.url, 'subscription { changed { version } }', { signal: hangUp.signal });
    await results(reply.body).next();
    expect(played.listeners.size).toBe(1);
    hangUp.abort();
    await expect.poll(() => played.listeners.size).toBe(0);
    expect(played.askers[0]?.signal?.aborted).toBe(true);
  });

  it('is sent away when Lintel stops, to come back: without `complete`, which would mean that there is no more', async () => {
    const played = await play();
    const told = results((await post(played.url, 'subscription { changed { version } }')).body);
    await told.next();
    await played.at.close();
    expect(await told.next()).toMatch(/^retry: 1500\n: /);
    expect(await told.next()).toBeNull();
    expect(played.listeners.size).toBe(0);
  });
});

describe('a client that is slow', () => {
  const padding = 'x'.repeat(200_000);
  const large = (version: number) => ({ data: { changed: { id: '1', version, note: padding } } });

  /** Asks, and takes nothing until it is told to. */
  async function slow(url: string) {
    const asking = ask(url, { method: 'POST', headers: streaming });
    asking.end(body('subscription { changed { version note } }'));
    const [reply] = await once(asking, 'response');
    reply.pause();
    return reply as import('node:http').IncomingMessage;
  }

  it('is told less often, and in the end what is', async () => {
    const played = await play({ event: large });
    const reply = await slow(played.url);
    const times = 1_000;
    for (let i = 1; i < times; i++) {
      played.change();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const versions: number[] = [];
    let text = '';
    for await (const chunk of reply) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = dataOf(text.slice(0, end))?.data;
        if (data) versions.push(data.changed.version);
        text = text.slice(end + 2);
      }
      if (versions.at(-1) === times) break;
    }
    expect(versions).toEqual([...versions].sort((one, other) => one - other));
    expect(versions.length).toBeLessThan(times / 2);
  });

  it('that takes nothing at all is let go', async () => {
    const played = await play({ event: large });
    const reply = await slow(played.url);
    reply.on('error', () => {}); // It is cut off: that is what is looked at.
    for (let i = 0; i < 200; i++) {
      played.change();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(played.listeners.size).toBe(1);
    await played.clock.advance(stallMs);
    await expect.poll(() => played.listeners.size).toBe(0);
  });
});

describe('/graphql/stream', () => {
  it('tells of every wrong request what /graphql tells', async () => {
    const { url, at } = await play();
    const queries = [
      '{ broken }',
      '{ none }',
      '{ ',
      'query ($n: Int!) { nothing @include(if: $n) }',
      '',
      '{ nothing }',
    ];
    for (const query of queries) {
      const { data, errors } = await askOnce(at.url, query);
      const reply = await post(url, query);
      if (reply.headers.get('content-type')?.startsWith('text/event-stream')) {
        const told = results(reply.body);
        const given = dataOf(await told.next());
        expect([query, given.errors ?? [], given.data]).toEqual([query, errors, data]);
        expect(await told.next()).toBe('event: complete\ndata:');
      } else {
        expect([query, reply.status]).toEqual([query, 200]);
      }
    }
  });

  it('is where /graphql sends who subscribes there', async () => {
    const { at } = await play();
    const accept = 'application/graphql-response+json';
    const { errors, status } = await askOnce(at.url, 'subscription { changed { version } }', {}, { accept });
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(errors[0]?.message).toContain('/graphql/stream');
  });

  it('is not the only place for who takes nothing but events', async () => {
    const { at } = await play();
    const told = results((await post(`${at.url}/graphql`, 'subscription { changed { version } }')).body);
    expect(dataOf(await told.next()).data).toEqual({ changed: { version: 1 } });
    const both = { ...json, accept: 'application/json, text/event-stream' };
    expect(await (await post(`${at.url}/graphql`, '{ nothing }', { headers: both })).json()).toEqual({
      data: { nothing: 1 },
    });
  });

  it('is kept by nobody on its way', async () => {
    const { url } = await play();
    const { headers } = await post(url, '{ nothing }');
    expect(headers.get('cache-control')).toBe('private, no-store, no-transform');
    expect(headers.get('content-encoding')).toBeNull();
  });

  it('takes over GET what a page of its own asks, and no more than /graphql does', async () => {
    const { url } = await play();
    const get = (query: string, headers: Record<string, string>) =>
      fetch(`${url}?${new URLSearchParams({ query })}`, { headers: { accept: 'text/event-stream', ...headers } });
    const own = { 'sec-fetch-site': 'same-origin' };
    const told = results((await get('subscription { changed { version } }', own)).body);
    expect(dataOf(await told.next()).data).toEqual({ changed: { version: 1 } });
    const change = results((await get('mutation { change }', own)).body);
    expect(dataOf(await change.next()).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    for (const site of ['cross-site', 'same-site', '']) {
      expect((await get('{ nothing }', { 'sec-fetch-site': site })).status).toBe(400);
    }
    expect((await get('{ nothing }', { 'apollo-require-preflight': 'true' })).status).toBe(200);
  });

  it.each(['text/plain', 'text/plain; application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'refuses what a form of another page could send: %s',
    async (type) => {
      const { url } = await play();
      const headers = { accept: 'text/event-stream', 'content-type': type };
      expect((await post(url, 'mutation { change }', { headers })).status).toBe(415);
    },
  );

  it('answers nothing but trusted documents where only those are: by their names, in both modes and in parts', async () => {
    const query = 'subscription { changed { version } }';
    const played = await play({ documents: createDocuments(new Map([['changes', query]]), true) });
    const asked = (given: object, to = played.url, headers: Record<string, string> = streaming) =>
      fetch(to, { method: 'POST', headers, body: JSON.stringify(given) });
    const told = results((await asked({ documentId: 'changes' })).body);
    expect(dataOf(await told.next()).data).toEqual({ changed: { version: 1 } });
    const refused = results((await asked({ query: 'subscription { changed { note } }' })).body);
    expect(dataOf(await refused.next()).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const parts = { ...json, accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' };
    const inParts = await asked({ query: 'subscription { changed { note } }' }, `${played.at.url}/graphql`, parts);
    expect(inParts.status).toBe(403);
    const token = await (await fetch(played.url, { method: 'PUT' })).text();
    const one = { ...json, 'x-graphql-event-stream-token': token };
    const extensions = { operationId: 'a' };
    expect((await asked({ documentId: 'changes', extensions }, played.url, one)).status).toBe(202);
    const other = { query: '{ nothing }', extensions: { operationId: 'b' } };
    expect((await asked(other, played.url, one)).status).toBe(403);
    expect(played.listeners.size).toBe(2);
  });

  it('refuses what is too large, and who does not say what they take', async () => {
    const { url } = await play();
    expect((await post(url, `{ nothing } # ${'x'.repeat(1024 * 1024)}`)).status).toBe(413);
    expect((await post(url, '{ nothing }', { headers: json })).status).toBe(406);
  });

  it('takes as many as it has room for, and one more when one has gone', async () => {
    const { url, listeners } = await play({ most: 2 });
    const hangUp = new AbortController();
    const query = 'subscription { changed { version } }';
    const first = await post(url, query, { signal: hangUp.signal });
    await post(url, query);
    const third = await post(url, query);
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '60']);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(503);
    expect(first.status).toBe(200);
    hangUp.abort();
    await expect.poll(() => listeners.size).toBe(1);
    expect((await post(url, query)).status).toBe(200);
  });

  it('on one connection for all counts every subscription, and gives the place back of one that ends', async () => {
    const { url, listeners } = await play({ most: 2 });
    const token = await (await fetch(url, { method: 'PUT' })).text();
    const headers = { ...json, 'x-graphql-event-stream-token': token };
    const subscribe = (operationId: string) =>
      fetch(url, {
        method: 'POST',
        headers,
        body: body('subscription { changed { version } }', { extensions: { operationId } }),
      });
    const told = results((await fetch(url, { headers: { ...headers, accept: 'text/event-stream' } })).body);
    expect([(await subscribe('a')).status, (await subscribe('b')).status]).toEqual([202, 202]);
    expect((await subscribe('c')).status).toBe(503);
    expect([dataOf(await told.next()).id, dataOf(await told.next()).id].sort()).toEqual(['a', 'b']);
    expect((await fetch(`${url}?operationId=a`, { method: 'DELETE', headers })).status).toBe(200);
    await expect.poll(() => listeners.size).toBe(1);
    expect((await subscribe('d')).status).toBe(202);
  });

  it('forgets a stream that is announced and never opened', async () => {
    const { url, clock, listeners } = await play({ most: 1 });
    const token = await (await fetch(url, { method: 'PUT' })).text();
    const headers = { ...json, 'x-graphql-event-stream-token': token };
    const subscribe = () =>
      fetch(url, {
        method: 'POST',
        headers,
        body: body('subscription { changed { version } }', { extensions: { operationId: 'a' } }),
      });
    expect((await subscribe()).status).toBe(202);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(503);
    await clock.advance(30_000);
    await expect.poll(() => listeners.size).toBe(0);
    expect((await subscribe()).status).toBe(404);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(201);
  });
});

describe('a client that takes events as parts of a reply', () => {
  const parts = { ...json, accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json' };
  const subscription = 'subscription { changed { version more } }';

  /** Apollo Client as it comes. */
  function apollo(url: string) {
    const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url }) });
    const told: unknown[] = [];
    const ended = Promise.withResolvers<unknown>();
    const subscription = client
      .subscribe({ query: gql`subscription { changed { version more } }`, errorPolicy: 'all', fetchPolicy: 'no-cache' })
      .subscribe({
        next: ({ data, error }) =>
          told.push(error ? error.message : (data as { changed: { version: number } }).changed.version),
        complete: () => ended.resolve('complete'),
        error: (error) => ended.resolve(error),
      });
    return { client, told, ended: ended.promise, stop: () => subscription.unsubscribe() };
  }

  it('is told what is, then what changes, by Apollo Client; and ends with it', async () => {
    const played = await play();
    const { told, stop } = apollo(`${played.at.url}/graphql`);
    await expect.poll(() => told).toEqual([1]);
    played.change();
    await expect.poll(() => told).toEqual([1, 2]);
    stop();
    await expect.poll(() => played.listeners.size).toBe(0);
    expect(played.askers.at(-1)?.signal?.aborted).toBe(true);
  });

  it('is told by Apollo Client when Lintel stops', async () => {
    const played = await play();
    const { told, ended } = apollo(`${played.at.url}/graphql`);
    await expect.poll(() => told).toEqual([1]);
    await played.at.close();
    await ended;
    expect(told).toEqual([1, 'Lintel stops here. Come back.']);
    expect(played.listeners.size).toBe(0);
  });

  it('is told that all is well while nothing happens', async () => {
    const played = await play();
    const reply = await post(`${played.at.url}/graphql`, subscription, { headers: parts });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([
      200,
      'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    ]);
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: RegExp) => {
      while (!wanted.test(text)) text += (await reader?.read())?.value ?? '';
    };
    await until(/"version":1.*\r\n--graphql/s);
    await played.clock.advance(10_000);
    await until(/\r\n\r\n\{\}\r\n--graphql/);
    played.change();
    await until(/"version":2.*\r\n--graphql/s);
    expect(text).toMatch(/^\r\n--graphql\r\ncontent-type: application\/json\r\n\r\n\{"payload":\{"data":/);
    await reader?.cancel();
    await expect.poll(() => played.listeners.size).toBe(0);
  });

  it('is answered as anybody else is where it does not subscribe', async () => {
    const { at } = await play();
    const reply = await post(`${at.url}/graphql`, '{ nothing }', { headers: parts });
    expect(await reply.json()).toEqual({ data: { nothing: 1 } });
    const wrong = await post(`${at.url}/graphql`, 'subscription { none }', { headers: parts });
    expect(((await wrong.json()) as { errors: unknown }).errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('takes no room where it does not subscribe, however often it asks', async () => {
    const { at } = await play({ most: 1 });
    for (const _time of [1, 2, 3]) {
      const reply = await post(`${at.url}/graphql`, '{ nothing }', { headers: parts });
      expect([reply.status, await reply.json()]).toEqual([200, { data: { nothing: 1 } }]);
    }
  });

  it('says what it takes for an answer, as at /graphql/stream, and each system hears that', async () => {
    const { at, url, askers } = await play();
    const said = { 'cache-control': 'max-stale=60' };
    const told = results((await post(url, subscription, { headers: { ...streaming, ...said } })).body);
    await told.next();
    await post(`${at.url}/graphql`, subscription, { headers: { ...parts, ...said } });
    // Two subgraphs, each asked for both.
    await expect.poll(() => askers.length, { timeout: 20_000 }).toBe(4);
    expect(new Set(askers.map(({ cacheControl }) => cacheControl))).toEqual(new Set(['max-stale=60']));
  });

  it('finds no room where there is none, and room again when one has gone', async () => {
    const { at, listeners } = await play({ most: 1 });
    const hangUp = new AbortController();
    const ask = (signal?: AbortSignal) =>
      post(`${at.url}/graphql`, subscription, { headers: parts, ...(signal && { signal }) });
    expect((await ask(hangUp.signal)).status).toBe(200);
    expect((await ask()).status).toBe(503);
    hangUp.abort();
    await expect.poll(() => listeners.size).toBe(0);
    expect((await ask()).status).toBe(200);
  });
});
