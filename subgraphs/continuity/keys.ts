// Keys on their way from clients to a wire and back. Clients give anything; a wire gets only what can be a reference,
// and its answers come back under the keys as they were given.
import { type KeptReader, keyOf, type Read } from './definition.ts';
import { WireError } from './errors.ts';
import type { Shape } from './form.ts';
import type { Kept } from './snapshots.ts';

/**
 * What can be a reference of any system: printable ASCII without the comma, which parts them in addresses. The longest
 * column that holds one has 20 characters; twice that is room enough, and keeps 50 of them within any address.
 */
const reference = /^[ -+\--~]{1,40}$/;

/** What a read of many references is made of: a read's own words, but for how the wire is asked. */
export interface ReferenceRead<Value> extends Omit<Read<string, Value>, 'ask' | 'reference'> {
  /** What such a reference looks like. */
  shape: Shape;
  /** Asks for references: trimmed, each once, at least one. Gives what is there, by trimmed reference, in any order. */
  ask(references: string[], signal: AbortSignal): Promise<ReadonlyMap<string, Value>>;
}

/**
 * A read whose keys are references. What cannot be one is not asked for: there is nothing under it, and a system that
 * chokes on it would count as broken for everybody.
 */
export function readByReference<Value>({ ask, shape, ...read }: ReferenceRead<Value>): Read<string, Value> {
  return {
    ...read,
    reference: { shape, of: (key) => key },
    async ask(keys, signal) {
      // What a federated query hands over may be no text at all, whatever its type says.
      const trimmedKeys = new Map(keys.map((key) => [keyOf(key), typeof key === 'string' ? key.trim() : '']));
      const references = [...new Set(trimmedKeys.values())].filter((key) => reference.test(key));
      const found = references.length > 0 ? await ask(references, signal) : new Map<string, Value>();
      const answers = new Map<string, Value>();
      for (const [key, trimmedKey] of trimmedKeys) {
        const value = found.get(trimmedKey);
        if (value !== undefined) answers.set(key, value);
      }
      return answers;
    },
  };
}

/**
 * A read of a wire that answers one question a call.
 * @param kept how its answers are kept and found again.
 */
export function readOne<Key, Value>(
  backend: string,
  absent: Value,
  ask: (key: Key, signal: AbortSignal) => Promise<Value>,
  kept: Pick<
    Read<Key, Value>,
    'patienceMs' | 'kept' | 'terms' | 'fromKept' | 'nothingKept' | 'records' | 'nothingToCompare' | 'reference'
  > = {},
): Read<Key, Value> {
  return {
    ...kept,
    backend,
    limit: 1,
    absent,
    async ask(keys, signal) {
      const answers = new Map<string, Value>();
      for (const key of keys) answers.set(keyOf(key), await ask(key, signal));
      return answers;
    },
  };
}

/** How a question is answered that no wire has. */
export interface KeptRead<Key, Value> {
  /** What other kept records tell, and the age of their oldest part in ms since 1970; null where they tell nothing. */
  find(key: Key, kept: KeptReader): Promise<{ items: Value; readAtMs: number } | null>;
  /** What is said where they tell nothing. */
  nothingKept: string;
}

/** A read of a question that no wire has: kept records alone answer it, whether the system is up or down. */
export function readKept<Key, Value>(
  backend: string,
  absent: Value,
  { find, nothingKept }: KeptRead<Key, Value>,
): Read<Key, Value> {
  return {
    backend,
    limit: Number.POSITIVE_INFINITY,
    absent,
    keptOnly: true,
    nothingKept,
    async fromKept(keys, kept) {
      const answers = new Map<string, Kept>();
      for (const key of keys) {
        const found = await find(key, kept);
        if (found) answers.set(keyOf(key), { value: found.items, readAtMs: found.readAtMs });
      }
      return answers;
    },
    ask: async () => {
      throw new WireError('REFUSAL', 'a question that the wire does not have', { reason: nothingKept });
    },
  };
}
