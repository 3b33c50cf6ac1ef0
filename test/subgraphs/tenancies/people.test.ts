// People of the tenancies system: read out of their households, and looked for in pages.
import { describe, expect, it } from 'vitest';
import type { Asked } from '../wire.ts';
import { failing, member, members, operationOf, over, readOne, sent } from './wire.ts';

describe('a person', () => {
  it('is read out of the household, which is asked for once', async () => {
    const wired = await over(
      members(
        member({ title: 'Ms        ', forename: 'Ada', surname: 'Ngozi     ', dob: '1951-02-03', responsible: 'Y' }),
        member({
          person_no: '1',
          surname: 'Ngozi',
          responsible: 'N',
          telephone: '07700 900123 / 01632 960123',
          pref_contact: 'S',
        }),
      ),
    );
    const people = await wired.values('person', ['0000104-1', '0000104-2', '0000104-9']);
    expect(people).toMatchObject([
      {
        personReference: '0000104-1',
        name: 'Ngozi',
        responsible: false,
        telephoneNumbers: ['+447700900123', '+441632960123'],
        telephoneAsRecorded: '07700 900123 / 01632 960123',
        preferredContact: 'SMS',
        preferredContactCode: 'S',
      },
      {
        personReference: '0000104-2',
        name: 'Ms Ada Ngozi',
        dateOfBirth: '1951-02-03',
        responsible: true,
        telephoneNumbers: [],
        alerts: [],
      },
      null,
    ]);
    expect(wired.wire.asked.map((asked) => sent(asked, 'HouseRef'))).toEqual([['0000104']]);
  });

  it.each([
    ['   ', []],
    ['N  ', []],
    ['Y  ', [{ type: 'VULNERABLE', code: 'Y' }]],
    ['HRG', [{ type: 'HEARING', code: 'HRG' }]],
    ['VIS', [{ type: 'SIGHT', code: 'VIS' }]],
    ['MOB', [{ type: 'MOBILITY', code: 'MOB' }]],
    ['MH ', [{ type: 'MENTAL_HEALTH', code: 'MH' }]],
    ['LD ', [{ type: 'LEARNING_DISABILITY', code: 'LD' }]],
    ['DV ', [{ type: 'DOMESTIC_ABUSE', code: 'DV' }]],
    ['O75', [{ type: 'OVER_75', code: 'O75' }]],
    ['ZZZ', [{ type: 'UNKNOWN', code: 'ZZZ' }]],
  ])('who is "%s" has the alerts %j', async (vulnerable, alerts) => {
    expect(await readOne('person', '0000104-2', members(member({ vulnerable })))).toMatchObject({ alerts });
  });

  it('belongs to a household, with all its members', async () => {
    const wired = await over(
      members(member({ person_no: '1' }), member(), member({ house_ref: '0000105', person_no: '1' })),
    );
    const [one, other, none] = await wired.values('household', ['0000104', '0000105', '0000106']);
    expect(one).toMatchObject({
      householdReference: '0000104',
      members: [{ personReference: '0000104-1' }, { personReference: '0000104-2' }],
    });
    expect(other).toMatchObject({ members: [{ personReference: '0000105-1' }] });
    expect(none).toBeNull();
  });
});

describe('people, looked for', () => {
  const found = ['1', '2', '3', '4', '5', '6', '7'];
  /** A search that numbers its rows from `first`; one below it, and one past the end, finds nothing. */
  const search = (first: number) => (asked: Asked) => {
    const [start, most] = ['StartRow', 'MaxRows'].map((name) => Number(sent(asked, name)[0])) as [number, number];
    if (start < first) return failing('210');
    const rows = found.slice(start - first, start - first + most).map((person_no) => member({ person_no }));
    return `${members(...rows)}<TotalRows>${found.length}</TotalRows>`;
  };
  const page = (startRow: number, maxRows: number) => ({ surname: 'NGOZI', postcode: '', startRow, maxRows });

  it.each([0, 1])(
    'come in pages that lose nobody and give nobody twice, where rows are counted from %i',
    async (first) => {
      const wired = await over(search(first));
      const seen: string[] = [];
      for (const startRow of [0, 3, 6]) {
        const [given] = (await wired.values('people', [page(startRow, 3)])) as [
          { items: { personReference: string }[]; totalCount: number; hasMore: boolean },
        ];
        seen.push(...given.items.map(({ personReference }) => personReference));
        expect(given).toMatchObject({ totalCount: 7, hasMore: startRow < 6 });
      }
      expect(seen).toEqual(found.map((person_no) => `0000104-${person_no}`));
      // Two questions find out how rows are counted; each page after that is one.
      expect(wired.wire.asked).toHaveLength(5);
    },
  );

  it('are found where the only one is the first row, counted from 0', async () => {
    const wired = await over((asked) =>
      sent(asked, 'StartRow')[0] === '0'
        ? `${members(member())}<TotalRows>1</TotalRows>`
        : `${members()}<TotalRows>0</TotalRows>`,
    );
    expect(await wired.values('people', [page(0, 20)])).toMatchObject([
      { items: [{ personReference: '0000104-2' }], totalCount: 1 },
    ]);
  });

  it('are looked for by what was given, safely', async () => {
    const wired = await over(`${members()}<TotalRows>0</TotalRows>`);
    await wired.values('people', [{ surname: "O'Brien & <Sons>", postcode: 'CB1 2AB', startRow: 0, maxRows: 20 }]);
    const asked = wired.wire.asked.at(-1) as Asked;
    expect(operationOf(asked)).toBe('SearchPeople');
    expect([sent(asked, 'Surname'), sent(asked, 'PostCode')]).toEqual([
      ['O&#39;Brien &#38; &#60;Sons&#62;'],
      ['CB1 2AB'],
    ]);
  });
});
