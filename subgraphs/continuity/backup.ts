// A copy of the whole store as one stream, sealed, the same from either engine. Keys are not in it, only their names.
// Reading it is in readback.ts, putting it back in restore.ts.
import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Kysely, sql } from 'kysely';
import type { Cipher } from './cipher.ts';
import { type Clock, isoInstant } from './clock.ts';
import { sealStream } from './envelope.ts';
import { namingMark } from './mark.ts';
import { countRows, createTally, everyRow, lineOf, type TableTally, tableNames } from './rows.ts';
import type { Store, Tables } from './store.ts';

/** What is in a backup. */
export interface BackupContent {
  /** When it was taken, ISO 8601: what was kept later is not in it. */
  takenAt: string;
  tables: Record<string, TableTally>;
}

/** Told how many rows are done, of how many. */
export type OnProgress = (done: number, total: number) => void;

/** What stands before the rows. */
export interface Head {
  takenAt: string;
  /** A name that only the same oldest key gives. */
  naming: string;
  /** Steps that had made the tables. */
  steps: string[];
  rows: number;
}

/** The format's own number; it changes when an older Lintel could no longer read it. */
export const format = 1;

/** Writes a backup of what is in a store at this moment; whoever uses it meanwhile is not held up. Gives what was written. */
export async function backupTo(
  store: Store,
  cipher: Cipher,
  clock: Clock,
  writable: NodeJS.WritableStream,
  onProgress: OnProgress = () => {},
): Promise<BackupContent> {
  const salt = randomBytes(32);
  const title = Buffer.from(
    `${JSON.stringify({ 'lintel backup': format, key: cipher.keyId, salt: salt.toString('base64') })}\n`,
  );
  const key = cipher.derive(cipher.keyId, 'backup', salt);
  const takenAt = isoInstant(clock.now());
  const tally = createTally();

  async function* lines(trx: Kysely<Tables>): AsyncGenerator<string> {
    const tables = await tableNames(trx);
    const total = await countRows(trx, tables);
    const head: Head = { takenAt, naming: namingMark(cipher), steps: await stepsOf(trx), rows: total };
    yield `${JSON.stringify(head)}\n`;
    let done = 0;
    onProgress(done, total);
    for await (const { table, columns, rows } of everyRow(trx, tables)) {
      let text = `${JSON.stringify({ table, columns })}\n`;
      for (const cells of rows) {
        const line = lineOf(cells);
        tally.add(table, columns, line);
        text += `${line}\n`;
      }
      yield text;
      done += rows.length;
      onProgress(done, total);
    }
    yield `${JSON.stringify({ end: tally.totals() })}\n`;
  }

  await store.background
    .transaction()
    // Everything as it was at one moment. In SQLite a transaction is that anyway.
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      // Whoever takes the stream may be slow; this transaction holds up nobody.
      if (store.engine === 'POSTGRESQL') {
        await sql`select set_config('idle_in_transaction_session_timeout', '0', true)`.execute(trx);
      }
      // Not compressed hard: what is sealed already hardly gives way.
      await pipeline(() => lines(trx), createGzip({ level: 1 }), sealStream(key, title), titled(title), writable);
    });
  return { takenAt, tables: tally.totals() };
}

/** Puts the title, which is not sealed, before what is. */
function titled(title: Buffer) {
  return async function* (sealed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield title;
    yield* sealed;
  };
}

/** Steps that have made a store's tables. */
export async function stepsOf(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}
