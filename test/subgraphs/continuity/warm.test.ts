// Walks over a real store, through made-up systems, on a clock under the test's control.
import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { BackendStatus } from '../../../subgraphs/continuity/backends.ts';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import type { Reads } from '../../../subgraphs/continuity/definition.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createSnapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { unattended } from '../../../subgraphs/continuity/standing.ts';
import { openStore, type StorePlace } from '../../../subgraphs/continuity/store.ts';
import type { System } from '../../../subgraphs/continuity/system.ts';
import { createWalks, type Walk, type Walks } from '../../../subgraphs/continuity/warm.ts';
import type { WalkPlan } from '../../../subgraphs/continuity/warmplan.ts';
import { whatIsDue } from '../../../subgraphs/continuity/warmschedule.ts';
import { createTestClock, type TestClock } from '../../clock.ts';
import { onBothEngines } from '../../stores.ts';

const keys = new Map([['one', randomBytes(32)]]);
const homes = 3_000;
const gentleness = { register: { atOnce: 4, callsASecond: 100 } };
const nameOf = (home: number) => `h${String(home).padStart(5, '0')}`;

/** What the made-up systems have been asked since they were made. */
interface Asked {
  /** By system. */
  read: Record<string, string[]>;
  /** For each walk, since when it wanted changes. */
  walks: (number | null)[];
}

/** A register of homes, and visits to each: the visits' walk takes its keys from the register's. */
const plans: Record<string, WalkPlan> = {
  register: {
    gentleness,
    entities: { Home: 'home' },
    stages: [
      {
        whole: ['home'],
        async page(from, { sinceMs }) {
          const first = from === '' ? 0 : Number(from);
          const size = sinceMs === null ? homes : 10;
          const some = Array.from({ length: Math.min(500, size - first) }, (_, i) => nameOf(first + i));
          return { keys: { home: some }, next: first + 500 < size ? String(first + 500) : null };
        },
      },
    ],
  },
  visits: {
    gentleness,
    stages: [
      {
        async page(from, { keysOf }) {
          const known = await keysOf('Home', from || null);
          return { keys: { visit: known?.keys ?? ['by itself'] }, next: known?.next ?? null };
        },
      },
    ],
  },
};

/** One process over a store, with everything that it keeps. */
async function processOver(place: StorePlace, process: string, clock: TestClock, names = ['register']) {
  const store = await openStore(place);
  const told: string[] = [];
  const onFailure = (what: string, error: unknown) => told.push(`${what}: ${error}`);
  const snapshots = createSnapshots({ store, cipher: createCipher(keys), clock, onFailure });
  const asked: Asked = { read: {}, walks: [] };
  const state: Record<string, BackendStatus['state']> = {};
  let broken: string | null = null;
  const systems = names.map((name) => {
    const plan = plans[name] as WalkPlan;
    asked.read[name] = [];
    state[name] = 'OPERATIONAL';
    const system = {
      name,
      limitOf: () => 50,
      backendOf: () => 'register',
      status: () => [
        {
          name: 'register',
          state: state[name],
          standing: unattended,
          figures: { limit: 16, background: 4, waiting: 0 },
        },
      ],
      async fetch(kind: string, some: readonly string[]) {
        await new Promise<void>((resolve) => clock.after(20, resolve));
        if (broken !== null && some.includes(broken)) throw new WireError('GARBLED', 'a row that is none');
        asked.read[name]?.push(...some);
        const found = new Map(some.map((key) => [key, { key }]));
        snapshots.keep(name, kind, found, clock.now());
        return found;
      },
    } as unknown as System<Reads>;
    const [stage] = plan.stages;
    const page: NonNullable<typeof stage>['page'] = async (from, source) => {
      if (from === '') asked.walks.push(source.sinceMs);
      return (stage as NonNullable<typeof stage>).page(from, source);
    };
    return { name, system, plan: { ...plan, stages: [{ ...stage, page } as NonNullable<typeof stage>] } };
  });
  const walks = await createWalks({ systems, snapshots, store, clock, process, onFailure });
  return {
    walks,
    asked,
    snapshots,
    told,
    state,
    engine: store.engine,
    /** Lets time pass until the first part is written down. */
    async reached() {
      for (let done = 0; done < 1_000; ) {
        await clock.advance(20);
        const row = await store.db.selectFrom('warm').select('detail').executeTakeFirst();
        done = row ? JSON.parse(row.detail).place.done : 0;
      }
    },
    breaks(key: string | null) {
      broken = key;
    },
    async end() {
      const over = walks.close().then(() => snapshots.close());
      await until(clock, over);
      await store.close();
    },
  };
}

/**
 * Lets time pass until something is so, or something has come about. Bounded by the test's own limit.
 * @param stepMs small, since the store is real and knows nothing of this clock: what takes it milliseconds must not be
 *   minutes here.
 */
