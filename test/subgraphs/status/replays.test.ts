// What operators decide about writes, and what they have sent at once: by whom, why, how fast, and how it is told. Over a store in
// memory; how clients reach it is tested elsewhere.
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { isoInstant } from '../../../subgraphs/continuity/clock.ts';
import type { StatusContext } from '../../../subgraphs/status/context.ts';
import { receiptMutations, receiptQueries } from '../../../subgraphs/status/receipts.ts';
import { createReplays, type ReplaySurroundings } from '../../../subgraphs/status/replays.ts';
import { settled } from '../../clock.ts';
import { type Desk, openMemoryDesk } from '../continuity/intake/office.ts';

const forbidden = new GraphQLError('Not here.', { extensions: { code: 'FORBIDDEN' } });

/** Status over a desk. `operator`: who gives orders; left out: anybody, who may not. */
function statusOf({ intake, clock }: Desk, operator?: string, over: Partial<ReplaySurroundings> = {}) {
  const failures: string[] = [];
  const onFailure = (what: string) => void failures.push(what);
  const context = {
    systems: [{ name: 'office' }],
    intake,
    replays: createReplays({ intake, now: clock.now, onFailure, ...over }),
    now: clock.now,
    onFailure,
    operator: operator ?? forbidden,
  } as unknown as StatusContext;
  return {
    failures,
    startReplay: (args: { system?: string; perSecond?: number } = {}) =>
      receiptMutations.startReplay({}, args as never, context),
    replay: () => receiptQueries.replay({}, {}, context),
    settle: async (receipt: string, why: string) =>
      receiptMutations.settleWrite({}, { input: { receipt, verdict: 'SETTLED', why } }, context),
    cancel: async (receipt: string, why: string) =>
      receiptMutations.cancelWrite({}, { input: { receipt, why } }, context),
  };
}

/** What was refused, in a sentence, and with which code. */
const refused = (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'none', message: '' }),
    ({ extensions, message }: GraphQLError) => ({ code: extensions.code, message }),
  );

it('has what waits sent at the pace that an operator sets, and by nobody else', async () => {
  const desk = await openMemoryDesk();
  const { office, clock } = desk;
  office.open = 'QUEUE';
  for (const about of ['P1', 'P2', 'P3']) await desk.note('note', { about, text: 'a tap' });
  await desk.intake.replay();
  office.open = 'TAKE';
  expect(await refused(statusOf(desk).startReplay({ perSecond: 1_000 }))).toMatchObject({ code: 'FORBIDDEN' });
  for (let turn = 0; turn < 20; turn += 1) await settled();
  expect(office.sent).toBe(0);
  const { startReplay, replay } = statusOf(desk, 'ann');
  expect(replay()).toBeNull();
  for (const perSecond of [0, 0.09, 1_000.1, Number.NaN]) {
    expect(await refused(startReplay({ perSecond }))).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
  expect(await refused(startReplay({ system: 'offices' }))).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('office'),
  });
  expect(office.sent).toBe(0);
  const startedAt = isoInstant(clock.now());
  expect(await startReplay({ system: 'office', perSecond: 1 })).toEqual({
    ...{ system: 'office', perSecond: 1, state: 'RUNNING', done: 0, total: 3, startedAt, endedAt: null },
  });
  await clock.advance(1_000);
  expect(replay()).toMatchObject({ state: 'RUNNING', done: 2 });
  // One at a time: who begins another is told of the one under way.
  expect(await startReplay({ perSecond: 1_000 })).toMatchObject({ system: 'office', perSecond: 1, done: 2 });
  await clock.advance(1_000);
  for (let turn = 0; replay()?.state === 'RUNNING' && turn < 1_000; turn += 1) await settled();
  expect(replay()).toMatchObject({ state: 'DONE', done: 3, startedAt, endedAt: isoInstant(clock.now()) });
  expect(await startReplay({ perSecond: 0.1 })).toMatchObject({ system: null, perSecond: 0.1, total: 0 });
  expect(await startReplay({ perSecond: 1_000 })).toMatchObject({ total: 0 });
});

