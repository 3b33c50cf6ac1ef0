import { expect, it } from 'vitest';
import { termOf, termsOf, valuesOf } from '../../../subgraphs/continuity/terms.ts';

it.each([
  ["O'Neill", 'ONEILL'],
  ['O’NEILL ', 'ONEILL'],
  ['oneill', 'ONEILL'],
  ['Núñez-Gray', 'NUNEZGRAY'],
  ['St. John Smythe', 'STJOHNSMYTHE'],
  ['Nguyễn', 'NGUYEN'],
  ['Κωνσταντίνου', 'ΚΩΝΣΤΑΝΤΙΝΟΥ'],
  ['李', '李'],
])('the surname %j is found as %s', (surname, folded) => {
  expect(termOf('surname', surname)).toBe(`surname\n${folded}`);
});

it('postcodes are found in any spacing and case, numbers however they are written, references without padding', () => {
  expect(termsOf('postcode', ['CB1 2AB', 'cb12ab', ' cb1  2ab '])).toEqual(['postcode\nCB12AB']);
  expect(termsOf('telephone', ['01632 960123', '+441632960123', '0044 1632 960123'])).toEqual([
    'telephone\n+441632960123',
  ]);
  expect(termsOf('tenancy', ['000017/01  '])).toEqual(['tenancy\n000017/01']);
});

it('what comes to nothing has no term', () => {
  expect(termsOf('surname', ['', "'", null, undefined])).toEqual([]);
  expect(termsOf('telephone', ['anonymous', 'none'])).toEqual([]);
  expect(termOf('surname', "'")).toBeNull();
});

it('values are had back by name', () => {
  expect(valuesOf('person', ['person\n0000104-1', 'telephone\n+441632960123', 'personal\nx'])).toEqual(['0000104-1']);
});
