// Where what must outlast the process is kept: one schema on two engines, SQLite in a file (the default, no server) or
// PostgreSQL. Opens it and brings its tables up to date; what they mean is with those who use them.
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { own } from './lock.ts';
import { migrations } from './migrations.ts';
import { sqliteThreads } from './sqlite.ts';
import { withStoreFailures } from './store-failures.ts';
import type { Tables } from './tables.ts';

export type { Tables } from './tables.ts';

/** Where a store is. */
export type StorePlace = { file: string } | { url: string };

/** A store that is open. */
export interface Store {
  engine: 'SQLITE' | 'POSTGRESQL';
  db: Kysely<Tables>;
  /** For what reads a great deal at once, such as counting or a backup: nobody's request waits behind it. Reads only. */
  background: Kysely<Tables>;
  /** How much room it takes, in bytes. */
  bytes(): Promise<number>;
  close(): Promise<void>;
}

/** PostgreSQL calls a process's sessions this and a number of its own, so that one Lintel sees that another is there. */
const sessionPrefix = 'lintel ';
/** A process that stops in the middle of a transaction must not hold up the others: its locks are gone after this, in ms. */
const longestPauseMs = 10_000;

/** Opens a store and brings its tables up to date. Throws an error that says what to do where that cannot be. */
export async function openStore(place: StorePlace): Promise<Store> {
  const release = 'file' in place ? ownStore(place.file) : () => {};
  const db = new Kysely<Tables>({
    dialect: withStoreFailures('file' in place ? sqliteThreads(place.file) : postgres(place.url)),
  });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    release();
    throw new Error(`The store cannot be opened: ${error instanceof Error ? error.message : error}`);
  }
  const background =
    'file' in place ? new Kysely<Tables>({ dialect: withStoreFailures(sqliteThreads(place.file, 'READING')) }) : db;
  return {
    engine: 'file' in place ? 'SQLITE' : 'POSTGRESQL',
    db,
    background,
    bytes: () => ('file' in place ? fileBytes(place.file) : tableBytes(db)),
    async close() {
      if (background !== db) await background.destroy();
      await db.destroy();
      release();
    },
  };
}

/** Runs the steps that are missing, all or none; on PostgreSQL under a lock, so that of several processes one does. */
async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = createMigrator(db);
  const { error } = await migrator.migrateToLatest();
  const newer = /previously executed migration (\S+) is missing/.exec(error instanceof Error ? error.message : '')?.[1];
  if (newer) throw new Error(`a newer Lintel has used it (it has the step ${newer}). Start that one.`);
  if (error) throw error;
}

/** What takes a database, or a transaction on it, from step to step. */
export function createMigrator(db: Kysely<Tables>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}

function postgres(connectionString: string): PostgresDialect {
  // int8 arrives as text otherwise; times in ms are far below where numbers lose exactness.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    // One stays open while the process lives: by it a restore sees that somebody is at work here.
    min: 1,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: `${sessionPrefix}${randomBytes(8).toString('hex')}`,
    idle_in_transaction_session_timeout: longestPauseMs,
    // What is acknowledged is on the disk, however the database is set.
    options: '-c synchronous_commit=on',
  });
  // A connection that breaks while nobody uses it (the database restarts) is replaced at the next query; unheard, its
  // error would end the process.
  pool.on('error', () => {});
  // Nor may that of one that is in use, but of which nothing is asked just then, as between two statements of a transaction:
  // the next statement rejects, and the pool drops it.
  pool.on('connect', (session) => session.on('error', () => {}));
  return new PostgresDialect({ pool });
}

/** How many other Lintels use a store. A SQLite store has one owner, so none. */
export async function othersAtWork({ engine, db }: Store): Promise<number> {
  if (engine === 'SQLITE') return 0;
  const { rows } = await sql<{ others: number }>`
    select count(*) as others from pg_stat_activity
    where datname = current_database() and application_name like ${`${sessionPrefix}%`}
    and application_name <> current_setting('application_name')
  `.execute(db);
  return rows[0]?.others ?? 0;
}

async function fileBytes(file: string): Promise<number> {
  const sizes = [file, `${file}-wal`].map(async (path) => (await stat(path)).size);
  return (await Promise.allSettled(sizes)).reduce(
    (sum, size) => sum + (size.status === 'fulfilled' ? size.value : 0),
    0,
  );
}

async function tableBytes(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint as bytes from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace
  `.execute(db);
  return rows[0]?.bytes ?? 0;
}

/** One process owns a SQLite store. SQLite gives its log the same rights as the file. */
function ownStore(file: string): () => void {
  const release = own(
    file,
    `The store ${file} is in use by another Lintel. Stop that one, or give this one another STORE_FILE (or a PostgreSQL, DATABASE_URL, that several can share).`,
  );
  // WAL, so that reading and writing do not wait for each other. A property of the file, set while nobody else has it.
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.close();
  return release;
}
