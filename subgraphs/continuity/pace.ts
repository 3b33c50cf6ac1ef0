// How fast a wire may be asked, where its owner sets a limit: at most so many calls in any second, whoever asks.
import type { Clock } from './clock.ts';
import { pause } from './deadline.ts';
import { WireError } from './errors.ts';

/** Turns at a wire. */
export interface Pace {
  /**
   * Resolves when a call may go out; until then the call's own clock stands. Throws WireError BUSY where that would take
   * longer than anybody waits.
   */
  turn(signal: AbortSignal): Promise<void>;
  /** No call goes out for so long: the system itself has asked for that. In ms from now. */
  hold(ms: number): void;
}

/** A second, and a little for clocks and networks that are not quite even. */
const secondMs = 1_050;

/** Longer than this, in ms, nobody waits for a turn: told so at once, a reader still has time to be told in. */
const longestWaitMs = 900;

/**
 * A pace of at most `calls` in any stretch of `windowMs`: calls go at once while the last such stretch has room, then
 * in their order.
 */
export function createPace(calls: number, clock: Clock, windowMs = secondMs): Pace {
  // When the last calls went out, or will; the oldest first.
  let turnsMs: number[] = [];
  let heldUntilMs = 0;

  async function turn(signal: AbortSignal): Promise<void> {
    const nowMs = clock.elapsed();
    turnsMs = turnsMs.slice(-calls);
    const oldestMs = turnsMs.length < calls ? undefined : turnsMs[0];
    const roomMs = oldestMs === undefined ? nowMs : oldestMs + windowMs;
    const turnMs = Math.max(nowMs, roomMs, heldUntilMs);
    const waitMs = turnMs - nowMs;
    if (waitMs > longestWaitMs) throw new WireError('BUSY', 'our own pace is full', { retryAfterMs: waitMs });
    turnsMs.push(turnMs);
    if (waitMs === 0) return;
    const resume = pause(signal);
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = clock.after(waitMs, () => {
        resume();
        signal.removeEventListener('abort', abort);
        resolve();
      });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  return {
    turn,
    hold(ms) {
      heldUntilMs = Math.max(heldUntilMs, clock.elapsed() + ms);
    },
  };
}
