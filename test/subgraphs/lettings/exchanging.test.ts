// Mutual exchanges: who may apply with whom, by when that is to be decided, and when one may be called ready to be completed. Nobody
// moves house on what was once so.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Answer, Provenance } from '../../../subgraphs/continuity/definition.ts';
import type { SystemState } from '../../../subgraphs/continuity/events.ts';
import {
  applyForExchange,
  complete,
  completeExchange,
  decisionDeadline,
  isAboutExchange,
} from '../../../subgraphs/lettings/exchanging.ts';
import type { MovesContext } from '../../../subgraphs/lettings/moves.ts';
import type { ExchangeRecord } from '../../../subgraphs/lettings/records.ts';
import { receiptOf } from '../../receipts.ts';

const asOf = '2022-06-27T09:00:00+01:00';
type Leg = ExchangeRecord['legs'][number];
const leg = (personReference: string, from: string, to: string, agreed: boolean | null = true): Leg => ({
  ...{ person: { personReference }, from: { propertyReference: from }, to: { propertyReference: to }, agreed },
});
const approved: ExchangeRecord = {
  ...{ exchangeReference: 'MEX-1', appliedOn: '2022-06-01', decisionDueOn: null, status: 'APPROVED', statusCode: '4' },
  ...{ legs: [leg('1-1', 'A', 'B'), leg('2-1', 'B', 'A')], references: [] },
};

/** What lettings and tenancies say, and what was written before. */
interface Said {
  live?: ExchangeRecord | null;
  source?: Provenance['source'] | 'SILENT';
  kept?: ExchangeRecord | null;
  tenancies?: SystemState | undefined;
  /** The people of whom an application was given this reference. */
  applied?: { reference: string; people: string[]; mutation?: string };
}

/** Asks for its completion. Gives what was written, or the error. */
async function completed(said: Said) {
  const { live = approved, source = 'LIVE', kept = null, tenancies = 'OPERATIONAL', applied } = said;
  const answer = (value: ExchangeRecord | null, from: Provenance['source']): Answer<ExchangeRecord | null> => ({
    ...{ value, provenance: { system: 'lettings', source: from, asOf } },
  });
  const made =
    applied &&
    receiptOf({
      ...{ id: 'R0', system: 'lettings', mutation: applied.mutation ?? 'applyForExchange' },
      made: [{ id: applied.reference, description: 'exchange' }],
      input: { legs: applied.people.map((personReference) => ({ personReference })) },
    });
  const writes: { mutation: string; known: unknown }[] = [];
  const context = {
    check() {},
    neighbours: {
      stateOf: (system: string) =>
        system === 'tenancies' ? ('tenancies' in said ? said.tenancies : tenancies) : 'OPERATIONAL',
    },
    kept: { mutualExchange: async () => answer(kept, 'SNAPSHOT') },
    async mutualExchange(reference: string) {
      expect(reference).toBe('MEX-1');
      if (source === 'SILENT') throw new GraphQLError('nothing kept', { extensions: { code: 'SYSTEM_DOWN' } });
      return answer(live, source);
    },
    pending: async () => (made ? [made] : []),
    async write(mutation: string, _input: object, _key: string, _channel: string, known: unknown) {
      writes.push({ mutation, known });
      return receiptOf({ id: 'R1', system: 'lettings', mutation });
    },
  } as unknown as MovesContext;
  try {
    await complete({ exchangeReference: ' MEX-1 ', channel: 'WEB', idempotencyKey: 'one' }, context);
    return { writes };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { code, system } = error.extensions;
    return { writes, message: error.message, code, system };
  }
}

