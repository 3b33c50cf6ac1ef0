// What one walk proves and what is asked again, how it goes on and ends: on a clock under the test's control, with everything in
// memory.
import { describe, expect, it } from 'vitest';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { unattended } from '../../../subgraphs/continuity/standing.ts';
import {
  runChanges,
  runWhole,
  underwayOf,
  WalkEnded,
  type Walked,
  wholeState,
} from '../../../subgraphs/continuity/warmrun.ts';
import { WalkTaken, type WarmState } from '../../../subgraphs/continuity/warmstate.ts';
import { beginning } from '../../../subgraphs/continuity/warmwalk.ts';
import { createTestClock } from '../../clock.ts';
import { nothingKept } from '../../nothingkept.ts';

const minuteMs = 60_000;

/** A register of 40 homes, ten a call, and what its walks prove and write down. */
function register() {
  const clock = createTestClock();
  const world = {
    generation: 1,
    broken: new Set<string>(),
    fault: null as Error | null,
    since: [] as (number | null)[],
  };
  const proven: { kind: string; atMs: number; generation: number | undefined }[] = [];
  const saved: WarmState[] = [];
  const told: string[] = [];
  const names = Array.from({ length: 40 }, (_, number) => `h${number}`);
  const walked = {
    system: {
      name: 'register',
      limitOf: () => 10,
      backendOf: () => 'homes',
      status: () => [
        {
          name: 'homes',
          state: 'OPERATIONAL',
          standing: { ...unattended, generation: world.generation },
          figures: { limit: 16, background: 4, waiting: 0 },
        },
      ],
      async fetch(_kind: string, keys: readonly string[]) {
        await new Promise<void>((resolve) => clock.after(20, resolve));
        if (world.fault) throw world.fault;
        if (keys.some((key) => world.broken.has(key))) throw new WireError('GARBLED', 'a row that is none');
        return new Map(keys.map((key) => [key, key]));
      },
    },
    plan: {
      gentleness: { homes: { atOnce: 4, callsASecond: 100 } },
      stages: [
        {
          whole: ['home', 'former'],
          async page(from: string, { sinceMs }: { sinceMs: number | null }) {
            world.since.push(sinceMs);
            const half = from ? names.slice(20) : names.slice(0, 20);
            return { keys: { home: half }, next: from ? null : '20' };
          },
        },
      ],
    },
  } as unknown as Walked;
  let refused: Error | null = null;
  const surroundings: Parameters<typeof runWhole>[3] = {
    snapshots: {
      ...nothingKept,
      complete: (_system, kind, atMs, generation) => void proven.push({ kind, atMs, generation }),
    },
    states: {
      of: () => saved.at(-1) ?? null,
      load: async () => {},
      taken: () => false,
      async save(_system, state) {
        const error = refused;
        if (error instanceof WalkTaken) refused = null;
        if (error) throw error;
        saved.push(structuredClone(state));
      },
    },
    clock,
    process: 'one',
    keysOf: async () => null,
    onFailure: (what, error) => told.push(`${what}: ${(error as Error).message}`),
  };
  /** Lets time pass until it is over; gives what it was rejected with. */
  async function ended(work: Promise<void>): Promise<Error | null> {
    let over = false;
    const end = work.then(
      () => null,
      (error: Error) => error,
    );
    void end.then(() => {
      over = true;
    });
    while (!over) await clock.advance(10);
    return end;
  }
  const set = () => underwayOf(walked, clock, 1);
  const whole = (before: WarmState | null = null, mine = set()) => ({
    mine,
    work: runWhole(walked, mine, wholeState(walked, before, clock, 'one'), surroundings),
  });
  return {
    ...{ clock, world, proven, saved, told, walked, surroundings, ended, whole, set },
    last: () => saved.at(-1) as WarmState,
    /** What writing down is rejected with: once, where another has taken it over; else from now on. */
    refuse(error: Error | null) {
      refused = error;
    },
    changes: (sinceMs: number) => runChanges(walked, set(), sinceMs, surroundings),
  };
}

