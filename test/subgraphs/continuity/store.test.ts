// The store itself: who may open it, what makes its tables, and what becomes of those who use it when its disk is full,
// when it hangs, when it restarts.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { claim } from '../../../subgraphs/continuity/mark.ts';
import { migrations } from '../../../subgraphs/continuity/migrations.ts';
import { everyRow, tableNames } from '../../../subgraphs/continuity/rows.ts';
import { type Snapshots, snapshotNumbers } from '../../../subgraphs/continuity/snapshots.ts';
import { openStore, type Store } from '../../../subgraphs/continuity/store.ts';
import { keyColumns } from '../../../subgraphs/continuity/tables.ts';
import { settled } from '../../clock.ts';
import { type KeptOptions, type OpenKept, openKept } from '../../kept.ts';
import { onBothEngines } from '../../stores.ts';

const keys = new Map([['first', randomBytes(32)]]);
const steps = Object.keys(migrations);
const stepsOf = async ({ db }: Store) =>
  (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(
    ({ name }) => name,
  );

const keep = (snapshots: Snapshots, values: Record<string, unknown>, readAtMs: number) =>
  snapshots.keep('repairs', 'workOrder', new Map(Object.entries(values)), readAtMs);
const keysFound = async (snapshots: Snapshots, ...wanted: string[]) => [
  ...(await snapshots.find('repairs', 'workOrder', wanted)).keys(),
];

onBothEngines('a store', (place) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });
  const opened = async (...given: Parameters<typeof openStore>) => {
    const store = await openStore(...given);
    open.push(store);
    return store;
  };
  async function kept(options: Partial<KeptOptions> = {}): Promise<OpenKept> {
    const each = await openKept(await place(), { keys, ...options });
    open.push(each);
    return each;
  }

  it('has every table that is written of, and a key that tells its rows apart', async () => {
    const store = await opened(await place());
    expect((await tableNames(store.db)).sort()).toEqual(Object.keys(keyColumns).sort());
    const now = { since: 1, at: 2, updated_at: 3, frozen: 1, generation: 2 };
    await store.db
      .insertInto('standing')
      .values({ system: 'repairs', backend: 'scheduler', state: 'HELD', since: 1, frozen: 1, generation: 2 })
      .execute();
    for (const at of [5, 7]) {
      await store.db
        .insertInto('event')
        .values({ system: 'repairs', backend: 'scheduler', at, state: 'DOWN', process: 'a' })
        .execute();
    }
    await store.db.insertInto('notice').values({ system: 'repairs', text: 'Ring us.', who: 'a', at: now.at }).execute();
    await store.db.insertInto('warm').values({ system: 'repairs', detail: '{}', updated_at: 3 }).execute();
    await store.db
      .insertInto('answered')
      .values({ system: 'repairs', backend: 'scheduler', at: 2 ** 41 })
      .execute();
    expect(await store.db.selectFrom('standing').selectAll().executeTakeFirst()).toMatchObject({
      ...{ restore_point: null, who: null, why: null, expected_back: null, detail: '{}' },
    });
    const events = await store.db.selectFrom('event').select(['id', 'at', 'who']).orderBy('id').execute();
    expect(events.map(({ at, who }) => [at, who])).toEqual([
      [5, null],
      [7, null],
    ]);
    expect(Number(events[1]?.id)).toBeGreaterThan(Number(events[0]?.id));
    expect((await store.db.selectFrom('answered').select('at').executeTakeFirst())?.at).toBe(2 ** 41);
    const rows = [];
    for await (const page of everyRow(store.db, await tableNames(store.db))) rows.push(...page.rows);
    expect(rows).toHaveLength(6);
  });

  it('is made once by those that start at the same moment: all of them on PostgreSQL, one on SQLite', async () => {
    const where = await place();
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => opened(where)));
    const fulfilled = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(fulfilled).toHaveLength('url' in where ? 6 : 1);
    for (const store of fulfilled) expect(await stepsOf(store)).toEqual(steps);
  });

  it('keeps what an older Lintel has written, and knows when that was first seen', async () => {
    const where = await place();
    const first = await openKept(where, { keys });
    keep(first.snapshots, { a: 1 }, 1_000);
    await first.snapshots.flush();
    // Back to what the first step alone had made.
    await first.store.db.schema.dropIndex('snapshot_read').execute();
    await first.store.db.schema.dropIndex('snapshot_newest').execute();
    for (const column of ['changed_at', 'version_at', 'empty']) {
      await first.store.db.schema.alterTable('snapshot').dropColumn(column).execute();
    }
    for (const table of Object.keys(keyColumns).filter((name) => name !== 'snapshot')) {
      await first.store.db.schema.dropTable(table).execute();
    }
    await sql`delete from kysely_migration where name <> ${steps[0]}`.execute(first.store.db);
    await first.close();
    const again = await openKept(where, { keys });
    open.push(again);
    expect(await stepsOf(again.store)).toEqual(steps);
    expect(await keysFound(again.snapshots, 'a')).toEqual(['a']);
    expect((await again.snapshots.sample('repairs', ['workOrder'], 1, { upTo: 1 }))[0]?.changedAtMs).toBe(1_000);
  });

  it('refuses, with a sentence, what a newer Lintel has used', async () => {
    const where = await place();
    const store = await openStore(where);
    await sql`insert into kysely_migration (name, timestamp) values ('2999-01-01-later', '2999-01-01')`.execute(
      store.db,
    );
    await store.close();
    await expect(openStore(where)).rejects.toThrow(/a newer Lintel has used it \(it has the step 2999-01-01-later\)/);
  });

  it('refuses, with a sentence, another key than the one that names its records; a newer one before it is taken', async () => {
    const store = await opened(await place());
    await claim(store, createCipher(keys));
    await claim(store, createCipher(new Map([['second', randomBytes(32)], ...keys])));
    await expect(claim(store, createCipher(new Map([['first', randomBytes(32)]])))).rejects.toThrow(
      /made with another key.*The last of STORE_KEYS must be/,
    );
  });

  it('does not hold up who keeps or looks up when it hangs: that is nothing kept, and after a few not even asked', async () => {
    const { snapshots, store, clock, failures } = await kept();
    keep(snapshots, { a: 1 }, 1_000);
    await snapshots.flush();
    let asked = 0;
    const hung = new Promise<never>(() => {});
    const real = store.db.selectFrom.bind(store.db);
    const hanging: unknown = new Proxy({}, { get: (_, name) => (name === 'execute' ? () => hung : () => hanging) });
    Object.assign(store.db, {
      selectFrom: () => {
        asked += 1;
        return hanging;
      },
    });
    const late = Array.from({ length: 10 }, () => keysFound(snapshots, 'a'));
    await settled();
    await clock.advance(snapshotNumbers.findMs);
    expect(await Promise.all(late)).toEqual(Array.from({ length: 10 }, () => []));
    const before = asked;
    expect(await keysFound(snapshots, 'a')).toEqual([]);
    expect(await snapshots.findByTerm('repairs', 'workOrder', 'x')).toEqual([]);
    expect(asked).toBe(before);
    keep(snapshots, { b: 2 }, 2_000);
    expect(await keysFound(snapshots, 'b')).toEqual(['b']);
    // Told once, though it failed twelve times.
    expect(failures).toEqual(['looking up what is kept']);
    expect(snapshots.figures().failures).toBe(12);
    Object.assign(store.db, { selectFrom: real });
  });

  it('is written again when it can be: what came meanwhile has waited, and was found', async () => {
    const { snapshots, store, clock, failures } = await kept();
    const real = store.db.transaction.bind(store.db);
    Object.assign(store.db, {
      transaction: () => {
        throw new Error('the database restarts');
      },
    });
    keep(snapshots, { a: 1 }, 1_000);
    await snapshots.flush();
    keep(snapshots, { a: 2, b: 1 }, 2_000);
    await clock.advance(2_000);
    expect(await keysFound(snapshots, 'a', 'b')).toEqual(['a', 'b']);
    expect(snapshots.figures()).toMatchObject({ queued: 2, dropped: 0, written: 0 });
    Object.assign(store.db, { transaction: real });
    await clock.advance(2_000);
    await snapshots.flush();
    expect(snapshots.figures()).toMatchObject({ queued: 0, dropped: 0, written: 2 });
    expect(failures).toEqual(['keeping what was read']);
  });

  it('ends with the newest answers where several write the same records at once', async () => {
    const where = await place();
    const one = await openKept(where, { keys });
    open.push(one);
    const others = 'url' in where ? [await openKept(where, { keys }), await openKept(where, { keys })] : [];
    open.push(...others);
    const all = [one, ...others];
    const names = Array.from({ length: 40 }, (_, i) => `k${i}`);
    for (let round = 1; round <= 15; round += 1) {
      for (const [index, { snapshots }] of all.entries()) {
        // Every writer has each record of another time, in another order.
        const inOrder = index % 2 ? names : names.toReversed();
        for (const [at, name] of inOrder.entries()) {
          const readAtMs = round * 1_000 + ((at * 7 + index * 13) % 50);
          keep(snapshots, { [name]: readAtMs }, readAtMs);
        }
      }
      await Promise.all(all.map(({ snapshots }) => snapshots.flush()));
      const written = await one.store.db.selectFrom('snapshot').select('read_at').execute();
      expect(written).toHaveLength(40);
      for (const { snapshots, failures } of all) {
        expect(failures).toEqual([]);
        const found = [...(await snapshots.find('repairs', 'workOrder', names)).values()];
        expect(found.filter(({ value, readAtMs }) => value !== readAtMs)).toEqual([]);
        expect(found.every(({ readAtMs }) => readAtMs >= round * 1_000)).toBe(true);
      }
    }
    const newest = names.map((_, at) =>
      Math.max(...all.map((_, index) => ((index % 2 ? at : 39 - at) * 7 + index * 13) % 50)),
    );
    const values = [...(await one.snapshots.find('repairs', 'workOrder', names)).values()].map(({ value }) => value);
    expect(values).toEqual(newest.map((most) => 15_000 + most));
  });

  it('outlives a session that the database ends between two statements of a transaction', async () => {
    const store = await opened(await place());
    if (store.engine === 'SQLITE') return;
    const cut = store.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      const pid = rows[0]?.pid;
      await sql`select pg_terminate_backend(${pid})`.execute(store.db);
      const session = sql`select 1 from pg_stat_activity where pid = ${pid}`;
      for (let over = false; !over; ) over = (await session.execute(store.db)).rows.length === 0;
      // Its end has come here too by now, while nobody asked anything over it.
      await sql`select 1`.execute(trx);
    });
    await expect(cut).rejects.toThrow();
    expect((await sql<{ one: number }>`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
  });

  it('loses one record that cannot be written, and none of the others', async () => {
    const { snapshots, failures } = await kept();
    const wrong = () => {
      throw new Error('no term for this one');
    };
    keep(snapshots, { a: 1 }, 1_000);
    snapshots.keep('repairs', 'workOrder', new Map([['spoilt', 1n]]), 1_000);
    snapshots.keep('repairs', 'workOrder', new Map([['term', 1]]), 1_000, { termsOf: wrong });
    snapshots.keep('repairs', 'workOrder', new Map([['version', 1]]), 1_000, { versionOf: wrong });
    keep(snapshots, { b: 2 }, 1_000);
    await snapshots.flush();
    expect(await keysFound(snapshots, 'a', 'spoilt', 'term', 'version', 'b')).toEqual(['a', 'b']);
    expect(snapshots.figures()).toMatchObject({ queued: 0, dropped: 3, written: 2 });
    expect(failures).toEqual(['keeping a record']);
  });
});

describe('a SQLite store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-store-'));
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has one owner: a second is refused with a sentence, and let in when the first has ended', async () => {
    const file = join(folder, 'owned.sqlite');
    const first = await openStore({ file });
    await expect(openStore({ file })).rejects.toThrow(
      /in use by another Lintel\. Stop that one, or give this one another STORE_FILE/,
    );
    await first.close();
    open.push(await openStore({ file }));
  });

  it('goes to each record by its name, never through all there are; and counts in an index', async () => {
    const file = join(folder, 'plans.sqlite');
    const { snapshots, store, ...kept } = await openKept({ file }, { keys });
    open.push(kept);
    const executor = Object.getPrototypeOf(Object.getPrototypeOf(store.db.getExecutor()));
    const run = vi.spyOn(executor, 'executeQuery');
    const options = { termsOf: () => ['x'] };
    for (const [value, readAtMs] of [
      [1, 1_000],
      [1, 100_000],
      [2, 200_000],
    ] as const) {
      snapshots.keep('repairs', 'workOrder', new Map([['a', value]]), readAtMs, options);
      await snapshots.flush();
    }
    await keysFound(snapshots, 'a', 'b');
    await snapshots.findByTerm('repairs', 'workOrder', 'x');
    await snapshots.byTerms('repairs', 'workOrder', ['x', 'y']);
    await snapshots.records('repairs', 'workOrder', '', 2);
    await snapshots.wasFormer('repairs', 'workOrder', 'a', 1);
    await snapshots.drop('repairs', -1, ['workOrder']);
    await snapshots.forget(['x']);
    const seen = run.mock.calls.map(([query]) => (query as { sql: string }).sql);
    await snapshots.coverage('repairs');
    const counting = run.mock.calls.slice(seen.length).map(([query]) => (query as { sql: string }).sql);
    run.mockRestore();
    await kept.close();
    const database = new Database(file);
    const plan = (text: string): string[] =>
      database
        .prepare(`explain query plan ${text}`)
        .all(...Array(text.match(/\?/g)?.length ?? 0).fill(1))
        .map((step) => (step as { detail: string }).detail);
    const steps = [...new Set(seen)].filter((text) => /^(select|update|delete)/.test(text)).flatMap(plan);
    const counted = counting.flatMap(plan);
    database.close();
    expect(steps.length).toBeGreaterThan(12);
    expect(steps.filter((step) => /^SCAN/.test(step))).toEqual([]);
    // Dropping a generation goes through a system, in the background.
    const notByName = steps.filter((step) => /^SEARCH (snapshot|former) /.test(step) && !/name[=>]\?/.test(step));
    expect(notByName).toEqual(['SEARCH snapshot USING INDEX sqlite_autoindex_snapshot_1 (system=? AND kind=?)']);
    expect(counted[0]).toBe('SCAN snapshot USING COVERING INDEX snapshot_read');
  });

  it('has on the disk nothing more of what was forgotten, nor of what it said earlier; and is its owner’s alone', async () => {
    const file = join(folder, 'forgotten.sqlite');
    const { snapshots, store, ...kept } = await openKept({ file }, { keys });
    open.push(kept);
    const ofKaty = { termsOf: (name: string) => [`person\n${name}`] };
    const sealed: Buffer[] = [];
    for (const size of [3_000, 200, 9_000]) {
      const values = new Map([
        ['katy', 'k'.repeat(size)],
        ['david', 'd'.repeat(size)],
      ]);
      snapshots.keep('tenancies', 'person', values, size, ofKaty);
      await snapshots.flush();
      const rows = await store.db.selectFrom('snapshot').select('sealed').execute();
      sealed.push(...rows.map((row) => Buffer.from(row.sealed)));
    }
    expect(await snapshots.forget(['person\nkaty'])).toBe(1);
    const [left] = await store.db.selectFrom('snapshot').select('sealed').execute();
    await kept.close();
    const bytes = readFileSync(file);
    const there = sealed.filter((each) => bytes.includes(each.subarray(0, 60)));
    expect(there.map((each) => each.length)).toEqual([left?.sealed.length]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('with a full disk says so, counts it, gives what it has, and takes up where it stopped', async () => {
    const { snapshots, store, clock, failures, ...kept } = await openKept(
      { file: join(folder, 'full.sqlite') },
      { keys, numbers: { mostQueued: 300 } },
    );
    open.push(kept);
    keep(snapshots, { before: 'there' }, 1_000);
    await snapshots.flush();
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
    await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 4)}`.execute(store.db);
    const large = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`k${i}`, randomBytes(1_000).toString('hex')]),
    );
    keep(snapshots, large, 2_000);
    await snapshots.flush();
    expect(failures).toEqual(['keeping what was read']);
    expect(snapshots.figures()).toMatchObject({ failures: 1, queued: 200, written: 1, dropped: 0 });
    // All or nothing: no row of the batch is there. Others get their turn at the store.
    expect(await store.db.selectFrom('snapshot').select('name').execute()).toHaveLength(1);
    await store.db.insertInto('answered').values({ system: 'repairs', backend: 'orders', at: 1 }).execute();
    expect(await keysFound(snapshots, 'before', 'k0')).toEqual(['before', 'k0']);
    keep(snapshots, Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`m${i}`, i])), 3_000);
    expect(snapshots.figures()).toMatchObject({ queued: 300, dropped: 50 });
    await sql`pragma max_page_count = 1000000`.execute(store.db);
    await clock.advance(2_000);
    await snapshots.flush();
    expect(snapshots.figures()).toMatchObject({ queued: 0, written: 301, dropped: 50 });
    expect(await keysFound(snapshots, 'k0', 'k199', 'm149')).toEqual(['k199', 'm149']);
  });

  it('has room for others after a transaction that could not begin or be committed', async () => {
    const store = await openStore({ file: join(folder, 'turns.sqlite') });
    open.push(store);
    const write = () =>
      store.db.transaction().execute((trx) =>
        trx
          .insertInto('answered')
          .values({ system: 'a', backend: 'b', at: 1 })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    // A transaction within is what cannot begin; one that has ended by itself is what cannot be committed.
    await sql`begin`.execute(store.db);
    await expect(write()).rejects.toThrow(/within a transaction/);
    await sql`rollback`.execute(store.db);
    await expect(store.db.transaction().execute((trx) => sql`rollback`.execute(trx))).rejects.toThrow(
      /no transaction is active/,
    );
    await write();
    expect(await store.db.selectFrom('answered').selectAll().execute()).toHaveLength(1);
  });

  it('leaves nothing half made when a step fails on its way', async () => {
    const store = await openStore({ file: join(folder, 'steps.sqlite') });
    open.push(store);
    const made = store.db.transaction().execute(async (trx) => {
      await trx.schema.createTable('half').addColumn('a', 'text').execute();
      throw new Error('power cut');
    });
    await expect(made).rejects.toThrow('power cut');
    expect((await store.db.introspection.getTables()).map(({ name }) => name)).not.toContain('half');
    expect(store.db.getExecutor().adapter.supportsTransactionalDdl).toBe(true);
  });
});
