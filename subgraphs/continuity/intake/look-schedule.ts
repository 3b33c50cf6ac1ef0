// When an applied step is looked up again in normal running. Pure: numbers, each with its reason.
import type { Lane } from '../mutation.ts';

/** An emergency is looked up so long after it was applied, in ms: after 1, 10 and 60 minutes. */
const emergencyLooksMs = [60_000, 600_000, 3_600_000];
/** Anything else after two minutes, when what is recorded at its end is recorded, and after an hour, when a search that was behind has caught up. */
const ordinaryLooksMs = [120_000, 3_600_000];

/** When an applied step is looked up next, ms since 1970; null: no more. */
export function nextLook(lane: Lane, appliedAtMs: number, nowMs: number): number | null {
  const looks = lane === 'EMERGENCY' ? emergencyLooksMs : ordinaryLooksMs;
  return looks.map((afterMs) => appliedAtMs + afterMs).find((atMs) => atMs > nowMs) ?? null;
}
