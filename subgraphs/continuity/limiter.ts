// How many calls may be under way to a backend at once, and who of those that wait goes next: emergencies first, users
// then, background work last. Learns the number from how quickly calls end. Knows neither wires nor timers: time is
// passed in, and it says when it wants to be asked again.
import type { WireFailure } from './errors.ts';
import { type CallClass, createQueue } from './queue.ts';

/** The numbers of a limiter. Where it starts from is the ceiling: slowness brings it down in a few round trips. */
export interface LimiterNumbers {
  /** Never fewer places than this. */
  floor: number;
  /** Never more. */
  ceiling: number;
  /** Share of the places that only emergencies may take; at least one place, but for a limit of one. */
  reservedShare: number;
  /** Share of the places that background work may take; at least one. */
  backgroundShare: number;
  /** A call that took no more than this share of its own time limit was quick. */
  quickShare: number;
  /** One that took more than this share was slow. */
  slowShare: number;
  /** What is left of the limit after a cut. */
  cutTo: number;
  /** Nobody waits longer for a place, in ms. */
  longestWaitMs: number;
  /** No more of one class wait. */
  longestQueue: number;
  /** Where the wire's owner limits how many calls there may be: no more than so many go in any such stretch. */
  pace: { calls: number; windowMs: number } | null;
}

/** The numbers every limiter starts from; a system may change what it has a reason to. */
export const limiterNumbers: LimiterNumbers = {
  // With one for emergencies and one for background work, two users still go side by side.
  floor: 4,
  // As many connections as a wire opens: more would wait in its pool, where nobody sees it.
  ceiling: 16,
  // Four of sixteen: an emergency takes one call, and they come one at a time.
  reservedShare: 0.25,
  backgroundShare: 0.25,
  // Of the usual two seconds: 300 ms, a reader's patience.
  quickShare: 0.15,
  // Of the usual two seconds: one, as long as a reader waits.
  slowShare: 0.5,
  // From ceiling to floor in five round trips; half would be felt by users whenever one answer is slow.
  cutTo: 0.75,
  // Half of the second that a reader waits: the other half is left for the answer. One who waits longer goes out in vain.
  longestWaitMs: 500,
  // What sixteen places serve within that wait, at 30 ms a call: the wait is what limits, this only bounds memory.
  longestQueue: 256,
  pace: null,
};

/** How a call ended, as far as the limit cares. */
export type End = 'QUICK' | 'STRAINED' | 'NEITHER';

/** Leave to have one call under way. `leave` is called once, when it is over. */
export interface Place {
  leave(end: End): void;
}

/** Somebody who wants a place. One of the two is called, once, maybe before `enter` returns. */
export interface Waiter {
  go(place: Place): void;
  refuse(): void;
}

/** What a limiter counts. */
export interface LimiterFigures {
  limit: number;
  /** Places of those that only emergencies may take. */
  reserved: number;
  /** Places of those that background work may take, at most. */
  background: number;
  inFlight: number;
  waiting: number;
  /** Turned away since it was made: the queue was full, or the wait too long. */
  rejected: number;
}

/** A limiter, before one backend. */
export interface Limiter {
  /**
   * Gives a place as soon as there is one, or refuses within `waitMs`, which may be other than the last only where nobody
   * waits, or longer. Gives what takes the waiter out of the queue; called later than `go` or `refuse` it does nothing.
   */
  enter(of: CallClass, waiter: Waiter, waitMs?: number): () => void;
  /** Looks who can go, and who has waited too long. To be called when due, and when there may be room outside. */
  look(): void;
  /** Refuses everybody who waits: nobody will go. They do not count as rejected for want of a place. */
  refuseAll(): void;
  /** A call that began then has been waited for too long, though it has not ended. */
  strained(beganAtMs: number): void;
  figures(): LimiterFigures;
}

/** What a limiter needs from outside. */
export interface LimiterSurroundings {
  now(): number;
  /** How many calls may go for any other reason: the circuit's. */
  room(): number;
  /** Told when to call `look` at the latest, by `now`; null while nobody waits. */
  onDue(atMs: number | null): void;
}

