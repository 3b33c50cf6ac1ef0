// What offers, applications and exchanges are known again by after the lettings system has come back from a backup: a restored
// number sequence gives tomorrow's offer yesterday's number. Pure but for the questions that are asked before a write.
import type { Comparison, Target, TargetReading } from '../continuity/mutation.ts';
import type { ApplicationRecord, ExchangeRecord, OfferRecord } from './records.ts';

/** An offer: of which home, to whom. */
export interface OfferTarget extends Target {
  propertyReference: string | null;
  applicationReference: string | null;
  /** The applicant; null: the application was not read. */
  personReference: string | null;
  /** Whether the number is known to have been given to more than one. */
  disputed?: boolean;
}

/** An application: whose. */
export interface ApplicationTarget extends Target {
  personReference: string | null;
  disputed?: boolean;
}

/** An exchange: since when, of whom. */
export interface ExchangeTarget extends Target {
  appliedOn: string | null;
  /** Everybody in it. People may leave a chain, and others come. */
  people: readonly string[];
}

/** An offer as it was read, with its application, where that was. */
export function targetOfOffer(
  { property, application }: OfferRecord,
  applicant: ApplicationRecord | null | undefined,
): OfferTarget {
  return {
    propertyReference: property?.propertyReference ?? null,
    applicationReference: application?.applicationReference ?? null,
    personReference: applicant?.person?.personReference ?? null,
  };
}

export function targetOfApplication({ person }: ApplicationRecord): ApplicationTarget {
  return { personReference: person?.personReference ?? null };
}

export function targetOfExchange({ appliedOn, legs }: ExchangeRecord): ExchangeTarget {
  return { appliedOn, people: legs.flatMap(({ person }) => person?.personReference ?? []) };
}

/** Whether two are of the same offer. An application's number may be another's by now too: who applied decides. */
export function compareOffers(meant: OfferTarget, found: OfferTarget): Comparison {
  if (meant.disputed) return 'UNKNOWN';
  const marks = ['propertyReference', 'applicationReference', 'personReference'] as const;
  if (marks.some((mark) => differ(meant[mark], found[mark]))) return 'OTHER';
  // An offer that was read alone is known by its application's number.
  const known = marks.filter((mark) => mark !== 'personReference' || meant.personReference !== null);
  return known.some((mark) => meant[mark] === null || found[mark] === null) ? 'UNKNOWN' : 'SAME';
}

/** Whether two are of the same application. */
export function compareApplications(meant: ApplicationTarget, found: ApplicationTarget): Comparison {
  if (meant.disputed) return 'UNKNOWN';
  if (differ(meant.personReference, found.personReference)) return 'OTHER';
  return meant.personReference === null || found.personReference === null ? 'UNKNOWN' : 'SAME';
}

/** Whether two are of the same exchange. */
export function compareExchanges(meant: ExchangeTarget, found: ExchangeTarget): Comparison {
  if (differ(meant.appliedOn, found.appliedOn)) return 'OTHER';
  const known = meant.people.length > 0 && found.people.length > 0;
  if (known && !meant.people.some((person) => found.people.includes(person))) return 'OTHER';
  return known ? 'SAME' : 'UNKNOWN';
}

/** Whether both are known, and are not the same. */
function differ(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

/** How steps ask for records by their references. Null: there is none. */
export interface LettingsRecords {
  offer(reference: string, signal: AbortSignal): Promise<OfferRecord | null>;
  application(reference: string, signal: AbortSignal): Promise<ApplicationRecord | null>;
}

/** How accepting an offer sees that it is still the one that was meant. */
export function offerReading(
  backend: string,
  { offer, application }: LettingsRecords,
  nothing: () => Error,
): TargetReading<{ offerNumber: string }> {
  return {
    backend,
    async read({ offerNumber }, _step, signal) {
      const found = await offer(offerNumber.trim(), signal);
      if (!found) throw nothing();
      const reference = found.application?.applicationReference;
      return targetOfOffer(found, reference ? await application(reference, signal) : null);
    },
    compare: (meant, found) => compareOffers(meant as OfferTarget, found as OfferTarget),
    another:
      'The number of this offer belongs to another offer by now, so nothing was accepted. This happens where the lettings system has come back from a backup: look the offer up by the applicant.',
    unknown:
      'It cannot be proved that the number still belongs to the offer that was meant. Look at the offer that has the number now: if it is the one, have this sent again; if not, settle it.',
  };
}

/** How a bid sees that its application is still that of whoever bids. */
export function applicationReading(
  backend: string,
  { application }: LettingsRecords,
  nothing: () => Error,
): TargetReading<{ applicationReference: string }> {
  return {
    backend,
    async read({ applicationReference }, _step, signal) {
      const found = await application(applicationReference.trim(), signal);
      if (!found) throw nothing();
      return targetOfApplication(found);
    },
    compare: (meant, found) => compareApplications(meant as ApplicationTarget, found as ApplicationTarget),
    another:
      'The reference of this application belongs to somebody else by now, so no bid was placed. This happens where the lettings system has come back from a backup.',
    unknown:
      'It cannot be proved whose application this is, so no bid was placed. Look the application up, and bid again.',
  };
}
