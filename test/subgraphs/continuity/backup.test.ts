// A backup and its restoring, from each engine into each, and everything that can be wrong with a backup.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { sql } from 'kysely';
import { afterEach, expect, it, vi } from 'vitest';
import { backupTo } from '../../../subgraphs/continuity/backup.ts';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { createIntake } from '../../../subgraphs/continuity/intake/index.ts';
import type { Intake } from '../../../subgraphs/continuity/intake.ts';
import { claim } from '../../../subgraphs/continuity/mark.ts';
import { createOwn } from '../../../subgraphs/continuity/owner.ts';
import { readBackup } from '../../../subgraphs/continuity/readback.ts';
import { restoreFrom } from '../../../subgraphs/continuity/restore.ts';
import { type OpenKept, openKept } from '../../kept.ts';
import { onBothEngines } from '../../stores.ts';
import { createOffice } from './intake/office.ts';

const key = randomBytes(32);
const keys = new Map([['monday', key]]);
/** Pages of rows, and chunks of the file: more than one, more than three. */
const records = 610;
// Each test makes several stores; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

onBothEngines('a backup', (place) => {
  const open: OpenKept[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  async function empty(withKeys: ReadonlyMap<string, Buffer> = keys) {
    const kept = await openKept(await place(), { keys: withKeys });
    open.push(kept);
    await claim(kept.store, kept.cipher);
    return kept;
  }

  /** A store with something in every table. */
  async function full(withKeys?: ReadonlyMap<string, Buffer>) {
    const kept = await empty(withKeys);
    const { snapshots, store } = kept;
    const options = { termsOf: (name: string) => [`person\n${name}`], versionOf: () => 77 };
    const notes = 'x'.repeat(300);
    const people = Array.from({ length: records }, (_, i): [string, unknown] => [
      `p${i}`,
      { i, name: `Ann ${i} O’Ny`, notes },
    ]);
    snapshots.keep('tenancies', 'person', new Map(people), 1_000, options);
    await snapshots.flush();
    snapshots.keep('tenancies', 'person', new Map([['p0', null]]), 2_000, options);
    snapshots.complete('tenancies', 'person', 500);
    await snapshots.flush();
    const where = { system: 'repairs', backend: 'scheduler' };
    await store.db
      .insertInto('standing')
      .values({ ...where, state: 'ISOLATED', frozen: 1, generation: 2, who: 'A', why: 'a “virus”\n', since: 2 ** 41 })
      .execute();
    for (const at of [1, 2, 3]) {
      await store.db
        .insertInto('event')
        .values({ ...where, at, state: 'DOWN', process: 'x' })
        .execute();
    }
    await store.db.insertInto('notice').values({ system: 'repairs', text: 'Ring.', who: 'A', at: 1 }).execute();
    await store.db.insertInto('warm').values({ system: 'repairs', detail: '{"a":1}', updated_at: 1 }).execute();
    await store.db
      .insertInto('answered')
      .values({ ...where, at: 5 })
      .execute();
    return kept;
  }

  async function backedUp({ store, cipher, clock }: OpenKept) {
    const chunks: Buffer[] = [];
    const writable = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    const progress: [number, number][] = [];
    const content = await backupTo(store, cipher, clock, writable, (done, total) => progress.push([done, total]));
    return { bytes: Buffer.concat(chunks), content, progress };
  }

  const from = (bytes: Buffer, size = 10_000) =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
    );
  const found = async ({ snapshots }: OpenKept) => [
    ...(await snapshots.find('tenancies', 'person', ['p0', 'p1', 'p609', 'nobody'])).values(),
  ];

  it('brings back every write; what waited may have been sent since, and is in doubt', async () => {
    const before = await empty();
    const { store, cipher, clock } = before;
    const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
    const intake = createIntake({ store, cipher, clock, onFailure });
    const office = createOffice();
    intake.serve(office.counter);
    const write = (mutation: string, about: string, to: Intake = intake) => {
      const input = { about, text: 'a tap' };
      return to.submit({ client: 'a', system: 'office', mutation, idempotencyKey: about, input, channel: '' });
    };
    const applied = await write('note', 'P1');
    office.waysOf = { 'a tap': ['OK', 'AWAY', 'AWAY'] };
    const halfDone = await write('noteTwice', 'P2');
    office.open = 'QUEUE';
    const queued = await write('noteTwice', 'P3');
    await intake.close();
    const { bytes, content } = await backedUp(before);
    const after = await empty();
    expect(await restoreFrom(after.store, after.cipher, from(bytes))).toEqual({
      ...content,
      unreadable: {},
      doubted: 2,
    });
    const numbers = { perSecond: Number.POSITIVE_INFINITY };
    const restored = createIntake({ store: after.store, cipher: after.cipher, clock: after.clock, numbers, onFailure });
    const statesOf = async ({ id }: { id: string }) => (await restored.receipt(id))?.steps.map(({ state }) => state);
    restored.serve(office.counter);
    expect(await restored.receipt(applied.id)).toEqual(applied);
    expect(await statesOf(halfDone)).toEqual(['APPLIED', 'AMBIGUOUS']);
    expect(await statesOf(queued)).toEqual(['AMBIGUOUS', 'QUEUED']);
    // What is accepted next has the next number.
    const next = await write('own', 'P4', restored);
    expect((await restored.receipts({ first: 1 })).map(({ id }) => id)).toEqual([next.id]);
    expect(await restored.ledger()).toMatchObject({ accepted: 4, applied: 2, open: 2 });
    await restored.close();
  });

  it('brings back everything there was, and says what', async () => {
    const before = await full();
    const { bytes, content, progress } = await backedUp(before);
    expect(content).toMatchObject({
      takenAt: '2022-06-27T08:00:00.000Z',
      tables: { snapshot: { rows: records }, term: { rows: records }, former: { rows: 1 }, walked: { rows: 1 } },
    });
    expect(Object.keys(content.tables)).toHaveLength(10);
    const total = records * 2 + 1 + 1 + 1 + 3 + 1 + 1 + 1 + 1;
    expect(progress.at(0)).toEqual([0, total]);
    expect(progress.at(-1)).toEqual([total, total]);
    const after = await empty();
    expect(await restoreFrom(after.store, after.cipher, from(bytes))).toEqual({
      ...content,
      unreadable: {},
      doubted: 0,
    });
    expect(await found(after)).toEqual(await found(before));
    expect((await found(after)).map(({ value }) => value)).toEqual([
      null,
      expect.objectContaining({ name: 'Ann 1 O’Ny' }),
      expect.objectContaining({ name: 'Ann 609 O’Ny' }),
      undefined,
    ]);
    expect(await after.snapshots.findByTerm('tenancies', 'person', 'person\np7')).toHaveLength(1);
    for (const table of ['standing', 'event', 'notice'] as const) {
      const [one, other] = [before, after].map(({ store }) =>
        store.db.selectFrom(table).selectAll().orderBy('system').execute(),
      );
      expect(await other).toEqual(await one);
    }
    // What happens next has the next number.
    await after.store.db
      .insertInto('event')
      .values({ system: 'a', backend: 'b', at: 4, state: 'DOWN', process: 'x' })
      .execute();
    expect(
      (await after.store.db.selectFrom('event').select('id').orderBy('id').execute()).map(({ id }) => Number(id)),
    ).toEqual([1, 2, 3, 4]);
  });

  it('goes from this engine into a SQLite file and back without a difference', async () => {
    const before = await full();
    const { bytes, content } = await backedUp(before);
    const folder = mkdtempSync(join(tmpdir(), 'lintel-other-'));
    const other = await openKept({ file: join(folder, 'other.sqlite') }, { keys });
    const crossed = await restoreFrom(other.store, other.cipher, from(bytes));
    expect(crossed.tables).toEqual(content.tables);
    expect(await found(other)).toEqual(await found(before));
    const back = await empty();
    await restoreFrom(back.store, back.cipher, from((await backedUp(other)).bytes));
    expect((await backedUp(back)).content.tables).toEqual(content.tables);
    await other.close();
    rmSync(folder, { recursive: true });
  });

  it('is of one moment, and holds up nobody who writes meanwhile', async () => {
    const kept = await full();
    const chunks: Buffer[] = [];
    let wrote: Promise<void> | null = null;
    const writable = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(chunk);
        wrote ??= (async () => {
          kept.snapshots.keep('tenancies', 'person', new Map([['late', 1]]), 9_000);
          await kept.snapshots.flush();
        })();
        // Not taken before what is kept meanwhile has been written.
        wrote.then(() => done(), done);
      },
    });
    const content = await backupTo(kept.store, kept.cipher, kept.clock, writable);
    expect(await kept.store.db.selectFrom('snapshot').select('name').execute()).toHaveLength(records + 1);
    expect(content.tables.snapshot?.rows).toBe(records);
    expect((await readBackup(from(Buffer.concat(chunks)), kept.cipher)).tables).toEqual(content.tables);
  });

  it('tells nobody what is in it without the key, and has no key in it', async () => {
    const { bytes } = await backedUp(await full());
    const text = bytes.toString('latin1');
    expect(text).not.toMatch(/tenancies|ISOLATED|snapshot/);
    expect(text.split('\n')[0]).toMatch(/^\{"lintel backup":1,"key":"monday","salt":"[^"]+"\}$/);
    expect(bytes.includes(key) || text.includes(key.toString('base64'))).toBe(false);
    // Twice the same is not twice the same bytes: each has a key of its own.
    expect((await backedUp(await full())).bytes.subarray(200, 300)).not.toEqual(bytes.subarray(200, 300));
  });

  it('is refused, each time with its reason, and the store is as it was', async () => {
    const { bytes } = await backedUp(await full());
    const store = await full();
    const rows = async () => (await store.store.db.selectFrom('snapshot').selectAll().orderBy('name').execute()).length;
    const attempt = async (given: Buffer, cipher = store.cipher) => {
      const { message } = await restoreFrom(store.store, cipher, from(given), { replace: true }).catch(
        (error) => error,
      );
      expect(await rows()).toBe(records);
      expect(await found(store)).toHaveLength(4);
      return message;
    };
    const changed = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const whole = /changed, or cut off|the file has been changed/;
    expect(await attempt(Buffer.from('{"data":null}'))).toMatch(/This is no backup of Lintel/);
    expect(await attempt(Buffer.alloc(0))).toMatch(/This is no backup of Lintel/);
    expect(await attempt(Buffer.from('{"lintel backup":2,"key":"monday","salt":""}\n'))).toMatch(/by a newer Lintel/);
    const title = bytes.indexOf(10) + 1;
    for (const length of [title, title + 5, title + 65_552, bytes.length - 1, bytes.length - 30_000]) {
      expect(await attempt(bytes.subarray(0, length))).toMatch(whole);
    }
    for (const at of [title + 3, title + 70_000, bytes.length - 1]) expect(await attempt(changed(at))).toMatch(whole);
    // A chunk that is sent twice, or left out.
    const chunk = 65_552;
    const [first, second] = [bytes.subarray(title, title + chunk), bytes.subarray(title + chunk, title + 2 * chunk)];
    const rest = bytes.subarray(title + 2 * chunk);
    const name = bytes.subarray(0, title);
    expect(rest.length).toBeGreaterThan(chunk);
    expect(await attempt(Buffer.concat([name, second, first, rest]))).toMatch(whole);
    expect(await attempt(Buffer.concat([name, first, first, second, rest]))).toMatch(whole);
    expect(await attempt(Buffer.concat([name, first, rest]))).toMatch(whole);
    // Another key: of another name, and of the same; and one that opens it but names records otherwise.
    const other = randomBytes(32);
    expect(await attempt(bytes, createCipher(new Map([['tuesday', other]])))).toMatch(
      /under the key monday, which is not/,
    );
    expect(await attempt(bytes, createCipher(new Map([['monday', other]])))).toMatch(/key monday here is another/);
    const misnamed = new Map([
      ['monday', key],
      ['sunday', other],
    ]);
    expect(await attempt(bytes, createCipher(misnamed))).toMatch(/The last of STORE_KEYS must be/);
  });

  it('is refused by a store that is not empty, unless it is to be replaced: then nothing of that is left', async () => {
    const { bytes } = await backedUp(await full());
    const store = await empty();
    store.snapshots.keep('lettings', 'offer', new Map([['o', 1]]), 1_000);
    await store.snapshots.flush();
    await expect(restoreFrom(store.store, store.cipher, from(bytes))).rejects.toThrow(/not empty\. With --replace/);
    await restoreFrom(store.store, store.cipher, from(bytes), { replace: true });
    expect(await found(store)).toHaveLength(4);
    expect((await store.snapshots.find('lettings', 'offer', ['o'])).size).toBe(0);
  });

  it('of a newer Lintel is refused by its steps; of an older one it is taken, and brought up to date', async () => {
    const older = await full();
    await sql`insert into kysely_migration (name, timestamp) values ('2999-01-01-later', 'x')`.execute(older.store.db);
    const target = await empty();
    await expect(restoreFrom(target.store, target.cipher, from((await backedUp(older)).bytes))).rejects.toThrow(
      /newer Lintel \(its store has the step 2999-01-01-later\)/,
    );
    // As the first step alone had made it.
    await sql`delete from kysely_migration where name > '2026-11-23-snapshots'`.execute(older.store.db);
    await older.store.db.schema.dropIndex('snapshot_read').execute();
    await older.store.db.schema.dropIndex('snapshot_newest').execute();
    for (const column of ['changed_at', 'version_at', 'empty']) {
      await older.store.db.schema.alterTable('snapshot').dropColumn(column).execute();
    }
    for (const table of ['former', 'term', 'walked', 'standing', 'event', 'notice', 'warm', 'answered', 'mark']) {
      await older.store.db.schema.dropTable(table).execute();
    }
    const { tables } = await restoreFrom(target.store, target.cipher, from((await backedUp(older)).bytes));
    expect(Object.keys(tables)).toEqual(['snapshot']);
    await claim(target.store, target.cipher);
    expect((await found(target)).map(({ value }) => value)).toEqual([null, expect.anything(), expect.anything()]);
    expect(await target.snapshots.sample('tenancies', ['person'], 4, { upTo: 1 })).not.toEqual([]);
  });

  it('made under an old key opens under the new ones; what nobody can read any more is told', async () => {
    const { bytes } = await backedUp(await full());
    const rotated = new Map([['tuesday', randomBytes(32)], ...keys]);
    const store = await empty(rotated);
    await restoreFrom(store.store, store.cipher, from(bytes));
    store.snapshots.keep('tenancies', 'person', new Map([['p1', 'under tuesday']]), 9_000);
    await store.snapshots.flush();
    const { bytes: under } = await backedUp(store);
    expect(under.toString('latin1', 0, 60)).toMatch(/"key":"tuesday"/);
    // Two keys later, of which one was thrown away.
    const wednesday = new Map([['wednesday', randomBytes(32)], ...keys]);
    const mixed = await empty(wednesday);
    await expect(restoreFrom(mixed.store, mixed.cipher, from(under))).rejects.toThrow(/key tuesday, which is not/);
    await store.store.db.updateTable('snapshot').set({ key_id: 'lost' }).where('read_at', '=', 9_000).execute();
    const third = await empty(rotated);
    const restored = await restoreFrom(third.store, third.cipher, from((await backedUp(store)).bytes));
    expect(restored.unreadable).toEqual({ lost: 1 });
  });

  it('of what is written says too how much nobody can read: writes, their steps, and records that are our own', async () => {
    const before = await empty();
    const { store, cipher, clock } = before;
    const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
    const intake = createIntake({ store, cipher, clock, onFailure });
    intake.serve(createOffice().counter);
    for (const about of ['P1', 'P2']) {
      const of = { client: 'a', system: 'office', mutation: 'noteTwice', idempotencyKey: about, channel: '' };
      await intake.submit({ ...of, input: { about, text: 'a tap' } });
    }
    await intake.close();
    const kinds = {
      call: { changedBy: [], idOf: () => null, after: () => undefined, filed: () => ({ state: '', place: 0 }) },
    };
    const own = createOwn({ store, cipher, clock, onFailure });
    await own.of('office', kinds).add('call', [
      { id: 'one', content: {} },
      { id: 'two', content: {} },
      { id: 'three', content: {} },
    ]);
    await own.close();
    await store.db.updateTable('receipt').set({ key_id: 'lost' }).execute();
    await store.db.updateTable('receipt_step').set({ key_id: 'lost' }).where('position', '=', 1).execute();
    await store.db.updateTable('own').set({ key_id: 'older still' }).where('id', '<>', 'one').execute();
    const after = await empty();
    const { unreadable } = await restoreFrom(after.store, after.cipher, from((await backedUp(before)).bytes));
    expect(unreadable).toEqual({ lost: 2 + 2, 'older still': 2 });
  });

  it('is not restored while another Lintel is at work on the database', async () => {
    const target = await empty();
    const { bytes } = await backedUp(await full());
    const restoring = () => restoreFrom(target.store, target.cipher, from(bytes), { replace: true });
    if ('file' in target.place) return expect(openKept(target.place, { keys })).rejects.toThrow(/in use by another/);
    const other = await openKept(target.place, { keys });
    await expect(restoring()).rejects.toThrow(/A Lintel is at work on this database/);
    await other.close();
    return expect(await restoring()).toMatchObject({ unreadable: {} });
  });
});
