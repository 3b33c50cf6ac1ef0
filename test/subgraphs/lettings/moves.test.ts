// What is known of an offer when it is accepted, and of an application when somebody bids; and how both are looked up again afterwards.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Answer, Provenance } from '../../../subgraphs/continuity/definition.ts';
import type { AppliedStep } from '../../../subgraphs/continuity/look-up.ts';
import { lettingsLookUps } from '../../../subgraphs/lettings/look-ups.ts';
import {
  accept,
  acceptOffer,
  bid,
  isAboutOffer,
  type MovesContext,
  placeBid,
} from '../../../subgraphs/lettings/moves.ts';
import type { ApplicationRecord, ExchangeRecord, OfferRecord } from '../../../subgraphs/lettings/records.ts';
import { receiptOf } from '../../receipts.ts';

const offered = (more: { home?: string; application?: string | null; status?: OfferRecord['status'] } = {}) => {
  const { home = 'P1', application = 'APP/1', status = 'MADE' } = more;
  return {
    ...{ offerNumber: '12', property: { propertyReference: home }, status },
    application: application === null ? null : { applicationReference: application },
  } as OfferRecord;
};
const appliedBy = (personReference: string) =>
  ({ applicationReference: 'APP/1', person: { personReference } }) as ApplicationRecord;

type Given<Value> = Value | null | 'SILENT';
type Kept = 'SNAPSHOT' | 'RESTORED_COPY' | 'LIVE';
interface Said {
  keptOffer?: Given<OfferRecord>;
  offer?: Given<OfferRecord>;
  keptApplication?: Given<ApplicationRecord>;
  application?: Given<ApplicationRecord>;
  /** Where what is given as of now is from. */
  source?: Kept;
}

/** What is known of the record that is written about. */
async function target(what: 'acceptOffer' | 'placeBid', said: Said): Promise<unknown> {
  const {
    keptOffer = 'SILENT',
    offer = 'SILENT',
    keptApplication = 'SILENT',
    application = 'SILENT',
    source = 'LIVE',
  } = said;
  const read =
    <Value>(wanted: string, value: Given<Value>, from: Provenance['source']) =>
    async (reference: string): Promise<Answer<Value | null>> => {
      expect(reference).toBe(wanted);
      if (value === 'SILENT') throw new GraphQLError('nothing kept', { extensions: { code: 'SYSTEM_DOWN' } });
      return { value: value as Value | null, provenance: { system: 'lettings', source: from, asOf: '' } };
    };
  let known: Record<string, unknown> = {};
  const context = {
    kept: { offer: read('12', keptOffer, 'SNAPSHOT'), application: read('APP/1', keptApplication, 'SNAPSHOT') },
    ...{ offer: read('12', offer, source), application: read('APP/1', application, source) },
    async write(mutation: string, _input: object, _key: string, _channel: string, given: Record<string, unknown>) {
      expect(mutation).toBe(what);
      known = given;
      return receiptOf({ id: 'R1', system: 'lettings', mutation });
    },
  } as unknown as MovesContext;
  const common = { channel: 'WEB', idempotencyKey: 'one' } as const;
  if (what === 'acceptOffer') await accept({ offerNumber: ' 12 ', ...common }, context);
  else await bid({ applicationReference: ' APP/1 ', advertNumber: '7', ...common }, context);
  return known.target;
}

describe('whoever accepts an offer', () => {
  const mine = { propertyReference: 'P1', applicationReference: 'APP/1', personReference: '1-1' };
  it.each<[string, Said, object | null]>([
    ['as it is now', { offer: offered(), application: appliedBy('1-1') }, mine],
    ['as it is kept, with lettings down', { keptOffer: offered(), keptApplication: appliedBy('1-1') }, mine],
    ['alone, where its application cannot be read', { offer: offered() }, { ...mine, personReference: null }],
    [
      'of no application',
      { offer: offered({ application: null }) },
      { ...mine, applicationReference: null, personReference: null },
    ],
    ['of which nothing is known', {}, null],
    ['that is not there', { offer: null, keptOffer: null }, null],
    // What a copy from before says is no knowledge.
    ['of a restored copy', { offer: offered(), application: appliedBy('1-1'), source: 'RESTORED_COPY' }, null],
    [
      'of which what is kept and what is said now agree',
      { keptOffer: offered(), offer: offered(), application: appliedBy('1-1') },
      mine,
    ],
    [
      'whose number has been another home’s',
      { keptOffer: offered({ home: 'P2' }), offer: offered(), application: appliedBy('1-1') },
      { ...mine, disputed: true },
    ],
    [
      'whose application has been another’s',
      { keptOffer: offered(), offer: offered(), keptApplication: appliedBy('2-1'), application: appliedBy('1-1') },
      { ...mine, disputed: true },
    ],
  ])('means the one that is known: one %s', async (_what, said, known) => {
    expect(await target('acceptOffer', said)).toEqual(known);
  });

  it('is shown as on its way beside this offer, and beside no other that has its number', () => {
    const shown = (meant: object | null, record = offered()) => isAboutOffer({ target: meant }, record);
    expect(shown(mine)).toBe(true);
    expect(shown(mine, offered({ home: 'P2' }))).toBe(false);
    expect(shown(mine, offered({ application: 'APP/2' }))).toBe(false);
    expect(shown({ ...mine, disputed: true })).toBe(false);
    expect(shown(null)).toBe(false);
  });

  it('is heard whatever is down, and is told what not to do before the date is confirmed', () => {
    const acceptance = { offerNumber: '12', target: mine };
    expect(acceptOffer.whileDown).toBe('QUEUE');
    expect(acceptOffer.entity(acceptance)).toBe('offer/12');
    expect(acceptOffer.steps(acceptance)).toMatchObject([
      { kind: 'acceptOffer', input: { offerNumber: '12' }, target: mine },
    ]);
    expect(acceptOffer.sentences(acceptance).QUEUED).toContain('do not give notice or book a removal');
  });
});

