// What stands over a backend besides its circuit: an operator's word (isolated, read-only, reconciling), and whether what
// it says has been proven since its last long silence. Pure: who may pass to what, and what that does to generations of
// what is kept. Knows neither store nor wire.

import type { CircuitState } from './circuit.ts';
import type { SystemState } from './events.ts';

/** What an operator has set, and what Lintel has set by itself: HELD. AUTOMATIC follows the circuit. */
export type StandingState = 'AUTOMATIC' | 'ISOLATED' | 'READ_ONLY' | 'HELD' | 'RECONCILING';

/** What was compared with what is kept, or looked up again, in numbers. */
export interface Counts {
  /** Kept, or applied, and no longer there. */
  missing: number;
  /** There as they were before what is kept or was written: by their own time of change, or as they had been seen earlier. */
  older: number;
  /** Another record under the same reference. */
  reissued: number;
  /** Otherwise than what is kept or was written, which people may have done meanwhile. */
  changed: number;
}

/** Applied writes that were looked up again. */
export interface WriteCounts extends Counts {
  lookedUp: number;
  /** Of which nobody can tell: there is no way to look them up, or a later write has taken their place. */
  untold: number;
  /** Emergencies among the missing, older and reissued. */
  emergencies: number;
}

/** One record, or one write, that is not as it was left. Times in ms since 1970. */
export type Finding = {
  verdict: 'MISSING' | 'OLDER' | 'REISSUED' | 'CHANGED';
  /** When it was last known to be there: read, or applied. */
  atMs: number;
} & (
  | { of: 'RECORD'; kind: string; key: string; reference: string }
  | { of: 'WRITE'; kind: string; receipt: string; position: number; emergency: boolean }
);

/**
 * What a check has found: on a backend's return (RETURN), or in normal running (RUNNING). The counts without `writes` are of
 * kept records.
 */
export interface Findings extends Counts {
  seen: 'RETURN' | 'RUNNING';
  /** Kept records that were compared. */
  compared: number;
  writes: WriteCounts;
  /** Which ones, losses first: at most `mostFindings`. */
  items: readonly Finding[];
  /** The items as they are sealed, where the key to them is not at hand: an offline command. */
  sealed?: { items: string; keyId: string };
  /** The latest time of change of any record that was there: the copy is at least as new. Ms since 1970, if any tells. */
  provenMs: number | null;
  /** When the check ended, ms since 1970. */
  atMs: number;
}

/** Findings that are listed, at most: more than anybody goes through by hand; the counts are of all. */
export const mostFindings = 200;

/** No writes looked up. */
export const noWrites: WriteCounts = {
  lookedUp: 0,
  missing: 0,
  older: 0,
  reissued: 0,
  changed: 0,
  untold: 0,
  emergencies: 0,
};

/** Whether findings speak for a backup that was put back. What people may have done meanwhile does not. */
export function speaksForBackup({ missing, older, reissued, writes }: Findings): boolean {
  return missing + older + reissued + writes.missing + writes.older + writes.reissued > 0;
}

/** What stands over one backend. Times in ms since 1970. */
export interface Standing {
  state: StandingState;
  /** Since when, where it is not AUTOMATIC. */
  sinceMs: number;
  /** Who set it, by name; `Lintel` for HELD. Empty where nobody did. */
  who: string;
  why: string;
  expectedBackMs: number | null;
  /** READ_ONLY and RECONCILING: when the copy was taken that it answers out of. */
  restorePointMs: number | null;
  /** What is kept up to this generation has been proven: nothing that is read later overwrites it. */
  frozen: number;
  /** What is read now goes to this generation: `frozen` itself, a newer one until it is proven, or a negative one for a restored copy. */
  generation: number;
  /** The largest number, signs apart, that a generation has had: none is ever given twice. */
  last: number;
  /** What the check on return found, where it found something to decide on. */
  alarm: Findings | null;
}

