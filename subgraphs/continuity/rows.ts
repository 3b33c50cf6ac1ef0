// Every row of every table as lines of text, the same from either engine, and a tally by which two sets of rows are
// compared, whatever their order. Knows tables and their keys; knows nothing of what they mean.
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { keyColumns, type TableName, type Tables } from './tables.ts';

/** A value of a row. */
export type Cell = string | number | null | Uint8Array;

/** Some rows of a table; columns in the order of their names. */
export interface Rows {
  table: TableName;
  columns: string[];
  rows: Cell[][];
}

/** How many rows a table has, and what they are. */
export interface TableTally {
  rows: number;
  /** The same for the same rows in any order. */
  digest: string;
}

/** Rows at a time: a megabyte or so. */
const rowsAPage = 500;

/** The tables that there are. A backup of an older Lintel may lack some. */
export async function tableNames(db: Kysely<Tables>): Promise<TableName[]> {
  const there = new Set((await db.introspection.getTables()).map(({ name }) => name));
  return (Object.keys(keyColumns) as TableName[]).filter((table) => there.has(table));
}

/** How many rows all tables have. */
export async function countRows(db: Kysely<Tables>, tables: readonly TableName[]): Promise<number> {
  let count = 0;
  for (const table of tables) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
    count += rows[0]?.count ?? 0;
  }
  return count;
}

/** Every row, a page at a time, in the order of its key. To be of one moment it needs a transaction. */
export async function* everyRow(db: Kysely<Tables>, tables: readonly TableName[]): AsyncGenerator<Rows> {
  for (const table of tables) {
    const key = keyColumns[table];
    const columns = sql.join(key.map((column) => sql.ref(column)));
    let after = sql`1 = 1`;
    for (;;) {
      const { rows } = await sql<Record<string, Cell>>`
        select * from ${sql.table(table)} where ${after} order by ${columns} limit ${rowsAPage}
      `.execute(db);
      const last = rows.at(-1);
      if (!last) break;
      const names = Object.keys(last).sort();
      yield { table, columns: names, rows: rows.map((row) => names.map((name) => row[name] as Cell)) };
      after = sql`(${columns}) > (${sql.join(key.map((column) => last[column]))})`;
    }
  }
}

/** A row as a line of JSON. Bytes are the only objects in it. */
export function lineOf(cells: readonly Cell[]): string {
  return JSON.stringify(
    cells.map((cell) => (cell instanceof Uint8Array ? { base64: Buffer.from(cell).toString('base64') } : cell)),
  );
}

/** The row of a line. */
export function cellsOf(line: string): Cell[] {
  const cells = JSON.parse(line) as (string | number | null | { base64: string })[];
  return cells.map((cell) => (typeof cell === 'object' && cell !== null ? Buffer.from(cell.base64, 'base64') : cell));
}

/** Counts rows by table as their lines come. */
export function createTally() {
  const tables = new Map<string, { rows: number; sum: bigint }>();
  return {
    add(table: string, columns: readonly string[], line: string): void {
      const tally = tables.get(table) ?? { rows: 0, sum: 0n };
      const digest = createHash('sha256').update(columns.join()).update(line).digest('hex');
      // A sum is the same in any order; unlike "exclusive or" it does not forget what comes twice.
      tally.sum = BigInt.asUintN(256, tally.sum + BigInt(`0x${digest}`));
      tally.rows += 1;
      tables.set(table, tally);
    },
    totals(): Record<string, TableTally> {
      return Object.fromEntries(
        [...tables].map(([table, { rows, sum }]) => [table, { rows, digest: sum.toString(16).padStart(64, '0') }]),
      );
    },
  };
}

/** Tables of which two tallies differ. */
export function differing(one: Record<string, TableTally>, other: Record<string, TableTally>): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter(
    (name) => one[name]?.rows !== other[name]?.rows || one[name]?.digest !== other[name]?.digest,
  );
}
