// Whether a call that found no connection may be made once more, and after how long: few are, so that a backend that
// refuses is not asked twice as often for it. Knows neither circuits nor timers: chance is passed in.

/** The numbers of a budget for retries. */
export interface RetryNumbers {
  /** One retry for so many calls: ten, so that 1,000 requests that fail cost 1,100 calls at most. */
  callsARetry: number;
  /** Retries that a backend of few calls has all the same; and the most that are ever saved up. */
  floor: number;
  /** The longest back-off, in ms. */
  backOffMs: number;
}

/** The numbers of every budget. */
export const retryNumbers: RetryNumbers = {
  callsARetry: 10,
  // As many failures as open a circuit. Saved up without end, a day's calm would pay for an hour of knocking twice.
  floor: 3,
  // A listener that restarts, a proxy that reloads, take tens of ms; and a reader's patience of 300 ms has room for it.
  backOffMs: 100,
};

/** A budget, for one backend. */
export interface Retries {
  /** A call goes out for the first time. */
  called(): void;
  /** Takes one retry out of the budget: the back-off in ms, anywhere up to the longest; null where there is none left. */
  take(): number | null;
  figures(): { made: number; left: number };
}

/**
 * A full budget.
 * @param random in [0, 1): spreads retries over the whole back-off, so that callers who failed together do not come back
 * together.
 */
export function createRetries(numbers: RetryNumbers, random: () => number): Retries {
  const { callsARetry, floor, backOffMs } = numbers;
  /** In calls, so that it stays a whole number. */
  let saved = floor * callsARetry;
  let made = 0;
  return {
    called() {
      saved = Math.min(saved + 1, floor * callsARetry);
    },
    take() {
      if (saved < callsARetry) return null;
      saved -= callsARetry;
      made += 1;
      return backOffMs * random();
    },
    figures: () => ({ made, left: Math.floor(saved / callsARetry) }),
  };
}
