// Which telephone numbers the exchange may be told to ring (an allow list against toll fraud): by prefix, and never a short
// code. Knows numbers alone.

/**
 * Prefixes of E.164 numbers, parted by commas; `!` before one excludes it, and the longest that fits decides. British 01, 02, 03
 * and 07, without personal numbers (070) and pagers (076), which are dear. 07624, mobiles of the Isle of Man, is within 076 and
 * stays out: calls there are outside of inclusive minutes. A site with residents there adds `+447624`.
 * Source: Ofcom, National Telephone Numbering Plan.
 */
export const usualNumbers = '+441,+442,+443,+447,!+4470,!+4476';

/** What is said of a default that fits most: as people write numbers. */
const usualInWords = 'begin with 01, 02, 03 or 07, but not with 070 or 076';

/**
 * A British number has nine digits or ten after its 44; elsewhere the fewest are seven in all. So that 999, 112 and every other
 * short code is none, whatever is set.
 */
const wholeNumber = /^\+(?:44\d{9,10}|(?!44)[1-9]\d{6,14})$/;

interface Prefix {
  digits: string;
  allowed: boolean;
}

function prefixesOf(setting: string): Prefix[] {
  const texts = setting.split(',').map((each) => each.replace(/\s/g, ''));
  return texts
    .filter((text) => text !== '')
    .map((text) => ({ digits: text.replace(/^!/, ''), allowed: !text.startsWith('!') }));
}

/** What is wrong with a list of prefixes, said after its variable's name; null: nothing. */
export function prefixesProblem(setting: string): string | null {
  const prefixes = prefixesOf(setting);
  const wrong = prefixes.some(({ digits }) => !/^\+[1-9]\d{0,14}$/.test(digits));
  if (!wrong && prefixes.some(({ allowed }) => allowed)) return null;
  return `must be prefixes of numbers parted by commas, each as +44..., with ! before those that may not be rung, e.g. ${usualNumbers}`;
}

/**
 * Why a number may not be rung, said after what it is called: `must begin with ...`. Null: it may be.
 * @param number E.164.
 * @param setting a list of prefixes.
 */
export function numberProblem(number: string, setting: string): string | null {
  const fitting = prefixesOf(setting).filter(({ digits }) => number.startsWith(digits));
  const [nearest] = fitting.sort((one, other) => other.digits.length - one.digits.length);
  if (wholeNumber.test(number) && nearest?.allowed) return null;
  return `must be a whole number of those that we ring: they ${inWords(setting)}.`;
}

function inWords(setting: string): string {
  if (setting === usualNumbers) return usualInWords;
  const prefixes = prefixesOf(setting);
  const some = (allowed: boolean) => prefixes.filter((each) => each.allowed === allowed).map(({ digits }) => digits);
  const but = some(false).length > 0 ? `, but not with ${some(false).join(' or ')}` : '';
  return `begin with ${some(true).join(' or ')}${but}`;
}
