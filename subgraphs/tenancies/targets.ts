// What a person is known again by after the tenancies system has come back from a backup: a restored number sequence may give
// tomorrow's household yesterday's number. Pure.
import type { Comparison, Target } from '../continuity/mutation.ts';
import { foldedSurname } from '../continuity/terms.ts';
import type { PersonRecord } from './records.ts';

/** A person: how they are called, and since when they live. */
export interface PersonTarget extends Target {
  dateOfBirth: string | null;
  forename: string | null;
  surname: string | null;
  /** Whether the reference is known to have been given to more than one. */
  disputed?: boolean;
}

/**
 * Somebody of whom nothing was known when their details were given, with the system down and nothing kept. A person's reference
 * is theirs for life, and what they have told us is not left lying for want of a name to compare: it goes to whoever has it.
 */
export const notKnown: PersonTarget = { dateOfBirth: null, forename: null, surname: null };

/** A person as they were read. */
export function targetOfPerson({ dateOfBirth, forename, surname }: PersonRecord): PersonTarget {
  return { dateOfBirth: dateOfBirth ?? null, forename: forename ?? null, surname: surname ?? null };
}

/** Whether two are of the same person. One of the two names may have changed, or a date been corrected; not all at once. */
export function comparePeople(meant: PersonTarget, found: PersonTarget): Comparison {
  if (meant.disputed) return 'UNKNOWN';
  if (meant.dateOfBirth === null && meant.forename === null && meant.surname === null) return 'SAME';
  const born = sameText(meant.dateOfBirth, found.dateOfBirth);
  const [forename, surname] = [sameName(meant.forename, found.forename), sameName(meant.surname, found.surname)];
  if (forename && surname) return 'SAME';
  if (born && (forename || surname)) return 'SAME';
  return born === false ? 'OTHER' : 'UNKNOWN';
}

/** Null: one of the two is not known. */
function sameText(one: string | null, other: string | null): boolean | null {
  return one === null || other === null ? null : one === other;
}

function sameName(one: string | null, other: string | null): boolean | null {
  return one === null || other === null ? null : foldedSurname(one) === foldedSurname(other);
}
