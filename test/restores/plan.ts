// What one play of the restore harness is, by its number: the same number, the same play. Knows no Lintel.
import { type Random, stream } from '../../mocks/world/random.ts';
import type { SystemName } from './residents.ts';

export type Engine = 'SQLITE' | 'POSTGRESQL';

/** One play. */
export interface Plan {
  system: SystemName;
  engine: Engine;
  seed: number;
  /** How old the backup is that comes back. */
  back: 'MINUTE' | 'HOUR' | 'DAYS';
  /** Whether everything had been kept warm before. */
  warm: boolean;
  /** Which pages are read meanwhile: all, those that everybody opens, or none. */
  reads: 'ALL' | 'FEW' | 'NONE';
  /** How the system was away: gone for over ten minutes, isolated by an operator, or not at all (a machine set back). */
  downtime: 'NONE' | 'DOWN' | 'ISOLATED';
  /** Whether the numbers that were lost are given out again before anybody has noticed. */
  reissue: boolean;
  /** What is restored: a system, or one of its backends. */
  restored: string;
}

/** How far back a play's backup is, in ms. A call is on record when it is over, so that a minute of records has lost nothing. */
export function backMs({ back, system }: Plan): number {
  if (back === 'MINUTE') return system === 'telephony' ? 15 * 60_000 : 60_000;
  return back === 'HOUR' ? 3_600_000 : 4 * 86_400_000;
}

/** What can be restored of each system; first what mostly is. */
const restorable: Readonly<Record<SystemName, readonly string[]>> = {
  repairs: ['repairs', 'repairs.workOrders', 'repairs', 'repairs.scheduler'],
  tenancies: ['tenancies'],
  lettings: ['lettings'],
  telephony: ['telephony.records'],
};

/** The play of a number: by turns of everything that makes plays different, so that few numbers already have all of it. */
export function planOf(system: SystemName, engine: Engine, seed: number): Plan {
  const turn = <T>(all: readonly T[], number: number) => all[number % all.length] as T;
  return {
    system,
    engine,
    seed,
    back: turn(['MINUTE', 'HOUR', 'DAYS'], seed),
    downtime: turn(['DOWN', 'NONE', 'ISOLATED', 'NONE'], seed),
    reads: turn(['FEW', 'ALL', 'NONE', 'FEW', 'ALL'], seed),
    warm: turn([false, true, true, false, false], seed),
    reissue: turn([true, true, false], Math.floor(seed / 2)),
    restored: turn(restorable[system], Math.floor(seed / 3)),
  };
}

/** What is random in a play for one purpose. */
export function chanceOf({ system, seed }: Plan, purpose: string): Random {
  return stream(seed, `restores ${system} ${purpose}`);
}

function spanOf(ms: number): string {
  const minutes = ms / 60_000;
  return minutes < 60 ? `${minutes} min` : minutes < 1_440 ? `${minutes / 60} h` : `${minutes / 1_440} days`;
}

/** A play in words, and how it is played again. */
export function told(plan: Plan): string {
  const { system, engine, seed, warm, downtime, reissue, reads, restored } = plan;
  const words = [
    `${restored} restored as of ${spanOf(backMs(plan))} before`,
    { NONE: 'while it was up', DOWN: 'while it was down', ISOLATED: 'while it was isolated' }[downtime],
    { ALL: 'all pages read', FEW: 'few pages read', NONE: 'no page read' }[reads],
    warm ? 'kept warm' : 'not kept warm',
    reissue ? 'numbers given out again' : 'no new records',
  ];
  return `${words.join(', ')} [RESTORES_SYSTEM=${system} RESTORES_ENGINE=${engine} RESTORES_SEED=${seed} RESTORES_PLAYS=1]`;
}
