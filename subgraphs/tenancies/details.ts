// How somebody's contact details are changed in the tenancies system, and how that is known to have been done. Knows the
// operations; knows no envelope.

import { WireError } from '../continuity/errors.ts';
import type { Step } from '../continuity/mutation.ts';
import { element } from '../continuity/xml.ts';
import { contactMethods } from './codes.ts';
import type { Ask } from './envelope.ts';
import { entries, householdOf, members, type PersonRecord } from './records.ts';
import type { ContactDetails, TenanciesSteps } from './steps.ts';
import { comparePeople, type PersonTarget, targetOfPerson } from './targets.ts';

const codes = Object.fromEntries(Object.entries(contactMethods).map(([code, method]) => [method, code]));

/** The changes that the tenancies system can be asked for. */
export function tenanciesSteps(backend: string, ask: Ask): TenanciesSteps {
  async function personOf(personReference: string, signal: AbortSignal): Promise<PersonRecord> {
    const household = householdOf(personReference);
    const question = `<HouseRefs>${element('HouseRef', household ?? '')}</HouseRefs>`;
    const found = household === null ? [] : members(await ask('GetHousehold', question, signal));
    const person = found.find((each) => each.personReference === personReference);
    if (!person) throw nobody();
    return person;
  }

  const updateContactDetails: Step<ContactDetails, null> = {
    backend,
    repeat: 'READ_BACK',
    target: {
      backend,
      read: async ({ personReference }, _step, signal) =>
        targetOfPerson(await personOf(personReference.trim(), signal)),
      compare: (meant, found) => comparePeople(meant as PersonTarget, found as PersonTarget),
      another:
        'This reference belongs to somebody else by now, so nothing was changed. This happens where the tenancies system has come back from a backup: look the person up by name.',
      unknown:
        'It cannot be proved that the reference still belongs to the person who was meant. Look at the person who has it now: if it is the one, have this sent again; if not, settle it.',
    },
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
      const log = entries(await ask('GetContactLog', element('PersonRef', personReference.trim()), signal));
      return log.some(({ externalReference }) => externalReference === step.reference) ? null : undefined;
    },
  };
  return { updateContactDetails };
}

function nobody(): WireError {
  return new WireError('REFUSAL', 'a person who is not there', {
    reason: 'The tenancies system has nobody under this reference.',
  });
}
