// Watches in normal running whether a backend still has what was applied: one that was never away can be set back to a backup
// too (a snapshot of its machine). Gentle: reads only, a call a second at most. Knows no wire.
import type { AppliedWrite, Looked } from './applied-check.ts';
import type { Clock } from './clock.ts';
import { hasBug } from './deliberate-bugs.ts';
import type { AppliedWrites } from './intake/applied-writes.ts';
import { isLoss } from './look-up.ts';
import { backgroundMs } from './return-check.ts';

/** What the watch needs. */
export interface WatchSurroundings {
  system: string;
  backend: string;
  clock: Clock;
  applied: AppliedWrites;
  /** Whether it is asked now: it is well, nothing stands over it, and it is believed. */
  asked(): boolean;
  /** Looks some up. Throws WireError where the backend does not answer. */
  lookUp(writes: readonly AppliedWrite[]): Promise<Looked[]>;
  /** Some are lost, looked at twice: the backend is to be held. Resolves when that is written down. */
  onLoss(lost: readonly Looked[]): Promise<void>;
  /** Told of what fails that is no wire's doing, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** How often what is due is looked at, in ms: an emergency's first look comes a minute after it was applied. */
const everyMs = 15_000;
/** Writes a look: at most one a second. */
const mostALook = 15;
/**
 * The newest writes are what any backup loses first, however old it is: they are looked at again and again, so often in ms,
 * so many of them: the newest may have been replaced by something that nobody can look up. Of a week: what is older may have been
 * put away.
 */
export const newestEveryMs = 10 * 60_000;
const newestLooked = 5;
/** How long after a miss it is looked at again, in ms: a search index may be behind. */
export const secondLookMs = 60_000;

/** Starts watching. Gives what ends it. */
export function watchApplied(outside: WatchSurroundings): () => void {
  const { system, backend, clock, applied } = outside;
  let cancel = () => {};
  let cancelSecond = () => {};
  let newestAtMs = clock.elapsed();
  let looking = false;
  let closed = false;

  async function takeDue(): Promise<AppliedWrite[]> {
    const due = await applied.due(system, backend, mostALook);
    if (clock.elapsed() - newestAtMs < newestEveryMs) return due;
    newestAtMs = clock.elapsed();
    const newest = await applied.newest(system, backend, newestLooked, backgroundMs);
    // One that waits for its second look has its time.
    const others = newest.filter(
      (each) =>
        each.suspectSinceMs === null &&
        !due.some((one) => one.receipt === each.receipt && one.position === each.position),
    );
    return [...due, ...others];
  }

  async function look(): Promise<void> {
    if (looking || closed || !outside.asked() || hasBug('SKIP_APPLIED_LOOKUP')) return;
    looking = true;
    try {
      const writes = await takeDue();
      if (writes.length === 0) return;
      const looked = await outside.lookUp(writes);
      // What it says meanwhile of another state than it was asked in is not to be concluded from.
      if (!outside.asked() || closed) return;
      const missed = looked.filter(({ trace }) => isLoss(trace));
      const lost = missed.filter(
        // What the other backend may explain is looked at again until that can be asked.
        ({ write, unexplained }) => !unexplained && (isSecond(write) || hasBug('BELIEVE_FIRST_MISS')),
      );
      const once = missed.filter((each) => !lost.includes(each)).map(({ write }) => write);
      await applied.note(looked.filter(({ trace }) => !isLoss(trace)));
      await applied.suspect(once, secondLookMs);
      if (once.length > 0) lookAgain();
      if (lost.length === 0) return;
      await outside.onLoss(lost);
      await applied.note(lost);
    } finally {
      looking = false;
    }
  }

  /** A minute apart, by any process's word; a look that comes a little early is as good. */
  function isSecond({ suspectSinceMs }: AppliedWrite): boolean {
    return suspectSinceMs !== null && clock.now() - suspectSinceMs >= secondLookMs - 1_000;
  }

  function lookAgain(): void {
    cancelSecond();
    cancelSecond = clock.after(secondLookMs, () => void safely());
  }

  function safely(): Promise<void> {
    return look().catch((error) => {
      // That it cannot be asked, the circuit knows; it is looked at in the next round.
      if (!closed && !(error instanceof Error && error.name === 'WireError'))
        outside.onFailure('looking up applied writes', error);
    });
  }

  function lookLater(): void {
    if (closed) return;
    cancel = clock.after(everyMs, () => void safely().finally(lookLater));
  }

  lookLater();
  return () => {
    closed = true;
    cancel();
    cancelSecond();
  };
}
