// A made-up landlord and a whole Lintel over it, in one process and on one virtual clock, with everything that a play does
// to them from outside: asked as clients ask, ordered as operators order, broken and restored at the mocks. The sockets
// between them are real: isolation, cut connections and logins are among what is played, and a call over loopback takes a
// fraction of a millisecond. The clock waits for them, so that a play of one number comes out alike each time, to some seconds.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Client } from 'undici';
import { createDocuments } from '../../gateway/documents.ts';
import { openKeeping } from '../../gateway/keeping.ts';
import { startLintel } from '../../gateway/lintel.ts';
import type { Effect } from '../../mocks/effects.ts';
import { effectsOf } from '../../mocks/effects.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import type { Holdings, Seen } from '../../mocks/mock.ts';
import { stream } from '../../mocks/world/random.ts';
import type { StorePlace } from '../../subgraphs/continuity/store.ts';
import type { Reply } from '../estate.ts';
import { outstanding } from './outstanding.ts';
import { createQuickClock, type QuickClock } from './quick-clock.ts';

/** What Lintel says of one backend. */
export interface Told {
  name: string;
  state: string;
  alarm: { missing: number; older: number; reissued: number; changed: number } | null;
}

/** A play's landlord and Lintel. */
export interface Site {
  clock: QuickClock;
  mocks: StartedMocks;
  /** Asks what a client asks; time passes until the answer is there. */
  ask(query: string, variables?: object): Promise<Pick<Reply, 'data' | 'errors'>>;
  /** The same, under way: for what is to meet something else. */
  begin(query: string, variables?: object): Promise<Pick<Reply, 'data' | 'errors'>>;
  /** Orders something as an operator. */
  order(query: string, variables?: object): Promise<Pick<Reply, 'data' | 'errors'>>;
  /** What Lintel says of a system's backends. */
  told(system: string): Promise<Told[]>;
  /** What callers have had done at the mocks, oldest first, after an effect's number. */
  effects(after?: number): readonly Effect[];
  /** What is kept at a system's mocks, by backend. */
  holdings(system: string): ReadonlyMap<string, Holdings>;
  /** A record of a system as its backends have it: by backend, null where there is none. */
  look(system: string, reference: string): ReadonlyMap<string, Seen | null>;
  /** Everything that the store or Lintel itself has failed at. */
  failures(): readonly string[];
  close(): Promise<void>;
}

/** Homes enough that reports meet at few of them, and few enough that they are made up in a blink. */
const homes = 110;
/** Some 170 calls a day, which is still more than so few homes make. */
const callers = 0.05;
/**
 * The intake is woken where there is something to do, and looks and hears each second or two besides, for what another process has
 * done. There is none here; over days of virtual time that look is all it would do.
 */
const numbers = { lookMs: 30 * 60_000, hearMs: 20_000 };

/** pino's own number. */
const errorLevel = 50;

/** Starts both at an instant. */
export async function openSite(place: StorePlace, seed: number, startMs: number): Promise<Site> {
  const io = outstanding();
  // What Lintel scatters by chance (back-offs, probes, samples) is scattered alike each time.
  const chance = vary(seed);
  const clock = createQuickClock(startMs);
  const today = new Date(startMs).toISOString().slice(0, 10);
  const mocks = await startMocks({ homes, callers, seed, today, nowMs: clock.now });
  for (const { url } of mocks.backends) io.await(new URL(url).origin);
  const folder = mkdtempSync(join(tmpdir(), 'lintel-restores-'));
  const failures: string[] = [];
  const log = pino(
    { level: process.env.RESTORES_LOG || 'error' },
    {
      write: (line: string) => {
        const { level, msg, err, reason = '' } = JSON.parse(line);
        if (level >= errorLevel) failures.push(`${msg}: ${err?.message ?? ''}`);
        // For whoever looks into one play.
        if (process.env.RESTORES_LOG) console.log(new Date(clock.now()).toISOString(), msg, err?.message ?? reason);
      },
    },
  );
  const kept = {
    store: place,
    storeKeys: new Map([['play', randomBytes(32)]]),
    emergencyFile: join(folder, 'emergencies'),
  };
  const keeping = await openKeeping(kept, log, clock, undefined, numbers);
  // A thread begins with its first statement, before anybody can count that: a clock that does not wait for it runs away.
  await keeping.store?.background.selectFrom('mark').select('name').limit(1).execute();
  const operatorSocket = join(folder, 'operator.sock');
  const lintel = await clock.during(
    startLintel({
      env: mocks.urls,
      port: 0,
      host: '127.0.0.1',
      log,
      clock,
      keeping,
      operatorSocket,
      keepWarm: { on: false, pace: 4 },
      // None is warmed up: a play asks few questions.
      documents: createDocuments(),
    }),
  );
  io.awaitWays(new URL(lintel.url).origin, Number(new URL(lintel.url).port));
  io.awaitWays('http://localhost', operatorSocket);
  const client = new Client(lintel.url, { pipelining: 1 });
  const operator = new Client('http://localhost', { socketPath: operatorSocket });
  const send = async (over: Client, query: string, variables: object) => {
    const headers = { 'content-type': 'application/json', ...(over === operator && { 'lintel-operator': 'harness' }) };
    const body = JSON.stringify({ query, variables });
    const reply = await over.request({ method: 'POST', path: '/graphql', headers, body });
    const { data, errors = [] } = (await reply.body.json()) as Reply;
    return { data, errors };
  };
  const others = new Set<Client>();

  const site: Site = {
    clock,
    mocks,
    ask: (query, variables = {}) => clock.during(send(client, query, variables)),
    async begin(query, variables = {}) {
      const own = new Client(lintel.url);
      others.add(own);
      return send(own, query, variables);
    },
    order: (query, variables = {}) => clock.during(send(operator, query, variables)),
    async told(system) {
      const query = `query State($system: ID!) {
        system(name: $system) { backends { name state alarm { missing older reissued changed writes { missing older reissued changed untold } } } }
      }`;
      const { data, errors } = await site.ask(query, { system });
      if (!data?.system) throw new Error(`Lintel does not tell how ${system} is: ${errors[0]?.message}`);
      return data.system.backends;
    },
    effects: (after = 0) => effectsOf(mocks.world).after(after),
    holdings: (system) =>
      new Map(
        mocks.backends.flatMap(({ mock }) =>
          mock.system === system && mock.holdings ? [[mock.backend, mock.holdings] as const] : [],
        ),
      ),
    look: (system, reference) =>
      new Map([...site.holdings(system)].map(([backend, { look }]) => [backend, look?.(reference) ?? null])),
    failures: () => failures,
    async close() {
      io.slow(null);
      await Promise.all([client.destroy(), operator.destroy(), ...[...others].map((each) => each.destroy())]);
      await clock.ending(lintel.close(0));
      await clock.ending(keeping.close());
      await mocks.close();
      rmSync(folder, { recursive: true });
      chance.restore();
    },
  };
  return site;
}

/** Has Math.random follow from a number, until it is given back. */
function vary(seed: number): { restore(): void } {
  const { random } = Math;
  Math.random = stream(seed, 'chance');
  return {
    restore: () => {
      Math.random = random;
    },
  };
}
