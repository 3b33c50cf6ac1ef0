// Where what must outlast the process is kept: one schema on two engines, SQLite in a file (the default, no server) or
// PostgreSQL. Knows tables and migrations; what they mean is with those who use them.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { sqliteThreads } from './sqlite.ts';

/** Tables of the store. Times in ms since 1970. */
export interface Tables {
  /** The last known good answers. */
  snapshot: {
    system: string;
    kind: string;
    /** A name for the key that does not tell it. */
    name: string;
    /** Reads after a silence go to a new generation; nothing of an older one is overwritten. */
    generation: number;
    /** A name for the content, to see whether it has changed. */
    content: string;
    read_at: number;
    key_id: string;
    /** Key and value, sealed. */
    sealed: Buffer;
  };
}

/** Where a store is. */
export type StorePlace = { file: string } | { url: string };

/** A store that is open. */
export interface Store {
  engine: 'SQLITE' | 'POSTGRESQL';
  db: Kysely<Tables>;
  close(): Promise<void>;
}

/** Forward only: what is released is never changed, only added to. */
const migrations: Record<string, Migration> = {
  '2026-11-23-snapshots': {
    async up(db: Kysely<unknown>) {
      const bytes = isPostgres(db) ? 'bytea' : 'blob';
      await db.schema
        .createTable('snapshot')
        .addColumn('system', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('generation', 'integer', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('read_at', 'bigint', (column) => column.notNull())
        .addColumn('key_id', 'text', (column) => column.notNull())
        .addColumn('sealed', bytes, (column) => column.notNull())
        .addPrimaryKeyConstraint('snapshot_key', ['system', 'kind', 'name', 'generation'])
        .execute();
    },
  },
};

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter.constructor.name.startsWith('Postgres');
}

/** Opens a store and brings its tables up to date. Throws an error that says what to do where that cannot be. */
export async function openStore(place: StorePlace): Promise<Store> {
  const release = 'file' in place ? own(place.file) : () => {};
  const db = new Kysely<Tables>({ dialect: 'file' in place ? sqliteThreads(place.file) : postgres(place.url) });
  try {
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    if (error) throw error;
  } catch (error) {
    await db.destroy();
    release();
    throw new Error(`The store cannot be opened: ${error instanceof Error ? error.message : error}`);
  }
  return {
    engine: 'file' in place ? 'SQLITE' : 'POSTGRESQL',
    db,
    async close() {
      await db.destroy();
      release();
    },
  };
}

function postgres(connectionString: string): PostgresDialect {
  // int8 arrives as text otherwise; times in ms are far below where numbers lose exactness.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString, max: 10, connectionTimeoutMillis: 5_000 });
  // A connection that breaks while nobody uses it (the database restarts) is replaced at the next query; unheard, its
  // error would end the process.
  pool.on('error', () => {});
  return new PostgresDialect({ pool });
}

/**
 * One process owns a SQLite store. The lock is the operating system's, on a file beside it, through SQLite itself: it is
 * gone with the process that holds it, however that ends.
 */
function own(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const held = new Database(`${file}.lock`, { timeout: 0 });
  try {
    held.pragma('locking_mode = EXCLUSIVE');
    held.exec('begin exclusive');
  } catch {
    held.close();
    throw new Error(
      `The store ${file} is in use by another Lintel. Stop that one, or give this one another STORE_FILE (or a PostgreSQL, DATABASE_URL, that several can share).`,
    );
  }
  // WAL, so that reading and writing do not wait for each other. A property of the file, set while nobody else has it.
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.close();
  return () => held.close();
}
