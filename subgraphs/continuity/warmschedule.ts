// When a system is walked through, and how much of it. Pure.
import { londonWallClock } from './dirt.ts';
import type { WarmState } from './warmstate.ts';

/** Numbers of the schedule, in ms. */
export const warmNumbers = {
  /** After the start, the first minute is left to whoever has waited for it, and to circuits to find out what is down. */
  firstMs: 60_000,
  /** How often it is looked what is due. */
  lookMs: 60_000,
  /** What has changed is read anew so often: kept answers are a quarter of an hour old at most where feeds tell. */
  changesMs: 15 * 60_000,
  /** Everything is read anew once a day, in the evening: few ask then, and the systems' own batches begin after midnight. */
  wholeMs: 20 * 3_600_000,
  evening: { from: 20, to: 24 },
  /** At any hour where that long has passed: a process that never runs in the evening. */
  overdueMs: 44 * 3_600_000,
  /** One that has failed goes on after this. */
  failedMs: 30 * 60_000,
};

/** What is due of a system whose walks stand so. */
export function whatIsDue(
  { walk, wholeMs, changesMs }: Pick<WarmState, 'walk' | 'wholeMs' | 'changesMs'>,
  nowMs: number,
): 'WHOLE' | 'CHANGES' | null {
  if (walk.state === 'STOPPED') return null;
  if (walk.state === 'RUNNING' || walk.state === 'WAITING') return 'WHOLE';
  if (walk.state === 'FAILED') return nowMs - (walk.endedAtMs ?? 0) >= warmNumbers.failedMs ? 'WHOLE' : null;
  const hour = Number(londonWallClock(nowMs).slice(11, 13));
  const isEvening = hour >= warmNumbers.evening.from && hour < warmNumbers.evening.to;
  const ageMs = nowMs - (wholeMs ?? 0);
  if (ageMs >= warmNumbers.overdueMs || (isEvening && ageMs >= warmNumbers.wholeMs)) return 'WHOLE';
  return nowMs - (changesMs ?? 0) >= warmNumbers.changesMs ? 'CHANGES' : null;
}
