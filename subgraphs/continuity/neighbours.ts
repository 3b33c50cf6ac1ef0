// What a system may know of the others without knowing them: whether they can be asked, and who is known to be in need. Put
// together where all systems are.
import type { KeptReader } from './definition.ts';
import type { SystemState } from './events.ts';

/** Somebody who may need help to get through an outage, as they are kept. */
export interface InNeed {
  personReference: string;
  name: string | null;
  /** E.164. */
  telephoneNumbers: readonly string[];
  /** Why, in the words of the schema's PersonAlertType. */
  reasons: readonly string[];
  /** ISO day; null where none is recorded. */
  dateOfBirth: string | null;
  /** Whether nobody else is in their household; null where that is not known. */
  alone: boolean | null;
  /** When this was read, ms since 1970. */
  asOfMs: number;
}

/** The other systems, as far as one needs to know of them. */
export interface Neighbours {
  /** How a system stands; undefined: there is none of that name here. */
  stateOf(system: string): SystemState | undefined;
  /** Everybody whom any system knows to be in need, out of what is kept. Asks no wire. Rejects where the store fails. */
  inNeed(): Promise<readonly InNeed[]>;
}

/** Whom a system knows to be in need, out of what is kept of it. */
export type KnowsInNeed = (kept: KeptReader) => Promise<readonly InNeed[]>;
