// What has been written through Lintel, as the status subgraph tells of it: asked for, listed, listened to, taken back, settled.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../../keeper.ts';

const report = /* GraphQL */ `
  mutation Report($input: ReportRepairInput!) { reportRepair(input: $input) { receipt { id state } } }`;
const one = /* GraphQL */ `
  query One($id: ID!) { receipt(id: $id) { id mutation system state message steps { title backend state attempts } } }`;
const page = /* GraphQL */ `
  query Page($filter: ReceiptFilter, $first: Int, $after: String) {
    receipts(filter: $filter, first: $first, after: $after) {
      edges { node { id state } } pageInfo { hasNextPage hasPreviousPage endCursor } provenance { source }
    }
  }`;
const cancel = /* GraphQL */ `
  mutation Cancel($input: CancelWriteInput!) { cancelWrite(input: $input) { receipt { state message } } }`;
const settle = /* GraphQL */ `
  mutation Settle($input: SettleWriteInput!) { settleWrite(input: $input) { receipt { state } } }`;
const ledger = '{ ledger { accepted applied refused cancelled settled open byState { state count } } }';

describe('receipts', { timeout: 30_000 }, () => {
  let keeper: Keeper;
  let ids: string[];

  async function write(key: string, urgency = 'ROUTINE'): Promise<string> {
    const propertyReference = keeper.mocks.world.cast.properties[ids.length] as string;
    const input = { propertyReference, description: `Repair ${key}.`, urgency, channel: 'WEB', idempotencyKey: key };
    const { data } = await keeper.ask(report, { input });
    return data.reportRepair.receipt.id;
  }

  beforeAll(async () => {
    keeper = await startKeeper();
    await keeper.fall('repairs');
    ids = [];
    for (const key of ['a', 'b', 'c', 'd']) ids.push(await write(key, key === 'c' ? 'EMERGENCY' : 'ROUTINE'));
  }, 30_000);
  afterAll(() => keeper.close());

  it('can be asked for by the id that was given, and only by that', async () => {
    const { data } = await keeper.ask(one, { id: ` ${ids[0]} ` });
    expect(data.receipt).toMatchObject({
      ...{ id: ids[0], mutation: 'reportRepair', system: 'repairs', state: 'QUEUED' },
      message: expect.stringContaining('noted your repair'),
      steps: [{ title: 'raise the work order', backend: 'workOrders' }],
    });
    for (const id of ['nothing', 'R0000000000000000000']) {
      expect(await keeper.ask(one, { id })).toMatchObject({ data: { receipt: null }, errors: [] });
    }
    expect(await keeper.ask(one, { id: "' or 1=1 --" })).toMatchObject({
      data: { receipt: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('are one for what is sent again with its key, and none for anything else with that key', async () => {
    const propertyReference = keeper.mocks.world.cast.properties[0] as string;
    const again = {
      propertyReference,
      description: 'Repair a.',
      urgency: 'ROUTINE',
      channel: 'WEB',
      idempotencyKey: 'a',
    };
    const same = await keeper.ask(report, { input: again });
    expect(same.data.reportRepair.receipt.id).toBe(ids[0]);
    const other = await keeper.ask(report, { input: { ...again, description: 'Something else.' } });
    expect(other.errors.map(({ extensions }) => extensions.code)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  it('are listed newest first, a page at a time, by what is asked for', async () => {
    const first = await keeper.ask(page, { first: 3 });
    const idsOf = (reply: typeof first) =>
      reply.data.receipts.edges.map(({ node }: { node: { id: string } }) => node.id);
    expect(idsOf(first)).toEqual([...ids].reverse().slice(0, 3));
    expect(first.data.receipts.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await keeper.ask(page, { first: 3, after: first.data.receipts.pageInfo.endCursor });
    expect(idsOf(rest)).toEqual([ids[0]]);
    expect(rest.data.receipts.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(idsOf(await keeper.ask(page, { filter: { emergency: true } }))).toEqual([ids[2]]);
    expect(idsOf(await keeper.ask(page, { filter: { states: ['APPLIED'] } }))).toEqual([]);
    expect(idsOf(await keeper.ask(page, { filter: { system: 'lettings' } }))).toEqual([]);
    for (const wrong of [{ first: 0 }, { first: 501 }, { after: 'x y' }]) {
      const { errors } = await keeper.ask(page, wrong);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('are taken back by whoever has the id, once; told why when it is too late', async () => {
    const taken = await keeper.ask(cancel, { input: { receipt: ids[3], why: 'It dripped no more.' } });
    expect(taken.data.cancelWrite.receipt.state).toBe('CANCELLED');
    const again = await keeper.ask(cancel, { input: { receipt: ids[3], why: 'Once more.' } });
    expect(again.errors).toMatchObject([
      { message: expect.stringContaining('over'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const nobody = await keeper.ask(cancel, { input: { receipt: 'nothing', why: 'x' } });
    expect(nobody.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  it('are settled by operators alone, and only where there is something to settle', async () => {
    const input = { receipt: ids[0], verdict: 'DONE', why: 'I have looked.' };
    const anybody = await keeper.ask(settle, { input });
    expect(anybody.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    for (const order of ['mutation { startReplay { total } }', 'mutation { startReplay(perSecond: 1000) { total } }']) {
      const { errors } = await keeper.ask(order);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
    expect((await keeper.ask('{ replay { state } }')).data.replay).toBeNull();
    const queued = await keeper.order(settle, { input });
    expect(queued.errors).toMatchObject([
      { message: expect.stringContaining('QUEUED'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('add up', async () => {
    const { data } = await keeper.ask(ledger);
    const { accepted, applied, refused, cancelled, settled, open, byState } = data.ledger;
    expect({ accepted, cancelled, open }).toEqual({ accepted: 4, cancelled: 1, open: 3 });
    expect(applied + refused + cancelled + settled + open).toBe(accepted);
    expect(byState).toContainEqual({ state: 'CANCELLED', count: 1 });
  });

  it('are told of as they change, to whoever listens', async () => {
    const reply = await fetch(`${keeper.lintel().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription($id: ID!) { receiptChanged(id: $id) { id state } }',
        variables: { id: ids[1] },
      }),
    });
    const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let heard = '';
    const until = async (text: string) => {
      while (!heard.includes(text)) heard += decoder.decode((await reader.read()).value, { stream: true });
    };
    await until('"QUEUED"');
    await keeper.comeBack('repairs');
    await until('"APPLIED"');
    await reader.cancel();
    // Of others, which change at the same time, nothing.
    expect(new Set([...heard.matchAll(/"id":"(\w+)"/g)].map(([, id]) => id))).toEqual(new Set([ids[1]]));
  });
});