/** What an operator can ask for. RELEASE: back to following the circuit. */
export type Order =
  | { order: 'ISOLATE' }
  | { order: 'READ_ONLY'; restorePointMs: number }
  | { order: 'RECONCILE' }
  | { order: 'RELEASE' }
  /** Says only when service is expected back, whatever stands. */
  | { order: 'EXPECT' };

/** Who gives an order, and why. */
export interface By {
  who: string;
  why: string;
  expectedBackMs: number | null;
}

/** An order that does not fit what stands. The message is a sentence that says what can be done. */
export class OrderRefused extends Error {}

/** An order that holds, but could not be written down. The message is a sentence that says what that means. */
export class OrderUnwritten extends Error {}

/** A backend that nothing stands over. */
export const unattended: Standing = {
  state: 'AUTOMATIC',
  sinceMs: 0,
  who: '',
  why: '',
  expectedBackMs: null,
  restorePointMs: null,
  frozen: 1,
  generation: 1,
  last: 1,
  alarm: null,
};

/** What circuit and standing come to. One that is held and cannot be asked is DOWN: it is looked at when it is back. */
export function stateOf(circuit: CircuitState, { state }: Standing): SystemState {
  if (state !== 'AUTOMATIC' && !(state === 'HELD' && circuit.kind === 'OPEN')) return state;
  if (circuit.kind === 'CLOSED') return 'OPERATIONAL';
  return circuit.kind === 'OPEN' ? 'DOWN' : 'DEGRADED';
}

/** The worst last. */
const severity: readonly SystemState[] = [
  'OPERATIONAL',
  'RECONCILING',
  'DEGRADED',
  'READ_ONLY',
  'HELD',
  'DOWN',
  'ISOLATED',
];

/** The worst of several; the first of equals. */
export function worst<Each extends { state: SystemState }>(all: readonly Each[]): Each {
  return all.reduce((a, b) => (severity.indexOf(b.state) > severity.indexOf(a.state) ? b : a));
}

/** Whether what the backend says is to be compared with what is kept before it is believed. */
export function unproven({ state, frozen, generation }: Standing): boolean {
  return state !== 'ISOLATED' && generation !== frozen;
}

/** Follows the circuit again; what is read goes to a generation of its own, until it has been checked. */
function returning(standing: Standing, nowMs: number): Standing {
  const last = standing.last + 1;
  return { ...unattended, sinceMs: nowMs, frozen: standing.frozen, generation: last, last };
}

/** The backend may have been restored in its silence: what it says is not believed before it has been checked. */
export function doubted(standing: Standing, nowMs: number): Standing {
  return standing.state === 'AUTOMATIC' ? { ...returning(standing, nowMs), ...expectation(standing) } : standing;
}

/** It answers, and is being checked (`alarm` null) or has been found wanting. */
export function held(standing: Standing, alarm: Findings | null, nowMs: number): Standing {
  const sinceMs = standing.state === 'HELD' ? standing.sinceMs : nowMs;
  const why = alarm
    ? whyHeld[alarm.seen]
    : 'It came back after a long silence, and is being compared with what was kept.';
  return { ...standing, ...expectation(standing), state: 'HELD', sinceMs, who: 'Lintel', why, alarm };
}

/** It has been checked and lacks nothing, or an operator takes it as it is: what was read since its return counts. */
export function proven(standing: Standing, nowMs: number, findings: Findings | null = null): Standing {
  // After a restored copy, what is kept of the copy stays apart, and a new generation begins.
  const generation = standing.generation < 0 ? standing.last + 1 : standing.generation;
  const told = findings && { who: 'Lintel', why: whyProven(findings) };
  const last = Math.max(generation, standing.last);
  return { ...unattended, ...told, sinceMs: nowMs, frozen: generation, generation, last };
}

