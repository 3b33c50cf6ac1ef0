// Writes what waits behind everybody's back: batch by batch after a moment, again after a while where the store fails.
// One thing at a time is done to the store, so that nothing forgotten is written a moment later.
import type { Clock } from './clock.ts';
import type { SnapshotNumbers } from './kept.ts';
import type { Waiting, WaitingRoom } from './waiting.ts';
import type { Written } from './writing.ts';

/** A walk through the whole of a kind. */
export interface Walk {
  system: string;
  kind: string;
  generation: number;
  /** When it began. */
  at: number;
}

/** What the writer needs. */
export interface WriterSurroundings {
  waiting: WaitingRoom;
  clock: Clock;
  numbers: SnapshotNumbers;
  write(records: readonly Waiting[]): Promise<Written>;
  writeWalk(walk: Walk): Promise<void>;
  onWritten(written: Written): void;
  onFailure(error: unknown): void;
}

/** Writes in the background. */
export interface Writer {
  /** Something waits. */
  wake(): void;
  /** To be written once everything that waits now is. */
  complete(walk: Walk): void;
  /** Walks of a generation that are not to be written after all. */
  dropWalks(system: string, generation: number, kinds: ReadonlySet<string>): void;
  /** Does something to the store while no batch is under way. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  room(): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** How long the end waits for a store that may hang, in ms; a service manager gives a process ten seconds or more. */
const closeMs = 5_000;

/** Starts writing what waits. */
export function createWriter(outside: WriterSurroundings): Writer {
  const { waiting, clock, numbers } = outside;
  let walks: { walk: Walk; after: number }[] = [];
  const callers: (() => void)[] = [];
  let cancel: (() => void) | null = null;
  let flushing: Promise<void> | null = null;
  let failing = false;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  }

  function letIn(): void {
    if (!closed && waiting.size >= numbers.mostQueued / 2) return;
    for (const caller of callers.splice(0)) caller();
  }

  async function writeBatch(): Promise<void> {
    const records = waiting.first(numbers.batch);
    if (records.length === 0) return;
    const written = await outside.write(records);
    waiting.lose(written.spoilt.map(({ record }) => record));
    // Found among what waits until it is in the store.
    waiting.letGo(records);
    outside.onWritten(written);
    letIn();
  }

  /** Those after all whose records are written. One that lost records on its way proves nothing. */
  async function writeWalks(): Promise<void> {
    const due = walks.filter(({ after }) => after < waiting.oldestArrival());
    for (const each of due) {
      const { walk } = each;
      if (waiting.missedAt(walk.system, walk.kind) < walk.at) await outside.writeWalk(walk);
      walks = walks.filter((other) => other !== each);
    }
  }

  async function flushAll(): Promise<void> {
    cancel?.();
    cancel = null;
    while (waiting.size > 0) await alone(writeBatch);
    if (walks.length > 0) await alone(writeWalks);
  }

  function flush(): Promise<void> {
    flushing ??= flushAll().then(
      () => {
        flushing = null;
        failing = false;
        if (waiting.size > 0 || walks.length > 0) schedule(numbers.flushMs);
      },
      (error: unknown) => {
        flushing = null;
        failing = true;
        outside.onFailure(error);
        schedule(numbers.retryMs);
      },
    );
    return flushing;
  }

  function schedule(afterMs: number): void {
    if (closed || flushing) return;
    cancel ??= clock.after(afterMs, () => {
      cancel = null;
      void flush();
    });
  }

  return {
    wake() {
      // Company enough; unless the store has failed and is left alone for a while.
      if (waiting.size >= numbers.batch && !failing && !closed) void flush();
      else schedule(numbers.flushMs);
    },
    complete(walk) {
      walks.push({ walk, after: waiting.arrivals });
      schedule(numbers.flushMs);
    },
    dropWalks(system, generation, kinds) {
      walks = walks.filter(
        ({ walk }) => walk.system !== system || walk.generation !== generation || !kinds.has(walk.kind),
      );
    },
    alone,
    room: () =>
      new Promise((resolve) => {
        callers.push(resolve);
        letIn();
      }),
    flush,
    async close() {
      let stop = () => {};
      const longEnough = new Promise<void>((resolve) => {
        stop = clock.after(closeMs, resolve);
      });
      await Promise.race([flush(), longEnough]);
      stop();
      closed = true;
      cancel?.();
      // What cannot be written now never will be.
      waiting.lose(waiting.first(waiting.size));
      letIn();
    },
  };
}
