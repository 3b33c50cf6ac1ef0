// What is told of the intake in numbers: how many receipts stand how, how long the oldest waits, how long it takes to accept one.
import type { Clock } from '../clock.ts';
import type { Count } from './finding.ts';

/** Figures of the intake. */
export interface IntakeFigures {
  /** Receipts by system and state, over every process that shares the store. */
  counts: readonly Count[];
  /** How long ago the oldest that is still open was accepted, in ms, by system. */
  oldestOpenMs: ReadonlyMap<string, number>;
  /** Writes that this process has accepted. */
  accepted: number;
  /** How long that took of the last thousand, in ms: what half of them, and all but one in a hundred, took at most. */
  acceptMs: { p50: number; p99: number };
}

/** As many as say something about one in a hundred. */
const remembered = 1_000;

/** Nothing accepted yet. */
export function createFigures(
  finding: { counts(): Promise<Count[]>; oldestOpen(): Promise<Map<string, number>> },
  clock: Clock,
) {
  let accepted = 0;
  const took: number[] = [];
  return {
    accepted(tookMs: number): void {
      took[accepted % remembered] = tookMs;
      accepted += 1;
    },
    /** Throws where the store fails. */
    async now(): Promise<IntakeFigures> {
      const [counts, oldest] = await Promise.all([finding.counts(), finding.oldestOpen()]);
      const sorted = [...took].sort((one, other) => one - other);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      const oldestOpenMs = new Map([...oldest].map(([system, atMs]) => [system, Math.max(0, clock.now() - atMs)]));
      return { counts, oldestOpenMs, accepted, acceptMs: { p50: at(0.5), p99: at(0.99) } };
    },
  };
}
