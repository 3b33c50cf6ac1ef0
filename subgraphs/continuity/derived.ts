// Answers told out of other kept records of the same system, in the ways that systems have in common: lists out of the
// records that belong in them, a record out of lists that have it. Knows no system.
import { type KeptReader, keyOf, type Read } from './definition.ts';
import type { Kept } from './kept.ts';
import { type TermName, termOf } from './terms.ts';

type FromKept<Value> = NonNullable<Read<string, Value>['fromKept']>;

/** Where the records of a list are found, and which of those found belong in it. */
export interface Listed<Item> {
  kind: string;
  term: TermName;
  /** What the records have under that term, for a key of the list: itself, by default. Null: nothing belongs to it. */
  ownerOf?(key: string): string | null;
  /** Whether a record found is one of the list's: names in the blind index are looked up, not trusted. */
  belongs(item: Item, owner: string): boolean;
}

/**
 * A list out of the records that belong in it, where all of their kind has been read through; else others may belong in
 * it, too. As old as that reading: what has been added since is not known.
 */
export function listOfKept<Item>({ kind, term, ownerOf = trimmed, belongs }: Listed<Item>): FromKept<Item[]> {
  return async (keys, kept) => {
    const answers = new Map<string, Kept>();
    const wholeMs = await kept.wholeSince(kind);
    if (wholeMs === null) return answers;
    await Promise.all(
      keys.map(async (key) => {
        const owner = ownerOf(key);
        const text = owner === null ? null : termOf(term, owner);
        if (owner === null || text === null) return;
        const found = (await kept.findByTerm(kind, text))
          .filter((each) => each.value !== null && belongs(each.value as Item, owner))
          .sort((one, other) => (one.key < other.key ? -1 : 1));
        answers.set(keyOf(key), {
          value: found.map((each) => each.value),
          readAtMs: Math.min(wholeMs, ...found.map(({ readAtMs }) => readAtMs)),
        });
      }),
    );
    return answers;
  };
}

/** A record out of lists that have it: the newest of them. That none has it tells nothing. */
export function recordOfKept<Item>(
  kinds: readonly string[],
  term: TermName,
  referenceOf: (item: Item) => string,
): FromKept<Item | null> {
  return async (keys, kept) => {
    const answers = new Map<string, Kept>();
    await Promise.all(
      keys.map(async (key) => {
        const text = termOf(term, key);
        if (text === null) return;
        const lists = (await Promise.all(kinds.map((kind) => kept.findByTerm(kind, text)))).flat();
        const [newest] = lists
          .map(({ value, readAtMs }) => ({
            value: (value as Item[]).find((item) => referenceOf(item) === key.trim()),
            readAtMs,
          }))
          .filter(({ value }) => value !== undefined)
          .sort((one, other) => other.readAtMs - one.readAtMs);
        if (newest) answers.set(keyOf(key), newest);
      }),
    );
    return answers;
  };
}

/** What is told of each key out of one other record, under a key of its own. `tell` gives undefined where that tells nothing. */
export function toldBy<Key, Other, Value>(
  kind: string,
  otherKeyOf: (key: Key) => string | null,
  tell: (other: Other, key: Key) => Value | undefined,
): NonNullable<Read<Key, Value>['fromKept']> {
  return async (keys, kept: KeptReader) => {
    const others = keys.map((key) => ({ key, other: otherKeyOf(key) }));
    const found = await kept.find(kind, [...new Set(others.flatMap(({ other }) => other ?? []))]);
    const answers = new Map<string, Kept>();
    for (const { key, other } of others) {
      const known = other === null ? undefined : found.get(other);
      const value = known && tell(known.value as Other, key);
      if (known && value !== undefined) answers.set(keyOf(key), { value, readAtMs: known.readAtMs });
    }
    return answers;
  };
}

function trimmed(key: string): string {
  return key.trim();
}
