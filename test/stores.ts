// Both engines of the store, for suites that must hold on each.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { createCipher } from '../subgraphs/continuity/cipher.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import type { Own, OwnKinds } from '../subgraphs/continuity/own.ts';
import { createOwn } from '../subgraphs/continuity/owner.ts';
import { createSnapshots, type Snapshots } from '../subgraphs/continuity/snapshots.ts';
import { openStore, type Store, type StorePlace } from '../subgraphs/continuity/store.ts';
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

/** A store that fails fails the test. */
const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);

/** A new SQLite store, until the test ends. */
async function openTestStore() {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-kept-'));
  const store = await openStore({ file: join(folder, 'store.sqlite') });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return { store, cipher: createCipher(new Map([['one', randomBytes(32)]])), onFailure };
}

/** What is kept, in a new SQLite store, until the test ends. A store that fails fails the test. */
export async function openTestSnapshots(clock: Clock): Promise<Snapshots> {
  const snapshots = createSnapshots({ ...(await openTestStore()), clock });
  // Before its store is: the last that was asked for is done first.
  onTestFinished(() => snapshots.close());
  return snapshots;
}

/** Lintel's own records of one system, likewise. */
export async function openTestOwn(clock: Clock, system: string, kinds: OwnKinds = {}): Promise<Own> {
  const records = createOwn({ ...(await openTestStore()), clock });
  onTestFinished(() => records.close());
  return records.of(system, kinds);
}
