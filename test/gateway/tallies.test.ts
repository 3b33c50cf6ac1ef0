// What /metrics tells of writes.
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { measureWrites } from '../../gateway/tallies.ts';
import type { Intake } from '../../subgraphs/continuity/intake.ts';

type Figures = Awaited<ReturnType<Intake['figures']>>;

function measured(figures: () => Promise<Figures>) {
  const registry = new Registry();
  measureWrites({ figures }, [registry]);
  return async () => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  };
}

const figures: Figures = {
  counts: [
    { system: 'repairs', state: 'QUEUED', count: 3 },
    { system: 'repairs', state: 'APPLIED', count: 40 },
  ],
  oldestOpenMs: new Map([['repairs', 90_000]]),
  accepted: 43,
  acceptMs: { p50: 2, p99: 9 },
};

it('tells how receipts stand, how long the oldest waits and how long it takes to accept one, counted once', async () => {
  let counted = 0;
  const told = measured(async () => {
    counted += 1;
    return figures;
  });
  expect(await told()).toEqual({
    lintel_receipts_known: 1,
    'lintel_receipts{system="repairs",state="QUEUED"}': 3,
    'lintel_receipts{system="repairs",state="APPLIED"}': 40,
    'lintel_receipts_oldest_seconds{system="repairs"}': 90,
    'lintel_accept_seconds{quantile="0.5"}': 0.002,
    'lintel_accept_seconds{quantile="0.99"}': 0.009,
  });
  expect(counted).toBe(1);
});

it('tells that it does not know where the store fails, and nothing that it knew before', async () => {
  let fails = false;
  const told = measured(async () => {
    if (fails) throw new Error('gone');
    return figures;
  });
  await told();
  fails = true;
  expect(await told()).toEqual({ lintel_receipts_known: 0 });
});
