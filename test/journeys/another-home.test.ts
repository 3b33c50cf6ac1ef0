// A restored number sequence: repairs comes back from a backup, and gives the number of home A's emergency to home B's gas leak.
// Nothing that is meant for A is done to B, whichever way A's is named and whenever it is sent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../estate.ts';
import { type Keeper, startKeeper } from '../keeper.ts';

const report = /* GraphQL */ `
  mutation Report($input: ReportRepairInput!) {
    reportRepair(input: $input) { receipt { id state made { id } } }
  }`;
const complete = /* GraphQL */ `
  mutation Complete($input: CompleteWorkOrderInput!) {
    completeWorkOrder(input: $input) { receipt { id state } }
  }`;
const book = /* GraphQL */ `
  mutation Book($input: BookAppointmentInput!) {
    bookAppointment(input: $input) { receipt { id state } }
  }`;
const settle = /* GraphQL */ `
  mutation Settle($input: SettleWriteInput!) {
    settleWrite(input: $input) { receipt { id state } }
  }`;
const receipt = /* GraphQL */ `
  query Receipt($id: ID!) {
    receipt(id: $id) { id state message made { id } steps { title state message } }
  }`;
const list = /* GraphQL */ `{
  dispatchList { items { receipt { id made { id } } state workOrder { reference description property { propertyReference } } } }
}`;
const home = /* GraphQL */ `
  query Home($property: ID!) {
    property(propertyReference: $property) {
      pendingRepairs { receipt { id made { id } } }
      repairs(includeClosed: true) {
        items { reference description status pending { receipt { id } } appointment { window { start } } }
        pending { receipt { id made { id } } }
      }
    }
  }`;

