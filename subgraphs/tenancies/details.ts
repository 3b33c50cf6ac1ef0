// How somebody's contact details are changed in the tenancies system, and how that is known to have been done. Knows the
// operations; knows no envelope.

import { WireError } from '../continuity/errors.ts';
import type { LookUp, Trace } from '../continuity/look-up.ts';
import type { Step } from '../continuity/mutation.ts';
import { element } from '../continuity/xml.ts';
import { contactMethods } from './codes.ts';
import type { Ask } from './envelope.ts';
import { entries, householdOf, members, type PersonRecord } from './records.ts';
import type { ContactDetails, TenanciesSteps } from './steps.ts';

const codes = Object.fromEntries(Object.entries(contactMethods).map(([code, method]) => [method, code]));

/** The changes that the tenancies system can be asked for. */
export function tenanciesSteps(backend: string, ask: Ask): TenanciesSteps {
  async function findPerson(personReference: string, signal: AbortSignal): Promise<PersonRecord | undefined> {
    const household = householdOf(personReference);
    const question = `<HouseRefs>${element('HouseRef', household ?? '')}</HouseRefs>`;
    const found = household === null ? [] : members(await ask('GetHousehold', question, signal));
    return found.find((each) => each.personReference === personReference);
  }

  async function personOf(personReference: string, signal: AbortSignal): Promise<PersonRecord> {
    const person = await findPerson(personReference, signal);
    if (!person) throw nobody();
    return person;
  }

  async function isLogged(personReference: string, reference: string, signal: AbortSignal): Promise<boolean> {
    const log = entries(await ask('GetContactLog', element('PersonRef', personReference.trim()), signal));
    return log.some(({ externalReference }) => externalReference === reference);
  }

  /** The log of contacts tells; where it has lost the entry, the person's own details do. */
  const lookUp: LookUp<ContactDetails, null> = {
    limit: 1,
    look: (applied, signal) =>
      Promise.all(
        applied.map(async ({ input, reference, superseded }): Promise<Trace> => {
          if (await isLogged(input.personReference, reference, signal)) return 'THERE';
          const person = await findPerson(input.personReference.trim(), signal);
          if (person && isAs(person, input)) return 'THERE';
          return superseded ? 'UNTOLD' : 'MISSING';
        }),
      ),
  };

  const updateContactDetails: Step<ContactDetails, null> = {
    backend,
    repeat: 'READ_BACK',
    lookUp,
    async apply(input, step, signal) {
      const personReference = input.personReference.trim();
      // Whether a field that is left out stays or is emptied, the wire's description does not say: all go, and those that
      // are not to change go as they are now.
      const now = await personOf(personReference, signal);
      const { telephone = now.telephoneAsRecorded, email = now.email } = input;
      const preferred = input.preferredContact ? codes[input.preferredContact] : now.preferredContactCode;
      const question =
        element('PersonRef', personReference) +
        element('Telephone', telephone ?? '') +
        element('Email', email ?? '') +
        element('PrefContact', preferred ?? '') +
        element('UserField1', step.reference);
      const result = await ask('UpdateContactDetails', question, signal, step.sending);
      // Not found, though it was there a moment ago.
      if (result === '') throw nobody();
      return null;
    },
    async find({ personReference }, step, signal) {
      return (await isLogged(personReference, step.reference, signal)) ? null : undefined;
    },
  };
  return { updateContactDetails };
}

/** Whether somebody's details are as they were to become. */
function isAs(person: PersonRecord, { telephone, email, preferredContact }: ContactDetails): boolean {
  return (
    (telephone === undefined || (person.telephoneAsRecorded ?? '') === (telephone ?? '').trim()) &&
    (email === undefined || (person.email ?? '').toLowerCase() === (email ?? '').trim().toLowerCase()) &&
    (preferredContact === undefined || person.preferredContact === preferredContact)
  );
}

function nobody(): WireError {
  return new WireError('REFUSAL', 'a person who is not there', {
    reason: 'The tenancies system has nobody under this reference.',
  });
}
