// What a server keeps, put together from configuration: the store and its keys, what was read, what operators have set,
// what has happened.
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { type Cipher, createCipher } from '../subgraphs/continuity/cipher.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { createEvents, type KeptEvents } from '../subgraphs/continuity/events.ts';
import type { Acceptance } from '../subgraphs/continuity/intake/accepted.ts';
import { aliasTwins, writeAlias } from '../subgraphs/continuity/intake/aliases.ts';
import { createPapers } from '../subgraphs/continuity/intake/entry.ts';
import { createIntake } from '../subgraphs/continuity/intake/index.ts';
import type { IntakeNumbers } from '../subgraphs/continuity/intake/numbers.ts';
import type { Intake } from '../subgraphs/continuity/intake.ts';
import { type Journal, openJournal } from '../subgraphs/continuity/journal.ts';
import { createLane } from '../subgraphs/continuity/lane.ts';
import { claim } from '../subgraphs/continuity/mark.ts';
import { createNotices, type Notices } from '../subgraphs/continuity/notices.ts';
import type { OwnRecords } from '../subgraphs/continuity/own.ts';
import { createOwn } from '../subgraphs/continuity/owner.ts';
import { createSnapshots, type Snapshots } from '../subgraphs/continuity/snapshots.ts';
import { createStandings, type Standings } from '../subgraphs/continuity/standings.ts';
import { openStore, type Store, type StorePlace } from '../subgraphs/continuity/store.ts';
import { systems } from '../subgraphs/index.ts';
import type { Config } from './config.ts';

/** What is kept, open. */
export interface Keeping {
  /** Null: everything is in memory alone, and gone with the process. */
  store: Store | null;
  /** What was read. Without it every answer is live, or an error. */
  snapshots: Snapshots | undefined;
  standings: Standings;
  events: KeptEvents;
  notices: Notices;
  /** Where emergencies are written down that the store does not take. Null: there is no such place. */
  journal: Journal | null;
  /** What is written. Null: nothing can be, since nothing is kept. */
  intake: Intake | null;
  /** Records that are Lintel's own. Null: there are none, since nothing is kept. */
  own: OwnRecords | null;
  /** Writes what still waits, and closes the store. */
  close(): Promise<void>;
}

/** A store with the keys to it. */
export interface Unlocked {
  store: Store;
  cipher: Cipher;
}

/**
 * Opens what is kept.
 * @param world of mocks that stand in for every system: what was kept of another is thrown away, since it is made up.
 * @param numbers of the intake that differ from `intakeNumbers`: for tests, which have less time.
 * Throws an error that says what to do where the store or a key cannot be had.
 */
export async function openKeeping(
  config: Pick<Config, 'store' | 'storeKeys'> & Partial<Pick<Config, 'emergencyFile'>>,
  log: Logger,
  clock: Clock,
  world?: string,
  numbers?: Partial<IntakeNumbers>,
): Promise<Keeping> {
  const { store: place, emergencyFile } = config;
  mustBeWritable(place);
  if (world !== undefined && 'file' in place) forgetOtherWorlds(place.file, emergencyFile, world, log);
  const kept = await unlock(config, log);
  const journal = emergencyFile === undefined ? null : await emergencies(emergencyFile, kept.cipher, log);
  const keeping = createKeeping(kept, log, clock, journal, numbers);
  await Promise.all([keeping.standings.hear(), keeping.notices.hear(), mendTwins(kept, log)]);
  return keeping;
}

/** What is kept over an open store; with null, in memory alone. */
export function createKeeping(
  kept: Unlocked | null,
  log: Logger,
  clock: Clock,
  journal: Journal | null = null,
  numbers?: Partial<IntakeNumbers>,
): Keeping {
  const store = kept?.store ?? null;
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `the store failed at ${what}`);
  const snapshots = kept ? createSnapshots({ ...kept, clock, onFailure }) : undefined;
  const standings = createStandings({ store, clock, cipher: kept?.cipher ?? null, onFailure });
  const events = createEvents({ store, clock, process: `${hostname()}:${process.pid}`, onFailure });
  const notices = createNotices({ store, clock, events, onFailure });
  const mutations = Object.fromEntries(systems.map((definition) => [definition.name, definition.mutations ?? {}]));
  const own = kept ? createOwn({ ...kept, clock, onFailure }) : null;
  const intake =
    kept && createIntake({ ...kept, clock, snapshots, mutations, numbers, emergencies: laneOver(kept), onFailure });

  /** Emergencies are taken also while the store takes nothing, where there is a journal for them. */
  function laneOver({ store }: Unlocked) {
    if (!journal) return undefined;
    const alias = (id: string, receipt: string) => writeAlias(store, id, receipt);
    return (acceptance: Acceptance) => createLane({ journal, clock, store: { ...acceptance, alias }, onFailure });
  }

  return {
    store,
    snapshots,
    standings,
    events,
    notices,
    journal,
    intake,
    own,
    async close() {
      await intake?.close();
      await own?.close();
      await Promise.all([snapshots?.close(), standings.close(), notices.close(), events.close()]);
      await journal?.close();
      await store?.close();
    },
  };
}

