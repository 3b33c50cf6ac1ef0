// A welfare campaign from its list to its last outcome: who is on it, who is handed to whom, who is rung, and how it is counted.
import { expect, it } from 'vitest';
import type { MutationSurroundings } from '../../../subgraphs/continuity/mutation.ts';
import type { InNeed } from '../../../subgraphs/continuity/neighbours.ts';
import type { Writes } from '../../../subgraphs/continuity/writes.ts';
import type { TelephonyVerbs } from '../../../subgraphs/telephony/adapter.ts';
import {
  allCampaigns,
  callsOf,
  campaignNamed,
  next,
  recordOutcome,
  ring,
  start,
} from '../../../subgraphs/telephony/campaign.ts';
import { mutations, ownKinds } from '../../../subgraphs/telephony/mutations.ts';
import { createTestClock, settled } from '../../clock.ts';
import { ownInMemory } from '../../own.ts';
import { receiptOf } from '../../receipts.ts';

const minute = 60_000;

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

/** A campaign that has its list, and an exchange with these agents. */
async function started({
  inNeed = four,
  reasons = null as string[] | null,
  free = { repairs: 9 } as Record<string, number>,
} = {}) {
  const clock = createTestClock();
  const own = await ownInMemory(clock, 'telephony', ownKinds);
  const exchange = { free, source: 'LIVE' as 'LIVE' | 'SNAPSHOT' | 'SILENT', rung: [] as object[] };
  const receipts = new Map<string, ReturnType<typeof receiptOf>>();
  let keys = 0;
  const context = {
    check() {},
    own: () => own,
    neighbours: { stateOf: () => undefined, inNeed: async () => inNeed },
    async lines() {
      if (exchange.source === 'SILENT') throw new Error('nothing kept');
      const value = Object.entries(exchange.free).map(([name, agentsAvailable]) => ({ name, agentsAvailable }));
      return { value, provenance: { system: 'telephony', source: exchange.source, asOf: '' } };
    },
    /** As the intake does: what is checked is a receipt, each key once. */
    async write(mutation: string, input: object, key: string, _channel: string, known: object) {
      const checked = mutations[mutation]?.check({ ...input, ...known }, { now: clock.now } as MutationSurroundings);
      if ('problems' in checked) throw { fields: checked.problems };
      const before = receipts.get(key);
      const receipt =
        before ??
        receiptOf({ id: `R${key}`, system: 'telephony', mutation, acceptedAtMs: clock.now(), input: checked });
      if (!before && mutation === 'ringWelfareCall') exchange.rung.push(checked);
      receipts.set(key, receipt);
      await own.file(receipt);
      return receipt;
    },
  } as unknown as TelephonyVerbs & Writes;
  const newKey = () => `${++keys}`;
  const begin = async (name: string) =>
    (await start({ name, line: 'repairs', reasons, idempotencyKey: newKey() } as Parameters<typeof start>[0], context))
      .receipt.id;
  const id = await begin('Week one');
  await settled();
  const calls = async (state?: 'WAITING' | 'TAKEN' | 'DONE') =>
    (await callsOf(id, { first: 50, after: null, state: state ?? null }, context)).edges.map(({ node }) => node);
  return {
    ...{ clock, own, exchange, id, begin, calls },
    campaign: async () => ({ ...(await campaignNamed(id, context)), calls: await calls() }),
    named: (other: string) => campaignNamed(other, context),
    names: async () => (await allCampaigns(context)).items.map(({ name }) => name),
    next: (count: number, takenBy = 'Anna', key = newKey(), campaign = id) =>
      next({ campaign, count, takenBy, idempotencyKey: key }, context).then(({ freeAgents, calls: handed }) => ({
        freeAgents,
        calls: handed,
      })),
    ring: (call: string) => ring({ call, idempotencyKey: newKey() }, context),
    record: (call: string, outcome: 'WELL' | 'NEEDS_HELP' | 'NO_ANSWER' | 'WRONG_NUMBER', more = {}) =>
      recordOutcome({ call, outcome, ...more, idempotencyKey: newKey() }, context),
  };
}
const people = (calls: { person?: { personReference?: string } | null | undefined }[]) =>
  calls.map(({ person: who }) => who?.personReference);
const refused = (message = '') => ({ problems: [{ field: 'call', message: expect.stringContaining(message) }] });

