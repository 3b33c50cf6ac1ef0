// Who waits, by class and in the order in which they came, and until when. Pure. Knows nothing of what they wait for.

/**
 * For whom a call is made. An emergency may take any place. A user leaves the reserve free. Background work (keeping
 * warm, replay) takes a minority of the places, and none while a user waits.
 */
export type CallClass = 'EMERGENCY' | 'USER' | 'BACKGROUND';

/** From first served to last. */
const classes: readonly CallClass[] = ['EMERGENCY', 'USER', 'BACKGROUND'];

/** Whether calls of `of` are served before those of `other`. */
export function goesBefore(of: CallClass, other: CallClass): boolean {
  return classes.indexOf(of) < classes.indexOf(other);
}

/** Somebody who waits. */
export interface Queued<Item> {
  of: CallClass;
  item: Item;
  /** Until when, in ms since 1970. */
  untilMs: number;
  /** Takes them out; where they are no longer in, nothing. */
  leave(): void;
}

/** Those who wait. */
export interface Queue<Item> {
  /** Puts somebody at the end of their class, who gives up no sooner than those before them. Gives what takes them out again. */
  add(of: CallClass, item: Item, untilMs: number): () => void;
  /** Who is served next, of those who are here. */
  first(): Queued<Item> | undefined;
  /** Takes out and gives those who wait until then at the latest, in the order in which they are served. */
  over(nowMs: number): Item[];
  /** Until when the first of them to give up waits; null: nobody waits. */
  soonestMs(): number | null;
  /** How many there are of a class, or in all. */
  length(of?: CallClass): number;
}

/** Nobody waits. */
export function createQueue<Item>(): Queue<Item> {
  const lines: Record<CallClass, Set<Queued<Item>>> = {
    EMERGENCY: new Set(),
    USER: new Set(),
    BACKGROUND: new Set(),
  };
  const headOf = (of: CallClass) => lines[of].values().next().value;
  return {
    add(of, item, untilMs) {
      const leave = () => {
        lines[of].delete(queued);
      };
      const queued: Queued<Item> = { of, item, untilMs, leave };
      lines[of].add(queued);
      return leave;
    },
    first() {
      const of = classes.find((each) => lines[each].size > 0);
      return of && headOf(of);
    },
    over(nowMs) {
      const over: Item[] = [];
      for (const of of classes) {
        for (const { item, untilMs, leave } of lines[of]) {
          if (untilMs > nowMs) break;
          leave();
          over.push(item);
        }
      }
      return over;
    },
    soonestMs() {
      const soonestMs = Math.min(...classes.map((of) => headOf(of)?.untilMs ?? Number.POSITIVE_INFINITY));
      return soonestMs === Number.POSITIVE_INFINITY ? null : soonestMs;
    },
    length: (of) => (of ? [of] : classes).reduce((sum, each) => sum + lines[each].size, 0),
  };
}
