// What the API might answer about systems and emergencies, for tests of how the pages word and show it.
import type { EmergencyFacts } from '../../../gateway/pages/emergencies.ts';
import type { Facts } from '../../../gateway/pages/facts.ts';
import type { SystemState } from '../../../subgraphs/continuity/events.ts';
import { sentences, waysOf } from '../../../subgraphs/continuity/sentence.ts';
import { worst } from '../../../subgraphs/continuity/standing.ts';
import { systems } from '../../../subgraphs/index.ts';

/** Tuesday 24 November 2026, 14:05:33 in London. */
export const nowMs = Date.UTC(2026, 10, 24, 14, 5, 33);
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** So long ago. */
export const ago = (ms: number) => new Date(nowMs - ms).toISOString();

/** A system that works since three days, but for what is said of it. */
export function system(name: string, more: Partial<Facts> = {}): Facts {
  const { state = 'OPERATIONAL' } = more;
  return { name, state, since: ago(3 * dayMs), expectedBack: null, notice: null, backends: [{ state }], ...more };
}

/** What an operator has written. */
export const written = (text: string): Facts['notice'] => ({ sentences: [text], written: true });

/** Every backend that there is, as `system.backend`. */
export const allBackends = systems.flatMap(({ name, backends }) =>
  Object.keys(backends).map((one) => `${name}.${one}`),
);

/** What the API answers where backends stand so, each since two hours, in Lintel's own words; those left out work. */
export function standing(states: Readonly<Record<string, SystemState>>): Facts[] {
  const all = systems.map((words) => ({
    words,
    backends: Object.keys(words.backends).map((name) => ({
      name,
      state: states[`${words.name}.${name}`] ?? 'OPERATIONAL',
      sinceMs: nowMs - 2 * hourMs,
      expectedBackMs: null,
      restorePointMs: null,
    })),
  }));
  return all.map(({ words, backends }) => {
    const told = sentences(words, backends, waysOf(all), nowMs);
    const { state } = worst(backends);
    return system(words.name, {
      ...(state !== 'OPERATIONAL' && { state, since: ago(2 * hourMs) }),
      backends,
      notice: told.length ? { sentences: told, written: false } : null,
    });
  });
}

/** A week that has gone wrong: one that works, one that is not believed, one that is gone, one that is cut off. */
export const badWeek: readonly Facts[] = [
  system('tenancies'),
  system('lettings', {
    state: 'HELD',
    since: ago(hourMs),
    notice: written('Lettings is back and is being checked. What you see about offers may be from before.'),
  }),
  system('repairs', {
    state: 'DOWN',
    since: ago(2 * hourMs),
    expectedBack: ago(-26 * hourMs),
    notice: written(
      `Repairs cannot be looked up just now. ${'Emergencies are always taken. '.repeat(14)}<${'x'.repeat(60)}>`,
    ),
  }),
  system('telephony', { state: 'ISOLATED', since: ago(9 * dayMs) }),
];

/** An emergency that was told so many hours ago, but for what is said of it. */
export function emergency(number: number, more: Partial<EmergencyFacts> = {}): EmergencyFacts {
  return {
    receipt: { id: `R${number}`, message: 'We have your emergency repair.' },
    state: 'NOT_RAISED',
    description: `Water comes through the ceiling of number ${number}`,
    accessNotes: null,
    reportedAt: ago(number * hourMs),
    channel: 'PHONE',
    dueAt: ago((number - 24) * hourMs),
    property: {
      propertyReference: `0000${number}`,
      address: `${number} Ferry Road, King's Lynn`,
      postcode: 'PE30 1GF',
      provenance: { source: 'LIVE', asOf: ago(0) },
    },
    reportedBy: null,
    hazard: null,
    taken: null,
    workOrder: null,
    ...more,
  };
}