/** A limiter with nobody in it. */
export function createLimiter(numbers: LimiterNumbers, outside: LimiterSurroundings): Limiter {
  let limit = numbers.ceiling;
  /** Quick calls since the limit last moved. */
  let quick = 0;
  let cutAtMs = Number.NEGATIVE_INFINITY;
  let rejected = 0;
  let dueAtMs: number | null = null;
  const inFlight: Record<CallClass, number> = { EMERGENCY: 0, USER: 0, BACKGROUND: 0 };
  const queue = createQueue<Waiter>();
  /** When the last calls went, as many as the pace counts; the oldest first. */
  let wentMs: number[] = [];

  const ordinary = () => inFlight.USER + inFlight.BACKGROUND;
  const all = () => inFlight.EMERGENCY + ordinary();
  const reserved = () => Math.min(limit - 1, Math.max(1, Math.floor(limit * numbers.reservedShare)));

  const backgroundPlaces = () => Math.max(1, Math.floor(limit * numbers.backgroundShare));

  /** When the pace next lets a call go. */
  function pacedMs(): number {
    const { pace } = numbers;
    const oldestMs = pace && wentMs.length >= pace.calls ? wentMs[0] : undefined;
    return pace && oldestMs !== undefined ? oldestMs + pace.windowMs : Number.NEGATIVE_INFINITY;
  }

  function mayGo(of: CallClass): boolean {
    if (all() >= limit || outside.room() <= 0 || pacedMs() > outside.now()) return false;
    if (of === 'EMERGENCY') return true;
    if (ordinary() >= limit - reserved()) return false;
    return of === 'USER' || inFlight.BACKGROUND < backgroundPlaces();
  }

  function placeFor(of: CallClass): Place {
    const beganAtMs = outside.now();
    let left = false;
    inFlight[of] += 1;
    if (numbers.pace) wentMs = [...wentMs, beganAtMs].slice(-numbers.pace.calls);
    return {
      leave(end) {
        if (left) return;
        left = true;
        // Background work that has all of its places is held back by the limit, too: at night nobody else would raise it.
        const inUse = ordinary() >= limit - reserved() || inFlight.BACKGROUND >= backgroundPlaces();
        inFlight[of] -= 1;
        if (end === 'STRAINED') cut(beganAtMs);
        else if (end === 'QUICK' && inUse) grow();
        look();
      },
    };
  }

  /** One more place for as many quick calls as there are places, while they are all in use. */
  function grow(): void {
    quick += 1;
    if (quick < limit) return;
    quick = 0;
    limit = Math.min(limit + 1, numbers.ceiling);
  }

  /** Once a round trip: calls that began before the last cut have nothing to say about what it was cut to. */
  function cut(beganAtMs: number): void {
    if (beganAtMs < cutAtMs) return;
    cutAtMs = outside.now();
    quick = 0;
    limit = Math.max(numbers.floor, Math.floor(limit * numbers.cutTo));
  }

  function look(): void {
    // Whoever was told when to look may be here because of that: it is told anew.
    dueAtMs = Number.NaN;
    for (const waiter of queue.over(outside.now())) reject(waiter);
    // Who may not go holds up only those that are served after them, and those may not go either.
    for (let next = queue.first(); next && mayGo(next.of); next = queue.first()) {
      next.leave();
      next.item.go(placeFor(next.of));
    }
    tellWhenDue();
  }

  function tellWhenDue(): void {
    const untilMs = queue.soonestMs();
    const paced = pacedMs();
    const dueMs = untilMs !== null && paced > outside.now() ? Math.min(untilMs, paced) : untilMs;
    if (dueMs === dueAtMs) return;
    dueAtMs = dueMs;
    outside.onDue(dueMs);
  }

  function reject(waiter: Waiter): void {
    rejected += 1;
    waiter.refuse();
  }

  return {
    enter(of, waiter, waitMs = numbers.longestWaitMs) {
      if (queue.length(of) >= numbers.longestQueue) {
        reject(waiter);
        return () => {};
      }
      const leave = queue.add(of, waiter, outside.now() + waitMs);
      look();
      return () => {
        leave();
        tellWhenDue();
      };
    },
    look,
    refuseAll() {
      for (const waiter of queue.over(Number.POSITIVE_INFINITY)) waiter.refuse();
      tellWhenDue();
    },
    strained: cut,
    figures: () => ({
      limit,
      reserved: reserved(),
      background: backgroundPlaces(),
      inFlight: all(),
      waiting: queue.length(),
      rejected,
    }),
  };
}

/** How a call has ended for the limit: what it came to, and how long it took of its own time limit. */
export function endOf(
  failure: WireFailure | null,
  tookMs: number,
  timeoutMs: number,
  { quickShare, slowShare }: LimiterNumbers,
): End {
  if (failure === 'TIMEOUT' || failure === 'BUSY') return 'STRAINED';
  // What fails says nothing about how many calls are too many: the circuit sees to it.
  if (failure !== null && failure !== 'REFUSAL' && failure !== 'LOCKED') return 'NEITHER';
  if (tookMs > timeoutMs * slowShare) return 'STRAINED';
  return tookMs <= timeoutMs * quickShare ? 'QUICK' : 'NEITHER';
}
