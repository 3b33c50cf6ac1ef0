// Telephone numbers as a switchboard sees them: taken out of free text, presented in whatever form the carrier felt like.
// Knows British numbering; knows no call. Numbers made up here are from the ranges Ofcom keeps for drama.

/** A British number within free text: international or national prefix, then its digits in any spacing and brackets. */
const BRITISH = /(?:(?:\+|\b00 ?)44[ -]?(?:\(0\))?|\(0|\b0)[\d ()-]{9,16}/;
/** Digits after the leading zero. */
const SIGNIFICANT = 10;

/** The number in a member's free-text telephone field as national digits, e.g. `07700900123`; null: none there. */
export function nationalOf(text: string): string | null {
  const found = BRITISH.exec(text)?.[0];
  if (found === undefined) return null;
  const digits = found
    .replace(/\(0\)|\D/g, '')
    .replace(/^(?:00)?44/, '')
    .replace(/^0/, '');
  return digits.length >= SIGNIFICANT ? `0${digits.slice(0, SIGNIFICANT)}` : null;
}

/** A made-up number that can belong to nobody: Ofcom's drama ranges for mobiles and for London. */
export function dramaNumber(random: () => number): string {
  const tail = String(Math.floor(random() * 1000)).padStart(3, '0');
  return random() < 0.7 ? `07700900${tail}` : `02079460${tail}`;
}

/** The forms one number arrives in, by carrier and decade, commonest first. */
const FORMS: readonly ((national: string) => string)[] = [
  (national) => national,
  (national) => `+44${national.slice(1)}`,
  (national) => `00 44 ${national.slice(1, 5)} ${national.slice(5)}`,
  (national) => `44${national.slice(1)}`,
  (national) => `${national.slice(0, 5)} ${national.slice(5)}`,
];

/** `national` as the caller ID shows it this time. */
export function presented(national: string, random: () => number): string {
  // squared: the first forms come up far more often than the last
  const form = FORMS[Math.floor(random() ** 2 * FORMS.length)];
  return form === undefined ? national : form(national);
}
