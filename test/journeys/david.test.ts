// Journey 2: David's exchange is agreed, and tenancies and lettings are down. His application is accepted and its 42 days run; its
// completion is refused with the reason; when they are back it is applied once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

const apply = /* GraphQL */ `
  mutation Apply($input: ApplyForExchangeInput!) {
    applyForExchange(input: $input) {
      receipt { id state message acceptedAt deadlines { rule step dueAt source } made { id } }
    }
  }`;
const exchanges = /* GraphQL */ `
  query Exchanges($person: ID!) {
    person(personReference: $person) {
      exchanges { items { exchangeReference status } pending { receipt { id state } } }
      pendingMoves { receipt { id } }
    }
  }`;

describe('David, whose exchange is agreed, while tenancies and lettings are down', { timeout: 30_000 }, () => {
  let keeper: Keeper;
  let david: { personReference: string; propertyReference: string; exchangeReference: string };
  let legs: Record<string, unknown>[];
  let before: number;

  beforeAll(async () => {
    keeper = await startKeeper();
    const { cast, members, homes } = keeper.mocks.world;
    david = cast.david;
    const other = cast.properties.find(
      (each) => each !== david.propertyReference && each !== cast.katy.propertyReference,
    );
    const houseRef = homes.find(({ propRef }) => propRef === other)?.houseRef;
    const neighbour = members.find((member) => member.houseRef === houseRef && member.responsible);
    legs = [
      {
        personReference: david.personReference,
        fromPropertyReference: david.propertyReference,
        toPropertyReference: other,
        agreed: true,
      },
      {
        personReference: neighbour?.personRef,
        fromPropertyReference: other,
        toPropertyReference: david.propertyReference,
        agreed: true,
      },
    ];
    const known = await keeper.ask(exchanges, { person: david.personReference });
    before = known.data.person.exchanges.items.length;
    await keeper.keeping().snapshots?.flush();
    await keeper.fall('lettings', 'tenancies');
  });
  afterAll(() => keeper.close());

  it('is told of every leg that cannot be, at once', async () => {
    const [first, second] = legs;
    const wrong = [
      { ...first, toPropertyReference: 'NOWHERE' },
      { ...second, personReference: first?.personReference },
    ];
    const { errors } = await keeper.ask(apply, { input: { legs: wrong, channel: 'WEB', idempotencyKey: 'david-0' } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    const [refused] = errors as [(typeof errors)[number]];
    const fields = (refused.extensions.fields as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(['legs.0.personReference', 'legs.0.toPropertyReference', 'legs.1.personReference']);
  });

  it('has his application accepted, with 42 days that begin with today, and sees it as pending', async () => {
    const { data, errors } = await keeper.ask(apply, { input: { legs, channel: 'WEB', idempotencyKey: 'david-1' } });
    expect(errors).toEqual([]);
    const { receipt } = data.applyForExchange;
    expect(receipt).toMatchObject({ state: 'QUEUED', deadlines: [{ rule: 'MUTUAL_EXCHANGE', step: 'DECIDE' }] });
    const days = (Date.parse(receipt.deadlines[0].dueAt) - Date.parse(receipt.acceptedAt)) / 86_400_000;
    // The day of receipt is the first of them. An hour more or less is the clock's, in October and March.
    expect(days).toBeGreaterThan(40.9);
    expect(days).toBeLessThan(42.1);
    const page = await keeper.ask(exchanges, { person: david.personReference });
    expect(page.data.person.exchanges.pending).toMatchObject([{ receipt: { id: receipt.id, state: 'QUEUED' } }]);
  });

  const complete = () =>
    keeper.ask(
      'mutation($input: CompleteExchangeInput!) { completeExchange(input: $input) { receipt { id state } } }',
      {
        input: { exchangeReference: david.exchangeReference, channel: 'WEB', idempotencyKey: 'david-2' },
      },
    );

  it('cannot have it completed, and is told why', async () => {
    const { data, errors } = await complete();
    expect(data.completeExchange).toBeNull();
    expect(errors).toMatchObject([
      { message: expect.stringContaining('nobody can check'), extensions: { code: 'SYSTEM_DOWN', retryable: true } },
    ]);
  });

  it('has it applied once when they are back', async () => {
    await keeper.comeBack('lettings', 'tenancies');
    const applied = ({ data }: { data: { person: { exchanges: { items: unknown[] } | null } } }) =>
      data.person.exchanges !== null && data.person.exchanges.items.length > before;
    const page = await keeper.until(exchanges, { person: david.personReference }, applied);
    expect(page.data.person.exchanges.items).toHaveLength(before + 1);
    const again = await keeper.ask(apply, { input: { legs, channel: 'WEB', idempotencyKey: 'david-1' } });
    expect(again.data.applyForExchange.receipt).toMatchObject({ state: 'APPLIED', made: [{ id: expect.any(String) }] });
    const after = await keeper.ask(exchanges, { person: david.personReference });
    expect(after.data.person.exchanges).toMatchObject({ items: { length: before + 1 }, pending: [] });
  });

  it('can have it completed once a person can check it', async () => {
    const { data, errors } = await complete();
    expect(errors).toEqual([]);
    expect(data.completeExchange.receipt.state).toBe('APPLIED');
  });

  it('cannot while tenancies alone is down: whose homes they are nobody can check', async () => {
    await keeper.fall('tenancies');
    const state = `{ system(name: "tenancies") { state } person(personReference: "${david.personReference}") { name } }`;
    await keeper.until(state, {}, (reply) => reply.data.system.state === 'DOWN');
    const { errors } = await keeper.ask(
      'mutation($input: CompleteExchangeInput!) { completeExchange(input: $input) { receipt { id } } }',
      { input: { exchangeReference: david.exchangeReference, channel: 'WEB', idempotencyKey: 'david-3' } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'SYSTEM_DOWN', system: 'tenancies' } }]);
  });
});
