// What is kept, over outages: generations, walks through whole kinds, samples, former contents, what is found by a text,
// what is forgotten and what expires.
import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { Generations, KeepOptions, Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { type KeptOptions, type OpenKept, openKept } from '../../kept.ts';
import { onBothEngines } from '../../stores.ts';

const keys = new Map([['first', randomBytes(32)]]);
const dayMs = 24 * 3_600_000;
/** What is unchanged may have been read that much later than it says. */
const confirmMs = 60_000;

const byPostcode: KeepOptions = {
  termsOf: (_key, value) => {
    const { postcode } = (value ?? {}) as { postcode?: string };
    return postcode ? [`postcode\n${postcode}`] : [];
  },
};

const notThere = 'not there';

onBothEngines('what is kept over outages', (place) => {
  const open: OpenKept[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  async function setup(options: Partial<KeptOptions> = {}) {
    const kept = await openKept(await place(), { keys, ...options });
    open.push(kept);
    return kept;
  }

  async function keep(
    snapshots: Snapshots,
    values: Record<string, unknown>,
    readAtMs: number,
    options: KeepOptions = {},
    kind = 'person',
  ) {
    snapshots.keep('tenancies', kind, new Map(Object.entries(values)), readAtMs, options);
    await snapshots.flush();
  }

  /** What is found; what is known not to have been there is said so, since it is not the same as not known. */
  const find = async (snapshots: Snapshots, keys: string[], generations?: Generations) =>
    Object.fromEntries(
      [...(await snapshots.find('tenancies', 'person', keys, generations))].map(([key, { value = notThere }]) => [
        key,
        value,
      ]),
    );
  const byTerm = async (snapshots: Snapshots, postcode: string, generations?: Generations, most?: number) =>
    (await snapshots.findByTerm('tenancies', 'person', `postcode\n${postcode}`, generations, most))
      .map(({ key }) => key)
      .sort();

  it('is kept apart by generation: the newest of those meant is given, and copies only to who asks for them', async () => {
    const { snapshots } = await setup();
    await keep(snapshots, { a: 'before', b: 'before' }, 1_000);
    await keep(snapshots, { a: 'after' }, 2_000, { generation: 2 });
    await keep(snapshots, { a: 'copy', c: 'copy' }, 3_000, { generation: -1 });
    const expected = async () => {
      expect(await find(snapshots, ['a', 'b', 'c'])).toEqual({ a: 'after', b: 'before' });
      expect(await find(snapshots, ['a', 'b', 'c'], { upTo: 1 })).toEqual({ a: 'before', b: 'before' });
      expect(await find(snapshots, ['a', 'b', 'c'], { only: 2 })).toEqual({ a: 'after' });
      expect(await find(snapshots, ['a', 'b', 'c'], { only: -1 })).toEqual({ a: 'copy', c: 'copy' });
    };
    await expected();
    // Not even what was read later into an older generation goes before it.
    await keep(snapshots, { a: 'late, from before' }, 9_000);
    expect(await find(snapshots, ['a'])).toEqual({ a: 'after' });
    expect(await find(snapshots, ['a'], { upTo: 1 })).toEqual({ a: 'late, from before' });
  });

  it('is given by generation while it waits to be written, too', async () => {
    const { snapshots } = await setup();
    await keep(snapshots, { a: 'stored, two', b: 'stored, one' }, 1_000, { generation: 2 });
    const waiting = (value: string, generation: number) =>
      snapshots.keep('tenancies', 'person', new Map([['a', value]]), 2_000, { generation });
    waiting('waits, one', 1);
    expect(await find(snapshots, ['a'])).toEqual({ a: 'stored, two' });
    expect(await find(snapshots, ['a'], { upTo: 1 })).toEqual({ a: 'waits, one' });
    waiting('waits, three', 3);
    expect(await find(snapshots, ['a', 'b'])).toEqual({ a: 'waits, three', b: 'stored, one' });
    expect(await find(snapshots, ['a'], { upTo: 2 })).toEqual({ a: 'stored, two' });
  });

  it('says of a kind that was walked through what was not there; not of what was met on the way', async () => {
    const { snapshots } = await setup();
    const walkMs = 10 * dayMs;
    await keep(snapshots, { gone: 1 }, walkMs - confirmMs);
    // Met on the walk, unchanged and lately read: nothing was written, so its row is older than the walk.
    await keep(snapshots, { met: 1 }, walkMs - confirmMs + 1);
    await keep(snapshots, { met: 1 }, walkMs);
    snapshots.complete('tenancies', 'person', walkMs);
    await snapshots.flush();
    const found = await snapshots.find('tenancies', 'person', ['gone', 'met', 'never']);
    expect(Object.fromEntries(found)).toEqual({
      gone: { value: undefined, readAtMs: walkMs },
      met: { value: 1, readAtMs: walkMs - confirmMs + 1 },
      never: { value: undefined, readAtMs: walkMs },
    });
    expect((await snapshots.find('tenancies', 'property', ['never'])).size).toBe(0);
    await keep(snapshots, { gone: 2 }, walkMs + 1);
    expect(await find(snapshots, ['gone'])).toEqual({ gone: 2 });
  });

  it('takes a walk of a newer generation for what an older one has, and the older one for itself', async () => {
    const { snapshots } = await setup();
    await keep(snapshots, { a: 1, b: 1 }, 5 * dayMs);
    await keep(snapshots, { a: 1 }, 7 * dayMs, { generation: 2 });
    snapshots.complete('tenancies', 'person', 7 * dayMs, 2);
    await snapshots.flush();
    expect(await find(snapshots, ['a', 'b'])).toEqual({ a: 1, b: notThere });
    expect(await find(snapshots, ['a', 'b'], { upTo: 1 })).toEqual({ a: 1, b: 1 });
  });

  it('takes no walk for whole that has lost a record, or during which one was forgotten', async () => {
    const { snapshots, clock } = await setup({ numbers: { mostQueued: 2 } });
    snapshots.keep('tenancies', 'person', new Map([['a', 1]]), 6_000);
    snapshots.keep('tenancies', 'person', new Map(Object.entries({ b: 1, c: 1 })), 6_000);
    snapshots.complete('tenancies', 'person', 5_000);
    await snapshots.flush();
    expect(snapshots.figures().dropped).toBe(1);
    expect(await find(snapshots, ['a', 'b'])).toEqual({ b: 1 });
    // The next has lost nothing.
    snapshots.complete('tenancies', 'person', 7_000);
    await snapshots.flush();
    expect(await find(snapshots, ['a'])).toEqual({ a: notThere });

    const startMs = clock.now();
    await keep(snapshots, { d: { postcode: 'CB1' } }, startMs, byPostcode);
    await clock.advance(1_000);
    expect(await snapshots.forget(['postcode\nCB1'])).toBe(1);
    snapshots.complete('tenancies', 'person', startMs);
    await snapshots.flush();
    // The walk before it is void as well: the record is not kept, and yet is there.
    expect(await find(snapshots, ['a', 'd'])).toEqual({});
  });

  it('says nothing of a walk until everything met on it is written', async () => {
    const { snapshots, store, clock, failures } = await setup();
    await keep(snapshots, { a: 1 }, 1_000);
    const write = store.db.transaction.bind(store.db);
    const fail = () => {
      throw new Error('no room');
    };
    Object.assign(store.db, { transaction: fail });
    snapshots.keep('tenancies', 'person', new Map([['b', 1]]), 9 * dayMs);
    snapshots.complete('tenancies', 'person', 9 * dayMs);
    await snapshots.flush();
    expect(failures).toEqual(['keeping what was read']);
    expect(await find(snapshots, ['a', 'b', 'c'])).toEqual({ a: 1, b: 1 });
    Object.assign(store.db, { transaction: write });
    await clock.advance(2_000);
    await snapshots.flush();
    expect(await find(snapshots, ['a', 'b', 'c'])).toEqual({ a: notThere, b: 1, c: notThere });
  });

  it('is found by a text, the newest version of each record alone, and no more than asked for', async () => {
    const { snapshots } = await setup();
    const at = (postcode: string) => ({ postcode });
    await keep(snapshots, { a: at('CB1'), b: at('CB1'), c: at('CB2'), d: null }, 1_000, byPostcode);
    expect(await byTerm(snapshots, 'CB1')).toEqual(['a', 'b']);
    expect(await byTerm(snapshots, 'CB1', undefined, 1)).toHaveLength(1);
    expect(await byTerm(snapshots, 'CB3')).toEqual([]);
    // One moves away; in another generation, so that the old one still says what it said.
    await keep(snapshots, { a: at('CB3') }, 2_000, { ...byPostcode, generation: 2 });
    expect(await byTerm(snapshots, 'CB1')).toEqual(['b']);
    expect(await byTerm(snapshots, 'CB1', { upTo: 1 })).toEqual(['a', 'b']);
    expect(await byTerm(snapshots, 'CB3')).toEqual(['a']);
    // And in the same generation.
    await keep(snapshots, { b: at('CB2') }, 3_000, byPostcode);
    expect(await byTerm(snapshots, 'CB1')).toEqual([]);
    expect(await byTerm(snapshots, 'CB2')).toEqual(['b', 'c']);
    // What waits says so before it is written.
    snapshots.keep('tenancies', 'person', new Map([['c', at('CB4')]]), 4_000, byPostcode);
    expect(await byTerm(snapshots, 'CB2')).toEqual(['b']);
    expect(await byTerm(snapshots, 'CB4')).toEqual(['c']);
  });

  it('is found by a text that was learnt later, once it is read again, though it is unchanged', async () => {
    const { snapshots } = await setup();
    await keep(snapshots, { a: { postcode: 'CB1' } }, 1_000);
    expect(await byTerm(snapshots, 'CB1')).toEqual([]);
    await keep(snapshots, { a: { postcode: 'CB1' } }, 1_000 + confirmMs, byPostcode);
    expect(await byTerm(snapshots, 'CB1')).toEqual(['a']);
  });

  it('is found by a text under a new key, as long as the oldest is there', async () => {
    const first = await setup();
    await keep(first.snapshots, { a: { postcode: 'CB1' } }, 1_000, byPostcode);
    await keep(first.snapshots, { a: { postcode: 'CB1', roof: 'new' } }, 2_000, byPostcode);
    await first.close();
    const { snapshots, store } = await openKept(first.place, {
      keys: new Map([['second', randomBytes(32)], ...keys]),
    }).then((kept) => {
      open.push(kept);
      return kept;
    });
    expect(await byTerm(snapshots, 'CB1')).toEqual(['a']);
    expect(await snapshots.wasFormer('tenancies', 'person', 'a', { postcode: 'CB1' })).toBe(true);
    await keep(snapshots, { a: { postcode: 'CB1', roof: 'new' } }, 3_000, byPostcode);
    expect(await store.db.selectFrom('snapshot').select(['key_id', 'changed_at']).execute()).toEqual([
      { key_id: 'second', changed_at: 2_000 },
    ]);
    expect(await byTerm(snapshots, 'CB1')).toEqual(['a']);
  });

  it('shows nobody who reads the disk under what it is found', async () => {
    const { snapshots, store } = await setup();
    await keep(snapshots, { a: { postcode: 'CB1 2AB' } }, 1_000, byPostcode);
    const terms = await store.db.selectFrom('term').selectAll().execute();
    expect(terms).toHaveLength(1);
    expect(JSON.stringify(terms)).not.toMatch(/CB1/);
  });

  it('knows what a record said earlier, and since when it says what it says', async () => {
    const { snapshots } = await setup();
    const wasFormer = (value: unknown) => snapshots.wasFormer('tenancies', 'person', 'a', value);
    await keep(snapshots, { a: 'one' }, 1_000);
    await keep(snapshots, { a: 'two' }, 2_000);
    await keep(snapshots, { a: 'two' }, 2_000 + confirmMs);
    expect([await wasFormer('one'), await wasFormer('two'), await wasFormer('three')]).toEqual([true, false, false]);
    expect(await snapshots.wasFormer('tenancies', 'person', 'b', 'one')).toBe(false);
    const [sampled] = await snapshots.sample('tenancies', ['person'], 1, { upTo: 1 });
    expect(sampled).toEqual({
      kind: 'person',
      key: 'a',
      value: 'two',
      readAtMs: 2_000 + confirmMs,
      changedAtMs: 2_000,
      versionMs: null,
    });
  });

  it('is sampled: half the newest by their own word, else by when they changed; half from anywhere; nothing empty', async () => {
    const { snapshots } = await setup();
    const versionOf = (value: unknown) => (value as { version?: number }).version ?? null;
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}`, { i }]));
    await keep(snapshots, many, 1_000);
    await keep(snapshots, { none: null, empty: [], a: { version: 90_000 }, b: { version: 80_000 } }, 2_000, {
      versionOf: (value) => (Array.isArray(value) || value === null ? null : versionOf(value)),
    });
    await keep(snapshots, { flat: { i: 0 } }, 70_000, {}, 'property');
    await keep(snapshots, { p1: 'newer generation' }, 99_000, { generation: 2 });
    const sample = await snapshots.sample('tenancies', ['person', 'property'], 6, { upTo: 1 });
    expect(sample.slice(0, 3).map(({ key }) => key)).toEqual(['a', 'b', 'flat']);
    expect(sample[0]?.versionMs).toBe(90_000);
    expect(new Set(sample.map(({ key }) => key)).size).toBe(6);
    expect(sample.some(({ key }) => key === 'none' || key === 'empty')).toBe(false);
    // Drawn often enough, every record comes up.
    const drawn = new Set<string>();
    for (let i = 0; i < 400 && drawn.size < 62; i += 1) {
      for (const { key } of await snapshots.sample('tenancies', ['person'], 20, { upTo: 1 })) drawn.add(key);
    }
    expect(drawn.size).toBe(62);
  });

  it('is forgotten by a text: in every generation, with what it said earlier, and what waits to be written', async () => {
    const { snapshots, store } = await setup();
    const at = (postcode: string, more = {}) => ({ postcode, ...more });
    await keep(snapshots, { a: at('CB1'), b: at('CB2') }, 1_000, byPostcode);
    await keep(snapshots, { a: at('CB1', { roof: 'new' }) }, 2_000, byPostcode);
    await keep(snapshots, { a: at('CB9') }, 3_000, { ...byPostcode, generation: 2 });
    await keep(snapshots, { x: at('CB1') }, 3_000, byPostcode, 'property');
    snapshots.keep('tenancies', 'person', new Map([['c', at('CB1')]]), 4_000, byPostcode);
    const stored = await snapshots.records('tenancies', 'person', '', 10);
    expect(stored.records.map(({ key }) => key).sort()).toEqual(['a', 'a', 'b']);
    expect(await snapshots.forget(['postcode\nCB1', 'postcode\nnobody'])).toBe(3);
    await snapshots.flush();
    expect(await find(snapshots, ['a', 'b', 'c'])).toEqual({ b: at('CB2') });
    expect(await snapshots.wasFormer('tenancies', 'person', 'a', at('CB1'))).toBe(false);
    const left = async (table: 'snapshot' | 'former' | 'term') =>
      (await store.db.selectFrom(table).selectAll().execute()).length;
    expect([await left('snapshot'), await left('former'), await left('term')]).toEqual([1, 0, 1]);
  });

  it('expires by age up to the generation that is said, with former contents of that age', async () => {
    const { snapshots, store } = await setup();
    await keep(snapshots, { old: 1, lately: 1 }, 1_000, byPostcode);
    await keep(snapshots, { lately: 2 }, 10 * dayMs);
    await keep(snapshots, { other: 1 }, 1_000, { generation: 2 });
    await keep(snapshots, { copy: 1 }, 1_000, { generation: -1 });
    await keep(snapshots, Object.fromEntries(Array.from({ length: 1_200 }, (_, i) => [`m${i}`, i])), 2_000);
    expect(await snapshots.expire('lettings', 9 * dayMs, 1)).toBe(0);
    expect(await snapshots.wasFormer('tenancies', 'person', 'lately', 1)).toBe(true);
    expect(await snapshots.expire('tenancies', 9 * dayMs, 1)).toBe(1_201);
    expect(await find(snapshots, ['old', 'lately', 'other', 'm7'])).toEqual({ lately: 2, other: 1 });
    expect(await find(snapshots, ['copy'], { only: -1 })).toEqual({ copy: 1 });
    expect(await snapshots.wasFormer('tenancies', 'person', 'lately', 1)).toBe(false);
    expect(await store.db.selectFrom('former').selectAll().execute()).toEqual([]);
  });

  it('expires where a newer proven generation has it too; what it said otherwise is a former content', async () => {
    const { snapshots } = await setup();
    await keep(snapshots, { same: 1, changed: 'then', alone: 1 }, 5 * dayMs);
    await keep(snapshots, { same: 1, changed: 'now' }, 6 * dayMs, { generation: 2 });
    await keep(snapshots, { alone: 'not proven' }, 6 * dayMs, { generation: 3 });
    expect(await snapshots.expire('tenancies', 0, 2)).toBe(2);
    expect(await find(snapshots, ['same', 'changed', 'alone'], { upTo: 2 })).toEqual({
      same: 1,
      changed: 'now',
      alone: 1,
    });
    expect(await find(snapshots, ['same', 'changed'], { only: 1 })).toEqual({});
    expect(await snapshots.wasFormer('tenancies', 'person', 'changed', 'then')).toBe(true);
    expect(await snapshots.wasFormer('tenancies', 'person', 'same', 1)).toBe(false);
  });

  it('does not say that something was not there because it has expired', async () => {
    const { snapshots } = await setup();
    await keep(snapshots, { a: 1 }, 2 * dayMs);
    snapshots.complete('tenancies', 'person', 2 * dayMs);
    await snapshots.flush();
    expect(await find(snapshots, ['b'])).toEqual({ b: notThere });
    await snapshots.expire('tenancies', 3 * dayMs, 1);
    expect(await find(snapshots, ['a', 'b'])).toEqual({});
  });

  it('goes with its generation when that is dropped, waiting or written', async () => {
    const { snapshots, store } = await setup();
    await keep(snapshots, { a: 1, b: { postcode: 'CB1' } }, 1_000);
    await keep(snapshots, { a: 2, b: { postcode: 'CB2' } }, 2_000, { ...byPostcode, generation: 2 });
    snapshots.complete('tenancies', 'person', 2_000, 2);
    await snapshots.flush();
    snapshots.keep('tenancies', 'person', new Map([['c', 1]]), 3_000, { generation: 2 });
    expect(await snapshots.drop('tenancies', 2, ['person'])).toBe(2);
    await snapshots.flush();
    expect(await find(snapshots, ['a', 'b', 'c'])).toEqual({ a: 1, b: { postcode: 'CB1' } });
    expect(await byTerm(snapshots, 'CB2')).toEqual([]);
    expect(await store.db.selectFrom('walked').selectAll().execute()).toEqual([]);
  });

  it('is counted by kind, a record of several generations once, at most once a minute', async () => {
    const { snapshots, clock } = await setup();
    await keep(snapshots, { a: 1, b: null }, 1_000);
    await keep(snapshots, { a: 2 }, 5_000, { generation: 2 });
    await keep(snapshots, { a: 3 }, 9_000, { generation: -1 });
    await keep(snapshots, { x: 1 }, 3_000, {}, 'property');
    const counted = [
      { kind: 'person', count: 2, oldestMs: 1_000, newestMs: 5_000 },
      { kind: 'property', count: 1, oldestMs: 3_000, newestMs: 3_000 },
    ];
    expect(await snapshots.coverage('tenancies')).toEqual(counted);
    expect(await snapshots.coverage('lettings')).toEqual([]);
    expect(snapshots.figures()).toMatchObject({ records: 3, written: 5 });
    expect(snapshots.figures().bytes).toBeGreaterThan(4_096);
    await keep(snapshots, { y: 1 }, 4_000, {}, 'property');
    expect(await snapshots.coverage('tenancies')).toEqual(counted);
    await clock.advance(60_000);
    expect((await snapshots.coverage('tenancies'))[1]).toEqual({ ...counted[1], count: 2, newestMs: 4_000 });
  });

  it('lets in who keeps a great deal at once when there is room', async () => {
    const { snapshots } = await setup({ numbers: { mostQueued: 10, batch: 4 } });
    await snapshots.room();
    snapshots.keep('tenancies', 'person', new Map(Array.from({ length: 8 }, (_, i) => [`${i}`, i])), 1_000);
    const order: string[] = [];
    const letIn = snapshots.room().then(() => order.push(`in, ${snapshots.figures().queued} wait`));
    await snapshots.flush();
    await letIn;
    expect(order).toEqual(['in, 4 wait']);
    expect(snapshots.figures()).toMatchObject({ queued: 0, dropped: 0, written: 8 });
  });
});
