// What stands over backends, in a store: it survives a restart whole, is changed one order at a time, and is heard by whoever shares
// the store.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import {
  type Findings,
  noWrites,
  OrderRefused,
  OrderUnwritten,
  unattended,
} from '../../../subgraphs/continuity/standing.ts';
import { createStandings, type Standings } from '../../../subgraphs/continuity/standings.ts';
import { openStore, type Store, type StorePlace } from '../../../subgraphs/continuity/store.ts';
import { createTestClock, settled } from '../../clock.ts';
import { onBothEngines } from '../../stores.ts';
import { unwell } from './unwell-store.ts';

const by = { who: 'Ann', why: 'a virus', expectedBackMs: null };
const minuteMs = 60_000;
const alarm: Findings = {
  seen: 'RUNNING',
  compared: 9,
  ...{ missing: 1, older: 2, reissued: 3, changed: 4 },
  writes: { ...noWrites, lookedUp: 5, missing: 1, untold: 2, emergencies: 1 },
  items: [{ of: 'RECORD', verdict: 'MISSING', kind: 'person', key: 'Katy', reference: 'Katy', atMs: 5 }],
  provenMs: 7,
  atMs: 8,
};

onBothEngines('what stands over backends', (place, engine) => {
  const cipher = createCipher(new Map([['one', randomBytes(32)]]));
  let shared: { at: StorePlace; store: Store } | undefined;
  const open: Standings[] = [];
  const failures: string[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    for (const table of ['standing', 'answered'] as const) await shared?.store.db.deleteFrom(table).execute();
    failures.length = 0;
  });
  afterAll(() => shared?.store.close());

  async function setup() {
    if (!shared) {
      const at = await place();
      shared = { at, store: await openStore(at) };
    }
    const clock = createTestClock();
    const { store } = shared;
    const onFailure = (what: string) => void failures.push(what);
    async function start(more: Partial<Parameters<typeof createStandings>[0]> = {}) {
      const standings = createStandings({ ...{ store, clock, cipher, onFailure }, ...more });
      open.push(standings);
      await standings.hear();
      return standings;
    }
    return { clock, store, start };
  }

  it.each([
    ['ISOLATED', { order: 'ISOLATE' }],
    ['READ_ONLY', { order: 'READ_ONLY', restorePointMs: 1_650_000_000_000 }],
  ] as const)(
    'is %s after a restart: since when, by whom, why, until when, as of when, and in which slot',
    async (state, order) => {
      const { clock, start } = await setup();
      const first = await start();
      const expectedBackMs = clock.now() + 7 * minuteMs;
      await first.order('lettings', ['lettings'], order, { ...by, expectedBackMs });
      const before = first.of('lettings', 'lettings');
      expect(before).toMatchObject({
        ...{ state, who: 'Ann', why: 'a virus', expectedBackMs, sinceMs: clock.now() },
        restorePointMs: 'restorePointMs' in order ? order.restorePointMs : null,
      });
      await clock.advance(minuteMs);
      const second = await start();
      expect(second.of('lettings', 'lettings')).toEqual(before);
      expect(second.of('lettings', 'another')).toEqual(unattended);
      // No number of a generation is given a second time, by whoever.
      await second.order('lettings', ['lettings'], { order: 'RELEASE' }, by);
      expect(second.of('lettings', 'lettings').generation).toBe(before.last + 1);
    },
  );

  it('is RECONCILING after a restart, out of the same copy; and in doubt while nobody has proven it', async () => {
    const { start } = await setup();
    const first = await start();
    await first.order('lettings', ['lettings'], { order: 'READ_ONLY', restorePointMs: 5 }, by);
    await first.order('lettings', ['lettings'], { order: 'RECONCILE' }, by);
    first.doubt('repairs', 'scheduler');
    await first.flush();
    const second = await start();
    expect(second.of('lettings', 'lettings')).toEqual(first.of('lettings', 'lettings'));
    expect(second.of('lettings', 'lettings')).toMatchObject({ state: 'RECONCILING', restorePointMs: 5 });
    expect(second.of('repairs', 'scheduler')).toMatchObject({ state: 'AUTOMATIC', frozen: 1, generation: 2 });
  });

  it('names after a restart what an alarm names, and shows nobody who reads the disk whose records these are', async () => {
    const { start, store } = await setup();
    const first = await start();
    first.doubt('lettings', 'lettings');
    first.hold('lettings', 'lettings', alarm);
    await first.flush();
    expect((await start()).of('lettings', 'lettings')).toMatchObject({ state: 'HELD', who: 'Lintel', alarm });
    const rows = JSON.stringify(await store.db.selectFrom('standing').selectAll().execute());
    expect(rows).not.toContain('Katy');
    expect(rows).toContain('"missing');

    // Without the key the counts are there, and the names are not lost for those who have it.
    const other = createCipher(new Map([['other', randomBytes(32)]]));
    const blind = await start({ cipher: other });
    expect(blind.of('lettings', 'lettings').alarm).toMatchObject({ ...alarm, items: [] });
    await blind.order('lettings', ['lettings'], { order: 'EXPECT' }, { ...by, expectedBackMs: 9 });
    const third = await start();
    expect(third.of('lettings', 'lettings')).toMatchObject({ expectedBackMs: 9, alarm: { items: alarm.items } });
  });

  it('takes what an older Lintel has written of an alarm', async () => {
    const { start, store } = await setup();
    const { seen: _seen, writes: _writes, items: _items, ...counts } = alarm;
    await store.db
      .insertInto('standing')
      .values({
        ...{ system: 'lettings', backend: 'lettings', state: 'HELD', since: 5, who: 'Lintel', why: 'doubt' },
        ...{ expected_back: null, restore_point: null, frozen: 3, generation: 4 },
        detail: JSON.stringify({ alarm: counts }),
      })
      .execute();
    expect((await start()).of('lettings', 'lettings')).toMatchObject({
      ...{ state: 'HELD', frozen: 3, last: 3 },
      alarm: { ...counts, seen: 'RETURN', writes: noWrites, items: [] },
    });
  });

  it('tells whoever listens of each change, once, with what stood before; and of none that changes nothing', async () => {
    const { start } = await setup();
    const standings = await start();
    const told: string[] = [];
    const end = standings.listen((system, backend, after, before) =>
      told.push(`${system}.${backend}: ${before.state} -> ${after.state}`),
    );
    await standings.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
    await standings.order('lettings', ['lettings'], { order: 'ISOLATE' }, { ...by, why: 'still' });
    await standings.hear();
    end();
    await standings.order('lettings', ['lettings'], { order: 'RELEASE' }, by);
    expect(told).toEqual(['lettings.lettings: AUTOMATIC -> ISOLATED', 'lettings.lettings: ISOLATED -> ISOLATED']);
  });

  it('changes over all of the backends of an order, or over none: one that does not fit refuses the others', async () => {
    const { start } = await setup();
    const standings = await start();
    await standings.order('repairs', ['orders'], { order: 'READ_ONLY', restorePointMs: 5 }, by);
    const both = standings.order('repairs', ['orders', 'scheduler'], { order: 'RECONCILE' }, by);
    await expect(both).rejects.toThrow(OrderRefused);
    expect((await start()).of('repairs', 'orders').state).toBe('READ_ONLY');
    expect(standings.of('repairs', 'orders').state).toBe('READ_ONLY');
    // Nor is it about another system's backend of the same name.
    const another = standings.order('tenancies', ['orders'], { order: 'RECONCILE' }, by);
    await expect(another).rejects.toThrow(OrderRefused);
    // And one that was refused holds up none that comes after it.
    await standings.order('repairs', ['orders'], { order: 'RECONCILE' }, by);
    expect(standings.of('repairs', 'orders').state).toBe('RECONCILING');
  });

  it('by itself holds, proves and doubts only what no operator has set; what is in doubt is doubted once', async () => {
    const { start } = await setup();
    const standings = await start();
    const of = () => standings.of('lettings', 'lettings');
    // Each holds at once, whether those before it are in the store by now or not.
    standings.hold('lettings', 'lettings', alarm);
    standings.prove('lettings', 'lettings', alarm);
    expect(of()).toEqual(unattended);
    standings.doubt('lettings', 'lettings');
    standings.doubt('lettings', 'lettings');
    expect(of()).toMatchObject({ generation: 2, last: 2 });
    standings.hold('lettings', 'lettings', null);
    expect(of()).toMatchObject({ state: 'HELD', alarm: null });
    standings.prove('lettings', 'lettings', alarm);
    expect(of()).toMatchObject({ state: 'AUTOMATIC', frozen: 2, generation: 2 });
    await standings.flush();
    expect((await start()).of('lettings', 'lettings')).toEqual(of());
    for (const order of [{ order: 'ISOLATE' }, { order: 'READ_ONLY', restorePointMs: 5 }] as const) {
      await standings.order('lettings', ['lettings'], order, by);
      const before = of();
      standings.doubt('lettings', 'lettings');
      standings.hold('lettings', 'lettings', alarm);
      standings.prove('lettings', 'lettings', alarm);
      expect(of()).toEqual(before);
    }
  });

  it('isolates at once in this process though the store fails, says so, and writes it as soon as it can; no other order holds unwritten', async () => {
    const { clock, start, store } = await setup();
    const sick = unwell(store);
    const standings = await start({ store: sick.store });
    sick.fails(true);
    const isolating = standings.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
    expect(standings.of('lettings', 'lettings').state).toBe('ISOLATED');
    await expect(isolating).rejects.toThrow(OrderUnwritten);
    await expect(
      standings.order('repairs', ['orders'], { order: 'READ_ONLY', restorePointMs: 5 }, by),
    ).rejects.toThrow();
    expect(standings.of('repairs', 'orders')).toEqual(unattended);
    standings.doubt('tenancies', 'tenancies');
    await standings.flush();
    await settled();
    expect(failures).toContain('keeping how a system stands');
    expect(standings.of('tenancies', 'tenancies').generation).toBe(2);
    expect((await start()).of('lettings', 'lettings')).toEqual(unattended);
    sick.fails(false);
    // Nor is it undone by what the store says meanwhile.
    await standings.hear();
    expect(standings.of('lettings', 'lettings').state).toBe('ISOLATED');
    await clock.advance(2_000);
    await standings.flush();
    const after = await start();
    expect(after.of('lettings', 'lettings').state).toBe('ISOLATED');
    expect(after.of('tenancies', 'tenancies').generation).toBe(2);
    // Written once; what others order then is not undone by it.
    await after.order('lettings', ['lettings'], { order: 'RELEASE' }, by);
    await standings.hear();
    expect(standings.of('lettings', 'lettings').state).toBe('AUTOMATIC');
  });

  it('knows after a restart when each backend last answered, to a minute; and writes that once a minute at most', async () => {
    const { clock, start, store } = await setup();
    const first = await start();
    const at = () => store.db.selectFrom('answered').select(['backend', 'at']).execute();
    const startMs = clock.now();
    expect(first.lastAnsweredMs('lettings', 'lettings')).toBeNull();
    first.answered('lettings', 'lettings');
    await first.flush();
    await clock.advance(minuteMs - 1);
    first.answered('lettings', 'lettings');
    await first.flush();
    expect(first.lastAnsweredMs('lettings', 'lettings')).toBe(startMs + minuteMs - 1);
    expect((await at()).map((row) => Number(row.at))).toEqual([startMs]);
    expect((await start()).lastAnsweredMs('lettings', 'lettings')).toBe(startMs);
    await clock.advance(1);
    first.answered('lettings', 'lettings');
    await first.flush();
    expect((await at()).map((row) => Number(row.at))).toEqual([startMs + minuteMs]);
    // What this process has heard since is not set back by what it reads.
    await clock.advance(5_000);
    first.answered('lettings', 'lettings');
    await first.hear();
    expect(first.lastAnsweredMs('lettings', 'lettings')).toBe(startMs + minuteMs + 5_000);
  });

  if (engine === 'POSTGRESQL') {
    it('is heard within a second by every process that shares the store; orders that race are each given their turn', async () => {
      const { clock, start } = await setup();
      const [one, other] = [await start(), await start()];
      await one.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
      expect(other.of('lettings', 'lettings').state).toBe('AUTOMATIC');
      await clock.advance(1_000);
      await other.flush();
      expect(other.of('lettings', 'lettings')).toMatchObject({ state: 'ISOLATED', who: 'Ann' });
      await Promise.allSettled([
        one.order('lettings', ['lettings'], { order: 'RELEASE' }, by),
        other.order('lettings', ['lettings'], { order: 'RELEASE' }, by),
      ]).then((results) => expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']));
      await one.hear();
      await one.close();
      await other.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
      await clock.advance(10_000);
      expect(one.of('lettings', 'lettings').state).toBe('AUTOMATIC');
    });
  }
});

describe('without a store', () => {
  it('what is set holds in this process', async () => {
    const standings = createStandings({ store: null, clock: createTestClock(), onFailure: () => expect.fail() });
    await standings.hear();
    await standings.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
    standings.answered('lettings', 'lettings');
    await standings.flush();
    expect(standings.of('lettings', 'lettings').state).toBe('ISOLATED');
    expect(standings.lastAnsweredMs('lettings', 'lettings')).not.toBeNull();
    await standings.order('lettings', ['lettings'], { order: 'READ_ONLY', restorePointMs: 5 }, by);
    expect(standings.of('lettings', 'lettings')).toMatchObject({ state: 'READ_ONLY', restorePointMs: 5 });
  });
});
