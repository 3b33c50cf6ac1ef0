// What a server keeps, put together from configuration: the store, the keys, the snapshots.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { type Cipher, createCipher } from '../subgraphs/continuity/cipher.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { claim } from '../subgraphs/continuity/mark.ts';
import { createSnapshots, type Snapshots } from '../subgraphs/continuity/snapshots.ts';
import { openStore, type Store } from '../subgraphs/continuity/store.ts';
import type { Config } from './config.ts';

/** What is kept, open. */
export interface Keeping {
  snapshots: Snapshots;
  store: Store;
  cipher: Cipher;
  /** Writes what still waits, and closes the store. */
  close(): Promise<void>;
}

/** A store with the keys to it. */
export interface Unlocked {
  store: Store;
  cipher: Cipher;
}

/** Opens what is kept; null where nothing is to be. Throws an error that says what to do where the store or a key cannot be had. */
export async function openKeeping(config: Config, log: Logger, clock: Clock): Promise<Keeping | null> {
  if (!config.store) return null;
  const { store, cipher } = await unlock(config, log);
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `the store failed at ${what}`);
  const snapshots = createSnapshots({ store, cipher, clock, onFailure });
  return {
    snapshots,
    store,
    cipher,
    async close() {
      await snapshots.close();
      await store.close();
    },
  };
}

/**
 * Opens the store and its keys, for a server or for a command where no server runs. `mustExist`: refuses to make one.
 * Throws an error that says what to do where the store or a key cannot be had.
 */
export async function unlock({ store: place, storeKeys }: Config, log: Logger, mustExist = false): Promise<Unlocked> {
  if (!place) throw new Error('Nothing is kept here: neither STORE_FILE nor DATABASE_URL is set.');
  if (mustExist && 'file' in place && !existsSync(place.file)) throw new Error(`There is no store ${place.file}.`);
  const keys = storeKeys ?? ('file' in place ? keyBeside(place.file, log) : null);
  if (!keys)
    throw new Error('STORE_KEYS is not set. With DATABASE_URL it must be: the key belongs apart from the data.');
  const cipher = createCipher(keys);
  const store = await openStore(place);
  try {
    await claim(store, cipher);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { store, cipher };
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
