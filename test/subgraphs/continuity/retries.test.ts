import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRetries, retryNumbers } from '../../../subgraphs/continuity/retries.ts';

describe('a budget for retries', () => {
  it('lets 1,000 requests that fail cost 1,100 calls at most, and the floor', () => {
    const retries = createRetries(retryNumbers, () => 0);
    let calls = 0;
    for (let i = 0; i < 1_000; i++) {
      retries.called();
      calls += retries.take() === null ? 1 : 2;
    }
    expect(calls).toBeLessThanOrEqual(1_100 + retryNumbers.floor);
    expect(calls).toBeGreaterThan(1_099);
    expect(retries.figures()).toEqual({ made: calls - 1_000, left: 0 });
  });

  it('has three for a backend of few calls, and saves up no more than that', () => {
    const retries = createRetries(retryNumbers, () => 0);
    for (let i = 0; i < 10_000; i++) retries.called();
    expect([1, 2, 3, 4].map(() => retries.take())).toEqual([0, 0, 0, null]);
  });

  it('spreads retries over the whole back-off', () => {
    const chances = [0, 0.5, 0.999];
    const retries = createRetries(retryNumbers, () => chances.shift() ?? 0);
    expect([1, 2, 3].map(() => retries.take())).toEqual([0, 50, 99.9]);
  });

  it('in any stretch of any sequence makes no more than a tenth of its calls, and the floor', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400, size: 'max' }), fc.nat(400), (wanted, from) => {
        const retries = createRetries(retryNumbers, () => 0);
        const made = wanted.map((wants) => {
          retries.called();
          return wants && retries.take() !== null;
        });
        const stretch = made.slice(from);
        const retried = stretch.filter((each) => each).length;
        expect(retried).toBeLessThanOrEqual(retryNumbers.floor + stretch.length / retryNumbers.callsARetry);
        expect(retries.figures().made).toBe(made.filter((each) => each).length);
        expect(retries.figures().left).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });
});
