// What the tenancies system can be asked to change, and the limits of its columns. Knows no envelope.
import type * as schema from '../../schema/generated/tenancies.ts';
import type { Step } from '../continuity/mutation.ts';

/** How somebody can be reached from now on. What is left out stays as it is; null takes out what is there. */
export interface ContactDetails {
  personReference: string;
  /** Free text, as the system keeps it: several numbers and words to them are usual. */
  telephone?: string | null;
  email?: string | null;
  preferredContact?: Exclude<schema.ContactMethod, 'UNKNOWN'>;
}

/** Longest texts, in characters: what is longer is told to whoever writes it, before it is accepted. */
export const contactLimits = {
  /** The wire's description sets none. Three numbers with a word to each are some 60. */
  telephone: 100,
  /** The longest address there is (RFC 5321). */
  email: 254,
};

/** The changes by name. */
export type TenanciesSteps = {
  /** Recognised by its reference in the log of contacts with the person. */
  updateContactDetails: Step<ContactDetails, null>;
};
