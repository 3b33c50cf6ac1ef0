// Changes of the lettings system: offers, exchanges and bids, over its mock and over answers written here.
import { describe, expect, it } from 'vitest';
import { lettings } from '../../../subgraphs/lettings/index.ts';
import { type Answering, type Canned, until } from '../wire.ts';
import { startSteps, stepsConform, type Trial } from '../writes.ts';
import { expired, json } from './wire.ts';

const trials: Record<string, Trial> = {
  acceptOffer: {
    operation: 'offers',
    change({ world, turn }) {
      const open = world.offers.filter(({ status }) => status === 10 || status === 20);
      return { input: { offerNumber: open[turn]?.offerNo } };
    },
  },
  applyForExchange: {
    operation: 'exchanges',
    async change({ world: { cast }, read }) {
      const { katy, david } = cast;
      const exchanges = async (): Promise<number> => (await read('exchangesOfPerson', katy.personReference)).length;
      const before = await exchanges();
      const leg = (from: typeof katy | typeof david, to: typeof katy | typeof david) => ({
        personReference: from.personReference,
        fromPropertyReference: from.propertyReference,
        toPropertyReference: to.propertyReference,
        agreed: true,
      });
      return { input: { legs: [leg(katy, david), leg(david, katy)] }, times: async () => (await exchanges()) - before };
    },
  },
  placeBid: {
    operation: 'bids',
    async change({ world, turn, read }) {
      const open = world.adverts.filter(({ closes }) => closes > '2026-09-01T13:00:00');
      const pairs = world.applications
        .filter(({ status }) => status === 300)
        .flatMap(({ appRef, bedroomNeed }) =>
          open
            .filter(({ minBedrooms }) => Number.parseInt(bedroomNeed, 10) >= minBedrooms)
            .map(({ advertNo }) => ({ applicationReference: appRef, advertNumber: advertNo })),
        );
      const input = pairs[turn % pairs.length] as (typeof pairs)[number];
      const bids = async (): Promise<number> =>
        (await read('adverts', { offset: 0, limit: 100 })).items.find(
          ({ advertNumber }: { advertNumber: string }) => advertNumber === input.advertNumber,
        ).bids;
      const before = await bids();
      return { input, times: async () => (await bids()) - before };
    },
  },
};

// As many as have eleven offers that can be accepted.
stepsConform(lettings, trials, 1_000);

