// The dispatch list: what it says of each emergency, and that none is missing, however many there are.
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../subgraphs/continuity/intake.ts';
import { emergenciesOf, list, numberOf } from './dispatch-list.ts';
import { repairsOfSuite } from './landlord.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const repairs = await repairsOfSuite();
const said = emergenciesOf(repairs);

describe('an emergency on the dispatch list', () => {
  it('says what was told, by when somebody must have come, and that the repairs system has it', async () => {
    const { clock, emergency } = repairs;
    const receivedAt = new Date(clock.now() - 2 * hourMs).toISOString();
    const report = await emergency('APPLIED', {
      ...{ propertyReference: '00000018', description: 'Gas.', accessNotes: 'Ring twice.', channel: 'EMAIL' },
      ...{ reportedBy: '0000122-1', receivedAt, hazard: { type: 'GAS', severity: 'EMERGENCY' } },
    });
    expect(await said.listed(report)).toEqual({
      ...{ receipt: { id: report.id }, state: 'RAISED', description: 'Gas.', accessNotes: 'Ring twice.' },
      ...{ reportedAt: receivedAt, dueAt: new Date(Date.parse(receivedAt) + dayMs).toISOString(), channel: 'EMAIL' },
      ...{ property: { propertyReference: '00000018' }, reportedBy: { personReference: '0000122-1' } },
      ...{ hazard: { severity: 'EMERGENCY' }, taken: null, workOrder: { reference: numberOf(report) } },
    });
  });

  it('says what was not told as null, and not the particulars of another', async () => {
    await repairs.emergency('APPLIED', { accessNotes: 'Ring.', hazard: { type: 'FIRE', severity: 'EMERGENCY' } });
    const report = await repairs.emergency('APPLIED');
    expect(await said.listed(report)).toMatchObject({ accessNotes: null, reportedBy: null, hazard: null, taken: null });
  });

  it.each([
    ['AWAY', 'QUEUED', 'NOT_RAISED'],
    ['LOST', 'AMBIGUOUS', 'PERHAPS_RAISED'],
    ['REFUSES', 'REFUSED', 'NOT_TAKEN_BY_SYSTEM'],
  ] as const)('where the repairs system %s, its report is %s, and it is %s', async (way, state, stands) => {
    repairs.landlord.way = way;
    const report = await repairs.emergency(state);
    expect(await said.listed(report)).toMatchObject({ state: stands, workOrder: null });
  });

  it('that has failed too often does not get into the repairs system by itself, and does not say that it will', async () => {
    repairs.landlord.way = 'FAILS';
    const report = await repairs.emergency('AMBIGUOUS');
    // The quarantine is over, it is looked up, and is not there.
    await repairs.passes(130_000);
    await repairs.reaches(report, 'PARKED');
    expect(await said.listed(report)).toMatchObject({ state: 'NOT_TAKEN_BY_SYSTEM' });
  });

  it('is raised also while the visit that was asked for with it waits', async () => {
    const { clock, landlord } = repairs;
    const [start, end] = [clock.now() + 3 * hourMs, clock.now() + 5 * hourMs].map((ms) => new Date(ms).toISOString());
    landlord.bookings = null;
    const report = await repairs.write('reportRepair', {
      ...{ propertyReference: '00000019', description: 'No water.', urgency: 'EMERGENCY', channel: 'PHONE' },
      preferredWindow: { start, end },
    });
    await repairs.until(async () => (await said.listed(report)).state === 'RAISED', 250);
    expect((await said.listed(report)).workOrder).not.toBeNull();
    expect((await repairs.intake.receipt(report.id))?.state).not.toBe('APPLIED');
  });

  it('is none where it is routine, or where somebody had seen to it when it was told', async () => {
    const { clock, emergency } = repairs;
    const routine = await emergency('APPLIED', { urgency: 'ROUTINE' });
    const done = await emergency('APPLIED', { doneByHandAt: new Date(clock.now() - hourMs).toISOString() });
    expect([await said.listed(routine), await said.listed(done)]).toEqual([undefined, undefined]);
  });

  it('is one whatever was ticked, where its hazard is an emergency', async () => {
    const report = await repairs.emergency('APPLIED', {
      ...{ urgency: 'ROUTINE', hazard: { type: 'FIRE', severity: 'EMERGENCY' } },
    });
    expect(await said.listed(report)).toBeDefined();
  });
});

describe('who sees to an emergency', () => {
  it('is whoever said so last, since when, and with their own note', async () => {
    const { clock, emergency } = repairs;
    const report = await emergency('APPLIED');
    await said.take(report, 'Day team', 'Bring a ladder.');
    clock.leap(hourMs);
    const at = new Date(clock.now()).toISOString();
    await said.take(report, 'Night team');
    expect((await said.listed(report)).taken).toEqual({ by: 'Night team', at, note: null });
  });

  it.each([
    ['nothing', async () => 'R0'],
    ['a routine repair', async () => (await repairs.emergency('APPLIED', { urgency: 'ROUTINE' })).id],
    ['a completion', async () => (await said.complete(await repairs.emergency('APPLIED'))).id],
  ])('is not written down of the receipt of %s', async (_what, idOf) => {
    const id = await idOf();
    expect(await said.take({ id }, 'Anna')).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'receipt' }] });
  });
});

