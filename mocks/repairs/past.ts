// How a made-up job stood on an earlier day, as an old backup has it. Knows no more than the job's own dates tell.
import { changeBefore, wallSeconds, wallTime } from '../world/calendar.ts';
import type { LocalTime } from '../world.ts';
import { NO_DATE } from './clock.ts';
import type { Job } from './jobs.ts';
import { STATUS } from './trades.ts';

/** Made-up changes are of the evening, from ten o'clock to midnight. */
const EVENING_SECONDS = 22 * 3_600;
/** A report is looked at within two hours. */
const LOOKED_AT_SECONDS = 2 * 3_600;
const DAY_SECONDS = 86_400;

/**
 * A made-up job as it stood at an instant (null: now); undefined where it had not been raised. Of one changed later only
 * the beginning is known: open, without a visit, looked at within two hours of the report. Not undone: targets, and
 * statuses taken over from an older system, which have no dates of their own.
 */
export function jobAt(job: Job, at: LocalTime | null): Job | undefined {
  if (at === null || job.updatedAt <= at) return job;
  if (job.raisedAt > at) return undefined;
  const updated = wallSeconds(job.updatedAt);
  if (job.raisedAt === NO_DATE || job.statusCode === STATUS.locked) {
    return { ...job, updatedAt: wallTime(changeBefore(updated, wallSeconds(at))) };
  }
  const raised = wallSeconds(job.raisedAt);
  // Spread by the second of its evening, so that no second of the feed has more than a page of jobs.
  const share = Math.max(0, (updated % DAY_SECONDS) - EVENING_SECONDS) / LOOKED_AT_SECONDS;
  const looked = raised + share * Math.min(LOOKED_AT_SECONDS, wallSeconds(at) - raised);
  return { ...job, statusCode: STATUS.open, booking: null, updatedAt: wallTime(looked) };
}