describe('whoever bids', () => {
  it.each<[string, Said, object | null]>([
    ['as it is now', { application: appliedBy('1-1') }, { personReference: '1-1' }],
    ['of which nothing is known', {}, null],
    [
      'that has been another’s',
      { keptApplication: appliedBy('2-1'), application: appliedBy('1-1') },
      { personReference: '1-1', disputed: true },
    ],
  ])('means the application that is known: one %s', async (_what, said, known) => {
    expect(await target('placeBid', said)).toEqual(known);
  });

  it('is told at once where it cannot be done, and the number of the bid where the system gives one', () => {
    expect(placeBid.whileDown).toMatchObject({ refuse: expect.stringContaining('will be extended') });
    const input = { applicationReference: 'APP/1', advertNumber: '7', target: { personReference: '1-1' } };
    expect(placeBid.steps(input)).toMatchObject([
      { input: { applicationReference: 'APP/1', advertNumber: '7' }, target: input.target },
    ]);
    expect(placeBid.made?.([{ bidNumber: '77', position: 1 }])).toEqual([{ id: '77', description: 'bid' }]);
    expect(placeBid.made?.([{ bidNumber: null, position: null }])).toEqual([]);
  });
});

describe('once it was applied', () => {
  const never = new AbortController().signal;
  const step = { reference: 'LTL-1', acceptedAtMs: 1, appliedAtMs: 2, superseded: false, seen: true };
  const found =
    <Item>(key: string, item: Item | null) =>
    async (references: readonly string[]) => {
      expect(references).toEqual([key]);
      return new Map<string, Item | null>([[key, item]]);
    };
  const none = async () => new Map();

  it.each<[string, OfferRecord | null, string]>([
    ['is accepted', offered({ status: 'ACCEPTED' }), 'THERE'],
    ['has been signed up for', offered({ status: 'SIGNED_UP' }), 'THERE'],
    ['is made, as before', offered({ status: 'MADE' }), 'OLDER'],
    ['has a viewing booked, as before', offered({ status: 'VIEWING_BOOKED' }), 'OLDER'],
    // People do that.
    ['is withdrawn', offered({ status: 'WITHDRAWN' }), 'CHANGED'],
    ['is refused', offered({ status: 'REFUSED' }), 'CHANGED'],
    ['is not there', null, 'MISSING'],
    ['is of another home', offered({ status: 'ACCEPTED', home: 'P2' }), 'REISSUED'],
  ])('an acceptance whose offer %s has left a trace: %j is %s', async (_what, record, trace) => {
    const { acceptOffer: lookUp } = lettingsLookUps(40, found('12', record), none);
    const known = { propertyReference: 'P1', applicationReference: 'APP/1', personReference: '1-1' };
    const applied = { ...step, input: { offerNumber: ' 12 ' }, made: { offerNumber: '12' }, target: known };
    expect(await lookUp.look([applied], never)).toEqual([trace]);
    const { target: _target, ...unknown } = applied;
    if (trace !== 'REISSUED') expect(await lookUp.look([unknown], never)).toEqual([trace]);
  });

  it.each<[string, string[] | null, string]>([
    ['everybody who applied', ['1-1', '2-1'], 'THERE'],
    ['them and another', ['2-1', '1-1', '3-1'], 'THERE'],
    ['one of them, and another', ['1-1', '3-1'], 'CHANGED'],
    ['others', ['8-1', '9-1'], 'REISSUED'],
    ['nobody at all', null, 'MISSING'],
  ])('an application whose exchange has %s is looked up: %j is %s', async (_what, people, trace) => {
    const legs = (some: string[]) => some.map((personReference) => ({ person: { personReference } }));
    const record = people && ({ exchangeReference: 'MEX-1', legs: legs(people) } as ExchangeRecord);
    const { applyForExchange: lookUp } = lettingsLookUps(40, none, found('MEX-1', record));
    const input = { legs: ['1-1', ' 2-1 '].map((personReference) => ({ personReference })) };
    const applied = { ...step, input, made: { exchangeReference: 'MEX-1' } } as AppliedStep<
      never,
      { exchangeReference: string }
    >;
    expect(await lookUp.look([applied], never)).toEqual([trace]);
  });
});
