// Which system has changed, one after another, for one subscriber: first every system, then each that changes. A
// subscriber who is slow misses nothing that still counts: what has changed twice is named once.
import type { Events } from '../continuity/events.ts';

/**
 * What `now` says of each system that changes, when the subscriber takes it. Ends, and stops to listen, when its `return`
 * is called.
 */
export function changes<Event>(
  systems: readonly string[],
  events: Pick<Events, 'listen'>,
  now: (system: string) => Event,
): AsyncGenerator<Event, void, void> {
  const waiting = new Set(systems);
  let wake = () => {};
  let over = false;
  const unlisten = events.listen((system) => {
    // In the order in which they changed last.
    waiting.delete(system);
    waiting.add(system);
    wake();
  });
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    over = true;
    unlisten();
    wake();
    return { done: true, value: undefined };
  };
  return {
    async next() {
      while (!over && !waiting.size) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const [system] = waiting;
      if (over || system === undefined) return { done: true, value: undefined };
      waiting.delete(system);
      return { done: false, value: now(system) };
    },
    return: end,
    async throw(error) {
      await end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
