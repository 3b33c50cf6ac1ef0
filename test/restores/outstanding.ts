// Counts what this process waits for that takes no time on a virtual clock: requests to the legacy systems, statements of
// a store, orders to a disk, plans of queries. Knows how undici, worker threads, pg and the planner say so; knows no clock.
import diagnostics from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { Worker } from 'node:worker_threads';
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import pg from 'pg';

/** What is under way. */
export interface Outstanding {
  /** How much is under way now. */
  count(): number;
  /** What is under way now, in words, for whoever waits in vain. */
  what(): string;
  /** How much has ever begun or ended: the same twice means that nothing has happened between. */
  events(): number;
  /** Waits until something begins or ends. Rejects after a minute in which nothing has. */
  next(): Promise<void>;
  /** Requests to this origin are awaited from now on: `http://127.0.0.1:4711`. */
  await(origin: string): void;
  /**
   * Requests to this origin are awaited on their way to a server of this process, and their answers on the way back; what the
   * server does between, it may do by the clock. `at`: its port, or the path of its socket.
   */
  awaitWays(origin: string, at: number | string): void;
  /**
   * Makes the store slow, or quick again with null: each statement is handed to this before it is sent, and is sent when
   * the function that is given is called.
   */
  slow(delay: ((send: () => void) => void) | null): void;
}

/** Nothing that is under way takes as long, in ms: what does, waits for time to pass, which waits for it. */
const longestMs = 60_000;

let watched: Outstanding | undefined;

/** The one count of this process: it listens from the first call on, before any store is opened. */
export function outstanding(): Outstanding {
  watched ??= watch();
  return watched;
}

function watch(): Outstanding {
  const underway = new Set<unknown>();
  const origins = new Set<string>();
  const ways = { origins: new Set<string>(), servers: new Set<number | string>() };
  /** Requests that no server has heard yet, and answers that no client has heard to their end. */
  const onTheWay = { there: 0, back: 0 };
  let events = 0;
  let told = Promise.withResolvers<void>();
  const happened = () => {
    events += 1;
    told.resolve();
    told = Promise.withResolvers();
  };
  let delay: ((send: () => void) => void) | null = null;
  const begin = (what: unknown) => {
    happened();
    underway.add(what);
  };
  const end = (what: unknown) => {
    if (underway.delete(what)) happened();
  };

  const move = (way: 'there' | 'back', change: number) => {
    happened();
    onTheWay[way] += change;
  };

  /** Sends now, or when the slow store gets to it; only what was sent is under way. */
  function send(what: unknown, work: () => void): void {
    const now = () => {
      begin(what);
      work();
    };
    happened();
    if (delay) delay(now);
    else now();
  }

  diagnostics.subscribe('undici:request:create', (message) => {
    const { request } = message as { request: { origin: unknown } };
    if (origins.has(String(request.origin))) begin(request);
    if (ways.origins.has(String(request.origin))) move('there', 1);
  });
  for (const over of ['undici:request:trailers', 'undici:request:error']) {
    diagnostics.subscribe(over, (message) => {
      const { request } = message as { request: { origin: unknown } };
      end(request);
      if (ways.origins.has(String(request.origin))) move('back', -1);
    });
  }
  const served = (way: 'there' | 'back', change: number) => (message: unknown) => {
    const address = (message as { server: Server }).server.address();
    const at = typeof address === 'string' ? address : address?.port;
    if (at !== undefined && ways.servers.has(at)) move(way, change);
  };
  diagnostics.subscribe('http.server.request.start', served('there', -1));
  diagnostics.subscribe('http.server.response.finish', served('back', 1));

  // The threads of SQLite and of the emergency journal answer each message that has an id with one of the same id.
  process.on('worker', (worker: Worker) => {
    const post = worker.postMessage.bind(worker) as (message: unknown) => void;
    const sent = new Map<number, object>();
    worker.postMessage = (message: unknown) => {
      const id = idOf(message);
      if (id === null) return post(message);
      const statement = { statement: (message as { sql?: string }).sql ?? 'of a thread' };
      sent.set(id, statement);
      send(statement, () => post(message));
    };
    const answered = (id: number | null) => {
      if (id === null) return;
      end(sent.get(id));
      sent.delete(id);
    };
    worker.on('message', (message) => answered(idOf(message)));
    worker.on('exit', () => {
      for (const id of [...sent.keys()]) answered(id);
    });
  });

  watchPostgres(begin, end, send);
  watchPlanner(begin, end);
  const what = () =>
    [...[...underway].map(named), `${onTheWay.there} on the way there, ${onTheWay.back} back`].join('; ');
  return {
    // A client that gives up has no answer on its way.
    count: () => underway.size + Math.max(0, onTheWay.there) + Math.max(0, onTheWay.back),
    what,
    events: () => events,
    async next() {
      const { promise: tooLong, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new Error(`Nothing happens, and this is awaited: ${what()}`)), longestMs);
      await Promise.race([told.promise, tooLong]).finally(() => clearTimeout(timer));
    },
    // A port that was one thing's in an earlier play may be the other's in this.
    await(origin) {
      origins.add(origin);
      ways.origins.delete(origin);
      ways.servers.delete(Number(new URL(origin).port));
    },
    awaitWays(origin, at) {
      origins.delete(origin);
      ways.origins.add(origin);
      ways.servers.add(at);
      Object.assign(onTheWay, { there: 0, back: 0 });
    },
    slow: (next) => {
      delay = next;
    },
  };
}

type Call = (...given: unknown[]) => unknown;

function watchPostgres(
  begin: (what: unknown) => void,
  end: (what: unknown) => void,
  send: (what: unknown, work: () => void) => void,
): void {
  const client = pg.Client.prototype as unknown as Record<'query', Call>;
  const pool = pg.Pool.prototype as unknown as Record<'connect', Call>;
  const { query } = client;
  const { connect } = pool;
  const isCallback = (given: unknown[]) => typeof given.at(-1) === 'function' || given[0] instanceof pg.Query;
  client.query = function (...given) {
    // pg's own, of a pool's making: whoever asked the pool is counted.
    if (isCallback(given)) return query.apply(this, given);
    const statement = { statement: 'of PostgreSQL' };
    return new Promise((resolve, reject) => {
      const ask = () => (query.apply(this, given) as Promise<unknown>).then(resolve, reject);
      send(statement, () => void ask().finally(() => end(statement)));
    });
  };
  pool.connect = function (...given) {
    if (isCallback(given)) return connect.apply(this, given);
    const connecting = { connecting: 'to PostgreSQL' };
    begin(connecting);
    return (connect.apply(this, given) as Promise<unknown>).finally(() => end(connecting));
  };
}

/** The engine's planner has a thread of its own. */
function watchPlanner(begin: (what: unknown) => void, end: (what: unknown) => void): void {
  const planner = QueryPlanner.prototype as unknown as Record<'planAsync', Call>;
  const { planAsync } = planner;
  planner.planAsync = function (...given) {
    const plan = { plan: 'of a query' };
    begin(plan);
    return (planAsync.apply(this, given) as Promise<unknown>).finally(() => end(plan));
  };
}

/** A request by its URL, anything else by what it is. */
function named(what: unknown): string {
  const { origin, method, path } = what as { origin?: unknown; method?: string; path?: string };
  return origin ? `${method} ${origin}${path}` : JSON.stringify(what);
}

function idOf(message: unknown): number | null {
  const { id = null } = (typeof message === 'object' && message !== null ? message : {}) as { id?: number | null };
  return typeof id === 'number' ? id : null;
}
