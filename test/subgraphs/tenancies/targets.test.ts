// How a person is known again by what was known of them.
import { expect, it } from 'vitest';
import { comparePeople, notKnown, type PersonTarget } from '../../../subgraphs/tenancies/targets.ts';

const katy: PersonTarget = { dateOfBirth: '1990-01-31', forename: 'Katy', surname: 'Alderton' };

it.each<[string, PersonTarget, PersonTarget, string]>([
  ['as they were', katy, { ...katy, surname: ' ALDERTON' }, 'SAME'],
  ['of another surname', katy, { ...katy, surname: 'Bell' }, 'SAME'],
  ['of a corrected date of birth', katy, { ...katy, dateOfBirth: '1991-01-31' }, 'SAME'],
  ['somebody else', katy, { dateOfBirth: '1950-05-05', forename: 'David', surname: 'Bell' }, 'OTHER'],
  ['of another date of birth and surname', katy, { ...katy, dateOfBirth: '1950-05-05', surname: 'Bell' }, 'OTHER'],
  [
    'of another name, born on nobody knows which day',
    { ...katy, dateOfBirth: null },
    { ...katy, forename: 'Ann' },
    'UNKNOWN',
  ],
  ['known to have had the reference of another', { ...katy, disputed: true }, katy, 'UNKNOWN'],
  ['of whom nothing was known', notKnown, katy, 'SAME'],
])('a person who is %s', (_how, meant, found, comparison) => {
  expect(comparePeople(meant, found)).toBe(comparison);
});