describe('an exchange is called ready to be completed', () => {
  it('where lettings says now that it is approved, everybody has agreed, and the tenancies can be checked', async () => {
    expect(await completed({})).toEqual({
      writes: [
        { mutation: 'completeExchange', known: { target: { appliedOn: '2022-06-01', people: ['1-1', '2-1'] } } },
      ],
    });
    // Slow, but there.
    expect((await completed({ tenancies: 'DEGRADED' })).writes).toHaveLength(1);
    // Where no such system is, none is to be asked.
    expect((await completed({ tenancies: undefined })).writes).toHaveLength(1);
  });

  it.each<Provenance['source'] | 'SILENT'>(['SNAPSHOT', 'RESTORED_COPY', 'SILENT'])(
    'not on what was approved once: %s',
    async (source) => {
      expect(await completed({ source, kept: approved })).toMatchObject({
        ...{ writes: [], code: 'SYSTEM_DOWN', system: 'lettings' },
        message: expect.stringContaining('nobody can check the tenancies'),
      });
    },
  );

  it.each<SystemState>(['DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'])(
    'not while tenancies is %s',
    async (tenancies) => {
      expect(await completed({ tenancies })).toMatchObject({
        ...{ writes: [], code: 'SYSTEM_DOWN', system: 'tenancies' },
        message: expect.stringContaining('nobody can check the tenancies'),
      });
    },
  );

  it.each<ExchangeRecord['status']>([
    'APPLIED',
    'INSPECTIONS',
    'REFERENCES',
    'REFUSED',
    'ASSIGNED',
    'WITHDRAWN',
    'UNKNOWN',
    null,
  ])('not while it is %s', async (status) => {
    expect(await completed({ live: { ...approved, status } })).toMatchObject({
      ...{ writes: [], code: 'SYSTEM_REFUSED', message: expect.stringContaining('must be approved') },
    });
  });

  it.each([false, null])('not where one of the chain has not agreed: %s', async (agreed) => {
    const legs = [leg('1-1', 'A', 'B'), leg('2-1', 'B', 'C', agreed), leg('3-1', 'C', 'A')];
    expect(await completed({ live: { ...approved, legs } })).toMatchObject({
      ...{ writes: [], code: 'SYSTEM_REFUSED', message: expect.stringContaining('everybody must have agreed') },
    });
  });

  it('not where there is none of that reference', async () => {
    expect(await completed({ live: null })).toMatchObject({ writes: [], code: 'BAD_USER_INPUT' });
  });

  it('not where its reference was another’s, by what is kept or by what was applied for', async () => {
    const another = {
      writes: [],
      code: 'SYSTEM_REFUSED',
      message: expect.stringContaining('given to another exchange'),
    };
    expect(await completed({ kept: { ...approved, appliedOn: '2022-05-01' } })).toMatchObject(another);
    expect(await completed({ applied: { reference: 'MEX-1', people: ['8-1', '9-1'] } })).toMatchObject(another);
    // The same, with one who has left the chain since.
    expect(
      (await completed({ kept: { ...approved, legs: [leg('1-1', 'A', 'B'), leg('7-1', 'B', 'A')] } })).writes,
    ).toHaveLength(1);
    expect((await completed({ applied: { reference: 'MEX-1', people: ['1-1', '2-1'] } })).writes).toHaveLength(1);
    // What something else was given, or has another number by now, says nothing.
    expect((await completed({ applied: { reference: 'MEX-2', people: ['8-1', '9-1'] } })).writes).toHaveLength(1);
    const bid = { reference: 'MEX-1', people: ['8-1', '9-1'], mutation: 'placeBid' };
    expect((await completed({ applied: bid })).writes).toHaveLength(1);
  });

  it('and that is shown beside this exchange alone', () => {
    const target = { appliedOn: '2022-06-01', people: ['1-1', '2-1'] };
    expect(isAboutExchange({ target }, approved)).toBe(true);
    expect(isAboutExchange({ target }, { ...approved, appliedOn: '2022-07-01' })).toBe(false);
    expect(isAboutExchange({ target }, { ...approved, legs: [] })).toBe(false);
    expect(isAboutExchange({ target: null }, approved)).toBe(false);
    expect(completeExchange.entity({ exchangeReference: 'MEX-1', target })).toBe('exchange/MEX-1');
    expect(completeExchange.steps({ exchangeReference: 'MEX-1', target })).toEqual([]);
    expect(completeExchange.sentences({ exchangeReference: 'MEX-1', target }).APPLIED).toContain(
      'Please do not move before that.',
    );
  });
});

describe('an exchange is to be decided', () => {
  it('within 42 days that begin with the day on which it was applied for', () => {
    const deadline = decisionDeadline({ appliedOn: '2022-06-01', status: 'APPLIED' });
    // Midnight after the 42nd day: 12 July.
    expect(deadline).toMatchObject({
      ...{ rule: 'MUTUAL_EXCHANGE', startsAt: '2022-06-01T00:00:00+01:00', dueAt: '2022-07-13T00:00:00+01:00' },
    });
    // The clocks go back meanwhile.
    expect(decisionDeadline({ appliedOn: '2022-10-01', status: 'APPLIED' })?.dueAt).toBe('2022-11-12T00:00:00+00:00');
  });

  it.each<[ExchangeRecord['status'], boolean]>([
    ['APPLIED', true],
    ['INSPECTIONS', true],
    ['REFERENCES', true],
    ['APPROVED', false],
    ['REFUSED', false],
    ['ASSIGNED', false],
    ['WITHDRAWN', false],
    ['UNKNOWN', false],
    [null, false],
  ])('and has a deadline while it is %s: %s', (status, has) => {
    expect(decisionDeadline({ appliedOn: '2022-06-01', status }) !== null).toBe(has);
    expect(decisionDeadline({ appliedOn: null, status })).toBeNull();
  });
});