it('a campaign is of everybody who is known to be in need, those in most need first, each with its age', async () => {
  const { campaign } = await started();
  const { calls, ...rest } = await campaign();
  expect(rest).toMatchObject({
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
  const some = await started({ reasons: ['SIGHT', 'MOBILITY'] });
  expect(people((await some.campaign()).calls)).toEqual(['2-1', '3-1']);
  const none = await started({ reasons: ['DOMESTIC_ABUSE'] });
  expect(await none.campaign()).toMatchObject({ state: 'DONE', oldestAsOf: null, progress: { total: 0 }, calls: [] });
});

it('campaigns are listed newest first', async () => {
  const { clock, begin, names, named } = await started();
  clock.leap(minute);
  await begin('Week two');
  expect(await names()).toEqual(['Week two', 'Week one']);
  expect(await named('nosuch')).toBeNull();
});

it('calls are handed out to one each, no more than agents are free; the same key gives the same', async () => {
  const { exchange, next, campaign } = await started({ free: { rents: 9, repairs: 2 } });
  const first = await next(3, 'Anna', 'one');
  expect(first).toMatchObject({ freeAgents: 2, calls: [{ takenBy: 'Anna', state: 'TAKEN' }, {}] });
  expect(people(first.calls)).toEqual(['2-1', '4-1']);
  expect((await next(3, 'Anna', 'one')).calls).toEqual(first.calls);
  exchange.free.repairs = 0;
  expect(await next(3, 'Ben')).toEqual({ freeAgents: 0, calls: [] });
  // Where the exchange cannot tell, they ring from other telephones. How many were free is not known from before.
  exchange.source = 'SNAPSHOT';
  const rest = await next(1, 'Ben');
  expect([rest.freeAgents, people(rest.calls)]).toEqual([null, ['3-1']]);
  exchange.source = 'SILENT';
  const last = await next(3, 'Ben');
  expect([last.freeAgents, people(last.calls)]).toEqual([null, ['1-1']]);
  expect(await campaign()).toMatchObject({ state: 'CALLING', progress: { total: 4, waiting: 0, taken: 4, done: 0 } });
  expect((await next(3, 'Cyd')).calls).toEqual([]);
  await expect(next(1, 'Anna', 'x', 'nosuch')).rejects.toMatchObject({ problems: [{ field: 'campaign' }] });
});

it('a call whose caller has gone home is handed out again after half an hour, before any other', async () => {
  const { clock, next } = await started();
  expect(people((await next(2)).calls)).toEqual(['2-1', '4-1']);
  clock.leap(30 * minute - 1_000);
  expect(people((await next(1)).calls)).toEqual(['3-1']);
  clock.leap(1_000);
  const again = await next(2, 'Ben');
  expect(people(again.calls)).toEqual(['2-1', '4-1']);
  expect(again.calls[0]).toMatchObject({ takenBy: 'Ben' });
  // From now on they are Ben's, for half an hour.
  expect(people((await next(3, 'Cyd')).calls)).toEqual(['1-1']);
});

it('an outcome counts once; who did not answer comes up again after the others; then the campaign is done', async () => {
  const { next, record, campaign } = await started();
  const { calls } = await next(4);
  const [well, away, help, gone] = calls.map(({ id }) => id) as [string, string, string, string];
  await record(well, 'WELL');
  await record(help, 'NEEDS_HELP', { note: 'No heat.', at: '2022-06-27T07:00:00Z' });
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
  expect((await next(4)).calls.map(({ id }) => id)).toEqual([away]);
  await record(away, 'WELL');
  expect(await of(away)).toMatchObject({ outcome: 'WELL', attempts: 2 });
  expect(await campaign()).toMatchObject({ state: 'DONE', progress: { total: 4, waiting: 0, taken: 0, done: 4 } });
  await expect(record('nosuch', 'WELL')).rejects.toMatchObject(refused());
});

it('rings whom it has handed out, at the campaign’s line, and nobody who has no number', async () => {
  const { exchange, next, ring, record, campaign } = await started({ free: { rents: 9, repairs: 9 } });
  const [waits] = (await campaign()).calls;
  await expect(ring(waits?.id ?? '')).rejects.toMatchObject(refused('handed out'));
  const [ada = { id: '' }, numberless = { id: '' }] = (await next(2)).calls;
  await expect(ring(numberless.id)).rejects.toMatchObject(refused('no telephone number'));
  await expect(ring('nosuch')).rejects.toMatchObject(refused('is not the id'));
  await expect(ring('no such')).rejects.toMatchObject(refused('is not the id'));
  expect(exchange.rung).toEqual([]);
  await ring(` ${ada.id} `);
  expect(exchange.rung).toMatchObject([{ number: '+447700900122', line: 'repairs', personReference: '2-1' }]);
  // With its outcome it is nobody's any more.
  await record(ada.id, 'WELL');
  await expect(ring(ada.id)).rejects.toMatchObject(refused('handed out'));
});

it('the list is the same however often it is made, as after a process that had begun it: who is on it stays', async () => {
  const { own, next, campaign, named, id } = await started();
  await next(1);
  const begun = await own.find<object>('campaign', id);
  await own.together((drawer) => drawer.put('campaign', id, { ...begun?.content, listed: false }));
  expect(await named(id)).toMatchObject({ state: 'LISTING' });
  await settled();
  expect(await campaign()).toMatchObject({
    ...{ state: 'CALLING', progress: { total: 4, waiting: 3, taken: 1, done: 0 } },
  });
});
