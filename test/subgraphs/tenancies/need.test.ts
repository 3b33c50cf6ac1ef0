// Who is recorded as vulnerable, out of what is kept of people and of households: each once, as they were read last.
import { expect, it } from 'vitest';
import type { KeptReader } from '../../../subgraphs/continuity/definition.ts';
import { inNeed } from '../../../subgraphs/tenancies/need.ts';
import type { PersonRecord } from '../../../subgraphs/tenancies/records.ts';

const person = (personReference: string, alerts: string[], more: object = {}) =>
  ({
    ...{ personReference, name: `Person ${personReference}`, telephoneNumbers: ['+447700900123'] },
    ...{ dateOfBirth: '1951-02-03', alerts: alerts.map((type) => ({ type, code: '' })), ...more },
  }) as PersonRecord;
const household = (...members: PersonRecord[]) => ({ householdReference: '1', members });

interface Kept {
  kind: 'person' | 'household';
  value: PersonRecord | ReturnType<typeof household> | null;
  readAtMs: number;
}
/** What is kept, found by the alerts of whoever is in it. */
function keeping(...kept: Kept[]): KeptReader {
  return {
    async findByTerm(kind: string, term: string, most = 0) {
      // Ten thousand are on such a list, and none may be left out.
      expect(most).toBeGreaterThan(125_000);
      const has = (value: Kept['value']) =>
        (value === null ? [] : 'members' in value ? value.members : [value]).some(({ alerts }) =>
          (alerts ?? []).some(({ type }) => `alert\n${type}` === term),
        );
      return kept
        .filter((each) => each.kind === kind && has(each.value))
        .map((each, index) => ({ ...each, key: `${index}` }));
    },
  } as unknown as KeptReader;
}

it('everybody with any reason is found, by themselves or in their household, and nobody without one', async () => {
  const reasons = [
    'VULNERABLE',
    'HEARING',
    'SIGHT',
    'MOBILITY',
    'MENTAL_HEALTH',
    'LEARNING_DISABILITY',
    'DOMESTIC_ABUSE',
    'OVER_75',
    'UNKNOWN',
  ];
  const alone = reasons.map(
    (reason, index): Kept => ({ kind: 'person', value: person(`${index}-1`, [reason]), readAtMs: 5 }),
  );
  const home: Kept = {
    kind: 'household',
    value: household(person('20-1', ['SIGHT', 'OVER_75']), person('20-2', [])),
    readAtMs: 7,
  };
  const found = await inNeed(keeping(...alone, home));
  expect(found.map(({ personReference }) => personReference).sort()).toEqual(
    [...reasons.map((_, index) => `${index}-1`), '20-1'].sort(),
  );
  expect(found.find(({ personReference }) => personReference === '20-1')).toEqual({
    ...{ personReference: '20-1', name: 'Person 20-1', telephoneNumbers: ['+447700900123'], dateOfBirth: '1951-02-03' },
    ...{ reasons: ['SIGHT', 'OVER_75'], alone: false, asOfMs: 7 },
  });
});

it.each([false, true])(
  'each is as they were read last, wherever that was; the newer by themselves: %s',
  async (byThemselves) => {
    const once = person('1-1', ['MOBILITY'], { telephoneNumbers: ['+447700900111'] });
    const since = person('1-1', ['SIGHT'], { telephoneNumbers: ['+447700900222'] });
    const found = await inNeed(
      keeping(
        { kind: 'person', value: byThemselves ? since : once, readAtMs: byThemselves ? 9 : 3 },
        { kind: 'household', value: household(byThemselves ? once : since), readAtMs: byThemselves ? 3 : 9 },
      ),
    );
    expect(found).toMatchObject([
      { personReference: '1-1', reasons: ['SIGHT'], telephoneNumbers: ['+447700900222'], asOfMs: 9 },
    ]);
  },
);

it('who is alone in their household lives alone; of a person who was read by themselves that is not known', async () => {
  const of = async (...kept: Kept[]) => (await inNeed(keeping(...kept)))[0]?.alone;
  const ada = person('1-1', ['SIGHT']);
  expect(await of({ kind: 'household', value: household(ada), readAtMs: 1 })).toBe(true);
  expect(await of({ kind: 'household', value: household(ada, person('1-2', [])), readAtMs: 1 })).toBe(false);
  expect(await of({ kind: 'person', value: ada, readAtMs: 1 })).toBeNull();
  // Read by themselves since: whether anybody lives with them is known from before.
  const since = { kind: 'person', value: person('1-1', ['MOBILITY']), readAtMs: 9 } as const;
  expect(await of({ kind: 'household', value: household(ada), readAtMs: 1 }, since)).toBe(true);
  const blank = { name: null, telephoneNumbers: undefined, dateOfBirth: null };
  expect(await inNeed(keeping({ kind: 'person', value: person('1-1', ['SIGHT'], blank), readAtMs: 1 }))).toMatchObject([
    { name: null, telephoneNumbers: [], dateOfBirth: null },
  ]);
});
