// A welfare campaign from its list to its last outcome: who is on it, who is handed to whom, who is rung, and how it is counted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { InNeed } from '../../../subgraphs/continuity/neighbours.ts';
import { startExchange, startGateway } from './exchange.ts';

const minute = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'lintel-campaign-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const person = (personReference: string, reasons: string[], more: Partial<InNeed> = {}): InNeed => ({
  ...{ personReference, name: null, telephoneNumbers: [`+44770090012${personReference[0]}`], reasons },
  ...{ dateOfBirth: null, alone: false, asOfMs: Date.UTC(2022, 5, 20), ...more },
});
const four = [
  person('1-1', ['HEARING']),
  person('2-1', ['MOBILITY'], { name: 'Ms Ada Ngozi', asOfMs: Date.UTC(2022, 5, 10) }),
  person('3-1', ['SIGHT', 'CODE_OF_TOMORROW']),
  person('4-1', ['HEARING'], { alone: true, telephoneNumbers: [] }),
];

/** A Lintel whose campaign has its list. */
async function started({ inNeed = four, input = '', free = { repairs: 9 } as Record<string, number> } = {}) {
  const exchange = await startExchange(free);
  const gateway = await startGateway(exchange, { file: join(folder, `${++count}.sqlite`) }, { inNeed });
  let keys = 0;
  /** What a mutation gives, or the fields that are wrong. */
  const give = async (mutation: string, given: string, wanted: string, key = `key ${++keys}`) => {
    const { data, errors } = await gateway.ask(
      `mutation { ${mutation}(input: { ${given}, idempotencyKey: "${key}" }) ${wanted} }`,
    );
    return data?.[mutation] ?? errors[0].extensions;
  };
  const start = async (name: string) =>
    (await give('startWelfareCampaign', `name: "${name}", line: "repairs" ${input}`, '{ receipt { id } }')).receipt.id;
  const id: string = await start('Week one');
  const campaign = async () => {
    const { data } = await gateway.ask(
      `{ welfareCampaign(id: "${id}") { state name line oldestAsOf progress { total waiting taken done }
         calls { edges { node { id name need reasons asOf state takenBy attempts outcome note calledAt person { personReference } } } } } }`,
    );
    const { calls, ...rest } = data.welfareCampaign;
    return { ...rest, calls: calls.edges.map(({ node }: { node: object }) => node) };
  };
  // The list is made beside.
  for (let look = 0; (await campaign()).state === 'LISTING'; look += 1) expect(look).toBeLessThan(1_000);
  return {
    ...{ exchange, gateway, id, start, campaign },
    next: (most: number, takenBy = 'Anna', key?: string) =>
      give(
        'nextWelfareCalls',
        `campaign: "${id}", count: ${most}, takenBy: "${takenBy}"`,
        '{ freeAgents calls { id takenBy state person { personReference } } }',
        key,
      ),
    ring: (call: string) => give('ringWelfareCall', `call: "${call}"`, '{ receipt { state message } }'),
    record: (call: string, outcome: string, more = '') =>
      give('recordWelfareOutcome', `call: "${call}", outcome: ${outcome} ${more}`, '{ receipt { state } }'),
  };
}
type Calls = { id: string; person: { personReference: string } }[];
const people = (calls: Calls) => calls.map(({ person: { personReference } }) => personReference);

it('a campaign is of everybody who is known to be in need, those in most need first, each with its age', async () => {
  const { campaign } = await started();
  const { calls, ...rest } = await campaign();
  expect(rest).toEqual({
    ...{ state: 'CALLING', name: 'Week one', line: 'repairs', oldestAsOf: '2022-06-10T00:00:00.000Z' },
    progress: { total: 4, waiting: 4, taken: 0, done: 0 },
  });
  expect(people(calls)).toEqual(['2-1', '4-1', '3-1', '1-1']);
  expect(calls[0]).toMatchObject({
    name: 'Ms Ada Ngozi',
    reasons: ['MOBILITY'],
    asOf: '2022-06-10T00:00:00.000Z',
    attempts: 0,
  });
  expect(calls[2]).toMatchObject({ reasons: ['SIGHT', 'UNKNOWN'] });
});

it('a campaign is of those with one of its reasons alone; of nobody, it is done', async () => {
  const some = await started({ input: ', reasons: [SIGHT, MOBILITY]' });
  expect(people((await some.campaign()).calls)).toEqual(['2-1', '3-1']);
  const none = await started({ input: ', reasons: [DOMESTIC_ABUSE]' });
  expect(await none.campaign()).toMatchObject({ state: 'DONE', oldestAsOf: null, progress: { total: 0 }, calls: [] });
});

it('campaigns are listed newest first', async () => {
  const { gateway, start } = await started();
  gateway.clock.leap(minute);
  await start('Week two');
  const { data } = await gateway.ask('{ welfareCampaigns { items { name } } welfareCampaign(id: "nosuch") { id } }');
  expect(data.welfareCampaigns.items.map(({ name }: { name: string }) => name)).toEqual(['Week two', 'Week one']);
  expect(data.welfareCampaign).toBeNull();
});