async function until(clock: TestClock, so: (() => boolean) | Promise<unknown>, stepMs = 20): Promise<void> {
  let over = false;
  if (typeof so !== 'function') so.finally(() => (over = true)).catch(() => {});
  while (typeof so === 'function' ? !so() : !over) await clock.advance(stepMs);
}

const ended =
  ({ of }: Pick<Walks, 'of'>, name: string) =>
  () => {
    const walk = of(name);
    return walk !== null && walk.state !== 'RUNNING' && walk.state !== 'WAITING';
  };

onBothEngines('walks', (place) => {
  vi.setConfig({ testTimeout: 30_000 });

  it('keeps everything, and what is not kept is then known not to have been there', async () => {
    const clock = createTestClock();
    const one = await processOver(await place(), 'one', clock);
    expect(one.walks.of('register')).toBeNull();
    const startedAtMs = clock.now();
    // Told twice, it is one.
    await one.walks.start('register');
    await one.walks.start('register');
    await until(clock, ended(one.walks, 'register'));
    const done = { state: 'DONE', done: homes, total: homes, startedAtMs, reason: null };
    expect(one.walks.of('register')).toMatchObject(done);
    expect([one.asked.walks, one.asked.read.register?.length]).toEqual([[null], homes]);
    // Of one that is done there is nothing to stop.
    await until(clock, one.walks.stop('register'));
    expect(one.walks.of('register')).toMatchObject(done);
    const found = await one.snapshots.find('register', 'home', [nameOf(homes - 1), 'nowhere']);
    expect(found.get(nameOf(homes - 1))?.value).toEqual({ key: nameOf(homes - 1) });
    expect(found.get('nowhere')).toEqual({ value: undefined, readAtMs: startedAtMs });
    expect(one.told).toEqual([]);
    await one.end();
  });

  it('says nothing of what is not kept where something could not be read', async () => {
    const clock = createTestClock();
    const one = await processOver(await place(), 'one', clock);
    one.breaks(nameOf(77));
    await one.walks.start('register');
    await until(clock, ended(one.walks, 'register'));
    expect(one.walks.of('register')).toMatchObject({
      state: 'DONE',
      done: homes,
      reason: 'Some could not be read (home): the next walk tries them again.',
    });
    expect(one.asked.read.register).toHaveLength(homes - 1);
    expect((await one.snapshots.find('register', 'home', ['nowhere'])).size).toBe(0);
    await one.end();
  });

  it('stops when told to, stays so in the next process, and goes on where it was when told to', async () => {
    const clock = createTestClock();
    const at = await place();
    const one = await processOver(at, 'one', clock);
    await one.walks.start('register');
    await one.reached();
    await until(clock, one.walks.stop('register'));
    const stopped = one.walks.of('register');
    expect(stopped).toMatchObject({ state: 'STOPPED', reason: null, endedAtMs: expect.any(Number) });
    await one.end();

    const two = await processOver(at, 'two', clock);
    expect(two.walks.of('register')).toMatchObject({ state: 'STOPPED' });
    two.walks.schedule();
    await clock.advance(30 * 60_000);
    expect(two.asked.read.register).toEqual([]);
    await two.walks.start('register');
    await until(clock, ended(two.walks, 'register'));
    expect(two.walks.of('register')).toMatchObject({ state: 'DONE', done: homes, startedAtMs: stopped?.startedAtMs });
    const all = new Set([...(one.asked.read.register ?? []), ...(two.asked.read.register ?? [])]);
    expect(all.size).toBe(homes);
    // What was under way when it was stopped is read again, and nothing of what was done before.
    expect(two.asked.read.register?.length).toBeLessThan(homes - 500);
    await two.end();
  });

  it('goes on by itself after the end of a process', async () => {
    const clock = createTestClock();
    const at = await place();
    const one = await processOver(at, 'one', clock);
    await one.walks.start('register');
    await one.reached();
    await one.end();
    // Another process of the same database cannot know whether the first still walks, and waits until it is silent.
    const two = await processOver(at, 'two', clock);
    const left = 'The process that walked has ended; it goes on with the next look.';
    if (two.engine === 'SQLITE') expect(two.walks.of('register')).toMatchObject({ state: 'WAITING', reason: left });
    two.walks.schedule();
    await until(clock, ended(two.walks, 'register'));
    expect(two.walks.of('register')).toMatchObject({ state: 'DONE', done: homes });
    expect(two.asked.read.register?.length).toBeLessThan(homes - 500);
    await two.end();
  });

  it('leaves a system to the process that walks it already', async () => {
    const clock = createTestClock();
    const at = await place();
    const one = await processOver(at, 'one', clock);
    // A file is one process's alone: only a database has others.
    if (one.engine === 'SQLITE') return one.end();
    const two = await processOver(at, 'two', clock);
    await one.walks.start('register');
    await until(clock, () => (one.asked.read.register?.length ?? 0) >= 1_500);
    const refused = two.walks.start('register').catch((error: Error) => error.message);
    await until(clock, refused);
    expect(await refused).toBe('Another Lintel over the same store keeps register warm already.');
    two.walks.schedule();
    await until(clock, ended(one.walks, 'register'));
    expect(one.walks.of('register')).toMatchObject({ state: 'DONE', done: homes });
    expect(two.asked.read.register).toEqual([]);
    await Promise.all([one.end(), two.end()]);
  });

  it('begins a minute after the start, then reads what has changed, and everything again the next evening', async () => {
    const clock = createTestClock();
    const one = await processOver(await place(), 'one', clock);
    one.walks.schedule();
    const beganMs = clock.now();
    await clock.advance(59_000);
    expect(one.asked.walks).toEqual([]);
    await until(clock, ended(one.walks, 'register'));
    const first = one.walks.of('register')?.startedAtMs as number;
    expect(first).toBeGreaterThanOrEqual(beganMs + 60_000);
    await until(clock, () => one.asked.walks.length >= 3, 500);
    // Each asks from where the one before began.
    expect(one.asked.walks.slice(0, 2)).toEqual([null, first]);
    expect(one.asked.walks[2]).toBeGreaterThanOrEqual(first + 15 * 60_000);
    expect(one.walks.of('register')).toMatchObject({ state: 'DONE', done: homes, startedAtMs: first });
    await one.end();
  });

  it('has a walk wait for the one that finds its keys, and take them from there', async () => {
    const clock = createTestClock();
    const one = await processOver(await place(), 'one', clock, ['register', 'visits']);
    await one.walks.start('register');
    await one.walks.start('visits');
    await until(clock, () => one.walks.of('visits')?.state === 'WAITING');
    expect(one.walks.of('visits')).toMatchObject({
      state: 'WAITING',
      reason: 'It waits for the walk through register, which finds out what there is.',
    });
    await until(clock, ended(one.walks, 'visits'));
    expect(one.asked.read.visits?.toSorted()).toEqual(Array.from({ length: homes }, (_, home) => nameOf(home)));
    await one.end();
  });

  it('has it go by itself where that one cannot go on', async () => {
    const clock = createTestClock();
    const one = await processOver(await place(), 'one', clock, ['register', 'visits']);
    one.state.register = 'ISOLATED';
    await one.walks.start('register');
    await one.walks.start('visits');
    await until(clock, ended(one.walks, 'visits'));
    expect(one.asked.read).toEqual({ register: [], visits: ['by itself'] });
    expect(one.walks.of('register')).toMatchObject({
      state: 'WAITING',
      reason: expect.stringMatching(/nothing is sent/),
    });
    one.state.register = 'OPERATIONAL';
    await until(clock, ended(one.walks, 'register'));
    expect(one.walks.of('register')).toMatchObject({ state: 'DONE', done: homes });
    await one.end();
  });
});

