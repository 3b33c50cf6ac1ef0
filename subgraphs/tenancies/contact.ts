// Changing how somebody can be reached: what must be given, and what whoever tells us is told. Knows no wire.
import type * as schema from '../../schema/generated/tenancies.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { agreed, knownValues } from '../continuity/known.ts';
import type { KeptVerbs } from '../continuity/loaders.ts';
import type { Mutation, Mutations } from '../continuity/mutation.ts';
import { written } from '../continuity/receipt.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { TenanciesVerbs } from './adapter.ts';
import type { PersonRecord } from './records.ts';
import { type ContactDetails, contactLimits } from './steps.ts';
import { comparePeople, notKnown, type PersonTarget, targetOfPerson } from './targets.ts';

type Method = Exclude<schema.ContactMethod, 'UNKNOWN'>;

/** What is to change, checked; null: it stays as it is. */
export interface ContactChange {
  personReference: string;
  telephone: string | null;
  email: string | null;
  preferredContact: Method | null;
  /** What is known of the person. */
  target: PersonTarget | null;
}

const updateContactDetails: Mutation<ContactChange> = {
  check(given, { now }) {
    const form = openForm(given, now());
    // Checked as a number, kept as it was said: with its spaces it can be read out.
    form.telephone('telephone');
    const preferred = form.value<schema.ContactMethod>('preferredContact');
    if (preferred === 'UNKNOWN') form.wrong('preferredContact', 'must be TELEPHONE, EMAIL, LETTER or SMS.');
    const change = {
      personReference: form.reference('personReference', shapes.person),
      telephone: form.note('telephone', contactLimits.telephone),
      email: form.email('email'),
      preferredContact: preferred as Method | null,
      target: form.value<PersonTarget>('target'),
    };
    if (!change.telephone && !change.email && !preferred) {
      form.wrong('telephone', 'is missing: give it, `email` or `preferredContact`, or there is nothing to change.');
    }
    return form.filled<ContactChange>(change);
  },
  entity: ({ personReference }) => `person/${personReference}`,
  terms: ({ personReference, telephone }) => [
    ...termsOf('person', [personReference]),
    ...termsOf('telephone', [telephone]),
  ],
  steps({ personReference, telephone, email, preferredContact, target }) {
    const input: ContactDetails = {
      personReference,
      ...(telephone && { telephone }),
      ...(email && { email }),
      ...(preferredContact && { preferredContact }),
    };
    return [{ kind: 'updateContactDetails', title: 'change the contact details', input, target }];
  },
  whileDown: 'QUEUE',
  sentences: () => ({
    QUEUED:
      'We have noted your new contact details, and will enter them as soon as our tenancy system is back. You do not need to tell us again.',
    SENDING: 'We have noted your new contact details, and are entering them now.',
    APPLIED: 'Your new contact details are on record.',
    REFUSED: 'Your new contact details could not be entered.',
    AMBIGUOUS: 'We have noted your new contact details, and are checking that they have been entered.',
  }),
  says({ telephone, email, preferredContact }) {
    return {
      ...(telephone && { telephone }),
      ...(email && { email }),
      ...(preferredContact && { 'preferred contact': preferredContact.toLowerCase() }),
    };
  },
};

/** What resolvers of changes have: reads, what is kept, the intake. */
export type ContactContext = TenanciesVerbs & KeptVerbs<TenanciesVerbs> & Writes;

/** Changes how somebody can be reached, with what is known of them. */
export async function changeContact(input: schema.UpdateContactDetailsInput, context: ContactContext) {
  const reference = input.personReference.trim();
  const known = await knownValues<PersonRecord | null>(
    () => context.kept.person(reference),
    () => context.person(reference),
  );
  const target = agreed(known.map(targetOfPerson), comparePeople) ?? notKnown;
  return written(context, 'updateContactDetails', input, { target });
}

/** Whether a change is about this person, and not about another one who has had the reference. */
export function isAboutPerson(change: unknown, record: PersonRecord): boolean {
  const target = (change as ContactChange | null)?.target;
  return !target || comparePeople(target, targetOfPerson(record)) === 'SAME';
}

/** What can be written in tenancies. */
export const mutations: Mutations = { updateContactDetails };
