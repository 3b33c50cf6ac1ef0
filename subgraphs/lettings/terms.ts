// Under which terms the lettings system's records are found among what is kept, and which of them are a person's. An
// offer names nobody: it is a person's through its application. Asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import { termsOf, valuesOf } from '../continuity/terms.ts';
import type { ApplicationRecord, ExchangeRecord, OfferRecord } from './records.ts';

/** One record, several, or none. */
type Some<Item> = Item | readonly Item[] | null;

function each<Item>(some: Some<Item>): readonly Item[] {
  return some === null ? [] : ([some].flat() as Item[]);
}

export function termsOfApplications(some: Some<ApplicationRecord>): string[] {
  const items = each(some);
  return [
    ...termsOf(
      'application',
      items.map(({ applicationReference }) => applicationReference),
    ),
    ...termsOf(
      'person',
      items.map(({ person }) => person?.personReference),
    ),
  ];
}

export function termsOfOffers(some: Some<OfferRecord>): string[] {
  return termsOf(
    'application',
    each(some).map(({ application }) => application?.applicationReference),
  );
}

/** Everybody in a chain is in all of its records. */
export function termsOfExchanges(some: Some<ExchangeRecord>): string[] {
  return termsOf(
    'person',
    each(some).flatMap(({ legs }) => legs.map(({ person }) => person?.personReference)),
  );
}

/** Of people: their applications, as far as they are kept. */
export async function furtherTerms(terms: readonly string[], kept: KeptReader): Promise<string[]> {
  const people = valuesOf('person', terms);
  const found = await Promise.all(
    termsOf('person', people).flatMap((term) =>
      ['application', 'applicationsOfPerson'].map((kind) => kept.findByTerm(kind, term)),
    ),
  );
  const items = found.flat().flatMap(({ value }) => each(value as Some<ApplicationRecord>));
  const theirs = items.filter(({ person }) => person && people.includes(person.personReference));
  return termsOf(
    'application',
    theirs.map(({ applicationReference }) => applicationReference),
  );
}
