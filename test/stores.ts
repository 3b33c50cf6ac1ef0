// Both engines of the store, for suites that must hold on each.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { createCipher } from '../subgraphs/continuity/cipher.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { createSnapshots, type Snapshots } from '../subgraphs/continuity/snapshots.ts';
import { createMigrator, openStore, type Store, type StorePlace, type Tables } from '../subgraphs/continuity/store.ts';
import { startDatabase, type TestDatabase, whyNoDatabase } from './database.ts';

/** Runs a suite on SQLite and on PostgreSQL. `place` gives a new, empty store's place each time. */
export function onBothEngines(
  title: string,
  suite: (place: () => Promise<StorePlace>, engine: Store['engine']) => void,
): void {
  describe(`${title}, on SQLite`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-store-'));
    let count = 0;
    afterAll(() => rmSync(folder, { recursive: true }));
    suite(async () => ({ file: join(folder, `${++count}.sqlite`) }), 'SQLITE');
  });
  const missing = whyNoDatabase();
  if (missing) console.warn(`SKIPPED: ${title}, on PostgreSQL: ${missing}`);
  describe.skipIf(missing)(`${title}, on PostgreSQL`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase();
    }, 60_000);
    // It writes everything to the disk before it ends.
    afterAll(() => database.close(), 60_000);
    suite(async () => ({ url: await database.fresh() }), 'POSTGRESQL');
  });
}

/** An empty store as its migrations leave it, which take longer than most tests: made once, and copied. */
let empty: Promise<Buffer> | undefined;

async function migrated(): Promise<Buffer> {
  const database = new Database(':memory:');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  await createMigrator(db).migrateToLatest();
  const content = database.serialize();
  await db.destroy();
  return content;
}

/** A store in memory, in which nothing waits for a disk: the same actions give the same interleaving, and in no time. */
export async function openMemory(): Promise<Store> {
  empty ??= migrated();
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Database(await empty) }) });
  return { engine: 'SQLITE', db, background: db, bytes: async () => 0, close: () => db.destroy() };
}

/** What is kept, in a new SQLite store, until the test ends. A store that fails fails the test. */
export async function openTestSnapshots(clock: Clock): Promise<Snapshots> {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-kept-'));
  const store = await openStore({ file: join(folder, 'store.sqlite') });
  const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
  const snapshots = createSnapshots({
    store,
    cipher: createCipher(new Map([['one', randomBytes(32)]])),
    clock,
    onFailure,
  });
  onTestFinished(async () => {
    await snapshots.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return snapshots;
}
