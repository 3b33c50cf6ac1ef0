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

/** Of people: their applications and exchanges; of applications: their offers. As far as they are kept. */
export async function furtherTerms(terms: readonly string[], kept: KeptReader): Promise<string[]> {
  const people = valuesOf('person', terms);
  const applications = valuesOf('application', terms);
  const find = async <Item>(under: readonly string[], kinds: readonly string[]) => {
    const found = await Promise.all(under.flatMap((term) => kinds.map((kind) => kept.findByTerm(kind, term))));
    return found.flat().flatMap(({ value }) => each(value as Some<Item>));
  };
  const [applied, offered, exchanging] = await Promise.all([
    find<ApplicationRecord>(termsOf('person', people), ['application', 'applicationsOfPerson']),
    find<OfferRecord>(termsOf('application', applications), ['offer', 'offersOfApplication']),
    find<ExchangeRecord>(termsOf('person', people), ['mutualExchange', 'exchangesOfPerson']),
  ]);
  const isTheirs = (person: { personReference: string } | null) =>
    person !== null && people.includes(person.personReference);
  const theirs = applied.filter(({ person }) => isTheirs(person));
  const offers = offered.filter(
    ({ application }) => application && applications.includes(application.applicationReference),
  );
  const exchanges = exchanging.filter(({ legs }) => legs.some(({ person }) => isTheirs(person)));
  return [
    ...termsOf(
      'application',
      theirs.map(({ applicationReference }) => applicationReference),
    ),
    // Nothing is kept under these; writes about them are found by them.
    ...termsOf(
      'offer',
      offers.map(({ offerNumber }) => offerNumber),
    ),
    ...termsOf(
      'exchange',
      exchanges.map(({ exchangeReference }) => exchangeReference),
    ),
  ];
}
