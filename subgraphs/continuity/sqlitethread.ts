// The thread that holds one SQLite connection and runs one statement after another. Knows SQL text, nothing else.
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Outcome, Statement } from './sqlite.ts';

const { file, readonly } = workerData as { file: string; readonly: boolean };
// Another connection's checkpoint takes milliseconds; five seconds is past any.
const database = new Database(file, { timeout: 5_000 });
// FULL: what is acknowledged is on the disk, not on its way there.
database.pragma('synchronous = FULL');
if (readonly) database.pragma('query_only = true');
else {
  // What is deleted or replaced is overwritten, not only no longer found. It costs nothing that can be measured.
  database.pragma('secure_delete = ON');
  // Names are as good as random, so writing touches pages everywhere: 64 MB hold the indexes of a large estate.
  database.pragma('cache_size = -65536');
  // 32 MB (a page has 4 kB) before the log is worked into the file: a quarter less is written than at 4 MB, the default.
  database.pragma('wal_autocheckpoint = 8000');
}

/** The same few statements are run again and again; a statement is a few kilobytes. */
const mostPrepared = 200;
const prepared = new Map<string, Database.Statement>();

function prepare(sql: string): Database.Statement {
  const statement = prepared.get(sql) ?? database.prepare(sql);
  // The one longest unused goes first.
  prepared.delete(sql);
  prepared.set(sql, statement);
  if (prepared.size > mostPrepared) prepared.delete(prepared.keys().next().value as string);
  return statement;
}

function run({ id, sql, parameters: given }: Statement): Outcome {
  // A Buffer arrives from the other thread as the bytes that it is made of.
  const parameters = given.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
  try {
    const statement = prepare(sql);
    if (statement.reader) return { id, rows: statement.all(...parameters), changes: 0 };
    return { id, rows: [], changes: statement.run(...parameters).changes };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { id, error: message, ...(code !== undefined && { code }) };
  }
}

parentPort?.on('message', (message: Statement | 'CLOSE') => {
  if (message !== 'CLOSE') {
    parentPort?.postMessage(run(message));
    return;
  }
  database.close();
  parentPort?.close();
});
