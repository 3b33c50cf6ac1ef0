// Events to one client, at the pace at which it takes them, until one of the two has had enough. Knows the
// response and time; knows nothing of what the events are.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../subgraphs/continuity/clock.ts';

/** A client that takes events, or has said that it will. */
export interface Stream {
  /** Ends with it: when the client hangs up, has taken nothing for too long, or is sent away. */
  signal: AbortSignal;
  /** Whether its client has come. */
  readonly opened: boolean;
  /** Resolves when the client has taken what it was given: at once where it keeps up, and where it is gone. */
  taken(): Promise<void>;
  /** Writes events to it as they come; resolves when either is at its end. */
  pour(response: ServerResponse, events: AsyncGenerator<string>): Promise<void>;
  /** Sends the client away: it is told when to come back. */
  close(): void;
}

/** What a stream needs from outside. */
export interface StreamSurroundings {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
}

/**
 * A client that has taken nothing for so long, in ms, is gone or as good as gone: its place is for another. Two
 * heartbeats and more, so that none is cut off for a lost one.
 */
export const stallMs = 30_000;

/** Clients that are sent away come back after this, in ms, and as much again by chance: not all in the same moment. */
const comeBackMs = 1_000;

const eventsFarewell = (waitMs: number) => `retry: ${waitMs}\n: Lintel stops here. Come back.\n\n`;

/**
 * A stream whose client has not come yet.
 * @param farewell what it is told when it is sent away, and after how many ms to come back.
 */
export function createStream(
  { clock, random }: StreamSurroundings,
  farewell: (waitMs: number) => string = eventsFarewell,
): Stream {
  const gone = new AbortController();
  const { signal } = gone;
  const opened = new AbortController();
  let response: ServerResponse | null = null;
  let draining: Promise<void> | null = null;

  /** What is waited for, or the client's end: then there is nothing left to wait for. */
  const orGone = (waited: Promise<unknown>) =>
    waited.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });

  async function drained(slow: ServerResponse): Promise<void> {
    const cancel = clock.after(stallMs, () => slow.destroy());
    await orGone(once(slow, 'drain', { signal }));
    cancel();
  }

  async function taken(): Promise<void> {
    if (!response && !signal.aborted) await orGone(once(opened.signal, 'abort', { signal }));
    if (signal.aborted || !response?.writableNeedDrain) return;
    // All that wait for this client wait for the same moment.
    draining ??= drained(response).finally(() => {
      draining = null;
    });
    await draining;
  }

  return {
    signal,
    get opened() {
      return response !== null;
    },
    taken,
    async pour(to, events) {
      response = to;
      const end = () => {
        gone.abort();
        events.return(undefined);
      };
      to.once('close', end);
      opened.abort();
      if (to.destroyed || signal.aborted) end();
      for await (const text of events) {
        if (signal.aborted || to.writableEnded) break;
        to.write(text);
        await taken();
      }
      to.end();
    },
    close() {
      const waitMs = Math.round(comeBackMs * (1 + random()));
      if (response && !response.writableEnded) response.end(farewell(waitMs));
      gone.abort();
    },
  };
}