describe('a walk through everything', () => {
  it('proves what is not there, as of when it began, in the generation that it was kept in', async () => {
    const { whole, ended, proven, clock, last } = register();
    const startedAtMs = clock.now();
    expect(await ended(whole().work)).toBeNull();
    expect(proven).toEqual(['home', 'former'].map((kind) => ({ kind, atMs: startedAtMs, generation: 1 })));
    expect(last()).toMatchObject({
      walk: { state: 'DONE', done: 40, total: 40, startedAtMs, endedAtMs: clock.now(), reason: null },
      ...{ wholeMs: startedAtMs, changesMs: startedAtMs, holder: 'one', generations: { homes: 1 } },
    });
  });

  it('that is kept in two generations proves nothing: of neither it has read all. The next does', async () => {
    const { whole, ended, proven, clock, last, world } = register();
    const { work } = whole();
    await clock.advance(30);
    world.generation = 2;
    expect(await ended(work)).toBeNull();
    expect(last().walk).toMatchObject({ state: 'DONE', done: 40 });
    expect(proven).toEqual([]);
    await ended(whole(last()).work);
    expect(proven.map(({ kind, generation }) => [kind, generation])).toEqual([
      ['home', 2],
      ['former', 2],
    ]);
  });

  it('proves nothing of a kind of which some could not be read, and says so', async () => {
    const { whole, ended, proven, last, world } = register();
    world.broken.add('h7');
    await ended(whole().work);
    expect(proven.map(({ kind }) => kind)).toEqual(['former']);
    expect(last().walk).toMatchObject({
      ...{ state: 'DONE', done: 40, reason: 'Some could not be read (home): the next walk tries them again.' },
    });
  });

  it('begins anew after one that is done; after any other goes on where that was, and is one with it', async () => {
    const { whole, ended, last, clock, world, walked } = register();
    await ended(whole().work);
    const done = last();
    await clock.advance(minuteMs);
    expect(wholeState(walked, done, clock, 'two')).toEqual({
      ...done,
      walk: { state: 'RUNNING', done: 0, total: null, startedAtMs: clock.now(), endedAtMs: null, reason: null },
      ...{ place: beginning, holder: 'two' },
    });
    for (const state of ['RUNNING', 'STOPPED', 'FAILED', 'WAITING'] as const) {
      const before = {
        ...done,
        walk: { ...done.walk, state, reason: 'why' },
        place: { ...beginning, from: '20', done: 20 },
      };
      world.since.length = 0;
      const { work, mine } = whole(before);
      expect(mine.walk).toMatchObject({ state: 'RUNNING', endedAtMs: null, reason: null });
      await ended(work);
      // One page is left.
      expect([world.since.length, last().walk.state, last().walk.done]).toEqual([1, 'DONE', 40]);
      expect(last().walk.startedAtMs).toBe(done.walk.startedAtMs);
    }
  });

  it('is stopped by an operator where it is; one that the process ends with is found as it goes', async () => {
    const { whole, ended, last, clock, proven } = register();
    for (const [why, state] of [
      ['STOPPED', 'STOPPED'],
      ['CLOSED', 'RUNNING'],
    ] as const) {
      const { work, mine } = whole();
      await clock.advance(30);
      mine.end.abort(new WalkEnded(why));
      expect(await ended(work)).toBeNull();
      const endedAtMs = state === 'STOPPED' ? expect.any(Number) : null;
      expect(last().walk).toMatchObject({ state, reason: null, endedAtMs });
    }
    expect(proven).toEqual([]);
  });

  it('that cannot go on has failed with a sentence; where it is a fault of ours, the log has the words', async () => {
    const { whole, ended, last, world } = register();
    world.fault = new WireError('REFUSAL', 'http://10.1.2.3 says no');
    const sentence = 'It could not be asked for 20 records in a row (home).';
    expect(await ended(whole().work)).toMatchObject({ message: sentence });
    expect(last().walk).toMatchObject({ state: 'FAILED', reason: sentence, endedAtMs: expect.any(Number) });
    world.fault = new TypeError('home is undefined');
    expect(await ended(whole().work)).toBe(world.fault);
    expect(last().walk).toMatchObject({ state: 'FAILED', reason: 'Something went wrong here; the log says what.' });
  });

  it('ends where another process has taken it over, and writes nothing over that', async () => {
    const { whole, ended, clock, refuse, saved } = register();
    const { work } = whole();
    await clock.advance(30);
    const { length } = saved;
    refuse(new WalkTaken('Another Lintel walks.'));
    expect(await ended(work)).toBeInstanceOf(WalkTaken);
    expect(saved).toHaveLength(length);
  });

  it('writes down that it still goes each minute, also while it waits; a store that fails then is told to the log', async () => {
    const { whole, clock, world, saved, refuse, told, ended } = register();
    world.fault = new WireError('UNREACHABLE', 'gone');
    const { work, mine } = whole();
    await clock.advance(30);
    const { length } = saved;
    await clock.advance(3 * minuteMs);
    expect(saved).toHaveLength(length + 3);
    refuse(new Error('disk full'));
    await clock.advance(minuteMs);
    expect(told).toEqual(['writing down how far a walk has come: disk full']);
    refuse(null);
    mine.end.abort(new WalkEnded('STOPPED'));
    await ended(work);
    const after = saved.length;
    await clock.advance(5 * minuteMs);
    expect(saved).toHaveLength(after);
  });
});

describe('a walk through changes', () => {
  it('asks for what has changed since, and the next from when it began', async () => {
    const { whole, changes, ended, last, clock, world, proven } = register();
    await ended(whole().work);
    const { wholeMs } = last();
    await clock.advance(15 * minuteMs);
    world.since.length = proven.length = 0;
    const beganMs = clock.now();
    expect(await ended(changes(last().changesMs as number))).toBeNull();
    expect(world.since).toEqual([wholeMs, wholeMs]);
    expect(last()).toMatchObject({ changesMs: beganMs, wholeMs, walk: { state: 'DONE' } });
    // It has not read all there is.
    expect(proven).toEqual([]);
  });

  it('of which some could not be read is asked for the same time again', async () => {
    const { whole, changes, ended, last, clock, world } = register();
    await ended(whole().work);
    const { changesMs } = last();
    await clock.advance(15 * minuteMs);
    world.broken.add('h7');
    expect(await ended(changes(changesMs as number))).toBeNull();
    expect(last().changesMs).toBe(changesMs);
    world.broken.clear();
    await ended(changes(changesMs as number));
    expect(last().changesMs).toBeGreaterThan(changesMs as number);
  });
});
