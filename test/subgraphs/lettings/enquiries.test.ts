// Questions about a move as Lintel's own records: each once, the latest answer stands, and staff alone answer.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Own } from '../../../subgraphs/continuity/own.ts';
import type { Writes } from '../../../subgraphs/continuity/writes.ts';
import {
  answer,
  enquireAboutMove,
  enquiriesOf,
  enquiryOf,
  openEnquiries,
} from '../../../subgraphs/lettings/enquiries.ts';
import { ownKinds } from '../../../subgraphs/lettings/mutations.ts';
import { createTestClock } from '../../clock.ts';
import { ownInMemory } from '../../own.ts';
import { receiptOf } from '../../receipts.ts';

const katy = '0000122-1';
const asked = (id: string, acceptedAtMs: number, more: object = {}, channel = 'PHONE') => {
  const question = { personReference: katy, offerNumber: null, exchangeReference: null, question: 'May I pack?' };
  return receiptOf({
    ...{ id, system: 'lettings', mutation: 'enquireAboutMove', acceptedAtMs, channel, input: { ...question, ...more } },
  });
};
const answered = (enquiry: string, text: string, acceptedAtMs: number) =>
  receiptOf({
    ...{ id: `answer ${text}`, system: 'lettings', mutation: 'answerMoveEnquiry', acceptedAtMs },
    input: { enquiry, personReference: katy, answer: text },
  });
const withRecords = async (...receipts: ReturnType<typeof asked>[]) => {
  const own = await ownInMemory(createTestClock(), 'lettings', ownKinds);
  for (const receipt of receipts) await own.file(receipt);
  return own;
};
const contextOf = (own: Own) => ({ own: () => own }) as unknown as Writes;
const one = async (own: Own, id: string) => enquiryOf(await own.find('enquiry', id));

describe('a question about a move', () => {
  it('is as it was asked, with what it is about; told of again it is the same', async () => {
    const own = await withRecords(
      asked('Q', 1_000, { offerNumber: '12' }),
      asked('Q', 2_000, { question: 'Another?' }),
      asked('X', 3_000, { exchangeReference: 'MEX-1' }, ''),
    );
    expect(await one(own, 'Q')).toEqual({
      ...{ id: 'Q', question: 'May I pack?', person: { personReference: katy }, offer: { offerNumber: '12' } },
      ...{ exchange: null, askedAt: '1970-01-01T00:00:01.000Z', channel: 'PHONE', answer: null, answeredAt: null },
    });
    expect(await one(own, 'X')).toMatchObject({
      ...{ offer: null, exchange: { exchangeReference: 'MEX-1' }, channel: null },
    });
    expect(await one(own, 'nosuch')).toBeNull();
  });

  it('has its latest answer, whichever is told of last; an answer to none makes none', async () => {
    const own = await withRecords(
      asked('Q', 1_000),
      answered('Q', 'On Monday.', 3_000),
      answered('Q', 'On Friday.', 2_000),
      answered('nosuch', 'Yes.', 4_000),
    );
    expect(await one(own, 'Q')).toMatchObject({ answer: 'On Monday.', answeredAt: '1970-01-01T00:00:03.000Z' });
    await own.file(answered('Q', 'On Tuesday.', 5_000));
    expect(await one(own, 'Q')).toMatchObject({ question: 'May I pack?', answer: 'On Tuesday.' });
    expect(await one(own, 'nosuch')).toBeNull();
  });

  it('is on the list until it is answered, oldest first; a person sees their own, newest first', async () => {
    const own = await withRecords(
      asked('new', 3_000),
      asked('old', 1_000),
      asked('theirs', 2_000, { personReference: '9-1' }),
      asked('done', 500),
      answered('done', 'Yes.', 4_000),
    );
    const listed = async (open?: boolean) => {
      const { kind, filter } = openEnquiries(open);
      return (await own.list(kind, { ...filter, first: 10, offset: 0 })).items.map(({ id }) => id);
    };
    expect(await listed()).toEqual(['old', 'theirs', 'new']);
    expect(await listed(true)).toEqual(['old', 'theirs', 'new']);
    expect(await listed(false)).toEqual(['done', 'old', 'theirs', 'new']);
    expect((await enquiriesOf(katy, contextOf(own))).map(({ id }) => id)).toEqual(['new', 'old', 'done']);
    expect(await enquiriesOf(' ', contextOf(own))).toEqual([]);
  });

  it('that says nothing asks where the move stands', () => {
    const check = (given: object) => enquireAboutMove.check(given, { now: () => 0, snapshots: undefined });
    expect(check({ personReference: katy })).toEqual({
      ...{ personReference: katy, offerNumber: null, exchangeReference: null, question: 'Where does my move stand?' },
    });
    expect(check({ personReference: 'Katy' })).toMatchObject({ problems: [{ field: 'personReference' }] });
    const question = check({ personReference: katy }) as Parameters<typeof enquireAboutMove.terms>[0];
    expect(enquireAboutMove.terms(question)).toEqual([`person\n${katy}`]);
    expect(enquireAboutMove.sentences(question).APPLIED).toContain('do not give notice or book a removal');
  });
});

describe('an answer', () => {
  const input = { enquiry: ' Q ', answer: 'Yes.', idempotencyKey: 'one' };
  /** Answers as somebody. Gives what was written. */
  async function given(operator: unknown, refused?: Error) {
    const own = await withRecords(asked('Q', 1_000));
    const written: unknown[] = [];
    const context = {
      ...{ own: () => own, operator },
      check() {
        if (refused) throw refused;
      },
      write: async (mutation: string, content: object, _key: string, _channel: string, known: object) => {
        written.push({ mutation, ...content, ...known });
        return receiptOf({ id: 'R1', system: 'lettings', mutation });
      },
    } as unknown as Writes;
    return { written, answer: (more = {}) => answer({ ...input, ...more }, context) };
  }

  it('is an operator’s, about the person who asked', async () => {
    const { written, answer: give } = await given('anna');
    await give();
    expect(written).toEqual([{ mutation: 'answerMoveEnquiry', enquiry: ' Q ', answer: 'Yes.', personReference: katy }]);
  });

  it('is refused to anybody else, where its input is wrong, and where there is no such question', async () => {
    const forbidden = new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } });
    const nobody = await given(forbidden);
    await expect(nobody.answer()).rejects.toBe(forbidden);
    const wrong = new GraphQLError('blank', { extensions: { code: 'BAD_USER_INPUT' } });
    const blank = await given('anna', wrong);
    await expect(blank.answer()).rejects.toBe(wrong);
    const staff = await given('anna');
    await expect(staff.answer({ enquiry: 'nosuch' })).rejects.toMatchObject({ problems: [{ field: 'enquiry' }] });
    expect([nobody.written, blank.written, staff.written]).toEqual([[], [], []]);
  });
});
