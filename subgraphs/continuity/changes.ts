// What has changed, one after another, for one subscriber: first everything, then each that changes. A subscriber who is
// slow misses nothing that still counts: what has changed twice is named once.
import type { Events } from './events.ts';

/**
 * What `now` says of each name that changes, when the subscriber takes it. Ends, and stops to listen, when its `return`
 * is called.
 */
export function changes<Event>(
  names: readonly string[],
  events: Pick<Events, 'listen'>,
  now: (name: string) => Event,
): AsyncGenerator<Event, void, void> {
  const waiting = new Set(names);
  let wake = () => {};
  let over = false;
  const unlisten = events.listen((name) => {
    // In the order in which they changed last.
    waiting.delete(name);
    waiting.add(name);
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
      const [name] = waiting;
      if (over || name === undefined) return { done: true, value: undefined };
      waiting.delete(name);
      return { done: false, value: now(name) };
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
