// What a server keeps, put together from configuration: the store, the keys, the snapshots.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { createCipher } from '../subgraphs/continuity/cipher.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { createSnapshots, type Snapshots } from '../subgraphs/continuity/snapshots.ts';
import { openStore, type Store } from '../subgraphs/continuity/store.ts';
import type { Config } from './config.ts';

/** What is kept, open. */
export interface Keeping {
  store: Store;
  snapshots: Snapshots;
  /** Writes what still waits, and closes the store. */
  close(): Promise<void>;
}

/** Opens what is kept; null where nothing is to be. Throws an error that says what to do where the store or a key cannot be had. */
export async function openKeeping(
  { store: place, storeKeys }: Config,
  log: Logger,
  clock: Clock,
): Promise<Keeping | null> {
  if (!place) return null;
  const keys = storeKeys ?? ('file' in place ? keyBeside(place.file, log) : null);
  if (!keys)
    throw new Error('STORE_KEYS is not set. With DATABASE_URL it must be: the key belongs apart from the data.');
  const cipher = createCipher(keys);
  const store = await openStore(place);
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `the store failed at ${what}`);
  const snapshots = createSnapshots({ store, cipher, clock, onFailure });
  return {
    store,
    snapshots,
    async close() {
      await snapshots.close();
      await store.close();
    },
  };
}

/** A key that this machine made for itself, so that a first start needs no preparation. Said, since a copy of both is a copy in clear. */
function keyBeside(file: string, log: Logger): Map<string, Buffer> {
  const path = join(dirname(file), 'key');
  try {
    return new Map([['local', Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')]]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(32);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  log.warn(
    `a key for what is kept was made in ${path}; in earnest, set STORE_KEYS and keep the key apart from the data`,
  );
  return new Map([['local', key]]);
}
