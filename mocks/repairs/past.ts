// How a made-up job stood on an earlier day, as an old backup has it. Knows no more than the job's own dates tell.
import type { LocalTime } from '../world.ts';
import { NO_DATE } from './clock.ts';
import type { Job } from './jobs.ts';
import { STATUS } from './trades.ts';

/**
 * A made-up job as it stood at an instant (null: now); undefined where it had not been raised. Of one changed later only
 * the beginning is known: open, and without a visit. Not undone: what never had a date, and targets.
 */
export function jobAt(job: Job, at: LocalTime | null): Job | undefined {
  if (at === null || job.updatedAt <= at) return job;
  if (job.raisedAt > at) return undefined;
  if (job.raisedAt === NO_DATE || job.statusCode === STATUS.locked) return { ...job, updatedAt: at };
  return { ...job, statusCode: STATUS.open, booking: null, updatedAt: job.raisedAt };
}
