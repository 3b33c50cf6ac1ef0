// Puts a backup back into a store of either engine, all of it or nothing: what was there before stays until the very
// last row has been read back from the store and found to be the one in the backup.
import { type Kysely, sql } from 'kysely';
import type { BackupContent, OnProgress } from './backup.ts';
import type { Cipher } from './cipher.ts';
import { readBackup } from './readback.ts';
import { countRows, createTally, differing, everyRow, lineOf, tableNames } from './rows.ts';
import { createMigrator, othersAtWork, type Store, type Tables } from './store.ts';
import { keyColumns, type TableName } from './tables.ts';

/** What was restored. */
export interface Restored extends BackupContent {
  /** How many records are sealed under keys that are not configured, by the key's id: nobody can read those. */
  unreadable: Record<string, number>;
}

/** How to restore. */
export interface RestoreOptions {
  /** Whether what is in the store already may go. */
  replace?: boolean;
  onProgress?: OnProgress;
}

/** Restores. Throws an error that says what is wrong; then the store is as it was. */
export async function restoreFrom(
  store: Store,
  cipher: Cipher,
  readable: AsyncIterable<Buffer>,
  { replace = false, onProgress }: RestoreOptions = {},
): Promise<Restored> {
  if ((await othersAtWork(store)) > 0) {
    throw new Error('A Lintel is at work on this database. Stop it first: what it keeps meanwhile would be lost.');
  }
  const used = (await tableNames(store.db)).filter((table) => table !== 'mark');
  if (!replace && (await countRows(store.db, used)) > 0) {
    throw new Error('The store is not empty. With --replace what is in it goes, and the backup takes its place.');
  }
  const restored = await store.db.transaction().execute(async (trx) => {
    const content = await readBackup(
      readable,
      cipher,
      {
        // Tables as they were when the backup was made; the steps since then follow once it is in.
        head: ({ steps }) => rebuild(trx, steps.at(-1) ?? ''),
        rows: (table, columns, rows) => insert(trx, table, columns, rows),
      },
      onProgress,
    );
    const tally = createTally();
    for await (const { table, columns, rows } of everyRow(trx, await tableNames(trx))) {
      for (const cells of rows) tally.add(table, columns, lineOf(cells));
    }
    const wrong = differing(content.tables, tally.totals());
    if (wrong.length > 0) throw new Error(`Not everything arrived: ${wrong.join(', ')}. The store is as it was.`);
    if (store.engine === 'POSTGRESQL') await continueNumbering(trx);
    return { ...content, unreadable: await unreadable(trx, cipher) };
  });
  const { error } = await createMigrator(store.db).migrateToLatest();
  if (error) throw error;
  return restored;
}

async function rebuild(trx: Kysely<Tables>, step: string): Promise<void> {
  for (const table of Object.keys(keyColumns)) await trx.schema.dropTable(table).ifExists().execute();
  await sql`delete from kysely_migration`.execute(trx);
  const { error } = await createMigrator(trx).migrateTo(step);
  if (error) throw error;
}

async function insert(trx: Kysely<Tables>, table: TableName, columns: readonly string[], rows: unknown[][]) {
  const values = rows.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index]])));
  await trx
    .insertInto(table)
    .values(values as never)
    .execute();
}

/** PostgreSQL gives the next event the number after the last that it gave itself. */
async function continueNumbering(trx: Kysely<Tables>): Promise<void> {
  if (!(await tableNames(trx)).includes('event')) return;
  await sql`
    select setval(pg_get_serial_sequence('event', 'id'), greatest((select max(id) from event), 1),
      (select count(*) from event) > 0)
  `.execute(trx);
}

async function unreadable(trx: Kysely<Tables>, cipher: Cipher): Promise<Record<string, number>> {
  const found = await trx
    .selectFrom('snapshot')
    .select(({ fn }) => ['key_id', fn.countAll<number>().as('count')])
    .groupBy('key_id')
    .execute();
  return Object.fromEntries(
    found.filter(({ key_id }) => !cipher.has(key_id)).map(({ key_id, count }) => [key_id, Number(count)]),
  );
}