/** What a check that found nothing missing has looked at, and what of it people have changed meanwhile. */
function whyProven({ compared, changed, writes }: Findings): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const looked = writes.lookedUp - writes.untold;
  const differ = changed + writes.changed;
  if (compared + looked === 0) return 'Checked on its return: nothing was kept or written that it could have lost.';
  return [
    `Checked on its return: ${counted(compared, 'kept answer')} and ${counted(looked, 'applied write')} are there.`,
    ...(differ > 0 ? [`${differ} of them were changed by people meanwhile.`] : []),
    ...(writes.untold > 0 ? [`${counted(writes.untold, 'applied write')} could not be looked up.`] : []),
  ].join(' ');
}

const whyHeld = {
  RETURN:
    'It came back after a long silence, and some of what was kept or written is missing or older: perhaps out of a backup.',
  RUNNING:
    'Some of what was kept or written is missing or older, though it was never away: perhaps it was set back to a backup.',
} as const satisfies Record<Findings['seen'], string>;

function expectation({ expectedBackMs }: Standing): Pick<Standing, 'expectedBackMs'> {
  return { expectedBackMs };
}

/** What may follow what, by order; each sentence says what can be done instead. */
const refusals: Record<Order['order'], Partial<Record<StandingState, string>>> = {
  ISOLATE: {},
  READ_ONLY: {},
  RECONCILE: {
    AUTOMATIC: 'Only a system that is READ_ONLY can be reconciled: set it READ_ONLY with its restore point first.',
    ISOLATED: 'It is ISOLATED. Set it READ_ONLY with its restore point first, then it can be reconciled.',
    HELD: 'It is HELD. Set it READ_ONLY with its restore point first, then it can be reconciled; or release it as it is.',
    RECONCILING: 'It is being reconciled already.',
  },
  RELEASE: {
    AUTOMATIC: 'Nothing is set that could be released: it follows its circuit.',
  },
  EXPECT: {},
};

/**
 * Which backends an order over a whole system is about: those that it fits (where one of two is held, that one is
 * released). Where it fits none: all, so that it is refused with the reason.
 */
export function concerned(order: Order, standings: ReadonlyMap<string, Standing>): string[] {
  const fitting = [...standings].filter(([, { state }]) => !refusals[order.order][state]);
  return (fitting.length ? fitting : [...standings]).map(([backend]) => backend);
}

/**
 * What stands after an order.
 * - ISOLATE from anything: containment never waits. Again: amends why and when it is expected back.
 * - READ_ONLY from anything, with a restore point that is not in the future.
 * - RECONCILE from READ_ONLY alone.
 * - RELEASE: out of ISOLATED or READ_ONLY it is checked before it is believed; out of HELD or RECONCILING it is believed.
 * @throws OrderRefused with a sentence.
 */
export function ordered(standing: Standing, order: Order, by: By, nowMs: number): Standing {
  const refusal = refusals[order.order][standing.state];
  if (refusal) throw new OrderRefused(refusal);
  const set = { who: by.who, why: by.why, expectedBackMs: by.expectedBackMs, alarm: null };
  const since = (state: StandingState) => ({ state, sinceMs: standing.state === state ? standing.sinceMs : nowMs });
  switch (order.order) {
    case 'ISOLATE': {
      // What is under way and still comes in goes beside what is kept, not over it.
      const last = standing.last + 1;
      return { ...standing, ...set, ...since('ISOLATED'), restorePointMs: null, generation: last, last };
    }
    case 'READ_ONLY': {
      if (order.restorePointMs > nowMs)
        throw new OrderRefused('A restore point lies in the past: it is when the copy was taken.');
      const readOnly = { ...standing, ...set, ...since('READ_ONLY'), restorePointMs: order.restorePointMs };
      if (standing.restorePointMs === order.restorePointMs) return readOnly;
      // Another copy has a slot of its own.
      return { ...readOnly, generation: -(standing.last + 1), last: standing.last + 1 };
    }
    case 'RECONCILE':
      return { ...standing, ...set, ...since('RECONCILING') };
    case 'RELEASE':
      return standing.state === 'HELD' || standing.state === 'RECONCILING'
        ? proven(standing, nowMs)
        : returning(standing, nowMs);
    case 'EXPECT':
      return { ...standing, expectedBackMs: by.expectedBackMs };
  }
}
