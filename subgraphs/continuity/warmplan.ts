// What a system says of how everything that it holds is walked through: where keys come from, which reads keep what is
// under them, and how fast. Types alone; what walks is in warmwalk.ts.
import type { Read, Reads } from './definition.ts';

type KeyOf<R> = R extends Read<infer Key, infer _Value> ? Key : never;
type ValueOf<R> = R extends Read<infer _Key, infer Value> ? Value : never;

/** Keys to read, by the kind that is read. */
export type KeysByKind<R extends Reads> = { readonly [Kind in keyof R]?: readonly KeyOf<R[Kind]>[] };

/** A page of keys. */
export interface KeyPage<R extends Reads> {
  keys: KeysByKind<R>;
  /** Where to go on; null: this was the last. */
  next: string | null;
}

/** What a walk finds its keys in. */
export interface Source<R extends Reads> {
  /** Only what has changed since then is wanted, ms since 1970; null: everything. */
  sinceMs: number | null;
  /** Asks one of this system's own reads, live and as background work. Throws WireError. */
  ask<Kind extends keyof R & string>(kind: Kind, keys: readonly KeyOf<R[Kind]>[]): Promise<ValueOf<R[Kind]>[]>;
  /**
   * Keys of an entity that another system's walk keeps, e.g. `Property`, a page at a time; waits while that walk is on its
   * way to them. Null: there is no such walk, or it cannot go on just now.
   */
  keysOf(entity: string, after: string | null): Promise<{ keys: readonly string[]; next: string | null } | null>;
}

/** One part of a walk. */
export interface Stage<R extends Reads> {
  /** Where its keys come from: a page of them, from a place that the page before gave; blank: from the beginning. */
  page(from: string, source: Source<R>): Promise<KeyPage<R>>;
  /** What a record that has just been read leads to: in a walk through everything, or through what has changed. */
  leadsTo?(kind: string, value: unknown, walk: 'WHOLE' | 'CHANGES'): KeysByKind<R>;
  /** Kinds of which a walk through everything has read all that there is: what is not kept of them then is not there. */
  whole?: readonly (keyof R & string)[];
}

/** How fast a backend is walked: gently, since people ask it at the same time. */
export interface Gentleness {
  /** Calls under way at once, at most. */
  atOnce: number;
  callsASecond: number;
}

/** How everything that a system holds is walked through. */
export interface WalkPlan<R extends Reads = Reads> {
  stages: readonly Stage<R>[];
  /** By backend. */
  gentleness: Readonly<Record<string, Gentleness>>;
  /** The kind that has each entity's record under its key, for the walks of systems that know the entity by that key. */
  entities?: Readonly<Record<string, keyof R & string>>;
  /** Read once when the process starts, whether anything is kept or not: what would take longer than anybody waits. */
  atStart?: { kind: keyof R & string; key: unknown };
}
