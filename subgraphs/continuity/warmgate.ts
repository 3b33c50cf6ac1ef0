// How gently a backend is walked: few calls at once, so many a second, fewer as soon as it strains, none while it is not
// well. Knows what a backend says of itself and how long calls take; knows neither wires nor keys.

import type { BackendStatus } from './backends.ts';
import type { Clock } from './clock.ts';
import { WireError } from './errors.ts';
import type { Gentleness } from './warmplan.ts';

/** A backend as a walk sees it. */
export interface Gate {
  /**
   * Makes a call when it may: in the order of those that wait, or before them. Rejects as the call does, or with the
   * signal's reason.
   */
  pass<T>(kind: string, work: () => Promise<T>, signal: AbortSignal, place?: 'AHEAD'): Promise<T>;
  /** Waits until it is well, so long and no longer; gives whether it is. */
  well(withinMs: number, signal: AbortSignal): Promise<boolean>;
  /** Why no call may go out just now, in a sentence; null: they go. */
  readonly reason: string | null;
}

/** Numbers of a gate, in ms. */
export const gateNumbers = {
  /** The wait after a first sign of strain: as long as a burst of users takes to be over. */
  firstWaitMs: 5_000,
  /** And after many: an overnight batch or a restore takes an hour, and the walk has time. */
  longestWaitMs: 120_000,
  /** One that cannot be asked is looked at so often: asking our own state costs nothing. */
  lookMs: 1_000,
  /** Where others wait for a place, it is looked again after this: a call or two of theirs. */
  crowdedMs: 100,
  /** Answers that take twice as long as at best, and this much longer, are strain: by less our own process may be late. */
  noticeableMs: 200,
  /** Of so many calls the middle one counts: a few slow answers are chance. */
  sample: 11,
  /** So many calls in a row without strain, and earlier strain is forgotten. */
  calm: 50,
};

/** What a gate needs from outside. */
export interface GateSurroundings {
  clock: Clock;
  gentleness: Gentleness;
  status(): BackendStatus;
}

/** A gate to one backend. Begins with one call at a time. */
export function createGate({ clock, gentleness, status }: GateSurroundings): Gate {
  const gapMs = 1_000 / gentleness.callsASecond;
  let width = 1;
  let inFlight = 0;
  let quiet = 0;
  let waitMs = gateNumbers.firstWaitMs;
  let shutUntilMs = 0;
  let nextMs = 0;
  let reason: string | null = null;
  let limitSeen = 0;
  const wakes = new Set<() => void>();
  let queue: Promise<unknown> = Promise.resolve();
  const took = new Map<string, { lastMs: number[]; bestMs: number }>();

  function strain(why: string, atLeastMs = 0): void {
    width = 1;
    quiet = 0;
    const now = clock.now();
    // What was under way when it began to strain tells of the same strain.
    if (now < shutUntilMs) return;
    const pauseMs = Math.max(waitMs, atLeastMs);
    shutUntilMs = now + pauseMs;
    waitMs = Math.min(waitMs * 2, gateNumbers.longestWaitMs);
    reason = `${why} The walk goes on in ${Math.ceil(pauseMs / 1_000)} seconds.`;
  }

  /** Why it must not be asked at all; notices a limit that shrinks on the way. */
  function trouble(): string | null {
    const { state, figures } = status();
    if (state !== 'OPERATIONAL') return unwell[state];
    if (figures.limit < limitSeen) strain('It is let have fewer calls at once, since its answers are slow.');
    limitSeen = figures.limit;
    return null;
  }

  /** Whether one call more would only wait: it has all the places that it may have, or somebody waits for one already. */
  function isCrowded(): boolean {
    const { waiting, background } = status().figures;
    return waiting > 0 || inFlight >= background;
  }

  function calm(kind: string, ms: number): void {
    const known = took.get(kind) ?? { lastMs: [], bestMs: Number.POSITIVE_INFINITY };
    took.set(kind, known);
    known.lastMs.push(ms);
    if (known.lastMs.length >= gateNumbers.sample) {
      const middleMs = known.lastMs.toSorted((a, b) => a - b)[gateNumbers.sample >> 1] as number;
      known.lastMs = [];
      known.bestMs = Math.min(known.bestMs, middleMs);
      if (middleMs > 2 * known.bestMs + gateNumbers.noticeableMs) {
        // One that has become slower for good is walked all the same, after some waiting.
        known.bestMs *= 1.5;
        strain('Its answers take twice as long as at best.');
        return;
      }
    }
    quiet += 1;
    if (quiet % (2 * width) === 0) width = Math.min(width + 1, gentleness.atOnce);
    if (quiet >= gateNumbers.calm) waitMs = gateNumbers.firstWaitMs;
  }

  function failed(error: unknown): void {
    const { failure, retryAfterMs = 0 } = error instanceof WireError ? error : { failure: 'GARBLED' };
    if (failure === 'REFUSAL') return;
    if (failure !== 'BUSY') strain('A call has failed.', retryAfterMs);
    else {
      // Users have all the places, or the system asks for fewer calls: it is well, and gets its peace.
      width = 1;
      shutUntilMs = Math.max(shutUntilMs, clock.now() + Math.max(gateNumbers.lookMs, retryAfterMs));
    }
  }

  async function turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const why = trouble();
      const now = clock.now();
      if (why) {
        reason = why;
        // Back from it, it begins with one call at a time.
        width = 1;
        await rest(clock, gateNumbers.lookMs, signal);
      } else if (now < shutUntilMs) await rest(clock, shutUntilMs - now, signal);
      else if (inFlight >= width || (inFlight > 0 && isCrowded())) {
        await new Promise<void>((resolve) => wakes.add(resolve));
      } else if (isCrowded()) await rest(clock, gateNumbers.crowdedMs, signal);
      else if (now < nextMs) await rest(clock, nextMs - now, signal);
      else {
        nextMs = Math.max(now, nextMs - gapMs) + gapMs;
        reason = null;
        inFlight += 1;
        return;
      }
    }
  }

  return {
    get reason() {
      return reason;
    },
    async pass(kind, work, signal, place) {
      if (place === 'AHEAD') await turn(signal);
      else {
        // One looks for a turn at a time, in order.
        const mine = queue.then(() => turn(signal));
        queue = mine.catch(() => {});
        await mine;
      }
      const beganMs = clock.now();
      try {
        const result = await work();
        calm(kind, clock.now() - beganMs);
        return result;
      } catch (error) {
        if (!signal.aborted) failed(error);
        throw error;
      } finally {
        inFlight -= 1;
        for (const wake of wakes) wake();
        wakes.clear();
      }
    },
    async well(withinMs, signal) {
      const untilMs = clock.now() + withinMs;
      for (;;) {
        const why = trouble();
        if (!why) return true;
        if (clock.now() >= untilMs) return false;
        reason = why;
        await rest(clock, Math.min(gateNumbers.lookMs, untilMs - clock.now()), signal);
      }
    },
  };
}

/** Why a backend is left alone, by its state. */
const unwell: Record<Exclude<BackendStatus['state'], 'OPERATIONAL'>, string> = {
  DEGRADED: 'It is not well. The walk goes on once it is.',
  DOWN: 'It cannot be asked. The walk goes on once it can.',
  ISOLATED: 'It is cut off on purpose, and nothing is sent. The walk goes on once that is over.',
  READ_ONLY: 'It answers out of a restored copy. The walk goes on once that is over.',
  HELD: 'It is back after a long silence and not yet trusted. The walk goes on once it is.',
  RECONCILING: 'What it lost is being brought back. The walk goes on once that is over.',
};

/** Waits. Rejects with the signal's reason. */
export function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