it('calls are handed out to one each, no more than agents are free; the same key gives the same', async () => {
  const { exchange, next, campaign, gateway } = await started({ free: { repairs: 2, rents: 9 } });
  const first = await next(3, 'Anna', 'one');
  expect(first).toMatchObject({ freeAgents: 2, calls: [{ takenBy: 'Anna', state: 'TAKEN' }, {}] });
  expect(people(first.calls)).toEqual(['2-1', '4-1']);
  expect((await next(3, 'Anna', 'one')).calls).toEqual(first.calls);
  exchange.free.repairs = 0;
  expect(await next(3, 'Ben')).toEqual({ freeAgents: 0, calls: [] });
  // Where the exchange cannot tell, they ring from other telephones. How many were free is not known from before.
  exchange.down = true;
  const rest = await next(3, 'Ben');
  expect([rest.freeAgents, people(rest.calls)]).toEqual([null, ['3-1', '1-1']]);
  expect(await campaign()).toMatchObject({ state: 'CALLING', progress: { total: 4, waiting: 0, taken: 4, done: 0 } });
  expect((await next(3, 'Cyd')).calls).toEqual([]);
  const { errors } = await gateway.ask(
    'mutation { nextWelfareCalls(input: { campaign: "nosuch", takenBy: "Anna", idempotencyKey: "x" }) { freeAgents } }',
  );
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ field: 'campaign' }] } }]);
});

it('a call whose caller has gone home is handed out again after half an hour, before any other', async () => {
  const { gateway, next } = await started();
  expect(people((await next(2)).calls)).toEqual(['2-1', '4-1']);
  gateway.clock.leap(30 * minute - 1_000);
  expect(people((await next(1)).calls)).toEqual(['3-1']);
  gateway.clock.leap(1_000);
  const again = await next(3, 'Ben');
  expect(people(again.calls)).toEqual(['2-1', '4-1', '1-1']);
  expect(again.calls[0]).toMatchObject({ takenBy: 'Ben' });
  // From now on they are Ben's, for half an hour.
  expect((await next(3, 'Cyd')).calls).toEqual([]);
});

it('an outcome counts once; who did not answer comes up again after the others; then the campaign is done', async () => {
  const { next, record, campaign } = await started();
  const calls = (await next(4)).calls as Calls;
  const [well, away, help, gone] = calls.map(({ id }) => id) as [string, string, string, string];
  await record(well, 'WELL');
  await record(help, 'NEEDS_HELP', ', note: "No heat.", at: "2022-06-27T07:00:00Z"');
  await record(away, 'NO_ANSWER');
  expect(await campaign()).toMatchObject({
    ...{ state: 'CALLING', progress: { total: 4, waiting: 1, taken: 1, done: 2 } },
  });
  const of = async (id: string) => (await campaign()).calls.find((call: { id: string }) => call.id === id);
  expect(await of(help)).toMatchObject({
    ...{ state: 'DONE', outcome: 'NEEDS_HELP', note: 'No heat.', calledAt: '2022-06-27T07:00:00.000Z', attempts: 1 },
  });
  expect(await of(away)).toMatchObject({ state: 'WAITING', outcome: 'NO_ANSWER', takenBy: null });
  await record(gone, 'WRONG_NUMBER');
  expect(((await next(4)).calls as Calls).map(({ id }) => id)).toEqual([away]);
  await record(away, 'WELL');
  expect(await campaign()).toMatchObject({ state: 'DONE', progress: { total: 4, waiting: 0, taken: 0, done: 4 } });
  expect(await record('nosuch', 'WELL')).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'call' }] });
});

it('rings whom it has handed out, at the campaign’s line, and nobody who has no number', async () => {
  const { exchange, next, ring, record, campaign } = await started({ free: { rents: 9, repairs: 9 } });
  const [waits] = (await campaign()).calls;
  const notHandedOut = {
    code: 'BAD_USER_INPUT',
    fields: [{ field: 'call', message: expect.stringContaining('handed out') }],
  };
  expect(await ring(waits.id)).toMatchObject(notHandedOut);
  const [ada, numberless] = (await next(2)).calls as [{ id: string }, { id: string }];
  expect(await ring(numberless.id)).toMatchObject({
    ...{ code: 'BAD_USER_INPUT', fields: [{ field: 'call', message: expect.stringContaining('no telephone number') }] },
  });
  expect(await ring('nosuch')).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(exchange.rung).toEqual([]);
  expect((await ring(ada.id)).receipt).toMatchObject({ state: 'APPLIED' });
  expect(exchange.rung).toMatchObject([{ number: '+447700900122', extension: 'repairs' }]);
  // With its outcome it is nobody's any more.
  await record(ada.id, 'WELL');
  expect(await ring(ada.id)).toMatchObject(notHandedOut);
});