/** Has what an earlier version wrote down twice answer as one. Where that fails, it is done at the next start. */
async function mendTwins({ store, cipher }: Unlocked, log: Logger): Promise<void> {
  const what = 'the store failed at looking for emergencies with two receipts';
  const onFailure = (_what: string, error: unknown) => log.error({ err: error }, what);
  const count = await aliasTwins(store, createPapers(cipher), onFailure).catch((error) => {
    log.error({ err: error }, what);
    return 0;
  });
  if (count > 0) log.info(`${count} emergencies had two receipts; both of each answer as one from now on`);
}

/** Lintel starts without it too, and says what that means. */
async function emergencies(file: string, cipher: Cipher, log: Logger): Promise<Journal | null> {
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `Lintel failed at ${what}`);
  try {
    return await openJournal({ file, cipher, onFailure });
  } catch (error) {
    log.error(
      { err: error },
      'while the store takes no writes, no emergency is accepted: the emergency journal is missing',
    );
    return null;
  }
}

/** A made-up landlord has another day tomorrow: what was kept of this one would look like a system that has lost everything. */
function forgetOtherWorlds(file: string, emergencyFile: string | undefined, world: string, log: Logger): void {
  const marker = join(dirname(file), 'world');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const before = existsSync(marker) ? readFileSync(marker, 'utf8') : world;
  if (before !== world) {
    for (const each of [file, `${file}-wal`, `${file}-shm`, ...(emergencyFile === undefined ? [] : [emergencyFile])])
      rmSync(each, { force: true });
    log.info(`the made-up landlord is another than last time (${world}): what was kept of it is thrown away`);
  }
  writeFileSync(marker, world);
}

/** Why a file cannot be written, by what the operating system calls it. */
const unwritable: Readonly<Record<string, string>> = {
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  EROFS: 'it can only be read',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'part of the path is a file',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
};

/** Throws an error that says what to do where the file of a store, or its folder, cannot be written. */
export function mustBeWritable(place: StorePlace): void {
  if (!('file' in place)) return;
  const folder = dirname(resolve(place.file));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (existsSync(place.file)) accessSync(place.file, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw notWritable(folder, (code === 'ENOENT' && aboveOf(folder)) || (error as NodeJS.ErrnoException));
  }
}

/** Why nothing can be made in the last folder above that there is: of a disk that can only be read, the folder itself says nothing. */
function aboveOf(folder: string): NodeJS.ErrnoException | null {
  let above = folder;
  while (!existsSync(above) && above !== dirname(above)) above = dirname(above);
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** The sentence for a folder that cannot be written. */
export function notWritable(folder: string, { code = '', message }: NodeJS.ErrnoException): Error {
  return new Error(
    `Lintel cannot write in ${folder}, where it keeps what it reads: ${unwritable[code] ?? message}. Start it in a folder that this account may write in, or set STORE_FILE to a file in such a folder.`,
  );
}

/**
 * Opens the store and its keys, for a server or for a command where no server runs. `mustExist`: refuses to make one.
 * Throws an error that says what to do where the store or a key cannot be had.
 */
export async function unlock(
  { store: place, storeKeys }: Pick<Config, 'store' | 'storeKeys'>,
  log: Logger,
  mustExist = false,
): Promise<Unlocked> {
  if (mustExist && 'file' in place && !existsSync(place.file)) throw new Error(`There is no store ${place.file}.`);
  mustBeWritable(place);
  const cipher = keysOf({ store: place, storeKeys }, log);
  const store = await openStore(place);
  try {
    await claim(store, cipher);
  } catch (error) {
    await store.close();
    throw error;
  }
  return { store, cipher };
}

/** The keys to what is kept. Throws an error that says what to do where there are none. */
export function keysOf({ store: place, storeKeys }: Pick<Config, 'store' | 'storeKeys'>, log: Logger): Cipher {
  const keys = storeKeys ?? ('file' in place ? keyBeside(place.file, log) : null);
  if (keys) return createCipher(keys);
  throw new Error('STORE_KEYS is not set. With DATABASE_URL it must be: the key belongs apart from the data.');
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
