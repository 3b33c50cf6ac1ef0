// A restored number sequence in lettings: the number of an offer to one applicant is given to an offer to another. An acceptance
// that was queued for the first is not given to the second.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../estate.ts';
import { type Keeper, startKeeper } from '../keeper.ts';

const accept = /* GraphQL */ `
  mutation Accept($input: AcceptOfferInput!) {
    acceptOffer(input: $input) { receipt { id state } }
  }`;
const receipt = /* GraphQL */ `
  query Receipt($id: ID!) { receipt(id: $id) { state message steps { message } } }`;
const offer = /* GraphQL */ `
  query Offer($number: ID!) {
    offer(offerNumber: $number) {
      statusCode application { applicationReference person { personReference } } pending { receipt { id } }
    }
  }`;
const systems = '{ systems { name state backends { alarm { compared } } } }';

describe('lettings gives the number of one applicant’s offer to another’s after a restore', { timeout: 60_000 }, () => {
  let keeper: Keeper;
  beforeAll(async () => {
    keeper = await startKeeper();
  }, 60_000);
  afterAll(() => keeper.close());

  const order = (state: string) =>
    keeper.order('mutation($input: SetSystemStateInput!) { setSystemState(input: $input) { state } }', {
      input: { system: 'lettings', state, why: 'A backup is put back.' },
    });
  const ofLettings = ({ data }: Reply) => data.systems.find(({ name }: { name: string }) => name === 'lettings');

  /** Lets it be asked again, and believes it: an operator's word where the check has found something. */
  async function letIn() {
    await order('RELEASED');
    const back = await keeper.until(systems, {}, (reply) => {
      const { state, backends } = ofLettings(reply);
      return state === 'OPERATIONAL' || (state === 'HELD' && backends[0].alarm !== null);
    });
    if (ofLettings(back).state === 'HELD') await order('RELEASED');
  }

  /** Staff offer homes until the first of them, after the last backup, is to somebody else than `not`. */
  function offered(seed: number, not = ''): { number: string; to: string } {
    for (let each = seed; each < seed + 50; each += 1) {
      const changed = keeper.mocks.change({ target: 'lettings', count: 40, seed: each });
      const made = changed.find(({ what }) => what.startsWith('offered to '));
      const to = made?.what.slice('offered to '.length) ?? '';
      if (made && to !== not) return { number: made.reference, to };
    }
    throw new Error('Staff offer nobody anything.');
  }

  /** A first offer is made, and its acceptance queued; then its number is given to another. */
  async function story(seed: number, known: boolean) {
    keeper.mocks.backup('lettings');
    const first = offered(seed);
    if (known) {
      const { data } = await keeper.ask(offer, { number: first.number });
      expect(data.offer.application.applicationReference).toBe(first.to);
    }
    await order('ISOLATED');
    const input = { offerNumber: first.number, channel: 'PHONE', idempotencyKey: `accept-${seed}` };
    const { data } = await keeper.ask(accept, { input });
    expect(data.acceptOffer.receipt.state).toBe('QUEUED');
    await keeper.mocks.restore('lettings');
    // Another seed may offer the first home to another, or more homes before: the number is what counts.
    let second = offered(seed + 100, first.to);
    for (let more = seed + 200; second.number !== first.number; more += 100) {
      await keeper.mocks.restore('lettings');
      second = offered(more, first.to);
    }
    await letIn();
    return { id: data.acceptOffer.receipt.id as string, first, second };
  }

  it('and an acceptance of the first is refused with the reason, and shown beside neither', async () => {
    const { id, first, second } = await story(1, true);
    const told = await keeper.until(receipt, { id }, ({ data }) => data.receipt.state === 'REFUSED');
    expect(told.data.receipt.message).toContain('belongs to another offer');
    const { data } = await keeper.ask(offer, { number: first.number });
    expect(data.offer.application.applicationReference).toBe(second.to);
    expect(data.offer.statusCode).toBe('10');
    expect(data.offer.pending).toEqual([]);
  });

  it('and an acceptance of one of which nothing was known waits for a person', async () => {
    const { id, first } = await story(1_001, false);
    const told = await keeper.until(receipt, { id }, ({ data }) => data.receipt.state === 'PARKED');
    expect(told.data.receipt.steps[0].message).toContain('cannot be proved');
    const { data } = await keeper.ask(offer, { number: first.number });
    expect(data.offer.statusCode).toBe('10');
  });
});
