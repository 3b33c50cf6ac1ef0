// Who is recorded as vulnerable, out of what is kept of households: for whoever rings them while this system is down. Asks no
// wire.
import type { KeptReader } from '../continuity/definition.ts';
import type { InNeed } from '../continuity/neighbours.ts';
import { termsOf } from '../continuity/terms.ts';
import type { HouseholdRecord } from './adapter.ts';
import { alertTypes } from './codes.ts';
import type { PersonRecord } from './records.ts';

/** Each reason that there is, and that of codes which nobody knows. */
const reasons = [...new Set([...Object.values(alertTypes), 'UNKNOWN'])];

/** Far more than the largest landlord has under one reason: nobody may be left out for being one too many. */
const mostOfAReason = 500_000;

/** Everybody who is recorded as vulnerable, each once, as they were read last. */
export async function inNeed(kept: KeptReader): Promise<InNeed[]> {
  const people = new Map<string, InNeed>();
  function meet({ alerts = [], ...person }: PersonRecord, asOfMs: number, alone: boolean | null): void {
    const before = people.get(person.personReference);
    if (!alerts?.length || (before && before.asOfMs > asOfMs)) return;
    const { personReference, name = null, telephoneNumbers, dateOfBirth = null } = person;
    people.set(personReference, {
      ...{ personReference, name, dateOfBirth, asOfMs },
      telephoneNumbers: telephoneNumbers ?? [],
      reasons: alerts.map(({ type }) => type),
      alone: alone ?? before?.alone ?? null,
    });
  }
  for (const term of termsOf('alert', reasons)) {
    for (const { value, readAtMs } of await kept.findByTerm('person', term, mostOfAReason)) {
      if (value) meet(value as PersonRecord, readAtMs, null);
    }
    for (const { value, readAtMs } of await kept.findByTerm('household', term, mostOfAReason)) {
      const members = (value as HouseholdRecord | null)?.members ?? [];
      for (const member of members) meet(member, readAtMs, members.length === 1);
    }
  }
  return [...people.values()];
}
