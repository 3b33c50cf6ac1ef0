// Terms: texts under which a kept answer is found besides its key, each a name and a value in the one spelling in which
// it is filed and looked up. The store has only their hash. Knows no system.
import { phoneNumber } from './dirt.ts';

/** What something can be found by. */
export type TermName =
  | 'surname'
  | 'postcode'
  | 'telephone'
  | 'person'
  | 'household'
  | 'tenancy'
  | 'property'
  | 'application'
  | 'workOrder'
  | 'report'
  /** What a write has made, by its id: to see whether a number was given to another record before. */
  | 'made'
  | 'alert'
  | 'offer'
  | 'exchange'
  | 'call';

/**
 * A surname as it is compared: case, accents, apostrophes, hyphens, dots and spaces do not count. O'Neill is ONEILL,
 * Núñez-Gray is NUNEZGRAY. Other alphabets stay as they are.
 */
export function foldedSurname(surname: string): string {
  return surname
    .normalize('NFKD')
    .replace(/[^\p{Letter}\p{Number}]/gu, '')
    .toUpperCase();
}

/** A postcode as it is compared: `cb1 2ab` is CB12AB. */
export function foldedPostcode(postcode: string): string {
  return postcode.replace(/[^a-z0-9]/gi, '').toUpperCase();
}

/** How each is spelled; what comes to nothing has no term. */
const spelled: Record<TermName, (value: string) => string> = {
  surname: foldedSurname,
  postcode: foldedPostcode,
  // E.164; what cannot be a number is nobody's.
  telephone: (value) => (/^\+[1-9]\d{6,14}$/.test(value) ? value : (phoneNumber(value) ?? '')),
  person: trimmed,
  household: trimmed,
  tenancy: trimmed,
  property: trimmed,
  application: trimmed,
  call: trimmed,
  workOrder: trimmed,
  report: trimmed,
  made: trimmed,
  alert: trimmed,
  offer: trimmed,
  exchange: trimmed,
};

/** One term, e.g. `postcode\nCB12AB`; null for a value that comes to nothing. */
export function termOf(name: TermName, value: string): string | null {
  const text = spelled[name](value);
  return text ? `${name}\n${text}` : null;
}

/** Terms of the values that there are, each once. */
export function termsOf(name: TermName, values: Iterable<string | null | undefined>): string[] {
  const terms = new Set<string>();
  for (const value of values) {
    const term = value ? termOf(name, value) : null;
    if (term) terms.add(term);
  }
  return [...terms];
}

/** The values of those among some terms that are of one name. */
export function valuesOf(name: TermName, terms: readonly string[]): string[] {
  return terms.filter((term) => term.startsWith(`${name}\n`)).map((term) => term.slice(name.length + 1));
}

function trimmed(value: string): string {
  return value.trim();
}