describe('repairs gives the number of one home’s emergency to another’s after a restore', { timeout: 60_000 }, () => {
  let keeper: Keeper;
  let homes: string[];
  let count = 0;
  beforeAll(async () => {
    keeper = await startKeeper();
    homes = keeper.mocks.world.cast.properties.slice(0, 20);
  }, 60_000);
  afterAll(() => keeper.close());

  const state = (wanted: string) =>
    keeper.order('mutation($input: SetSystemStateInput!) { setSystemState(input: $input) { state } }', {
      input: { system: 'repairs', state: wanted, why: 'A backup is put back.' },
    });
  const stands = '{ systems { name state backends { name alarm { missing reissued } } } }';
  const stateOf = ({ data }: Reply): string =>
    data.systems.find(({ name }: { name: string }) => name === 'repairs').state;
  const key = () => `another-home-${++count}`;
  const more = () => ({ channel: 'STAFF', idempotencyKey: key() });

  /** Reports an emergency through Lintel. Gives its receipt and its number once it is raised. */
  async function emergency(propertyReference: string, description: string, urgency = 'EMERGENCY') {
    const input = { propertyReference, description, urgency, ...more() };
    const { data } = await keeper.ask(report, { input });
    const { id } = data.reportRepair.receipt;
    const raised = await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'APPLIED');
    return { id, number: raised.data.receipt.made[0].id as string };
  }

  /** A gas leak that staff of the repairs system take by telephone. */
  async function raisedByStaff(propertyReference: string): Promise<string> {
    const headers = { 'content-type': 'application/json', 'x-api-key': keeper.mocks.urls.REPAIRS_API_KEY as string };
    const body = JSON.stringify({
      descriptionOfWork: 'Smell of gas in the hall.',
      priority: {
        priorityCode: '2',
        priorityDescription: 'Emergency',
        requiredCompletionDateTime: '2030-01-01T00:00:00',
      },
      workClass: { workClassCode: '0' },
      workElement: [{ rateScheduleItem: [{ customCode: 'LINTEL-E', customName: 'Gas', quantity: { amount: [1] } }] }],
      sitePropertyUnit: [{ reference: [{ id: propertyReference }] }],
    });
    const reply = await fetch(`${keeper.mocks.urls.REPAIRS_URL}/workOrders/raise`, { method: 'POST', headers, body });
    return String(((await reply.json()) as { id: string | number }).id);
  }

  /** A's emergency is raised, repairs is put back to just before, and its number is given to B's. */
  async function story(
    raiseB: 'THROUGH_LINTEL' | 'BY_STAFF',
    meanwhile: (a: Raised) => Promise<unknown> = async () => {},
  ) {
    const [a, b] = homes.splice(0, 2) as [string, string];
    keeper.mocks.backup('repairs');
    const ofA = await emergency(a, `The ceiling of ${a} has come down.`);
    await meanwhile(ofA);
    await keeper.mocks.restore('repairs');
    const ofB = raiseB === 'BY_STAFF' ? null : await emergency(b, 'Smell of gas in the hall.');
    const number = ofB?.number ?? (await raisedByStaff(b));
    expect(number, 'given out again').toBe(ofA.number);
    return { a, b, ofA, ofB, number };
  }
  type Raised = Awaited<ReturnType<typeof emergency>>;

  /** What repairs itself says of a number, past Lintel. */
  async function inRepairs(number: string) {
    const headers = { 'x-api-key': keeper.mocks.urls.REPAIRS_API_KEY as string };
    const reply = await fetch(`${keeper.mocks.urls.REPAIRS_URL}/workOrders/${number}`, { headers });
    const { description, propertyReference, statusCode, appointment } = (await reply.json()) as Record<string, unknown>;
    return { description, propertyReference: String(propertyReference).trim(), statusCode, appointment };
  }
  const untouched = (propertyReference: string) => ({
    description: 'Smell of gas in the hall.',
    propertyReference,
    statusCode: 10,
    appointment: null,
  });

  it.each(['THROUGH_LINTEL', 'BY_STAFF'] as const)(
    'a completion that names A’s receipt is refused with the reason, and both stay on the dispatch list, where B’s was raised %s',
    async (how) => {
      const { b, ofA, ofB, number } = await story(how);
      const { data } = await keeper.ask(complete, { input: { receipt: ofA.id, ...more() } });
      const { id } = data.completeWorkOrder.receipt;
      const told = await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'REFUSED');
      expect(told.data.receipt.message).toContain('belongs to another job');
      expect(await inRepairs(number)).toEqual(untouched(b));

      const { items } = (await keeper.ask(list)).data.dispatchList;
      const mine = items.find((one: { receipt: { id: string } }) => one.receipt.id === ofA.id);
      expect(mine).toEqual({ receipt: { id: ofA.id, made: [] }, state: 'NOT_FOUND_IN_SYSTEM', workOrder: null });
      const theirs = items.find((one: { receipt: { id: string } }) => one.receipt.id === ofB?.id);
      if (ofB)
        expect(theirs).toMatchObject({
          state: 'RAISED',
          workOrder: { reference: number, property: { propertyReference: b } },
        });
    },
  );

  it('a routine repair whose completion is refused is no emergency', async () => {
    const [a, b] = homes.splice(0, 2) as [string, string];
    keeper.mocks.backup('repairs');
    const ofA = await emergency(a, 'The tap drips.', 'ROUTINE');
    await keeper.mocks.restore('repairs');
    expect(await raisedByStaff(b), 'given out again').toBe(ofA.number);
    const { data } = await keeper.ask(complete, { input: { receipt: ofA.id, ...more() } });
    const { id } = data.completeWorkOrder.receipt;
    await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'REFUSED');
    const { items } = (await keeper.ask(list)).data.dispatchList;
    expect(items.map((one: { receipt: { id: string } }) => one.receipt.id)).not.toContain(ofA.id);
  });

  it('A’s receipt does not show the number any more, and B’s home nothing of A’s', async () => {
    const { a, b, ofA, number } = await story('BY_STAFF');
    expect((await keeper.ask(receipt, { id: ofA.id })).data.receipt.made).toEqual([]);
    const atA = (await keeper.ask(home, { property: a })).data.property;
    expect(JSON.stringify(atA)).not.toContain(`"${number}"`);
    const atB = (await keeper.ask(home, { property: b })).data.property;
    expect(JSON.stringify(atB)).not.toContain(ofA.id);
  });

  it.each(['THROUGH_LINTEL', 'BY_STAFF'] as const)(
    'a completion by number waits for a person, since the number has been two jobs’, where B’s was raised %s; and goes on once one has looked',
    async (how) => {
      const { b, ofB, number } = await story(how);
      const { data } = await keeper.ask(complete, { input: { workOrderReference: number, ...more() } });
      const { id } = data.completeWorkOrder.receipt;
      const told = await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'PARKED');
      expect(told.data.receipt.steps[0].message).toContain('cannot be proved');
      expect(await inRepairs(number)).toEqual(untouched(b));
      const { items } = (await keeper.ask(list)).data.dispatchList;
      if (ofB) expect(items.map((one: { receipt: { id: string } }) => one.receipt.id)).toContain(ofB.id);
      const atB = (await keeper.ask(home, { property: b })).data.property.repairs;
      expect(JSON.stringify(atB)).not.toContain(id);

      await keeper.order(settle, { input: { receipt: id, verdict: 'SEND_AGAIN', why: 'It is B’s: rung and asked.' } });
      await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'APPLIED');
      expect(await inRepairs(number)).toMatchObject({ propertyReference: b, statusCode: 50 });
    },
  );

  it('a visit and a completion by number that were queued while repairs was cut off are refused', async () => {
    const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const window = { start: `${day}T12:00:00Z`, end: `${day}T17:00:00Z` };
    const queued: string[] = [];
    const { b, number } = await story('BY_STAFF', async ({ number: given }) => {
      // It has been read once, as it is in any month.
      await keeper.ask(`{ workOrder(reference: "${given}") { description } }`);
      await state('ISOLATED');
      const booked = await keeper.ask(book, { input: { workOrderReference: given, window, ...more() } });
      const done = await keeper.ask(complete, { input: { workOrderReference: given, ...more() } });
      queued.push(booked.data.bookAppointment.receipt.id, done.data.completeWorkOrder.receipt.id);
      expect([booked.data.bookAppointment.receipt.state, done.data.completeWorkOrder.receipt.state]).toEqual([
        'QUEUED',
        'QUEUED',
      ]);
    });
    // Isolated, Lintel asks nothing; staff work on. It is released as often as it takes to be believed.
    await state('RELEASED');
    const back = await keeper.until(stands, {}, (reply) => ['HELD', 'OPERATIONAL'].includes(stateOf(reply)));
    if (stateOf(back) === 'HELD') {
      const found = await keeper.until(
        stands,
        {},
        (reply) => stateOf(reply) !== 'HELD' || JSON.stringify(reply.data).includes('reissued'),
      );
      if (stateOf(found) === 'HELD') await state('RELEASED');
    }
    for (const id of queued) {
      await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'REFUSED');
    }
    expect(await inRepairs(number)).toEqual(untouched(b));
  });

  it('a visit that was asked for with a report, and waits for the scheduler, is not booked at B’s', async () => {
    const [a, b] = homes.splice(0, 2) as [string, string];
    const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const preferredWindow = { start: `${day}T12:00:00Z`, end: `${day}T17:00:00Z` };
    keeper.mocks.backup('repairs.workOrders');
    await keeper.fall('repairs.scheduler');
    const input = {
      propertyReference: a,
      description: 'The tap drips.',
      urgency: 'ROUTINE',
      preferredWindow,
      ...more(),
    };
    const { data } = await keeper.ask(report, { input });
    const { id } = data.reportRepair.receipt;
    const raised = await keeper.until(receipt, { id }, (reply) => reply.data.receipt.made.length > 0);
    await keeper.mocks.restore('repairs.workOrders');
    const number = await raisedByStaff(b);
    expect(number, 'given out again').toBe(raised.data.receipt.made[0].id);
    await keeper.comeBack('repairs.scheduler');
    const told = await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'REFUSED');
    expect(told.data.receipt.made).toEqual([]);
    expect(await inRepairs(number)).toEqual(untouched(b));
  });

  it('a completion by a number of which nothing was known waits for a person', async () => {
    const [property] = homes.splice(0, 1) as [string];
    const number = await raisedByStaff(property);
    await keeper.fall('repairs.workOrders');
    const { data } = await keeper.ask(complete, { input: { workOrderReference: number, ...more() } });
    const { id } = data.completeWorkOrder.receipt;
    await keeper.comeBack('repairs.workOrders');
    await keeper.until(receipt, { id }, (reply) => reply.data.receipt.state === 'PARKED');
    expect(await inRepairs(number)).toEqual(untouched(property));
  });
});
