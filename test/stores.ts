// Both engines of the store, for suites that must hold on each.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { StorePlace } from '../subgraphs/continuity/store.ts';
import { startDatabase, type TestDatabase, whyNoDatabase } from './database.ts';

/** Runs a suite on SQLite and on PostgreSQL. `place` gives a new, empty store's place each time. */
export function onBothEngines(title: string, suite: (place: () => Promise<StorePlace>) => void): void {
  describe(`${title}, on SQLite`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-store-'));
    let count = 0;
    afterAll(() => rmSync(folder, { recursive: true }));
    suite(async () => ({ file: join(folder, `${++count}.sqlite`) }));
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
    suite(async () => ({ url: await database.fresh() }));
  });
}
