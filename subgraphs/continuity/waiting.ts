// Records that wait to be written, in the order of their arrival. Bounded: where the store cannot keep up the oldest go,
// and are counted. Knows no store.
import { type Generations, isAmong, isNewer } from './generations.ts';

/** A record that waits. */
export interface Waiting {
  system: string;
  kind: string;
  key: string;
  value: unknown;
  readAtMs: number;
  generation: number;
  termsOf?: ((key: string, value: unknown) => readonly string[]) | undefined;
  versionOf?: ((value: unknown, key: string) => number | null) | undefined;
}

/** What waits. */
export interface WaitingRoom {
  readonly size: number;
  /** Records that had to go, or could not be written. */
  readonly lost: number;
  /** In place of an older answer for the same record, if one waits, and at its place. */
  add(record: Waiting): void;
  /** The first so many. They stay until they are let go. */
  first(count: number): Waiting[];
  /** These are dealt with; what has newer answers by now stays. */
  letGo(records: readonly Waiting[]): void;
  /** These cannot be written: let go, and counted as lost. */
  lose(records: readonly Waiting[]): void;
  newest(system: string, kind: string, key: string, generations: Generations): Waiting | undefined;
  /** The newest of each record of a kind. A pass over all that waits. */
  ofKind(system: string, kind: string, generations: Generations): Map<string, Waiting>;
  /** Every one of a kind that has one of these terms. */
  ofKindAndTerms(system: string, kind: string, terms: ReadonlySet<string>): Waiting[];
  /** Takes out what has one of these terms. Gives what it took. */
  forget(terms: ReadonlySet<string>): Waiting[];
  /** Takes out a generation of a system. */
  drop(system: string, generation: number, kinds: ReadonlySet<string>): void;
  /** Which arrival is the oldest that waits; Infinity where nothing does. */
  oldestArrival(): number;
  /** Which arrival was the last. */
  readonly arrivals: number;
  /** The highest generation that has ever waited here. */
  readonly newestGeneration: number;
  /** Something of a kind was lost, or forgotten, at that time, in ms: a walk that began before knows less than it says. */
  miss(system: string, kind: string, atMs: number): void;
  /** When that was last, in ms; -Infinity where it never was. */
  missedAt(system: string, kind: string): number;
}

/** The texts under which a record is found. */
export function termsOf({ termsOf, key, value }: Waiting): readonly string[] {
  return termsOf?.(key, value) ?? [];
}

/** A room for so many. */
export function createWaitingRoom(most: number): WaitingRoom {
  const records = new Map<string, { record: Waiting; arrival: number }>();
  /** How many wait by generation: nearly always there is one. */
  const generations = new Map<number, number>();
  const missed = new Map<string, number>();
  let newestGeneration = Number.NEGATIVE_INFINITY;
  let arrivals = 0;
  let lost = 0;

  const idOf = ({ generation, system, kind, key }: Pick<Waiting, 'generation' | 'system' | 'kind' | 'key'>) =>
    `${generation}\n${system}\n${kind}\n${key}`;

  function remove(id: string, { generation }: Waiting): void {
    if (!records.delete(id)) return;
    const left = (generations.get(generation) ?? 1) - 1;
    if (left > 0) generations.set(generation, left);
    else generations.delete(generation);
  }

  const missedAt = (system: string, kind: string) => missed.get(`${system}\n${kind}`) ?? Number.NEGATIVE_INFINITY;
  const miss = (system: string, kind: string, atMs: number) =>
    missed.set(`${system}\n${kind}`, Math.max(atMs, missedAt(system, kind)));

  function lose({ system, kind, readAtMs }: Waiting): void {
    miss(system, kind, readAtMs);
    lost += 1;
  }

  function letGo(some: readonly Waiting[]): void {
    for (const record of some) {
      const id = idOf(record);
      if (records.get(id)?.record === record) remove(id, record);
    }
  }

  return {
    get size() {
      return records.size;
    },
    get lost() {
      return lost;
    },
    get arrivals() {
      return arrivals;
    },
    get newestGeneration() {
      return newestGeneration;
    },
    add(record) {
      const id = idOf(record);
      const before = records.get(id);
      arrivals += 1;
      newestGeneration = Math.max(newestGeneration, record.generation);
      if (before) {
        if (before.record.readAtMs <= record.readAtMs) before.record = record;
        return;
      }
      records.set(id, { record, arrival: arrivals });
      generations.set(record.generation, (generations.get(record.generation) ?? 0) + 1);
      if (records.size <= most) return;
      const [oldest] = records;
      if (!oldest) return;
      lose(oldest[1].record);
      remove(oldest[0], oldest[1].record);
    },
    first(count) {
      const some: Waiting[] = [];
      for (const { record } of records.values()) {
        if (some.length >= count) break;
        some.push(record);
      }
      return some;
    },
    letGo,
    lose(some) {
      for (const record of some) lose(record);
      letGo(some);
    },
    newest(system, kind, key, meant) {
      let best: Waiting | undefined;
      for (const generation of generations.keys()) {
        if (!isAmong(generation, meant)) continue;
        const found = records.get(idOf({ system, kind, key, generation }))?.record;
        if (found && (!best || isNewer(found, best))) best = found;
      }
      return best;
    },
    ofKind(system, kind, meant) {
      const newest = new Map<string, Waiting>();
      for (const { record } of records.values()) {
        if (record.system !== system || record.kind !== kind || !isAmong(record.generation, meant)) continue;
        const before = newest.get(record.key);
        if (!before || isNewer(record, before)) newest.set(record.key, record);
      }
      return newest;
    },
    ofKindAndTerms: (system, kind, terms) =>
      [...records.values()].flatMap(({ record }) => {
        if (record.system !== system || record.kind !== kind) return [];
        return termsOf(record).some((term) => terms.has(term)) ? [record] : [];
      }),
    forget(terms) {
      const taken: Waiting[] = [];
      for (const [id, { record }] of records) {
        if (!termsOf(record).some((term) => terms.has(term))) continue;
        remove(id, record);
        taken.push(record);
      }
      return taken;
    },
    drop(system, generation, kinds) {
      for (const [id, { record }] of records) {
        if (record.system !== system || record.generation !== generation) continue;
        if (kinds.has(record.kind)) remove(id, record);
      }
    },
    oldestArrival: () => records.values().next().value?.arrival ?? Number.POSITIVE_INFINITY,
    miss,
    missedAt,
  };
}