describe('the dispatch list', () => {
  it('is by when each was told, oldest first, and has each once', async () => {
    const { clock, landlord, emergency, reaches } = repairs;
    const ids: string[] = [];
    for (const [way, state] of [
      ['TAKES', 'APPLIED'],
      ['REFUSES', 'REFUSED'],
      ['LOST', 'AMBIGUOUS'],
      ['TAKES', 'APPLIED'],
    ] as const) {
      landlord.way = way;
      ids.push((await emergency(state, { propertyReference: `0000003${ids.length}` })).id);
      clock.leap(60_000);
    }
    // Found twice: as one that was raised lately, and as one that was said to be done and is not.
    const [first = ''] = ids;
    landlord.way = 'REFUSES';
    await reaches(await said.complete({ id: first }), 'REFUSED');
    const shown = (await said.items()).map(({ receipt }: { receipt: { id: string } }) => receipt.id);
    expect(shown.filter((id: string) => ids.includes(id))).toEqual(ids);
  });

  /** The list over an intake that has these alone, newest first. */
  async function listOf(all: readonly Receipt[]): Promise<Map<string, { state: string }>> {
    const asked = repairs.over({
      async receipts({ states = [], before, first }) {
        const some = all.filter(({ state }) => states.includes(state));
        const from = before === undefined ? 0 : some.findIndex(({ id }) => id === before) + 1;
        return some.slice(from, from + Math.min(first, 500));
      },
    });
    const { data } = await asked(list);
    return new Map(data.dispatchList.items.map((item: { receipt: { id: string } }) => [item.receipt.id, item]));
  }
  /** A report that stands so, as often as wanted, one a minute. */
  async function like(state: Receipt['state'], count = 1): Promise<Receipt[]> {
    repairs.landlord.way = 'REFUSES';
    const report = await repairs.emergency('REFUSED');
    const steps = report.steps.map((step) => ({ ...step, state }));
    return Array.from({ length: count }, (_, index) => {
      const acceptedAtMs = repairs.clock.now() - index * 60_000;
      return { ...report, id: `R${state}${10_000 + index}`, state, steps, acceptedAtMs };
    });
  }

  it.each(['QUEUED', 'REFUSED'] as const)('has every emergency, however many are %s', async (state) => {
    const all = await like(state, 1_100);
    const shown = await listOf(all);
    expect(all.filter(({ id }) => !shown.has(id))).toEqual([]);
  });

  it.each([
    ['QUEUED', 'NOT_RAISED'],
    ['SENDING', 'NOT_RAISED'],
    ['AMBIGUOUS', 'PERHAPS_RAISED'],
    ['PARKED', 'NOT_TAKEN_BY_SYSTEM'],
    ['LOST', 'NOT_FOUND_IN_SYSTEM'],
    ['REFUSED', 'NOT_TAKEN_BY_SYSTEM'],
    ['CANCELLED', undefined],
    ['SETTLED', undefined],
  ] as const)('has one that is %s as %s', async (state, stands) => {
    const [one] = await like(state);
    expect((await listOf(one ? [one] : [])).get(one?.id ?? '')?.state).toBe(stands);
  });

  it('is not lost because one that was on it is forgotten', async () => {
    const [one, other] = [...(await like('QUEUED')), ...(await like('REFUSED'))];
    if (!one || !other) throw new Error('there are two');
    const shown = await listOf([{ ...one, input: null }, other]);
    expect([shown.has(one.id), shown.has(other.id)]).toEqual([false, true]);
  });

  it('is told anew when an emergency is reported, seen to and done', async () => {
    const { emergency, subgraph } = repairs;
    const document = parse('subscription { dispatchListChanged { items { receipt { id } taken { by } } } }');
    const events = (await subgraph.subscribe({ document, asker: {} })) as AsyncGenerator<{
      data: { dispatchListChanged: { items: { receipt: { id: string }; taken: { by: string } | null }[] } };
    }>;
    /** The next list that is so. */
    const until = async (so: (all: { receipt: { id: string }; taken: { by: string } | null }[]) => boolean) => {
      // Not for-of, which would end the stream with the first list that is so.
      for (;;) {
        const { value, done } = await events.next();
        if (done) throw new Error('the stream has ended');
        if (so(JSON.parse(JSON.stringify(value.data)).dispatchListChanged.items)) return;
      }
    };
    await events.next();
    const report = await emergency('APPLIED');
    await until((all) => all.some(({ receipt }) => receipt.id === report.id));
    await said.take(report, 'Night team');
    await until((all) => all.some(({ receipt, taken }) => receipt.id === report.id && taken?.by === 'Night team'));
    await said.complete(report);
    await until((all) => !all.some(({ receipt }) => receipt.id === report.id));
    await events.return(undefined);
  });
});
