// What the API might answer about systems, for tests of how the status page words and shows it.
import type { BackendFacts, Facts } from '../../../gateway/pages/facts.ts';

/** Tuesday 24 November 2026, 14:05:33 in London. */
export const nowMs = Date.UTC(2026, 10, 24, 14, 5, 33);
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** So long ago. */
export const ago = (ms: number) => new Date(nowMs - ms).toISOString();

/** A server that works since three days, but for what is said of it. */
export function backend(name: string, more: Partial<BackendFacts> = {}): BackendFacts {
  const usual = {
    state: 'OPERATIONAL',
    since: ago(3 * dayMs),
    why: null,
    restorePoint: null,
    cause: null,
    alarm: null,
  };
  return { name, ...usual, ...more };
}

/** A system likewise. */
export function system(name: string, more: Partial<Facts> = {}): Facts {
  const { state, since } = { ...backend(name), ...more };
  const usual = { expectedBack: null, notice: null, kept: [], backends: [backend(name, { state, since })] };
  return { name, ...usual, ...more, state, since };
}

/** A week that has gone wrong: one that works, one that is not believed, one that is gone, one that is cut off. */
export const badWeek: readonly Facts[] = [
  system('tenancies', { kept: [{ kind: 'tenancy', count: 1204, oldest: ago(20 * dayMs), newest: ago(60_000) }] }),
  system('lettings', {
    state: 'HELD',
    since: ago(hourMs),
    notice: { text: 'Lettings is back and is being checked. What you see about offers may be from before.' },
    kept: [{ kind: 'offer', count: 1, oldest: ago(hourMs), newest: ago(hourMs) }],
    backends: [
      backend('lettings', {
        state: 'HELD',
        since: ago(hourMs),
        alarm: {
          compared: 200,
          missing: 3,
          older: 2,
          reissued: 1,
          changed: 4,
          provenUpTo: ago(4 * dayMs),
          at: ago(hourMs),
        },
      }),
    ],
  }),
  system('repairs', {
    state: 'DOWN',
    since: ago(2 * hourMs),
    expectedBack: ago(-26 * hourMs),
    notice: {
      text: `Repairs cannot be looked up just now. ${'Emergencies are always taken. '.repeat(14)}<${'x'.repeat(60)}>`,
    },
    kept: [
      { kind: 'workOrder', count: 48_211, oldest: ago(80 * dayMs), newest: ago(2 * hourMs) },
      { kind: 'repairsOfProperty', count: 12_500, oldest: ago(2 * hourMs), newest: ago(2 * hourMs) },
    ],
    backends: [
      backend('workOrders', { state: 'DOWN', since: ago(2 * hourMs), cause: 'UNREACHABLE' }),
      backend('scheduler'),
    ],
  }),
  system('telephony', {
    state: 'ISOLATED',
    since: ago(9 * dayMs),
    backends: [
      backend('switchboard', { state: 'ISOLATED', since: ago(9 * dayMs), why: 'Containment' }),
      backend('records', { state: 'READ_ONLY', since: ago(dayMs), restorePoint: ago(12 * dayMs), why: 'From tape.' }),
    ],
  }),
];
