import { afterEach, describe, expect, it } from 'vitest';
import { createEvents, type KeptEvents, type StateChange } from '../../../subgraphs/continuity/events.ts';
import { openStore, type Store } from '../../../subgraphs/continuity/store.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';
import { onBothEngines } from '../../stores.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function change(clock: TestClock, state: StateChange['state'], more: Partial<StateChange> = {}): StateChange {
  const cause = state === 'DOWN' ? 'TIMEOUT' : null;
  return { system: 'repairs', backend: 'scheduler', atMs: clock.now(), state, cause, who: null, why: null, ...more };
}

const surely = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);

onBothEngines('what has changed', (place) => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  });

  async function open(onFailure: (what: string, error: unknown) => void = surely) {
    const at = await place();
    const store = await openStore(at);
    const clock = createTestClock();
    opened.push(store);
    const start = (over: Store = store, process = 'one'): KeptEvents => {
      const events = createEvents({ store: over, clock, process, onFailure });
      opened.push(events);
      return events;
    };
    return { store, clock, start };
  }

  it('is told at once, and given newest first: whether written by now or not', async () => {
    const { store, clock, start } = await open();
    const events = start();
    const told: string[] = [];
    const end = events.listen((system) => told.push(system));
    events.record(change(clock, 'DOWN'));
    // Written by itself, after a moment.
    await clock.advance(1_000);
    await expect.poll(() => store.db.selectFrom('event').select('state').execute()).toEqual([{ state: 'DOWN' }]);
    events.record(change(clock, 'ISOLATED', { backend: 'workOrders', who: 'Anna', why: 'containment' }));
    events.touch('lettings');
    end();
    events.record(change(clock, 'DOWN', { system: 'lettings', backend: 'lettings' }));
    expect(told).toEqual(['repairs', 'repairs', 'lettings']);
    const expected = [
      { backend: 'workOrders', state: 'ISOLATED', cause: null, who: 'Anna', why: 'containment' },
      { backend: 'scheduler', state: 'DOWN', cause: 'TIMEOUT', who: null },
    ];
    expect(await events.history('repairs', 20)).toMatchObject(expected);
    await events.flush();
    const history = await events.history('repairs', 20);
    expect(history).toMatchObject(expected);
    expect(history).toHaveLength(2);
    expect(await events.history('repairs', 1)).toMatchObject([{ state: 'ISOLATED' }]);
  });

  it('outlasts the process, and is known to others that share the store', async () => {
    const { clock, start } = await open();
    const first = start();
    first.record(change(clock, 'DOWN'));
    await first.close();
    expect(await start(undefined, 'two').history('repairs', 20)).toMatchObject([{ state: 'DOWN', atMs: clock.now() }]);
  });

  it('waits for a store that is away, tells of it, and is written when it is back', async () => {
    const failures: string[] = [];
    const { store, clock, start } = await open((what) => failures.push(what));
    let away = true;
    const failing = new Proxy({} as Store['db'], {
      get() {
        throw new Error('disk full');
      },
    });
    const events = start({
      ...store,
      get db() {
        return away ? failing : store.db;
      },
    });
    failures.splice(0);
    events.record(change(clock, 'DOWN'));
    await events.flush();
    expect(failures).toEqual(['recording a change of state']);
    await expect(events.history('repairs', 20)).rejects.toThrow('disk full');
    away = false;
    // Tried again by itself.
    await clock.advance(2_000);
    await expect
      .poll(() => store.db.selectFrom('event').select(['state', 'process']).execute())
      .toEqual([{ state: 'DOWN', process: 'one' }]);
    // A thousand wait for it, the newest: what is left out is told.
    away = true;
    failures.splice(0);
    for (let count = 0; count < 1_002; count += 1) {
      events.record(change(clock, 'ISOLATED', { who: 'Anna', why: String(count) }));
    }
    expect(failures).toHaveLength(2);
    away = false;
    await events.flush();
    const written = await store.db.selectFrom('event').select('why').where('who', '=', 'Anna').orderBy('id').execute();
    expect(written.map(({ why }) => why)).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index + 2)));
  });

  it('of a backend that flaps for a day is a row a minute, the last of it true; an operator in between is never left out', async () => {
    const { store, clock, start } = await open();
    const events = start();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      for (const state of ['DOWN', 'DEGRADED', 'OPERATIONAL'] as const) events.record(change(clock, state));
      if (minute % 60 === 0) await events.flush();
      if (minute === 600) events.record(change(clock, 'ISOLATED', { who: 'Anna', why: 'enough' }));
      await clock.advance(minuteMs);
    }
    await events.flush();
    const rows = await store.db.selectFrom('event').select(['state', 'who']).orderBy('id').execute();
    expect(rows.length).toBeGreaterThan(24 * 60 * 0.9);
    // Besides one a minute: twenty at once in the beginning, and each flush writes what is held.
    expect(rows.length).toBeLessThan(24 * 60 + 60);
    expect(rows.filter(({ who }) => who === 'Anna')).toHaveLength(1);
    expect(rows.at(-1)?.state).toBe('OPERATIONAL');
  });

  it('is forgotten after 400 days', async () => {
    const { store, clock, start } = await open();
    const events = start();
    events.record(change(clock, 'DOWN'));
    await events.flush();
    const states = async () => (await store.db.selectFrom('event').select('state').execute()).map(({ state }) => state);
    await clock.advance(399 * dayMs);
    expect(await states()).toEqual(['DOWN']);
    events.record(change(clock, 'OPERATIONAL'));
    await events.flush();
    await clock.advance(2 * dayMs);
    await expect.poll(states).toEqual(['OPERATIONAL']);
  });
});

describe('without a store', () => {
  it('the last 500 changes of each system are remembered', async () => {
    const clock = createTestClock();
    const events = createEvents({ store: null, clock, process: 'one', onFailure: surely });
    for (let count = 0; count < 700; count += 1) {
      events.record(change(clock, 'ISOLATED', { who: 'Anna', why: String(count) }));
    }
    events.record(change(clock, 'DOWN', { system: 'lettings', backend: 'lettings' }));
    expect((await events.history('repairs', 1_000)).map(({ why }) => why)).toEqual(
      Array.from({ length: 500 }, (_, index) => String(699 - index)),
    );
    expect(await events.history('lettings', 20)).toHaveLength(1);
  });

  it('a listener that fails harms neither the others nor whoever records', async () => {
    const clock = createTestClock();
    const failures: string[] = [];
    const events = createEvents({ store: null, clock, process: 'one', onFailure: (what) => failures.push(what) });
    const told: string[] = [];
    events.listen(() => {
      throw new Error('mine');
    });
    events.listen((system) => told.push(system));
    events.record(change(clock, 'DOWN'));
    await settled();
    expect(told).toEqual(['repairs']);
    expect(failures).toEqual(['telling of a change of state']);
  });
});
