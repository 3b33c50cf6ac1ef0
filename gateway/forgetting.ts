// Forgets a person in what is kept: their own records, those that name them, and the calls of their telephone numbers.
// Knows how records say who somebody is; the legacy systems themselves are not asked and not changed.
import type { Intake } from '../subgraphs/continuity/intake.ts';
import type { OwnRecords } from '../subgraphs/continuity/own.ts';
import type { Snapshots } from '../subgraphs/continuity/snapshots.ts';

/** What was forgotten. */
export interface Forgotten {
  /** Kept of the legacy systems, and Lintel's own. */
  records: number;
  /** Telephone numbers that were known to be theirs. */
  telephoneNumbers: number;
  /** Writes of theirs, or about them, that are finished: how they stand is kept, what they say is not. */
  writes: number;
  /** Writes that still have to be done, and so are kept. */
  openWrites: number;
}

/** Forgets a person by reference. Throws where the store fails. */
export async function forgetPerson(
  snapshots: Pick<Snapshots, 'everywhere' | 'forget'>,
  intake: Pick<Intake, 'forget'>,
  own: Pick<OwnRecords, 'forget'>,
  reference: string,
): Promise<Forgotten> {
  const person = `person\n${reference}`;
  const numbers = new Set((await snapshots.everywhere(person)).flatMap(({ value }) => numbersIn(value, reference)));
  const terms = [person, ...[...numbers].map((number) => `telephone\n${number}`)];
  const writes = await intake.forget(terms);
  const ours = await own.forget(terms);
  // Last, since by it the numbers are known: what has failed half-way can be done again.
  const records = await snapshots.forget(terms);
  return { records: records + ours, telephoneNumbers: numbers.size, writes: writes.forgotten, openWrites: writes.kept };
}

/** The person's telephone numbers, wherever a record has the person in it. */
function numbersIn(value: unknown, reference: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = Object.values(value).flatMap((part) => numbersIn(part, reference));
  const { personReference, telephoneNumbers } = value as { personReference?: unknown; telephoneNumbers?: unknown };
  if (personReference !== reference || !Array.isArray(telephoneNumbers)) return parts;
  return [...telephoneNumbers.filter((number) => typeof number === 'string'), ...parts];
}
