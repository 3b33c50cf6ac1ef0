// The income system's adapter and resolvers, against answers written here as the wire gives them, and its conformance.
import { describe, expect, it } from 'vitest';
import { income } from '../../subgraphs/income/index.ts';
import { conforms } from './conformance.ts';
import { type Answering, type Canned, startWired } from './wire.ts';

const record = { ref: 'R0000017  ', person: '0000122-1', status: 'O', opened: '03/09/2026', amount: '12.50' };
const listing = (...records: object[]): Canned => JSON.stringify({ records });

async function over(answer: Canned | Answering) {
  const answering = typeof answer === 'function' ? answer : () => answer;
  const wired = await startWired(income, { income: { answer: answering } });
  return { ...wired, asked: wired.wires.income.asked };
}

describe('a record of the income system', () => {
  it('is asked for with the login, many references a call, and found by each as it was given', async () => {
    const { asked, values } = await over(listing(record, { ...record, ref: 'R/2' }));
    expect(await values('record', [' R0000017', 'R/2', 'R3'])).toMatchObject([
      { incomeReference: 'R0000017' },
      { incomeReference: 'R/2' },
      null,
    ]);
    expect(asked.map(({ target }) => target)).toEqual(['/records?refs=R0000017,R%2F2,R3']);
    expect(asked[0]?.headers.authorization).toBe(`Basic ${btoa('lintel:open sesame')}`);
  });

  it("is told in the schema's words", async () => {
    expect(await (await over(listing(record))).value('record', 'R0000017')).toEqual({
      incomeReference: 'R0000017',
      person: { personReference: '0000122-1' },
      status: 'OPEN',
      statusCode: 'O',
      openedOn: '2026-09-03',
      amount: { pence: 1250 },
      references: [{ id: 'R0000017', description: 'income reference', allocatedBy: 'income' }],
    });
    const bare = { ...record, person: '', status: 'X', opened: '01/01/1900', amount: '' };
    expect(await (await over(listing(bare))).value('record', 'R0000017')).toMatchObject({
      person: null,
      status: 'UNKNOWN',
      statusCode: 'X',
      openedOn: null,
      amount: null,
    });
  });

  it.each([
    ['a refused login', { status: 401 }, 'SYSTEM_DOWN'],
    ['its closing time', { status: 503 }, 'SYSTEM_DOWN'],
    ['too many questions', { status: 429 }, 'SYSTEM_OVERLOADED'],
    ['a page of HTML', '<html></html>', 'SYSTEM_GARBLED'],
    ['a record that lacks something', listing({ ref: 'R0000017' }), 'SYSTEM_GARBLED'],
  ])('of which the wire gives %s instead is an error', async (_, answer, code) => {
    expect((await (await over(answer)).error('record', 'R0000017')).extensions.code).toBe(code);
  });

  it('is found by its person and by its reference, with its provenance', async () => {
    const { ask } = await over(listing(record));
    const { data, errors } = await ask(
      `{ incomeRecord(incomeReference: "R0000017") { openedOn }
         _entities(representations: [{ __typename: "Person", personReference: "0000122-1" }]) {
           ... on Person { incomeRecords { items { status provenance { system } } provenance { source } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      incomeRecord: { openedOn: '2026-09-03' },
      _entities: [
        {
          incomeRecords: {
            items: [{ status: 'OPEN', provenance: { system: 'income' } }],
            provenance: { source: 'LIVE' },
          },
        },
      ],
    });
  });
});

conforms(income, async ({ cast: { katy, david } }, look) => {
  const [one] = await look('recordsOfPerson', katy.personReference);
  return {
    record: { there: [one.incomeReference], missing: 'R9999999' },
    recordsOfPerson: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
  };
});
