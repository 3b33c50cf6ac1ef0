// The income system's adapter and resolvers, against answers written here as the wire gives them, and its conformance.
import { describe, expect, it } from 'vitest';
import { income } from '../../subgraphs/income/index.ts';
import { conforms } from './conformance.ts';
import { type Asked, type Canned, startWired } from './wire.ts';

const record = { Ref: 'R0000017  ', PersonRef: '0000122-1', Status: 'O', Opened: '03/09/2026', Amount: '12.50' };
const row = (fields: object) =>
  `<Record>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</Record>`;
const listing = (...records: object[]) => `<Code>OK</Code><Records>${records.map(row).join('')}</Records>`;
const code = (text: string) => `<Code>${text}</Code><Records />`;

const operationOf = ({ headers }: Asked) => /(\w+)"$/.exec(String(headers.soapaction))?.[1] ?? '';
const keysOf = ({ body }: Asked) => [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);

/** Over a wire that puts this in its envelope, whatever it is asked; or that answers so. */
async function over(content: string | Exclude<Canned, string>) {
  const enveloped = (asked: Asked) =>
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` +
    `<${operationOf(asked)}Response>${content}</${operationOf(asked)}Response></s:Body></s:Envelope>`;
  const answer = (asked: Asked) => (typeof content === 'string' ? enveloped(asked) : content);
  const wired = await startWired(income, { income: { answer } });
  return { ...wired, asked: wired.wires.income.asked };
}

describe('a record of the income system', () => {
  it('is asked for with the login, many references a call, and found by each as it was given', async () => {
    const { asked, values } = await over(listing(record, { ...record, Ref: 'R&amp;2' }));
    expect(await values('record', [' R0000017', 'R&2', 'R3'])).toMatchObject([
      { incomeReference: 'R0000017' },
      { incomeReference: 'R&2' },
      null,
    ]);
    expect(asked.map(operationOf)).toEqual(['GetRecords']);
    expect(asked.map(keysOf)).toEqual([['R0000017', 'R&#38;2', 'R3']]);
    expect(asked[0]?.body).toContain('<Login><User>lintel</User><Password>open sesame</Password></Login>');
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
    const bare = { ...record, PersonRef: '', Status: 'X', Opened: '01/01/1900', Amount: '' };
    expect(await (await over(listing(bare))).value('record', 'R0000017')).toMatchObject({
      person: null,
      status: 'UNKNOWN',
      statusCode: 'X',
      openedOn: null,
      amount: null,
    });
  });

  it.each([
    ['a refused login', code('DENIED'), 'SYSTEM_DOWN'],
    ['its closing time', code('CLOSED'), 'SYSTEM_DOWN'],
    ['a code that nobody knows', code('ORA-00942: table'), 'SYSTEM_DOWN'],
    ['too many questions', { status: 429 }, 'SYSTEM_OVERLOADED'],
    ['a page of HTML', { body: '<html></html>' }, 'SYSTEM_GARBLED'],
    ['a record without its reference', listing({ Status: 'O' }), 'SYSTEM_GARBLED'],
  ])('of which the wire gives %s instead is an error', async (_, content, expected) => {
    expect((await (await over(content)).error('record', 'R0000017')).extensions.code).toBe(expected);
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
