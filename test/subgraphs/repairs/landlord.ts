// Work orders and a scheduler whose answers a test sets itself, and a Lintel over them that keeps and writes: for what is said of
// emergencies, hazards and visits days later. Asks the system's own schema, as its subgraph is asked.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'graphql';
import { afterAll, afterEach, expect, vi } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { storeDown } from '../../../subgraphs/continuity/errors.ts';
import { createEvents } from '../../../subgraphs/continuity/events.ts';
import { createIntake } from '../../../subgraphs/continuity/intake/index.ts';
import type { Intake } from '../../../subgraphs/continuity/intake.ts';
import { createOwn } from '../../../subgraphs/continuity/owner.ts';
import { createSnapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { openStore } from '../../../subgraphs/continuity/store.ts';
import { createSystem, type System } from '../../../subgraphs/continuity/system.ts';
import { repairs } from '../../../subgraphs/repairs/index.ts';
import { systemSubgraph } from '../../../subgraphs/subgraph.ts';
import { alone } from '../../alone.ts';
import { createTestClock, settled } from '../../clock.ts';
import { type Answering, type Asked, type Canned, serveWire } from '../wire.ts';
import { booked, json, order, schedulerOf } from './wire.ts';

/** How a message is answered. LOST: it is taken, and no reply comes. FAILS: the system itself fails. AWAY: it takes nothing, and answers nothing else. */
export type Way = 'TAKES' | 'REFUSES' | 'LOST' | 'FAILS' | 'AWAY';

/** The repairs system as a test sets it. */
export interface Landlord {
  way: Way;
  /** Its work orders by their numbers, as the wire gives them. */
  orders: Map<string, Record<string, unknown>>;
  /** What the scheduler has for a work order: `theBookings`; null: it does not know it. Null itself: it is down. */
  bookings: ((number: string) => string | null) | null;
}

const text = (status: number, body: string): Canned => ({ status, headers: { 'content-type': 'text/plain' }, body });

/** The last number that was given to a work order. */
let last = 10_000_000;

function answers(landlord: Landlord, { method, path, query, body }: Asked): Canned {
  const { way, orders } = landlord;
  if (way === 'AWAY') return text(503, 'Not now.');
  const all = [...orders.values()];
  if (method === 'GET') {
    if (path === '/changes') return json([]);
    const number = /^\/workOrders\/(.+)/.exec(path)?.[1];
    if (number) return orders.has(number) ? json(orders.get(number)) : text(404, 'There is none.');
    const [homes, external] = [query.getAll('propertyReference'), query.get('externalReference')];
    const found = all.filter((each) =>
      external ? each.externalReference === external : homes.includes(String(each.propertyReference)),
    );
    const closed = (each: Record<string, unknown>) => each.statusCode === '30' || each.statusCode === '50';
    return json(query.get('includeClosed') === 'true' ? found : found.filter((each) => !closed(each)));
  }
  if (way === 'REFUSES') return text(400, 'No.');
  if (way === 'FAILS') return text(500, 'Something went wrong.');
  const message = JSON.parse(body);
  const change = (id: string, statusCode: string, lastUpdated: string) =>
    orders.set(id, { ...orders.get(id), statusCode, lastUpdated });
  let made = {};
  if (path === '/workOrders/raise') {
    const id = String(++last);
    const { externalReference, descriptionOfWork: description, dateReported: dateRaised } = message;
    const propertyReference = message.sitePropertyUnit[0].reference[0].id;
    orders.set(
      id,
      order(id, { externalReference, description, propertyReference, dateRaised, lastUpdated: dateRaised }),
    );
    made = { id };
  } else if (path === '/workOrderComplete') {
    change(message.workOrderReference.id, '50', message.jobStatusUpdates[0].eventTime);
  } else if (path === '/jobStatusUpdate') {
    change(message.relatedWorkOrderReference.id, '1000', message.eventTime);
  }
  return way === 'LOST' ? { body: '{"id":', cut: true } : json(made);
}

const by = { who: 'Ann', why: 'It has been looked at.', expectedBackMs: null };

/** Starts both, for a suite. The clock stands at 27 June 2022, 09:00 in London; or at `startMs`. */
async function startRepairs(startMs?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-repairs-'));
  const ends: (() => Promise<void>)[] = [];
  const landlord: Landlord = { way: 'TAKES', orders: new Map(), bookings: () => '' };
  const clock = createTestClock(startMs);
  const serve = (answer: Answering) => serveWire(answer, (end) => ends.push(end));
  const workOrders = await serve((asked) => answers(landlord, asked));
  const planned = schedulerOf((number) => {
    const bookings = landlord.bookings?.(number);
    return bookings == null ? '' : booked(number, bookings);
  });
  const diary = await serve((asked) => (landlord.bookings ? planned(asked) : { status: 503 }));

  const store = await openStore({ file: join(folder, 'store.sqlite') });
  const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
  const outside = { store, cipher: createCipher(new Map([['one', randomBytes(32)]])), clock, onFailure };
  // What fails of itself once waits for a person at once.
  const numbers = { perSecond: Number.POSITIVE_INFINITY, mostFailures: 1 };
  const intake = createIntake({ ...outside, random: () => 0, numbers });
  const snapshots = createSnapshots(outside);
  const records = createOwn(outside);
  const own = records.of('repairs', repairs.ownKinds ?? {});
  const login = { user: 'lintel', password: 'open sesame', apiKey: 'key-1' };
  const system = createSystem(repairs, {
    ...alone(clock),
    // What opens again is told of: what waited for it need wait no longer.
    events: createEvents({ store: null, clock, process: 'test', onFailure }),
    ...{ clock, random: () => 0, id: () => 'call', snapshots, intake, own },
    connections: { workOrders: { ...login, url: workOrders.url }, scheduler: { ...login, url: diary.url } },
  });
  await records.follow(intake);
  const aside = { own, forbidden: storeDown('Nobody here gives orders.') };
  const subgraph = systemSubgraph(repairs, system as unknown as System, intake, aside);

  let keys = 0;
  /** Asks the system's own schema; with `more` over an intake that answers some of it otherwise. */
  const over = (more: Partial<Intake> = {}) => {
    const asked = systemSubgraph(repairs, system as unknown as System, { ...intake, ...more }, aside);
    // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes.
    return async (question: string, variables: Record<string, unknown> = {}): Promise<any> => {
      const result = await asked.execute({ document: parse(question), variables, asker: {} });
      return JSON.parse(JSON.stringify(result));
    };
  };
  const ask = over();
  /** Writes with a key of its own. Gives the receipt, or the error's extensions. */
  // biome-ignore lint/suspicious/noExplicitAny: a receipt, or an error.
  async function write(mutation: string, input: Record<string, unknown>): Promise<any> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const { data, errors } = await ask(
      `mutation($input: ${type}!) { ${mutation}(input: $input) { receipt { id state made { id } } } }`,
      { input: { ...input, idempotencyKey: `key ${++keys}` } },
    );
    return data?.[mutation]?.receipt ?? errors[0].extensions;
  }
  /** Until the store has done what it was asked, and the sockets have been served. */
  async function quiet(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await settled();
    // Behind all that is to be written.
    await store.db.transaction().execute((all) => all.selectFrom('mark').select('name').limit(1).execute());
  }
  /** Lets time pass in steps, and what is due then come about. */
  async function passes(ms: number, stepMs = ms): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      // Nothing is under way: time that passes meanwhile would be a system that hangs.
      clock.leap(Math.min(stepMs, left));
      for (let look = 0; look < 3; look += 1) {
        await clock.advance(0);
        await quiet();
      }
    }
  }
  /** Lets time pass, and what is due come about, until something is found. Gives it. */
  async function until<Found>(look: () => Promise<Found | false | null | undefined>, stepMs = 1_000): Promise<Found> {
    for (let turn = 0; turn < 400; turn += 1) {
      const found = await look();
      if (found) return found;
      await passes(stepMs);
    }
    throw new Error(`waited in vain: ${look}`);
  }
  /** Waits until a receipt stands so, while what is due is sent. Gives the receipt. */
  async function reaches({ id }: { id: string }, state: string) {
    await passes(1_000);
    return until(async () => {
      const found = await intake.receipt(id);
      return found?.state === state && found;
    }).catch(async (cause) => {
      throw new Error(`waited in vain for ${state}: it is ${(await intake.receipt(id))?.state}`, { cause });
    });
  }
  return {
    ...{ landlord, clock, intake, own, subgraph, over, ask, write, reaches, until, passes },
    /** Everything works again, and is believed: what had failed, or was away for long, has been looked at. */
    async works() {
      Object.assign(landlord, { way: 'TAKES', bookings: landlord.bookings ?? (() => '') });
      for (let turn = 0; turn < 200; turn += 1) {
        const states = system.status();
        if (states.every(({ state }) => state === 'OPERATIONAL')) return;
        // It lets itself in within half a minute, where nothing is missing.
        for (const { name, standing } of turn > 60 ? states : []) {
          if (standing.state === 'HELD') await system.order(name, { order: 'RELEASE' }, by);
        }
        await passes(1_000);
      }
      throw new Error(`waited in vain: ${JSON.stringify(system.status())}`);
    },
    /** Reports an emergency, and waits until its report stands so. */
    async emergency(state: string, more: Record<string, unknown> = {}) {
      const input = {
        ...{ propertyReference: '00000017', description: 'Water comes through the ceiling.' },
        ...{ urgency: 'EMERGENCY', channel: 'PHONE', ...more },
      };
      return reaches(await write('reportRepair', input), state);
    },
    async close() {
      await system.close();
      await intake.close();
      await records.close();
      await snapshots.close();
      await store.close();
      for (const end of ends) await end();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Both, for a suite: as they were after each of its tests, and gone after the last. `startMs`: where the clock stands. */
export async function repairsOfSuite(startMs?: number): Promise<Repairs> {
  // A store on a busy machine takes seconds; nothing here asserts how many.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  const both = await startRepairs(startMs);
  afterEach(() => both.works());
  afterAll(() => both.close());
  return both;
}

/** What a suite is given. */
export type Repairs = Awaited<ReturnType<typeof startRepairs>>;
