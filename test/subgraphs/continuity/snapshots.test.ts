import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { createSnapshots, type SnapshotNumbers, type Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { openStore, type Store, type StorePlace } from '../../../subgraphs/continuity/store.ts';
import { createTestClock } from '../../clock.ts';
import { onBothEngines } from '../../stores.ts';

const key = randomBytes(32);
const keys = new Map([['first', key]]);

onBothEngines('what is kept', (place) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  async function setup(numbers: Partial<SnapshotNumbers> = {}, at?: StorePlace, cipherKeys = keys) {
    const where = at ?? (await place());
    const store = await openStore(where);
    open.push(store);
    const clock = createTestClock();
    const failures: string[] = [];
    const snapshots = createSnapshots({
      store,
      cipher: createCipher(cipherKeys),
      clock,
      numbers,
      onFailure: (what) => failures.push(what),
    });
    return { where, store, clock, snapshots, failures };
  }

  const keep = (snapshots: Snapshots, values: Record<string, unknown>, readAtMs: number) =>
    snapshots.keep('repairs', 'workOrder', new Map(Object.entries(values)), readAtMs);
  const find = (snapshots: Snapshots, ...wanted: string[]) => snapshots.find('repairs', 'workOrder', wanted);
  const rows = (store: Store) => store.db.selectFrom('snapshot').selectAll().execute();

  it('is found again by system, kind and key, with the time it was read; null and empty too', async () => {
    const { snapshots } = await setup();
    keep(snapshots, { a: { description: 'Tap drips' }, b: null, c: [] }, 1_000);
    await snapshots.flush();
    expect(Object.fromEntries(await find(snapshots, 'a', 'b', 'c', 'd'))).toEqual({
      a: { value: { description: 'Tap drips' }, readAtMs: 1_000 },
      b: { value: null, readAtMs: 1_000 },
      c: { value: [], readAtMs: 1_000 },
    });
    expect((await snapshots.find('repairs', 'appointment', ['a'])).size).toBe(0);
    expect((await snapshots.find('lettings', 'workOrder', ['a'])).size).toBe(0);
  });

  it('is found before it is written', async () => {
    const { snapshots, store } = await setup();
    keep(snapshots, { a: 1 }, 1_000);
    expect((await find(snapshots, 'a')).get('a')).toEqual({ value: 1, readAtMs: 1_000 });
    expect(await rows(store)).toEqual([]);
  });

  it('is written in the background after a moment, many at a time', async () => {
    const { snapshots, store, clock } = await setup({ batch: 10 });
    keep(snapshots, Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, i])), 1_000);
    await clock.advance(250);
    await snapshots.flush();
    expect(await rows(store)).toHaveLength(25);
    expect(snapshots.figures()).toMatchObject({ queued: 0, written: 25, dropped: 0 });
  });

  it('outlasts the process', async () => {
    const first = await setup();
    keep(first.snapshots, { a: 'kept' }, 1_000);
    await first.snapshots.close();
    await first.store.close();
    open.splice(0);
    const second = await setup({}, first.where);
    expect((await find(second.snapshots, 'a')).get('a')).toEqual({ value: 'kept', readAtMs: 1_000 });
  });

  it('costs no write while it is unchanged and lately read, and one when it has changed or grown old', async () => {
    const { snapshots } = await setup({ confirmMs: 60_000 });
    const written = async (value: unknown, readAtMs: number) => {
      const before = snapshots.figures();
      keep(snapshots, { a: value }, readAtMs);
      await snapshots.flush();
      const { written, confirmed, unchanged } = snapshots.figures();
      return [written - before.written, confirmed - before.confirmed, unchanged - before.unchanged];
    };
    expect(await written('x', 1_000)).toEqual([1, 0, 0]);
    expect(await written('x', 2_000)).toEqual([0, 0, 1]);
    expect(await written('y', 3_000)).toEqual([1, 0, 0]);
    expect(await written('y', 3_000 + 60_000)).toEqual([0, 1, 0]);
    expect((await find(snapshots, 'a')).get('a')).toEqual({ value: 'y', readAtMs: 63_000 });
  });

  it('never puts an older answer over a newer one', async () => {
    const { snapshots } = await setup();
    keep(snapshots, { a: 'new' }, 5_000);
    await snapshots.flush();
    keep(snapshots, { a: 'old' }, 4_000);
    await snapshots.flush();
    expect((await find(snapshots, 'a')).get('a')).toEqual({ value: 'new', readAtMs: 5_000 });
  });

  it('drops the oldest, and counts it, when the store cannot keep up', async () => {
    const { snapshots } = await setup({ mostQueued: 3 });
    keep(snapshots, { a: 1, b: 2, c: 3, d: 4, e: 5 }, 1_000);
    expect(snapshots.figures()).toMatchObject({ queued: 3, dropped: 2 });
    expect([...(await find(snapshots, 'a', 'b', 'c', 'd', 'e')).keys()]).toEqual(['c', 'd', 'e']);
  });

  it('tells nobody who reads the disk what it is or whom it is about', async () => {
    const { snapshots, store } = await setup();
    snapshots.keep('tenancies', 'people', new Map([['{"surname":"Alderton"}', [{ name: 'Katy' }]]]), 1_000);
    await snapshots.flush();
    const text = JSON.stringify(
      (await rows(store)).map((row) => ({ ...row, sealed: Buffer.from(row.sealed).toString('latin1') })),
    );
    expect(text).not.toMatch(/Alderton|Katy|surname/);
  });

  it('is read under an old key and written under the new one', async () => {
    const first = await setup();
    keep(first.snapshots, { a: 'old key', b: 'old key' }, 1_000);
    await first.snapshots.close();
    await first.store.close();
    open.splice(0);
    const rotated = new Map([
      ['second', randomBytes(32)],
      ['first', key],
    ]);
    const { snapshots, store } = await setup({}, first.where, rotated);
    expect((await find(snapshots, 'a')).get('a')?.value).toBe('old key');
    keep(snapshots, { a: 'old key' }, 2_000);
    await snapshots.flush();
    expect((await rows(store)).map(({ key_id }) => key_id).sort()).toEqual(['first', 'second']);
    expect((await find(snapshots, 'a')).get('a')).toEqual({ value: 'old key', readAtMs: 2_000 });
  });

  it('is as good as not kept, and said so, when the store fails or a key is missing', async () => {
    const { snapshots, where, store, failures } = await setup();
    keep(snapshots, { a: 'x' }, 1_000);
    await snapshots.close();
    await store.close();
    open.splice(0);
    expect((await find(snapshots, 'a')).size).toBe(0);
    keep(snapshots, { b: 'y' }, 2_000);
    await snapshots.flush();
    expect(failures).toEqual(['looking up what is kept', 'keeping what was read']);
    expect(snapshots.figures()).toMatchObject({ failures: 2, dropped: 0, queued: 1 });
    await snapshots.close();
    expect(snapshots.figures()).toMatchObject({ dropped: 1, queued: 0 });
    const stranger = await setup({}, where, new Map([['other', randomBytes(32)]]));
    expect((await find(stranger.snapshots, 'a')).size).toBe(0);
  });
});
