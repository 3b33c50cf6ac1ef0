// Journey 3: a ceiling comes down on a Sunday night, and repairs and telephony are down. It is accepted, people can work from the
// dispatch list, its clock runs from receipt, and when repairs is back it is raised there, once, with the time at which it was told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

const report = /* GraphQL */ `
  mutation Report($input: ReportRepairInput!) {
    reportRepair(input: $input) {
      receipt { id state message acceptedAt deadlines { rule step dueAt } steps { backend state } made { id } }
    }
  }`;

const list = /* GraphQL */ `{
  dispatchList {
    items {
      receipt { id state } state description accessNotes reportedAt dueAt channel
      property { propertyReference address postcode }
      hazard { severity nextDeadline { step dueAt } }
      taken { by note } workOrder { reference }
    }
    provenance { source }
  }
}`;

const repairs = /* GraphQL */ `
  query Repairs($property: ID!) {
    property(propertyReference: $property) {
      pendingRepairs { says { name value } receipt { id state } provenance { source } }
      repairs(includeClosed: true) {
        items { reference description status externalReference raisedAt priorityCode }
        pending { receipt { id } }
      }
      hazards { id awareAt open deadlines { step dueAt doneAt } done { step } receipt { id } }
    }
  }`;

const description = 'The ceiling of the bedroom has come down; a child is hurt, and the light hangs by its wires.';

