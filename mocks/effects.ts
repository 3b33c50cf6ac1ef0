// What callers have had done, in the order in which it took effect: what a test looks at to see, from outside, what was
// done twice and what never. Knows no wire; each mock notes its own where a change has come about, whoever still listens.
import type { World } from './world.ts';

/** One change that a caller had made. A repeat that the system itself recognised changes nothing, and is none. */
export interface Effect {
  /** Its place among all of a landlord's, from 1. */
  readonly number: number;
  /** When, ms since 1970. */
  readonly atMs: number;
  /** Where: `repairs.workOrders`, `tenancies`. */
  readonly target: string;
  /** What was asked for, as faults name it: `raise`, `UpdateContactDetails`. */
  readonly operation: string;
  /** The key of what it is about: a property, a person, a work order, an offer. */
  readonly about: string;
  /** The caller's own reference, where the wire has a place for one. */
  readonly reference: string | null;
  /** What was said: the words and values by which its caller knows it again. */
  readonly says: string;
  /** What it made: a work order's reference, an exchange's. */
  readonly made: string | null;
}

/** The changes of a landlord. They stay, whatever comes back from a backup. */
export interface Effects {
  note(effect: Omit<Effect, 'number' | 'atMs'>): void;
  /** Those after a number, oldest first. */
  after(number: number): readonly Effect[];
}

const kept = new WeakMap<World, Effects>();

/** The changes of a world, which all of its mocks note in. */
export function effectsOf(world: World): Effects {
  const effects = kept.get(world) ?? openEffects();
  kept.set(world, effects);
  return effects;
}

function openEffects(): Effects {
  const all: Effect[] = [];
  return {
    // The machine's own clock: one order for all mocks, comparable with what others saw.
    note: (effect) => void all.push({ number: all.length + 1, atMs: Date.now(), ...effect }),
    after: (number) => all.slice(number),
  };
}
