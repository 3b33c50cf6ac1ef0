// How fast walks go, what is read when a process starts, and who may walk: on a clock under the test's control.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { OrderRefused } from '../../../subgraphs/continuity/standing.ts';
import { openStore } from '../../../subgraphs/continuity/store.ts';
import type { System } from '../../../subgraphs/continuity/system.ts';
import { createWalks } from '../../../subgraphs/continuity/warm.ts';
import type { WalkPlan } from '../../../subgraphs/continuity/warmplan.ts';
import { underwayOf, type Walked } from '../../../subgraphs/continuity/warmrun.ts';
import { atStart } from '../../../subgraphs/continuity/warmstart.ts';
import { createWarmStates, type WarmState } from '../../../subgraphs/continuity/warmstate.ts';
import { beginning } from '../../../subgraphs/continuity/warmwalk.ts';
import { createTestClock } from '../../clock.ts';

// What is written down is on a real disk, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const minuteMs = 60_000;

describe('the pace of walks', () => {
  it.each([
    ['a tenth', 0.1, 10, 1],
    ['twice', 2, 200, 8],
  ])('is %s of the plan where that is set, with as many calls at once', async (_title, pace, most, atOnce) => {
    const clock = createTestClock();
    const figures = { limit: 99, background: 99, waiting: 0 };
    const status = () => [{ name: 'homes', state: 'OPERATIONAL', figures }];
    const plan = { stages: [], gentleness: { homes: { atOnce: 4, callsASecond: 100 } } };
    const { gates, end } = underwayOf({ system: { name: 'register', status }, plan } as unknown as Walked, clock, pace);
    const seen = { calls: 0, inFlight: 0, most: 0 };
    const work = async () => {
      seen.calls += 1;
      seen.inFlight += 1;
      seen.most = Math.max(seen.most, seen.inFlight);
      await new Promise<void>((resolve) => clock.after(60, resolve));
      seen.inFlight -= 1;
    };
    const all = Array.from({ length: 500 }, () =>
      gates
        .get('homes')
        ?.pass('home', work, end.signal)
        .catch(() => 'ended'),
    );
    // It begins with one at a time.
    await clock.advance(1_500);
    const { calls } = seen;
    await clock.advance(1_000);
    expect(seen.calls - calls).toBeGreaterThanOrEqual(most * 0.6);
    expect(seen.calls - calls).toBeLessThanOrEqual(most + 1);
    expect(seen.most).toBe(atOnce);
    end.abort(new Error('seen'));
    await clock.advance(1_000);
    await Promise.all(all);
  });
});

describe('what is read when the process starts', () => {
  function starting() {
    const clock = createTestClock();
    const world = { state: 'DOWN', fails: 1, asked: [] as unknown[] };
    const system = {
      name: 'telephony',
      backendOf: () => 'records',
      status: () => [{ name: 'records', state: world.state, figures: { limit: 16, background: 4, waiting: 0 } }],
      async fetch(kind: string, keys: readonly unknown[]) {
        world.asked.push([kind, ...keys]);
        world.fails -= 1;
        if (world.fails >= 0) throw new WireError('TIMEOUT', 'late');
        return new Map();
      },
    } as unknown as System;
    const plan = { stages: [], gentleness: {}, atStart: { kind: 'calls', key: 'lately' } } as unknown as WalkPlan;
    const first = atStart(
      [
        { name: 'telephony', plan, system },
        { name: 'elsewhere', plan },
        { name: 'none', system },
      ],
      clock,
    );
    let over = false;
    void first.over.then(() => {
      over = true;
    });
    return { clock, world, end: first.end, isOver: () => over };
  }

  it('is read once its system is well, again where that fails, and then no more', async () => {
    const { clock, world, isOver } = starting();
    await clock.advance(10 * minuteMs);
    expect(world.asked).toEqual([]);
    world.state = 'OPERATIONAL';
    await clock.advance(1_000);
    expect(world.asked).toEqual([['calls', 'lately']]);
    expect(isOver()).toBe(false);
    await clock.advance(10_000);
    expect([world.asked.length, isOver()]).toEqual([2, true]);
    await clock.advance(10 * minuteMs);
    expect(world.asked).toHaveLength(2);
  });

  it('is given up when the process ends', async () => {
    const { clock, world, end, isOver } = starting();
    await clock.advance(minuteMs);
    end();
    await clock.advance(1_000);
    expect([world.asked, isOver()]).toEqual([[], true]);
  });
});

describe('who walks', () => {
  const walking = (holder: string, state: WarmState['walk']['state'] = 'RUNNING'): WarmState => ({
    walk: { state, done: 0, total: null, startedAtMs: 0, endedAtMs: null, reason: null },
    ...{ place: beginning, generations: {}, wholeMs: null, changesMs: null, holder },
  });

  async function processes() {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-walks-'));
    const store = await openStore({ file: join(folder, 'store.sqlite') });
    onTestFinished(async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    });
    const clock = createTestClock();
    const seen = async (process: string, engine: typeof store.engine = 'POSTGRESQL') => {
      const states = createWarmStates({ ...store, engine }, clock, process);
      await states.load();
      return states;
    };
    return { clock, seen };
  }

  it('is one process, as long as it is heard of every three minutes; of a file there is no other', async () => {
    const { clock, seen } = await processes();
    const one = await seen('one');
    await one.save('register', walking('one'));
    const taken = async (...given: Parameters<typeof seen>) => (await seen(...given)).taken('register');
    expect([await taken('one'), await taken('two'), await taken('two', 'SQLITE')]).toEqual([false, true, false]);
    await clock.advance(3 * minuteMs - 1);
    expect(await taken('two')).toBe(true);
    await clock.advance(1);
    expect(await taken('two')).toBe(false);
    for (const state of ['RUNNING', 'WAITING', 'STOPPED', 'DONE', 'FAILED'] as const) {
      await one.save('register', walking('one', state));
      expect(await taken('two'), state).toBe(state === 'RUNNING' || state === 'WAITING');
    }
  });

  it('is not written over by a process that has not seen it, neither at first nor later, also within one moment', async () => {
    const { seen } = await processes();
    const [one, two] = [await seen('one'), await seen('two')];
    await one.save('register', walking('one'));
    const taken = 'Another Lintel over the same store keeps register warm.';
    await expect(two.save('register', walking('two'))).rejects.toThrow(taken);
    await two.load();
    await one.save('register', walking('one', 'DONE'));
    await expect(two.save('register', walking('two'))).rejects.toThrow(taken);
    await two.load();
    expect(two.of('register')).toMatchObject({ holder: 'one', walk: { state: 'DONE' } });
    await two.save('register', walking('two'));
    expect(two.of('register')?.holder).toBe('two');
  });

  it('is nobody where nothing is kept, and whoever orders it is told so', async () => {
    const clock = createTestClock();
    const onFailure = () => expect.fail('nothing can fail');
    const none = await createWalks({
      systems: [],
      snapshots: undefined,
      store: null,
      clock,
      process: 'one',
      onFailure,
    });
    none.schedule();
    await clock.advance(10 * minuteMs);
    expect(none.of('register')).toBeNull();
    for (const order of [none.start('register'), none.stop('register')]) {
      await expect(order).rejects.toThrow(/Nothing is kept here/);
      await expect(order).rejects.toBeInstanceOf(OrderRefused);
    }
  });
});