describe('what is asked of the lettings system', () => {
  const legs = [
    { personReference: ' 1-1', fromPropertyReference: 'P1', toPropertyReference: 'P2', agreed: true },
    { personReference: '2-1', fromPropertyReference: 'P2', toPropertyReference: 'P1', agreed: false },
  ];
  const bid = { applicationReference: 'APP/1', advertNumber: '5' };
  const cases = {
    acceptOffer: { offerNumber: '00/40' },
    applyForExchange: { legs },
    placeBid: bid,
  };
  type Kind = keyof typeof cases;

  async function over(answer: Canned | Answering) {
    let logins = 0;
    const wired = await startSteps(lettings, {
      lettings: {
        answer: (asked) => {
          if (asked.path === '/session') return json({ token: `token-${++logins}`, expiresIn: 1200 });
          return typeof answer === 'function' ? answer(asked) : answer;
        },
      },
    });
    const changes = () => wired.wires.lettings.asked.filter(({ path }) => path !== '/session');
    return { ...wired, changes, logins: () => logins };
  }

  it.each<[Kind, string, object, object, object]>([
    ['acceptOffer', '/offers/00%2F40/acceptance', {}, { status: 30 }, { offerNumber: '00/40' }],
    [
      'applyForExchange',
      '/exchanges',
      {
        legs: [
          { personRef: '1-1', fromPropRef: 'P1', toPropRef: 'P2', agreed: 'Y' },
          { personRef: '2-1', fromPropRef: 'P2', toPropRef: 'P1', agreed: 'N' },
        ],
      },
      { exchRef: 'MEX-2022-00071' },
      { exchangeReference: 'MEX-2022-00071' },
    ],
    [
      'placeBid',
      '/bids',
      { appRef: 'APP/1', advertNo: '5' },
      { bidNo: 77, position: 3 },
      { bidNumber: '77', position: 3 },
    ],
  ])('by %s is one message with its reference', async (kind, target, message, answer, made) => {
    const { apply, changes } = await over(json(answer, kind === 'acceptOffer' ? 200 : 201));
    expect(await apply(kind, cases[kind])).toEqual(made);
    expect(changes()).toMatchObject([{ method: 'POST', target }]);
    expect(JSON.parse(changes()[0]?.body ?? '')).toEqual({ clientRef: 'LTL-1', ...message });
  });

  it.each<[Kind, string, object, object]>([
    ['acceptOffer', 'ALREADY_ACCEPTED', {}, { offerNumber: '00/40' }],
    ['applyForExchange', 'DUPLICATE_REF', { exchRef: 'MEX-1' }, { exchangeReference: 'MEX-1' }],
    ['placeBid', 'DUPLICATE_REF', { bidNo: 'BID/1', position: '4' }, { bidNumber: 'BID/1', position: 4 }],
    ['placeBid', 'DUPLICATE_REF', {}, { bidNumber: null, position: null }],
  ])('by %s and answered with %s was done before', async (kind, code, more, made) => {
    const { apply } = await over(json({ code, message: 'x', ...more }, 409));
    expect(await apply(kind, cases[kind])).toEqual(made);
  });

  it.each<[Kind, number, object | string, string, string | undefined]>([
    [
      'acceptOffer',
      409,
      { code: 'OFFER_WITHDRAWN' },
      'REFUSAL',
      'This offer has been withdrawn and can no longer be accepted.',
    ],
    ['acceptOffer', 404, { code: 'NOT_FOUND' }, 'REFUSAL', 'The lettings system has nothing under this reference.'],
    ['acceptOffer', 404, '<html>nginx</html>', 'FAULT', undefined],
    ['placeBid', 409, { code: 'CYCLE_CLOSED' }, 'REFUSAL', 'Bidding for this home has closed.'],
    ['placeBid', 409, { code: 'NOT_ELIGIBLE' }, 'REFUSAL', 'This application cannot bid for this home.'],
    ['placeBid', 409, { code: 'ALREADY_ACCEPTED' }, 'REFUSAL', 'The lettings system does not accept this.'],
    [
      'applyForExchange',
      400,
      { code: 'VALIDATION', message: 'ORA-00001' },
      'REFUSAL',
      'The lettings system does not accept this.',
    ],
    ['applyForExchange', 409, 'not json', 'FAULT', undefined],
    ['placeBid', 403, '<html>Blocked</html>', 'FAULT', undefined],
    ['placeBid', 403, { code: 'FORBIDDEN' }, 'REFUSAL', 'The lettings system does not accept this.'],
    ['applyForExchange', 409, { code: 'DUPLICATE_REF' }, 'GARBLED', undefined],
    ['applyForExchange', 201, { ref: 'MEX-1' }, 'GARBLED', undefined],
    ['applyForExchange', 200, '<html>Welcome</html>', 'GARBLED', undefined],
    ['applyForExchange', 503, '<html>Back at 6am</html>', 'UNAVAILABLE', undefined],
    ['applyForExchange', 500, { code: 'INTERNAL' }, 'FAULT', undefined],
    ['applyForExchange', 302, '', 'FAULT', undefined],
    ['applyForExchange', 423, { code: 'LOCKED' }, 'CREDENTIALS', undefined],
    ['acceptOffer', 200, 'Welcome', 'GARBLED', undefined],
  ])('by %s and answered with %i %j has failed by %s', async (kind, status, body, failed, reason) => {
    const answer = typeof body === 'string' ? { status, body } : json(body, status);
    const { failure, sendings } = await over(answer);
    expect(await failure(kind, cases[kind])).toMatchObject({ failure: failed, reason });
    expect(sendings()).toBe(1);
  });

  it('and answered with nothing at all is done, where nothing is to be told', async () => {
    const { apply } = await over({ status: 200, body: '' });
    expect(await apply('acceptOffer', cases.acceptOffer)).toEqual({ offerNumber: '00/40' });
  });

  it('is told to wait where others have used up the calls', async () => {
    const { failure } = await over({ status: 429, headers: { 'retry-after': '3' }, body: '' });
    expect(await failure('placeBid', bid)).toMatchObject({ failure: 'BUSY', retryAfterMs: 3_000 });
  });

  it('is sent once more in a new session, told of each time, where the old one has lapsed; and no third time', async () => {
    const first = await over(({ headers }) =>
      headers.authorization === 'Bearer token-1' ? expired : json({ bidNo: '1', position: 1 }, 201),
    );
    await first.apply('placeBid', bid);
    expect([first.changes().length, first.sendings(), first.logins()]).toEqual([2, 2, 2]);
    const always = await over(expired);
    expect(await always.failure('placeBid', bid)).toMatchObject({ failure: 'FAULT' });
    expect([always.changes().length, always.sendings(), always.logins()]).toEqual([2, 2, 2]);
  });

  it('is not sent while it has to wait for its turn, and not told of', async () => {
    const { apply, changes, sendings, clock } = await over(json({ status: 30 }));
    // With the login as many as the pace lets out at once.
    const asked = Array.from({ length: 6 }, () => apply('acceptOffer', cases.acceptOffer));
    await until(() => changes().length === 5);
    expect(sendings()).toBe(5);
    await clock.advance(1_000);
    await Promise.all(asked);
    expect(sendings()).toBe(6);
  });
});
