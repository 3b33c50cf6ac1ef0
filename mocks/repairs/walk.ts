// A look at every made-up job of an estate, once, kept in a few bytes each: for lists of all of them and for what changed.
// Knows the order of references and of times; knows nothing of what callers do (register.ts).
import { wallSeconds, wallTime } from '../world/calendar.ts';
import type { LocalTime, World } from '../world.ts';
import { isOpen, type Job, type jobsMaker } from './jobs.ts';
import { jobAt } from './past.ts';
import { CONTRACTORS } from './trades.ts';

/** What is kept of each made-up job once the whole estate has been walked: 14 bytes, not the job. */
export interface Walked {
  /** References as numbers. */
  readonly references: Int32Array;
  readonly open: Uint8Array;
  readonly contractors: Uint8Array;
  /** Sorted: seconds of `updatedAt` and the place in `references`, in one number each. */
  readonly byTime: Float64Array;
  /** References of jobs that were raised later than the walk looks, in their order. */
  readonly lost: readonly string[];
}

/** Places that fit beside the seconds: 2^21 is 2 million jobs, 2^31 s reach the year 2038, and 2^52 is still exact. */
const PLACES = 2 ** 21;
/** Homes walked before other requests get their turn: some 10 ms. */
const HOMES_A_BREATH = 250;

/** Looks at every job once, as it was made up and stood at that instant (null: now). */
export async function walkEstate(
  homes: World['homes'],
  makeJobs: ReturnType<typeof jobsMaker>,
  at: LocalTime | null,
): Promise<Walked> {
  const references: number[] = [];
  const open: number[] = [];
  const contractors: number[] = [];
  const times: number[] = [];
  const lost: string[] = [];
  for (const [index, home] of homes.entries()) {
    if (index % HOMES_A_BREATH === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const made of makeJobs(home, index)) {
      const job = jobAt(made, at);
      if (job === undefined) {
        lost.push(made.reference);
        continue;
      }
      // A job without any date comes first in the feed, as of 1970.
      times.push(Math.max(0, wallSeconds(job.updatedAt)) * PLACES + references.length);
      references.push(Number(job.reference));
      open.push(isOpen(job) ? 1 : 0);
      contractors.push(CONTRACTORS.indexOf(job.contractor));
    }
  }
  return {
    references: Int32Array.from(references),
    open: Uint8Array.from(open),
    contractors: Uint8Array.from(contractors),
    byTime: Float64Array.from(times).sort(),
    lost: lost.sort(),
  };
}

/** A reference as text, from the number that is kept of it. */
export function textOf(reference: number): string {
  return String(reference).padStart(8, '0');
}

/** The made-up jobs that were updated at `since` or later, oldest first. */
export function* changedFrom(
  { references, byTime }: Walked,
  since: LocalTime,
): Generator<Pick<Job, 'reference' | 'updatedAt'>> {
  for (let at = firstAtOrAfter(byTime, Math.max(0, wallSeconds(since)) * PLACES); at < byTime.length; at += 1) {
    const entry = byTime[at] as number;
    const reference = textOf(references[entry % PLACES] as number);
    yield { reference, updatedAt: wallTime(Math.floor(entry / PLACES)) };
  }
}

/** The first place in a sorted list whose entry is not below `least`. */
function firstAtOrAfter(sorted: Float64Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
