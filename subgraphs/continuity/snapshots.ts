// The last known good answer to every read, by system, kind and key, with the time it was read. Kept behind the
// request's back, in batches: a slow store never slows an answer. Puts together what does it; knows no wire, no schema.
import { randomInt } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import { type Clock, isoInstant } from './clock.ts';
import { everyGeneration, isNewer } from './generations.ts';
import { type Kept, type SnapshotNumbers, type Snapshots, snapshotNumbers } from './kept.ts';
import { createLimit } from './limit.ts';
import { createLookup } from './lookup.ts';
import { createPruning, type RecordName } from './pruning.ts';
import { createSampling } from './sampling.ts';
import { createSealing } from './sealing.ts';
import type { Store } from './store.ts';
import { createSurvey } from './survey.ts';
import { createWaitingRoom, termsOf } from './waiting.ts';
import { createWriter } from './writer.ts';
import { createWriting, writeWalk } from './writing.ts';

export type { Generations } from './generations.ts';
export type { KeepOptions, Kept, SnapshotFigures, SnapshotNumbers, Snapshots } from './kept.ts';
export { snapshotNumbers } from './kept.ts';
export type { Sampled } from './sampling.ts';
export type { Coverage } from './survey.ts';

/** What snapshots need from outside. */
export interface SnapshotSurroundings {
  store: Store;
  cipher: Cipher;
  clock: Clock;
  numbers?: Partial<SnapshotNumbers>;
  /** In [0, 1); draws samples. */
  random?: () => number;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** No request looks for more under one text than have the commonest surname. */
const mostOfARequest = 10_000;
/** As good as any for drawing samples. */
const chance = () => randomInt(2 ** 47) / 2 ** 47;

/** Opens what is kept in a store. */
export function createSnapshots(outside: SnapshotSurroundings): Snapshots {
  const { store, cipher, clock, random = chance } = outside;
  const numbers = { ...snapshotNumbers, ...outside.numbers };
  const { confirmMs } = numbers;
  const counts = { hits: 0, misses: 0, written: 0, confirmed: 0, unchanged: 0, failures: 0 };
  const toldAtMs = new Map<string, number>();

  function failed(what: string, error: unknown): void {
    counts.failures += 1;
    const told = toldAtMs.get(what);
    if (told !== undefined && clock.now() - told < numbers.tellMs) return;
    toldAtMs.set(what, clock.now());
    outside.onFailure(what, error);
  }

  const sealing = createSealing(cipher);
  const looking = 'looking up what is kept';
  const lookup = createLookup(store, sealing, confirmMs, (error) => failed(looking, error));
  const limited = createLimit(clock);
  const survey = createSurvey(store, clock, (error) => failed('counting what is kept', error));
  const pruning = createPruning(store, sealing, confirmMs);
  const waiting = createWaitingRoom(numbers.mostQueued);
  const writer = createWriter({
    waiting,
    clock,
    numbers,
    write: createWriting(store, sealing, confirmMs),
    writeWalk: (walk) => writeWalk(store, walk),
    onWritten({ written, confirmed, unchanged, spoilt }) {
      counts.written += written;
      counts.confirmed += confirmed;
      counts.unchanged += unchanged;
      for (const { error } of spoilt) failed('keeping a record', error);
    },
    onFailure: (error) => failed('keeping what was read', error),
  });

  async function forget(terms: readonly string[], also: readonly RecordName[]): Promise<number> {
    const forgotten = await pruning.forget(terms, also);
    // They are not kept, and yet are there: a walk that has met them must not say otherwise.
    for (const { system, kind } of forgotten) waiting.miss(system, kind, clock.now());
    survey.outdate();
    return forgotten.length;
  }

  return {
    keep(system, kind, answers, readAtMs, { generation = 1, termsOf, versionOf } = {}) {
      for (const [key, value] of answers) {
        waiting.add({ system, kind, key, value, readAtMs, generation, termsOf, versionOf });
      }
      writer.wake();
    },
    async find(system, kind, keys, generations = everyGeneration) {
      // What still waits to be written is kept already.
      const found = new Map<string, Kept & { generation: number }>();
      const elsewhere: string[] = [];
      for (const key of keys) {
        const record = waiting.newest(system, kind, key, generations);
        if (record) found.set(key, record);
        // Of the newest generation there is nothing newer elsewhere.
        if (!record || record.generation < waiting.newestGeneration) elsewhere.push(key);
      }
      try {
        const stored =
          elsewhere.length > 0
            ? await limited(numbers.findMs, () => lookup.find({ system, kind }, elsewhere, generations))
            : new Map<string, never>();
        for (const [key, version] of stored) {
          const before = found.get(key);
          if (!before || isNewer(version, before)) found.set(key, version);
        }
      } catch (error) {
        failed(looking, error);
      }
      counts.hits += found.size;
      counts.misses += keys.length - found.size;
      const answers = new Map<string, Kept>();
      for (const key of keys) {
        const version = found.get(key);
        if (version) answers.set(key, { value: version.value, readAtMs: version.readAtMs });
      }
      return answers;
    },
    async findByTerm(system, kind, term, generations = everyGeneration, most = 200) {
      try {
        const found = new Map<string, Kept & { generation: number }>(
          await limited(most > mostOfARequest ? numbers.sweepMs : numbers.searchMs, () =>
            lookup.findByTerm({ system, kind }, term, generations, most),
          ),
        );
        // What still waits says more than what is stored: also that the term is no longer the record's.
        for (const [key, record] of waiting.ofKind(system, kind, generations)) {
          const stored = found.get(key);
          if (stored && isNewer(stored, record)) continue;
          if (termsOf(record).includes(term)) found.set(key, record);
          else found.delete(key);
        }
        counts.hits += 1;
        return [...found].slice(0, most).map(([key, { value, readAtMs }]) => ({ key, value, readAtMs }));
      } catch (error) {
        failed(looking, error);
        counts.misses += 1;
        return [];
      }
    },
    keys: (system, kind, after, most) => lookup.keys({ system, kind }, everyGeneration, after, most),
    async byTerms(system, kind, terms) {
      const found = await lookup.byTerms({ system, kind }, terms);
      for (const record of waiting.ofKindAndTerms(system, kind, new Set(terms))) {
        for (const term of termsOf(record)) found.set(term, [...(found.get(term) ?? []), record]);
      }
      return found;
    },
    records: (system, kind, after, most) => lookup.records({ system, kind }, after, most),
    complete: (system, kind, atMs, generation = 1) => writer.complete({ system, kind, generation, at: atMs }),
    sample: createSampling(store, sealing, confirmMs, random),
    async wasFormer(system, kind, key, value) {
      const { name, content } = sealing.named({ system, kind }, key, value);
      const row = await store.db
        .selectFrom('former')
        .select('read_at')
        .where('system', '=', system)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .where('content', '=', content)
        .executeTakeFirst();
      return row !== undefined;
    },
    async coverage(system) {
      return (await survey.fresh()).bySystem.get(system) ?? [];
    },
    forget: (terms) =>
      // Alone: what is under way would be written a moment later.
      writer.alone(() => {
        const taken = waiting.forget(new Set(terms)).map(({ system, kind, key }) => {
          return { system, kind, name: sealing.nameOf({ system, kind }, key) };
        });
        return forget(terms, taken);
      }),
    forgetKeys: (system, kind, keys) =>
      writer.alone(() => {
        const names = keys.map((key) => ({ system, kind, name: sealing.nameOf({ system, kind }, key) }));
        return forget([], names);
      }),
    expire: (system, beforeMs, upTo) => pruning.expire(system, beforeMs, upTo).finally(survey.outdate),
    async drop(system, generation, kinds) {
      const some = new Set(kinds);
      await writer.alone(async () => {
        waiting.drop(system, generation, some);
        writer.dropWalks(system, generation, some);
      });
      return pruning.drop(system, generation, kinds).finally(survey.outdate);
    },
    figures() {
      const surveyed = survey.latest();
      const { records = null, bytes = null } = surveyed ?? {};
      return { ...counts, queued: waiting.size, dropped: waiting.lost, records, bytes };
    },
    room: writer.room,
    flush: writer.flush,
    async close() {
      await writer.close();
      survey.end();
    },
  };
}

/** When something kept was read, as provenance says it. */
export function asOf({ readAtMs }: Kept): string {
  return isoInstant(readAtMs);
}
