// What changes in a mock, kept so that it can come back from a backup: books of records, a sequence of references, and
// the day beyond which nothing made up has happened yet. Knows no system and no wire.
import type { LocalTime } from './world.ts';

/** Something that can be put back. */
export interface Kept {
  /** Takes a copy; the function given puts it back, as often as it is called. */
  copy(): () => void;
  /** Forgets what is later than that. */
  goBack(to: LocalTime): void;
}

/** The newest value of each key that anybody has written. */
export interface Book<Value> extends Kept {
  readonly size: number;
  has(key: string): boolean;
  get(key: string): Value | undefined;
  set(key: string, value: Value, at: LocalTime): void;
  keys(): IterableIterator<string>;
  values(): IterableIterator<Value>;
  entries(): IterableIterator<[string, Value]>;
  /** As in `Kept`; tells which keys are gone altogether. */
  goBack(to: LocalTime): string[];
}

/** An empty book. It keeps every step, so that a day between two writes can be had again. */
export function book<Value>(): Book<Value> {
  let steps: { key: string; value: Value; at: LocalTime }[] = [];
  let newest = new Map<string, Value>();
  const putBack = (then: typeof steps) => {
    steps = [...then];
    newest = new Map(steps.map(({ key, value }) => [key, value]));
  };
  return {
    get size() {
      return newest.size;
    },
    has: (key) => newest.has(key),
    get: (key) => newest.get(key),
    set: (key, value, at) => {
      steps.push({ key, value, at });
      newest.set(key, value);
    },
    keys: () => newest.keys(),
    values: () => newest.values(),
    entries: () => newest.entries(),
    copy: () => {
      const then = [...steps];
      return () => putBack(then);
    },
    goBack: (to) => {
      const before = [...newest.keys()];
      putBack(steps.filter(({ at }) => at <= to));
      return before.filter((key) => !newest.has(key));
    },
  };
}

/** References given out one after another. */
export interface Sequence<Reference> {
  next(): Reference;
  copy(): () => void;
  /**
   * These are lost: they are given out again, in their order, before any new one. A made-up world's numbers do not run
   * with its dates; a real sequence would just count on from where it stood, to the same effect.
   */
  lose(references: readonly Reference[]): void;
}

/** A sequence whose `nth` reference, counted from 0, is made on demand. */
export function sequence<Reference>(nth: (count: number) => Reference): Sequence<Reference> {
  let given = 0;
  let lost: readonly Reference[] = [];
  let again = 0;
  return {
    next: () => lost[again++] ?? nth(given++),
    copy: () => {
      const then = { given, lost, again };
      return () => {
        ({ given, lost, again } = then);
      };
    },
    lose: (references) => {
      lost = [...references];
      again = 0;
    },
  };
}

/** How far the made-up past reaches: to the present, until somebody goes back. */
export interface Horizon extends Kept {
  /** Null: the present. */
  at(): LocalTime | null;
}

/** A horizon at the present. */
export function horizon(): Horizon {
  let at: LocalTime | null = null;
  return {
    at: () => at,
    copy: () => {
      const then = at;
      return () => {
        at = then;
      };
    },
    goBack: (to) => {
      at = to;
    },
  };
}

/** Takes a copy of several at once. */
export function copyAll(kept: readonly Pick<Kept, 'copy'>[]): () => void {
  const putBack = kept.map((one) => one.copy());
  return () => {
    for (const each of putBack) each();
  };
}
