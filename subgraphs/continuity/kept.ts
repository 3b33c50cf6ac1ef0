// What can be done with what is kept, and the numbers that it is done by. What does it is put together in snapshots.ts.
import type { Generations } from './generations.ts';
import type { KeysPage, RecordsPage, Stored } from './lookup.ts';
import type { Sampled } from './sampling.ts';
import type { Coverage } from './survey.ts';

/** What was kept of one key. */
export interface Kept {
  /** Null and empty are answers too. Undefined: a walk through the whole kind has not met it; it was not there. */
  value: unknown;
  readAtMs: number;
}

/** How answers are kept. */
export interface KeepOptions {
  /** Default 1. */
  generation?: number | undefined;
  /** Texts under which the record is to be found, e.g. `postcode\nCB1 2AB`. They are not on the disk, only names for them. */
  termsOf?: ((key: string, value: unknown) => readonly string[]) | undefined;
  /** The record's own time of last change, ms since 1970, where its system tells one. */
  versionOf?: ((value: unknown, key: string) => number | null) | undefined;
}

/** Figures of what is kept. */
export interface SnapshotFigures {
  /** Reads answered from what is kept, and reads that found nothing. */
  hits: number;
  misses: number;
  /** Records waiting to be written. */
  queued: number;
  /** Records written, as new or changed. */
  written: number;
  /** Unchanged records of which only the time was written. */
  confirmed: number;
  /** Unchanged records that cost no write. */
  unchanged: number;
  /** Records dropped because the store could not keep up, or because they cannot be written. */
  dropped: number;
  /** Writes or reads of the store that failed. */
  failures: number;
  /** Records kept, and what the store takes in bytes; no older than about a minute, null until first counted. */
  records: number | null;
  bytes: number | null;
}

/** What is kept. */
export interface Snapshots {
  /** Keeps answers. Returns at once and never throws; what cannot be kept is counted. */
  keep(
    system: string,
    kind: string,
    answers: ReadonlyMap<string, unknown>,
    readAtMs: number,
    options?: KeepOptions,
  ): void;
  /**
   * What is kept of some keys: the newest of the generations meant, by default all but restored copies. A store that
   * fails, or has not answered in time, is the same as nothing kept, and is counted and told.
   */
  find(
    system: string,
    kind: string,
    keys: readonly string[],
    generations?: Generations,
  ): Promise<ReadonlyMap<string, Kept>>;
  /** Records of a kind by a text of the blind index, the newest generation of each; at most `most`, default 200. */
  findByTerm(
    system: string,
    kind: string,
    term: string,
    generations?: Generations,
    most?: number,
  ): Promise<(Kept & { key: string })[]>;
  /**
   * All that is kept of a kind under some texts of the blind index, by text: in every generation, also what a walk has not met
   * again, and what waits to be written. Throws where the store fails.
   */
  byTerms(system: string, kind: string, terms: readonly string[]): Promise<ReadonlyMap<string, readonly Stored[]>>;
  /**
   * All that is stored of a kind, a page of at most `most` at a time, in an order of no meaning: in every generation, also what
   * is null or empty. `after` as for `keys`. Throws where the store fails.
   */
  records(system: string, kind: string, after: string, most: number): Promise<RecordsPage>;
  /**
   * Keys of what is kept of a kind and was there, a page of at most `most` at a time, in an order of no meaning. `after`:
   * the page before's `next`; blank for the first. Throws where the store fails.
   */
  keys(system: string, kind: string, after: string, most: number): Promise<KeysPage>;
  /**
   * The whole of a kind has been walked through, beginning at that time: what is not kept of it by then was not there.
   * Takes effect once everything kept before is written; not at all where some of that was dropped.
   */
  complete(system: string, kind: string, atMs: number, generation?: number): void;
  /**
   * Kept records to compare with what a system says after a silence: half the newest (by version, else by change), half
   * at random; none that are null or empty. Throws where the store fails.
   */
  sample(system: string, kinds: readonly string[], count: number, generations: Generations): Promise<Sampled[]>;
  /** Whether this content is one that the record had earlier (it may have it again now). Throws where the store fails. */
  wasFormer(system: string, kind: string, key: string, value: unknown): Promise<boolean>;
  /** What is kept of a system, by kind; no older than a minute. Throws where the store fails. */
  coverage(system: string): Promise<readonly Coverage[]>;
  /**
   * Forgets every record that has one of these terms, in every generation, former contents and what waits included.
   * Gives how many there were. Throws where the store fails.
   */
  forget(terms: readonly string[]): Promise<number>;
  /** Forgets what is stored under some keys of a kind, likewise. */
  forgetKeys(system: string, kind: string, keys: readonly string[]): Promise<number>;
  /**
   * Deletes what was last read before that, up to that generation, and what a newer generation up to it has too. Former
   * contents of that age go as well. Gives how many records went. Throws where the store fails.
   */
  expire(system: string, beforeMs: number, upTo: number): Promise<number>;
  /** Drops a generation of some kinds: a restored copy after its restoration, one that has not proven true. Gives how many records went. */
  drop(system: string, generation: number, kinds: readonly string[]): Promise<number>;
  figures(): SnapshotFigures;
  /** Resolves when fewer than half of the records that may wait do: for whoever keeps a great deal at once. */
  room(): Promise<void>;
  /** Tries to write what is queued. */
  flush(): Promise<void>;
  /** Writes what is queued and ends. */
  close(): Promise<void>;
}

/** Numbers of what is kept. */
export interface SnapshotNumbers {
  /** How long an answer waits for company before it is written, in ms. */
  flushMs: number;
  /** Records a transaction: large enough that a disk's pace is no limit, small enough to be over in milliseconds. */
  batch: number;
  /** Records that may wait; beyond it the oldest is dropped. A record is a few kilobytes: this is tens of megabytes. */
  mostQueued: number;
  /** An unchanged record is only confirmed as read again when what is kept says it was read longer ago, in ms. */
  confirmMs: number;
  /**
   * How long a lookup may take, in ms, before it counts as nothing kept. Whoever waits for it has nothing better coming,
   * and a busy machine takes hundreds for what is usually one; a store that hangs is not asked again while ten do.
   */
  findMs: number;
  /** The same for a lookup by a text of the blind index, which may find thousands of records. */
  searchMs: number;
  /** And for one that wants more than any request does, such as everybody who is vulnerable: nobody waits for it. */
  sweepMs: number;
  /** How long after a failed write the next is tried, in ms: a full disk or a database that restarts takes a while. */
  retryMs: number;
  /** How often a failure of one sort is told, in ms, at most: a store that is gone fails at each request. */
  tellMs: number;
}

/** The numbers that a server starts with. */
export const snapshotNumbers: SnapshotNumbers = {
  flushMs: 250,
  batch: 500,
  mostQueued: 20_000,
  confirmMs: 60_000,
  findMs: 1_000,
  searchMs: 1_000,
  sweepMs: 60_000,
  retryMs: 2_000,
  tellMs: 10_000,
};
