// Under which terms calls are found among what is kept, and which of them are a person's: by their telephone numbers.
// Asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import { termsOf, valuesOf } from '../continuity/terms.ts';
import type { CallValue } from './cdr.ts';

/** Calls by both ends' numbers. An extension of the landlord's own is no number. */
export function termsOfCalls(calls: readonly CallValue[]): string[] {
  return termsOf(
    'telephone',
    calls.flatMap(({ fromNumber, toNumber }) => [fromNumber, toNumber]),
  );
}

/** Of telephone numbers: the calls from and to them, as far as they are kept. */
export async function furtherTerms(terms: readonly string[], kept: KeptReader): Promise<string[]> {
  const numbers = valuesOf('telephone', terms);
  const found = await Promise.all(
    termsOf('telephone', numbers).flatMap((term) =>
      ['callsOfNumber', 'callsSince'].map((kind) => kept.findByTerm(kind, term)),
    ),
  );
  const calls = found.flat().flatMap(({ value }) => {
    return Array.isArray(value) ? (value as CallValue[]) : (value as { items: CallValue[] }).items;
  });
  const theirs = calls.filter(({ fromNumber, toNumber }) =>
    [fromNumber, toNumber].some((number) => number && numbers.includes(number)),
  );
  return termsOf(
    'call',
    theirs.map(({ callId }) => callId),
  );
}
