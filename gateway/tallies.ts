// What /metrics tells of writes: how many receipts stand how, how long the oldest waits, how long it takes to accept one. Over
// every process that shares the store, but for what is accepted here. Knows no mutation and nobody who writes.
import { Gauge, type Registry } from 'prom-client';
import type { Intake } from '../subgraphs/continuity/intake.ts';

/** Figures of the intake, read when they are asked for. Where the store fails there are none, and `lintel_receipts_known` is 0. */
export function measureWrites(intake: Pick<Intake, 'figures'>, registers: Registry[]): void {
  let asked: ReturnType<Intake['figures']> | null = null;
  /** All that is asked for at once is counted once. */
  function figures() {
    asked ??= intake.figures().finally(() => {
      asked = null;
    });
    return asked;
  }

  type Figures = Awaited<ReturnType<Intake['figures']>>;
  function gauge(name: string, help: string, labelNames: string[], read: (of: Figures, gauge: Gauge) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        this.reset();
        try {
          read(await figures(), this);
        } catch {
          // Told by `lintel_receipts_known`; a count of nothing would be another answer.
          this.reset();
          if (labelNames.length === 0) this.set(0);
        }
      },
    });
  }

  gauge('lintel_receipts_known', 'Whether receipts could be counted.', [], (_figures, it) => it.set(1));
  gauge('lintel_receipts', 'Writes that were accepted, by how they stand.', ['system', 'state'], ({ counts }, it) => {
    for (const { system, state, count } of counts) it.set({ system, state }, count);
  });
  gauge('lintel_receipts_oldest_seconds', 'How long ago the oldest open write was accepted.', ['system'], (all, it) => {
    for (const [system, ms] of all.oldestOpenMs) it.set({ system }, ms / 1000);
  });
  gauge(
    'lintel_accept_seconds',
    'How long it took to accept a write, of the last thousand.',
    ['quantile'],
    (all, it) => {
      it.set({ quantile: '0.5' }, all.acceptMs.p50 / 1000);
      it.set({ quantile: '0.99' }, all.acceptMs.p99 / 1000);
    },
  );
}
