// The schema's own scalars: text in a form that is checked, on the way in as on the way out.
import { GraphQLScalarType } from 'graphql';
import { badInput } from './errors.ts';

function textScalar(name: string, example: string, is: (text: string) => boolean): GraphQLScalarType<string, string> {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && is(value)) return value;
    throw badInput(`${JSON.stringify(value)} is not a ${name}; write it like "${example}".`);
  };
  return new GraphQLScalarType({ name, serialize: check, parseValue: check });
}

function parses(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** Resolvers of the scalars in schema/common.graphql; the same in every subgraph. */
export const scalars = {
  Date: textScalar('Date', '2026-07-02', (text) => {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && parses(() => Temporal.PlainDate.from(text));
  }),
  DateTime: textScalar('DateTime', '2026-07-02T14:00:00+01:00', (text) => parses(() => Temporal.Instant.from(text))),
  UPRN: textScalar('UPRN', '010001234567', (text) => /^\d{1,12}$/.test(text)),
  // E.164: at most 15 digits, no leading zero.
  PhoneNumber: textScalar('PhoneNumber', '+441632960123', (text) => /^\+[1-9]\d{1,14}$/.test(text)),
};