describe('an application for an exchange', () => {
  const given = (person: string, from: string, to: string, agreed?: boolean) => ({
    ...{
      personReference: person,
      fromPropertyReference: from,
      toPropertyReference: to,
      ...(agreed !== undefined && { agreed }),
    },
  });
  const checked = (...legs: object[]) => applyForExchange.check({ legs }, { now: () => 0, snapshots: undefined });
  const problems = (...legs: object[]) => {
    const outcome = checked(...legs);
    return 'problems' in outcome ? outcome.problems.map(({ field, message }) => `${field} ${message}`) : [];
  };
  const chain = (length: number) =>
    Array.from({ length }, (_, index) => given(`${index}-1`, `P${index}`, `P${(index + 1) % length}`));

  it('is of two to five, each of whom moves once, into the home that another leaves', () => {
    for (const length of [2, 3, 4, 5]) expect(problems(...chain(length)), `${length}`).toEqual([]);
    expect(problems(...chain(6))).toEqual(['legs has 6; an exchange has 2 to 5.']);
    expect(problems(given('1-1', 'A', 'A'))).toEqual([
      'legs has 1; an exchange has 2 to 5.',
      'legs.0.toPropertyReference is the home that is left.',
    ]);
  });

  it.each<[string, object[], string[]]>([
    [
      'one person in two legs',
      [given('1-1', 'A', 'B'), given('1-1', 'B', 'A')],
      [
        'legs.0.personReference is in more than one leg; everybody moves once.',
        'legs.1.personReference is in more than one leg; everybody moves once.',
      ],
    ],
    [
      'a home that two leave',
      [given('1-1', 'A', 'B'), given('2-1', 'A', 'B'), given('3-1', 'B', 'A')],
      [
        'legs.0.fromPropertyReference is left in more than one leg.',
        'legs.0.toPropertyReference is moved into in more than one leg.',
        'legs.1.fromPropertyReference is left in more than one leg.',
        'legs.1.toPropertyReference is moved into in more than one leg.',
        'legs.2.toPropertyReference must be the home that one of the others leaves.',
      ],
    ],
    [
      'a home that two move into',
      [given('1-1', 'A', 'B'), given('2-1', 'B', 'C'), given('3-1', 'C', 'B')],
      [
        'legs.0.toPropertyReference is moved into in more than one leg.',
        'legs.2.toPropertyReference is moved into in more than one leg.',
      ],
    ],
    [
      'a home that nobody leaves',
      [given('1-1', 'A', 'B'), given('2-1', 'B', 'Z')],
      ['legs.1.toPropertyReference must be the home that one of the others leaves.'],
    ],
    [
      'somebody who stays',
      [given('1-1', 'A', 'B'), given('2-1', 'B', 'A'), given('3-1', 'C', 'C')],
      ['legs.2.toPropertyReference is the home that is left.'],
    ],
  ])('with %s is refused, and says where', (_what, legs, told) => {
    expect(problems(...legs)).toEqual(told);
  });

  it('says of each who has agreed already; nobody has who did not say so', () => {
    const legs = [given('1-1', 'A', 'B', true), given('2-1', 'B', 'C', false), given('3-1', 'C', 'A')];
    const input = checked(...legs) as Parameters<typeof applyForExchange.entity>[0];
    expect(input.legs.map(({ agreed }) => agreed)).toEqual([true, false, false]);
  });

  it('is one thing, whoever of them applies, found by each of them and by each home; its clock runs from receipt', () => {
    const [first, second] = chain(2) as [ReturnType<typeof given>, ReturnType<typeof given>];
    const [one, other] = [checked(first, second), checked(second, first)] as Parameters<
      typeof applyForExchange.entity
    >[0][];
    if (!one || !other) throw new Error('refused');
    expect(applyForExchange.entity(one)).toBe(applyForExchange.entity(other));
    expect(applyForExchange.terms(one)).toEqual(['person\n0-1', 'person\n1-1', 'property\nP0', 'property\nP1']);
    expect(applyForExchange.clocks?.(one)).toEqual(['MUTUAL_EXCHANGE']);
    expect(applyForExchange.whileDown).toBe('QUEUE');
    expect(applyForExchange.says(one)).toEqual({ 'move 1': 'P0 to P1', 'move 2': 'P1 to P0' });
  });

  it('has made the exchange that has its people, and no other that has its reference', () => {
    const input = checked(...chain(2)) as Parameters<typeof applyForExchange.entity>[0];
    const made = (people: string[]) =>
      applyForExchange.still?.compare(input, [], { ...approved, legs: people.map((person) => leg(person, 'A', 'B')) });
    expect(made(['0-1', '1-1'])).toBe('SAME');
    expect(made(['8-1', '9-1'])).toBe('OTHER');
    expect(applyForExchange.made?.([{ exchangeReference: 'MEX-1' }])).toEqual([
      { id: 'MEX-1', description: 'exchange' },
    ]);
  });
});