describe('a ceiling comes down on a Sunday night', { timeout: 30_000 }, () => {
  let keeper: Keeper;
  let property: string;
  let input: Record<string, unknown>;

  beforeAll(async () => {
    keeper = await startKeeper();
    [property] = keeper.mocks.world.cast.properties as [string];
    // The address has been read once, as it is in any month.
    await keeper.ask(
      `{ property(propertyReference: "${property}") { address repairs(includeClosed: true) { items { reference } } } }`,
    );
    await keeper.keeping().snapshots?.flush();
    input = {
      propertyReference: property,
      description,
      urgency: 'EMERGENCY',
      channel: 'IN_PERSON',
      accessNotes: 'Ring twice.',
      hazard: { type: 'STRUCTURAL', severity: 'EMERGENCY' },
      idempotencyKey: 'ceiling',
    };
  });
  afterAll(() => keeper.close());

  it('and is accepted while repairs and telephony are down, with its clock from receipt', async () => {
    await keeper.fall('repairs', 'telephony', 'tenancies');
    const { data, errors } = await keeper.ask(report, { input });
    expect(errors).toEqual([]);
    const { receipt } = data.reportRepair;
    expect(receipt).toMatchObject({ state: 'QUEUED', message: expect.stringContaining('call 999'), made: [] });
    const dueMs = Date.parse(receipt.acceptedAt) + 24 * 3_600_000;
    const investigate = receipt.deadlines.find(({ step }: { step: string }) => step === 'INVESTIGATE');
    expect(Math.abs(Date.parse(investigate.dueAt) - dueMs)).toBeLessThan(1_000);
  });

  it('and stands on the dispatch list with the address as it was last known, and who sees to it, also after a restart', async () => {
    const { data, errors } = await keeper.ask(list);
    expect(errors).toEqual([]);
    expect(data.dispatchList.items).toHaveLength(1);
    const [emergency] = data.dispatchList.items;
    expect(emergency).toMatchObject({
      ...{
        state: 'NOT_RAISED',
        description,
        accessNotes: 'Ring twice.',
        channel: 'IN_PERSON',
        taken: null,
        workOrder: null,
      },
      property: { propertyReference: property, address: expect.any(String) },
      hazard: { severity: 'EMERGENCY', nextDeadline: { step: 'INVESTIGATE' } },
    });
    const taken = await keeper.ask(
      `mutation($input: TakeEmergencyInput!) { takeEmergency(input: $input) { receipt { state } } }`,
      { input: { receipt: emergency.receipt.id, takenBy: 'Night team', note: 'On the way.', idempotencyKey: 'take' } },
    );
    expect(taken.data.takeEmergency.receipt.state).toBe('APPLIED');
    await keeper.restart();
    const after = await keeper.ask(list);
    expect(after.data.dispatchList.items[0].taken).toEqual({ by: 'Night team', note: 'On the way.' });
  });

  it('and is shown to the resident as not yet in the repairs system', async () => {
    const { data } = await keeper.ask(repairs, { property });
    const says = data.property.pendingRepairs[0].says;
    expect(says).toContainEqual({ name: 'description', value: description });
    expect(data.property.repairs.pending).toHaveLength(1);
    expect(data.property.pendingRepairs[0]).toMatchObject({
      receipt: { state: 'QUEUED' },
      provenance: { source: 'INTAKE' },
    });
    expect(data.property.hazards).toMatchObject([{ open: true, done: [] }]);
  });

  it('and is raised once when repairs is back, as an emergency, with the time at which it was told', async () => {
    await keeper.comeBack('repairs');
    const raised = await keeper.until(list, {}, ({ data }) => data.dispatchList.items[0]?.state === 'RAISED');
    const [emergency] = raised.data.dispatchList.items;
    const { data } = await keeper.ask(repairs, { property });
    const ours = data.property.repairs.items.filter(
      (each: { description: string }) => each.description === description,
    );
    expect(ours).toHaveLength(1);
    expect(ours[0]).toMatchObject({ reference: emergency.workOrder.reference, priorityCode: 'E' });
    // The wire tells whole seconds.
    expect(Math.abs(Date.parse(ours[0].raisedAt) - Date.parse(emergency.reportedAt))).toBeLessThan(1_000);
    expect(data.property.pendingRepairs).toEqual([]);
    expect(data.property.repairs.pending).toEqual([]);
  });

  it('and leaves the list once somebody says that it is done; the hazard goes on until its steps are done', async () => {
    const { data } = await keeper.ask(list);
    const [emergency] = data.dispatchList.items;
    const done = await keeper.ask(
      `mutation($input: CompleteWorkOrderInput!) { completeWorkOrder(input: $input) { receipt { state message } } }`,
      { input: { receipt: emergency.receipt.id, channel: 'STAFF', note: 'Made safe.', idempotencyKey: 'done' } },
    );
    expect(done.errors).toEqual([]);
    const after = await keeper.ask(list);
    expect(after.data.dispatchList.items).toEqual([]);
    const advance = (step: string, note?: string) =>
      keeper.ask(`mutation($input: AdvanceHazardInput!) { advanceHazard(input: $input) { receipt { state } } }`, {
        input: { hazard: emergency.receipt.id, step, note, idempotencyKey: `hazard ${step}` },
      });
    await advance('INVESTIGATE');
    await advance('MAKE_SAFE');
    const open = await keeper.ask(
      '{ hazards { edges { node { id nextDeadline { step } done { step } } } totalCount } }',
    );
    expect(open.data.hazards.edges[0].node).toMatchObject({
      nextDeadline: { step: 'WRITTEN_SUMMARY' },
      done: [{ step: 'INVESTIGATE' }, { step: 'MAKE_SAFE' }],
    });
    await advance('CLOSE', 'The ceiling is new.');
    const closed = await keeper.ask('{ hazards { totalCount } all: hazards(open: false) { totalCount } }');
    expect(closed.data).toEqual({ hazards: { totalCount: 0 }, all: { totalCount: 1 } });
  });

  it('and another, which people see to by hand while repairs is down, leaves the list at once, and is raised and completed later', async () => {
    await keeper.fall('repairs');
    const flood = 'Water comes through the kitchen ceiling.';
    const told = { ...input, description: flood, hazard: undefined, idempotencyKey: 'flood' };
    const { data } = await keeper.ask(report, { input: told });
    const { id } = data.reportRepair.receipt;
    const onList = async () =>
      (await keeper.ask(list)).data.dispatchList.items.map(({ receipt }: { receipt: { id: string } }) => receipt.id);
    expect(await onList()).toEqual([id]);
    const done = await keeper.ask(
      'mutation($input: CompleteWorkOrderInput!) { completeWorkOrder(input: $input) { receipt { state } } }',
      { input: { receipt: id, channel: 'STAFF', note: 'Stopcock closed.', idempotencyKey: 'flood done' } },
    );
    expect(done.data.completeWorkOrder.receipt.state).toBe('QUEUED');
    expect(await onList()).toEqual([]);
    await keeper.comeBack('repairs');
    // biome-ignore lint/suspicious/noExplicitAny: an answer.
    const floods = (reply: any) =>
      reply.data.property.repairs?.items.filter((each: { description: string }) => each.description === flood) ?? [];
    const after = await keeper.until(repairs, { property }, (reply) => floods(reply)[0]?.status === 'COMPLETE');
    expect(floods(after)).toHaveLength(1);
  });
});
