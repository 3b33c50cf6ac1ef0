// Journey 1 (writing): lettings is down, and Katy, who waits for her move date, leaves a question. It is answered after the
// restoration. She accepts her offer meanwhile, which is entered once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

describe('Katy asks where her move stands while lettings is down', { timeout: 30_000 }, () => {
  let keeper: Keeper;
  let katy: { personReference: string; offerNumber: string };
  let enquiry: string;

  beforeAll(async () => {
    keeper = await startKeeper();
    katy = keeper.mocks.world.cast.katy;
    await keeper.ask(`{ offer(offerNumber: "${katy.offerNumber}") { plannedMoveDate } }`);
    await keeper.keeping().snapshots?.flush();
    await keeper.fall('lettings', 'tenancies');
  });
  afterAll(() => keeper.close());

  const hers = /* GraphQL */ `
    query Hers($person: ID!, $offer: ID!) {
      person(personReference: $person) { moveEnquiries { id question answer answeredAt } pendingMoves { receipt { id } } }
      offer(offerNumber: $offer) {
        plannedMoveDate status pending { says { name value } receipt { state } } provenance { source }
      }
    }`;
  const variables = () => ({ person: katy.personReference, offer: katy.offerNumber });

  it('sees the last known date with its age, and leaves the question', async () => {
    const input = {
      ...katy,
      question: 'May I book the van?',
      channel: 'PHONE',
      idempotencyKey: 'katy-1',
    };
    const { propertyReference: _home, tenancyReference: _tenancy, ...asked } = input as Record<string, unknown>;
    const { data, errors } = await keeper.ask(
      'mutation($input: EnquireAboutMoveInput!) { enquireAboutMove(input: $input) { receipt { id state message } } }',
      { input: asked },
    );
    expect(errors).toEqual([]);
    expect(data.enquireAboutMove.receipt).toMatchObject({
      state: 'APPLIED',
      message: expect.stringContaining('answer'),
    });
    enquiry = data.enquireAboutMove.receipt.id;
    const page = await keeper.ask(hers, variables());
    expect(page.errors).toEqual([]);
    expect(page.data.offer).toMatchObject({ plannedMoveDate: expect.any(String), provenance: { source: 'SNAPSHOT' } });
    expect(page.data.person.moveEnquiries).toMatchObject([
      { id: enquiry, question: 'May I book the van?', answer: null },
    ]);
    // It is Lintel's own: nothing of it waits for lettings.
    expect(page.data.person.pendingMoves).toEqual([]);
  });

  it('accepts her offer, which shows as pending beside what is kept', async () => {
    const { data, errors } = await keeper.ask(
      'mutation($input: AcceptOfferInput!) { acceptOffer(input: $input) { receipt { state message } } }',
      { input: { offerNumber: katy.offerNumber, channel: 'WEB', idempotencyKey: 'katy-2' } },
    );
    expect(errors).toEqual([]);
    expect(data.acceptOffer.receipt.state).toBe('QUEUED');
    const page = await keeper.ask(hers, variables());
    expect(page.data.offer.pending).toEqual([
      { says: [{ name: 'offer', value: 'accepted' }], receipt: { state: 'QUEUED' } },
    ]);
  });

  it('cannot bid meanwhile, and is told that the cycle will be extended', async () => {
    const { data } = await keeper.ask(
      'mutation($input: PlaceBidInput!) { placeBid(input: $input) { receipt { state message } } }',
      { input: { applicationReference: 'APP/0000001', advertNumber: '1', channel: 'WEB', idempotencyKey: 'katy-3' } },
    );
    expect(data.placeBid.receipt).toMatchObject({ state: 'REFUSED', message: expect.stringContaining('extended') });
  });

  it('is answered by staff, over the operator socket alone, once lettings is back', async () => {
    await keeper.comeBack('lettings', 'tenancies');
    const answer =
      'mutation($input: AnswerMoveEnquiryInput!) { answerMoveEnquiry(input: $input) { receipt { state } } }';
    const input = { enquiry, answer: 'Yes, for the day that you were given.', idempotencyKey: 'answer-1' };
    const elsewhere = await keeper.ask(answer, { input });
    expect(elsewhere.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    const open = await keeper.ask('{ moveEnquiries { edges { node { id } } totalCount } }');
    expect(open.data.moveEnquiries).toEqual({ edges: [{ node: { id: enquiry } }], totalCount: 1 });
    const answered = await keeper.order(answer, { input });
    expect(answered.errors).toEqual([]);
    // The offer was accepted in lettings before: what is waited for is her own word.
    const page = await keeper.until(
      hers,
      variables(),
      ({ data }) => data.offer.status === 'ACCEPTED' && data.offer.pending.length === 0,
    );
    expect(page.data.person.moveEnquiries).toMatchObject([{ answer: input.answer, answeredAt: expect.any(String) }]);
    expect(page.data.offer.pending).toEqual([]);
    expect((await keeper.ask('{ moveEnquiries { totalCount } }')).data.moveEnquiries.totalCount).toBe(0);
  });
});