describe('what is due', () => {
  const evening = Date.UTC(2022, 5, 27, 20, 30);
  const noon = Date.UTC(2022, 5, 27, 11);
  const hours = (count: number) => count * 3_600_000;
  const done = { state: 'DONE', endedAtMs: 0 } as Walk;

  it.each([
    ['after a stop, nothing', { walk: { ...done, state: 'STOPPED' as const } }, noon, null],
    ['of one under way, the rest of it', { walk: { ...done, state: 'RUNNING' as const } }, noon, 'WHOLE'],
    [
      'half an hour after it gave up, the rest of it',
      { walk: { ...done, state: 'FAILED' as const, endedAtMs: noon - hours(0.5) } },
      noon,
      'WHOLE',
    ],
    ['before that, nothing', { walk: { ...done, state: 'FAILED' as const, endedAtMs: noon - hours(0.4) } }, noon, null],
    ['in the evening, everything', { wholeMs: evening - hours(24) }, evening, 'WHOLE'],
    ['in the evening of the same day, what has changed', { wholeMs: evening - hours(5) }, evening, 'CHANGES'],
    ['at noon, what has changed', { wholeMs: noon - hours(24) }, noon, 'CHANGES'],
    ['at noon after two days, everything', { wholeMs: noon - hours(45) }, noon, 'WHOLE'],
    ['a few minutes later, nothing', { wholeMs: noon - hours(5), changesMs: noon - hours(0.2) }, noon, null],
  ])('is %s', (_title, state, nowMs, due) => {
    expect(whatIsDue({ walk: done, wholeMs: null, changesMs: null, ...state }, nowMs)).toBe(due);
  });
});
