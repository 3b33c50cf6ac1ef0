// Puts a backup back into a store of either engine, all of it or nothing: what was there before stays until the very
// last row has been read back from the store and found to be the one in the backup.
import { type Kysely, sql } from 'kysely';
import type { BackupContent, OnProgress } from './backup.ts';
import type { Cipher } from './cipher.ts';
import { doubtAll } from './intake/doubting.ts';
import { readBackup } from './readback.ts';
import { countRows, createTally, differing, everyRow, lineOf, tableNames } from './rows.ts';
import { createMigrator, othersAtWork, type Store, type Tables } from './store.ts';
import { keyColumns, type TableName } from './tables.ts';

/** What was restored. */
export interface Restored extends BackupContent {
  /** How many records are sealed under keys that are not configured, by the key's id: nobody can read those. */
  unreadable: Record<string, number>;
  /** Writes that waited when the backup was taken, and may have been sent since: each is looked for before it is sent again. */
  doubted: number;
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
    return { ...content, unreadable: await unreadable(trx, cipher), doubted: await doubted(trx) };
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

/** Columns that the store itself numbers. */
const numbered: Partial<Record<TableName, string>> = { event: 'id', receipt: 'seq' };

/** PostgreSQL gives the next event, and the next receipt, the number after the last that it gave itself. */
async function continueNumbering(trx: Kysely<Tables>): Promise<void> {
  const there = new Set(await tableNames(trx));
  for (const [table, column] of Object.entries(numbered) as [TableName, string][]) {
    if (!there.has(table)) continue;
    const [rows, number] = [sql.table(table), sql.ref(column)];
    await sql`
      select setval(pg_get_serial_sequence(${table}, ${column}), greatest((select max(${number}) from ${rows}), 1),
        (select count(*) from ${rows}) > 0)
    `.execute(trx);
  }
}

async function doubted(trx: Kysely<Tables>): Promise<number> {
  return (await tableNames(trx)).includes('receipt') ? doubtAll(trx) : 0;
}

/** Tables of which every row is sealed. */
const sealedTables = ['snapshot', 'receipt', 'receipt_step', 'own'] as const satisfies readonly TableName[];

async function unreadable(trx: Kysely<Tables>, cipher: Cipher): Promise<Record<string, number>> {
  const there = new Set<TableName>(await tableNames(trx));
  const counts: Record<string, number> = {};
  for (const table of sealedTables.filter((each) => there.has(each))) {
    const { rows } = await sql<{ key_id: string; count: number }>`
      select key_id, count(*) as count from ${sql.table(table)} group by key_id
    `.execute(trx);
    for (const { key_id, count } of rows) {
      if (!cipher.has(key_id)) counts[key_id] = (counts[key_id] ?? 0) + Number(count);
    }
  }
  return counts;
}
