// What is kept of one system, as its reads declare it: whether a kind is kept at all and under which terms, and what
// other kept records tell of a key. When a kept answer is given instead of a live one is decided in answers.ts.
import { type KeptReader, keyOf, type Reads } from './definition.ts';
import type { Generations } from './generations.ts';
import type { KeepOptions, Kept, Snapshots } from './kept.ts';

/** What is kept of one system. */
export interface KeptAnswers {
  /** Keeps what was read, if its kind is kept. Returns at once and never throws. */
  keep(
    kind: string,
    answers: ReadonlyMap<string, unknown>,
    readAtMs: number,
    options?: Omit<KeepOptions, 'termsOf'>,
  ): void;
  /**
   * What can be given of some keys without asking the system, by `keyOf(key)`: what is kept under the key itself, or what
   * other kept records tell where that is newer, or all there is. Never throws.
   */
  find(kind: string, keys: readonly unknown[], generations?: Generations): Promise<ReadonlyMap<string, Kept>>;
}

/** What is needed to know what is kept of a system. */
export interface KeptSurroundings {
  system: string;
  reads: Reads;
  snapshots: Snapshots | undefined;
  /** Told when kept records could not be made sense of; that is the same as nothing kept. */
  onFailure(kind: string, error: unknown): void;
}

/**
 * Records of one kind under one term, at most: more than the people of any one surname among 125,000 homes (the commonest
 * is that of one in eighty).
 */
const mostByTerm = 10_000;
/** No client can give it and no wire takes it: nothing is ever kept under it. */
const noKey = '\u0000';

/**
 * What a key's answer is kept under: wires take references without the blanks around them (keys.ts), and where all of a
 * kind has been read through, one that is not kept by its name was not there.
 */
const nameOf = (key: unknown) => keyOf(key).trim();

/** Reads what is kept of a system, by key and by term. `reads`: what absent means for each kind. */
export function keptReader(
  { system, reads }: Pick<KeptSurroundings, 'system' | 'reads'>,
  snapshots: Snapshots,
  generations?: Generations,
): KeptReader {
  return {
    async find(kind, keys) {
      const found = new Map<string, Kept>();
      if (keys.length === 0) return found;
      for (const [key, { value, readAtMs }] of await snapshots.find(system, kind, keys, generations)) {
        // Not there when all of the kind was read through: it has the kind's own word for that.
        found.set(key, { value: value === undefined ? reads[kind]?.absent : value, readAtMs });
      }
      return found;
    },
    findByTerm: (kind, term, most = mostByTerm) => snapshots.findByTerm(system, kind, term, generations, most),
    async wholeSince(kind) {
      const whole = (await snapshots.find(system, kind, [noKey], generations)).get(noKey);
      return whole?.value === undefined ? (whole?.readAtMs ?? null) : null;
    },
  };
}

/** What is kept of a system. */
export function createKept({ system, reads, snapshots, onFailure }: KeptSurroundings): KeptAnswers {
  async function told(
    kind: string,
    keys: readonly unknown[],
    all: Snapshots,
    reader: KeptReader,
  ): Promise<ReadonlyMap<string, Kept>> {
    const tell = reads[kind]?.fromKept;
    if (!tell) return new Map();
    const { failures } = all.figures();
    try {
      const found = await tell(keys, reader);
      // What a store that failed meanwhile has not given would be taken for not there.
      return all.figures().failures > failures ? new Map() : found;
    } catch (error) {
      onFailure(kind, error);
      return new Map();
    }
  }

  return {
    keep(kind, answers, readAtMs, options) {
      const read = reads[kind];
      if (read?.kept === false) return;
      const named = new Map([...answers].map(([key, value]) => [nameOf(key), value]));
      snapshots?.keep(system, kind, named, readAtMs, {
        ...options,
        ...(read?.terms && { termsOf: (key, value) => read.terms?.(value, key) ?? [] }),
      });
    },
    async find(kind, keys, generations) {
      if (!snapshots || reads[kind]?.kept === false) return new Map();
      const reader = keptReader({ system, reads }, snapshots, generations);
      const [under, others] = await Promise.all([
        reader.find(kind, [...new Set(keys.map(nameOf))]),
        told(kind, keys, snapshots, reader),
      ]);
      const found = new Map<string, Kept>();
      for (const key of keys) {
        const kept = under.get(nameOf(key));
        if (kept) found.set(keyOf(key), kept);
      }
      for (const [key, kept] of others) {
        if (kept.readAtMs > (found.get(key)?.readAtMs ?? Number.NEGATIVE_INFINITY)) found.set(key, kept);
      }
      return found;
    },
  };
}