it('counts in what it is about to send what is in doubt, and nothing that is over', async () => {
  const desk = await openMemoryDesk();
  const { office } = desk;
  office.ways = ['NEVER', 'REFUSED'];
  for (const about of ['P1', 'P2', 'P3']) await desk.note('noteReadBack', { about, text: 'a tap' });
  office.open = 'QUEUE';
  await desk.note('note', { about: 'P4', text: 'a tap' });
  const { startReplay } = statusOf(desk, 'ann');
  expect(await startReplay()).toMatchObject({ system: null, perSecond: null, total: 2 });
});

it('says that a replay has failed, and can be asked for another', async () => {
  const desk = await openMemoryDesk();
  let fails = true;
  const replaying = async () => {
    if (fails) throw new Error('the store is away');
  };
  const { startReplay, replay, failures } = statusOf(desk, 'ann', {
    intake: { ledger: desk.intake.ledger, replay: replaying },
  });
  await startReplay();
  await settled();
  expect([replay()?.state, failures]).toEqual(['FAILED', ['a replay']]);
  expect(replay()?.endedAt).toBe(isoInstant(desk.clock.now()));
  fails = false;
  await startReplay();
  await settled();
  expect(replay()?.state).toBe('DONE');
});

it('has a reason in the record for whatever is settled or taken back, and who gave it', async () => {
  const desk = await openMemoryDesk();
  const { office, note, intake } = desk;
  office.ways = ['NEVER'];
  const doubtful = await note('noteOnce', { about: 'P1', text: 'a tap' });
  office.open = 'QUEUE';
  const queued = await note('note', { about: 'P2', text: 'a door' });
  const [anybody, ann] = [statusOf(desk), statusOf(desk, 'ann')];
  expect(await refused(anybody.settle(doubtful.id, 'I rang them.'))).toMatchObject({ code: 'FORBIDDEN' });
  for (const why of ['', ' \n ', 'x'.repeat(501)]) {
    const works = [
      () => ann.settle(doubtful.id, why),
      () => ann.cancel(queued.id, why),
      () => anybody.cancel(queued.id, why),
    ];
    for (const work of works) {
      expect(await refused(work())).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('`why`'),
      });
    }
  }
  expect(await intake.receipt(doubtful.id)).toMatchObject({ state: 'AMBIGUOUS', settledBy: null });
  expect(await intake.receipt(queued.id)).toMatchObject({ state: 'QUEUED', settledBy: null });
  expect(await ann.settle(doubtful.id, ' I rang them. ')).toMatchObject({ receipt: { state: 'SETTLED' } });
  expect(await anybody.cancel(queued.id, 'It is dry.')).toMatchObject({ receipt: { state: 'CANCELLED' } });
  const settledBy = async ({ id }: { id: string }) => (await intake.receipt(id))?.settledBy;
  expect(await settledBy(doubtful)).toEqual({ who: 'ann', why: 'I rang them.' });
  expect(await settledBy(queued)).toEqual({ who: 'whoever wrote it', why: 'It is dry.' });
});

it('says why it is too late to take a write back, however it stands, and nothing of a store that is well', async () => {
  const desk = await openMemoryDesk({ numbers: { mostFailures: 1 } });
  const { office, note, intake } = desk;
  const { cancel, settle, failures } = statusOf(desk, 'ann');
  const why = 'No more.';
  office.ways = ['OK', 'REFUSED', 'NEVER', 'BROKEN', 'NEVER'];
  const stands: Record<string, string> = {};
  for (const [at, state] of ['APPLIED', 'REFUSED', 'AMBIGUOUS', 'PARKED', 'SETTLED'].entries()) {
    const { id } = await note('noteOnce', { about: `P${at}`, text: 'a tap' });
    if (state === 'SETTLED') await settle(id, 'I rang them.');
    expect(await intake.receipt(id)).toMatchObject({ state });
    stands[state] = (await refused(cancel(id, why))).message;
    expect(await refused(cancel(id, why))).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
  expect(stands).toMatchObject({
    APPLIED: expect.stringContaining('It is done'),
    REFUSED: expect.stringContaining('It is over'),
    AMBIGUOUS: expect.stringContaining('may have been done'),
    PARKED: expect.stringContaining('Somebody is looking at it'),
    SETTLED: expect.stringContaining('It is over'),
  });
  expect(failures).toEqual([]);
});
