// Under which terms the tenancies system's records are found among what is kept, and which of them are a person's. Knows
// records; asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import { type TermName, termsOf, valuesOf } from '../continuity/terms.ts';
import type { HouseholdRecord } from './adapter.ts';
import type { PeopleFound } from './people.ts';
import { householdOf, type PersonRecord, type PropertyRecord, type TenancyRecord } from './records.ts';

/** A home, by its postcode. */
export function termsOfProperty(property: PropertyRecord | null): string[] {
  return termsOf('postcode', [property?.postcode]);
}

/** People, by whatever they are looked for. */
export function termsOfPeople(people: readonly PersonRecord[]): string[] {
  return [
    ...all('person', people, ({ personReference }) => personReference),
    ...all('household', people, ({ personReference }) => householdOf(personReference)),
    ...all('surname', people, ({ surname }) => surname),
    ...termsOf(
      'alert',
      people.flatMap(({ alerts }) => alerts.map(({ type }) => type)),
    ),
    ...termsOf(
      'telephone',
      people.flatMap(({ telephoneNumbers }) => telephoneNumbers),
    ),
  ];
}

/** Tenancies, by themselves, by their home and by who lives there. */
export function termsOfTenancies(tenancies: readonly TenancyRecord[]): string[] {
  return [
    ...all('tenancy', tenancies, ({ tenancyReference }) => tenancyReference),
    ...all('property', tenancies, ({ property }) => property?.propertyReference),
    ...all('household', tenancies, ({ householdReference }) => householdReference),
  ];
}

function all<Item>(name: TermName, items: readonly Item[], of: (item: Item) => string | null | undefined): string[] {
  return termsOf(name, items.map(of));
}

/** Of people: their telephone numbers, and their households' tenancies, as far as they are kept. */
export async function furtherTerms(terms: readonly string[], kept: KeptReader): Promise<string[]> {
  return (await Promise.all(valuesOf('person', terms).map((person) => termsOfPerson(person, kept)))).flat();
}

async function termsOfPerson(person: string, kept: KeptReader): Promise<string[]> {
  const household = householdOf(person);
  const find = async (name: TermName, value: string | null, kinds: readonly string[]) => {
    const found = await Promise.all(
      termsOf(name, [value]).flatMap((term) => kinds.map((kind) => kept.findByTerm(kind, term))),
    );
    return found.flat().flatMap(({ value: each }) => each);
  };
  const [people, tenancies] = await Promise.all([
    find('person', person, ['person', 'household', 'people']),
    find('household', household, ['tenancy', 'tenanciesOfProperty', 'tenanciesOfPerson']),
  ]);
  const members = (people as (PersonRecord | HouseholdRecord | PeopleFound | null)[]).flatMap((each) => {
    if (each === null) return [];
    return 'members' in each ? each.members : 'items' in each ? each.items : each;
  });
  const themselves = members.filter(({ personReference }) => personReference === person);
  const theirs = (tenancies as (TenancyRecord | null)[]).filter((each) => each?.householdReference === household);
  return [
    ...termsOf(
      'telephone',
      themselves.flatMap(({ telephoneNumbers }) => telephoneNumbers),
    ),
    ...all('tenancy', theirs, (tenancy) => tenancy?.tenancyReference),
  ];
}
