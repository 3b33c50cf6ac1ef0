// The machine's own clock: what is due already is run at once, and nothing about it appears on an operator's console.
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../subgraphs/continuity/clock.ts';

it('runs what was due a moment ago, without a warning', async () => {
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warnings.mockRestore());
  await new Promise<void>((resolve) => systemClock.after(-0.5, resolve));
  expect(warnings).not.toHaveBeenCalled();
});

it('runs nothing that was called off', async () => {
  let runs = 0;
  systemClock.after(0, () => {
    runs += 1;
  })();
  await new Promise<void>((resolve) => systemClock.after(1, resolve));
  expect(runs).toBe(0);
});
