// One page over four systems, and what is left of it when some of them fall.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Estate, eventually, type Reply, startEstate } from '../estate.ts';

const page = /* GraphQL */ `
  query Page($person: ID!, $property: ID!) {
    person(personReference: $person) {
      name
      tenancies { items { tenancyReference rentAccount { balance { pence } } property { address } } provenance { system source asOf } }
      applications { items { band offers { items { plannedMoveDate } provenance { source } } } provenance { system source asOf } }
      exchanges { items { exchangeReference } }
      calls { items { startedAt disposition } provenance { system source asOf } }
    }
    property(propertyReference: $property) {
      address
      repairs { items { reference description appointment { window { start end } confirmed } } provenance { system source asOf } }
    }
    lines { items { name waitingCallers } provenance { system } }
  }`;

describe('Katy opens her page', () => {
  let estate: Estate;
  const open = (): Promise<Reply> => {
    const { katy } = estate.mocks.world.cast;
    return estate.ask(page, { person: katy.personReference, property: katy.propertyReference });
  };

  beforeAll(async () => {
    estate = await startEstate();
  });
  afterEach(async () => {
    await estate.mocks.clearFaults();
    // Whatever the test broke is back before the next one: probes find it by themselves.
    await eventually(
      () => estate.ask('{ systems { state backends { circuit } } }'),
      ({ data }) => data.systems.every(({ state }: { state: string }) => state !== 'DOWN'),
    );
    await eventually(open, ({ errors }) => errors.length === 0);
  });
  afterAll(() => estate.close());

  it('and sees all four systems on it', async () => {
    const { status, data, errors } = await open();
    expect(errors).toEqual([]);
    expect(status).toBe(200);
    const { katy } = estate.mocks.world.cast;
    expect(data.person.tenancies.items[0].tenancyReference).toBe(katy.tenancyReference);
    expect(data.person.applications.items[0].offers.items[0].plannedMoveDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(data.person.calls.items.length).toBeGreaterThan(0);
    expect(data.property.repairs.items.length).toBeGreaterThan(0);
    expect(data.property.repairs.items[0].appointment).toMatchObject({ confirmed: true });
    expect(data.lines.items.length).toBeGreaterThan(0);
    expect(data.property.repairs.provenance).toMatchObject({ system: 'repairs', source: 'LIVE' });
  });

  it('while telephony refuses and lettings hangs: she loses their parts only, and is told once for each failed call', async () => {
    const whole = (await open()).data;
    await estate.mocks.setFault({ target: 'telephony', fault: 'down' });
    await estate.mocks.setFault({ target: 'lettings', fault: 'hung' });
    const { status, data, errors } = await open();
    expect(status).toBe(200);
    expect(data.person).toEqual({
      ...whole.person,
      tenancies: data.person.tenancies,
      applications: null,
      exchanges: null,
      calls: null,
    });
    expect(data.person.tenancies.items).toEqual(whole.person.tenancies.items);
    expect(data.property.repairs.items).toEqual(whole.property.repairs.items);
    expect(data.lines).toBeNull();
    const told = errors.map(({ path, extensions: { code, system, affected } }) => [
      path.join('.'),
      code,
      system,
      affected,
    ]);
    expect(told.sort()).toEqual([
      ['lines', 'SYSTEM_DOWN', 'telephony', 1],
      ['person.applications', 'SYSTEM_TIMEOUT', 'lettings', 1],
      ['person.calls', 'SYSTEM_DOWN', 'telephony', 1],
      ['person.exchanges', 'SYSTEM_TIMEOUT', 'lettings', 1],
    ]);
  });

  it('after the circuits have opened: no request reaches the fallen systems any more', async () => {
    await estate.mocks.setFault({ target: 'telephony', fault: 'down' });
    await estate.mocks.setFault({ target: 'lettings', fault: 'hung' });
    const open4 = await eventually(
      open,
      ({ errors }) =>
        errors.length === 4 && errors.every(({ extensions }) => extensions.code === 'SYSTEM_DOWN' && extensions.since),
    );
    for (const { extensions } of open4.errors) {
      expect(extensions).toMatchObject({ retryable: true, since: expect.any(String) });
    }
    estate.mocks.resetCalls();
    await Promise.all(Array.from({ length: 20 }, open));
    const { lettings } = estate.mocks.calls();
    // The background probe may fall into this moment; a person's request may not.
    expect(Object.keys(lettings?.operations ?? {}).filter((operation) => operation !== 'ping')).toEqual([]);
  });

  it('with tenancies down: the key alone still opens the other systems, and her own fields say why they are empty', async () => {
    await estate.mocks.setFault({ target: 'tenancies', fault: 'down' });
    const { data, errors } = await open();
    const { katy } = estate.mocks.world.cast;
    expect(data.property.address).toBeNull();
    expect(data.property.repairs.items.length).toBeGreaterThan(0);
    expect(data.person.name).toBeNull();
    expect(data.person.applications.items.length).toBeGreaterThan(0);
    // Her calls are joined by her telephone numbers, which tenancies holds: could not ask is not the same as no calls.
    expect(data.person.calls).toBeNull();
    const affected = errors.flatMap(({ extensions }) => extensions.affectedPaths);
    expect(affected).toContainEqual(['person', 'calls']);
    expect(errors.every(({ extensions }) => extensions.system === 'tenancies')).toBe(true);
    const { data: nobody, errors: none } = await estate.ask(`{ workOrder(reference: "0") { reference } }`);
    expect([nobody.workOrder, none]).toEqual([null, []]);
    expect(katy.propertyReference).not.toBe('');
  });
});
