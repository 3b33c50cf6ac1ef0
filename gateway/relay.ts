// Events one after another, each changed on its way. Unlike a generator, it ends at once when it is told to, also while
// it waits for the next one. Knows nothing of what events are.

/** What is done on the way. */
export interface Steps<From, To> {
  /** Before the next event is asked for. */
  before?(): void;
  each(event: From): To | Promise<To>;
  /** What is given where the source fails. Without it, the failure. */
  failed?(error: unknown): To;
  /** Once, however it ends. */
  ended?(): void;
}

/** The events of a source, each changed. */
export function relay<From, To>(source: AsyncIterable<From>, steps: Steps<From, To>): AsyncGenerator<To, void, void> {
  const events = source[Symbol.asyncIterator]();
  const nothing: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let over = false;
  const end = () => {
    if (!over) steps.ended?.();
    over = true;
    return nothing;
  };
  const stop = async () => {
    end();
    await events.return?.();
    return nothing;
  };
  return {
    async next() {
      if (over) return nothing;
      steps.before?.();
      try {
        const given = await events.next();
        if (given.done || over) return end();
        const value = await steps.each(given.value);
        return over ? end() : { done: false, value };
      } catch (error) {
        if (over) return nothing;
        // Whether there is more after that, the source says.
        if (!steps.failed) throw error;
        return { done: false, value: steps.failed(error) };
      }
    },
    return: stop,
    async throw(error) {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
