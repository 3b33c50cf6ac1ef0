// How long an emergency stands on the dispatch list, and what takes it off. Nobody is to be left waiting because it was said too early
// that somebody had come.
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../subgraphs/continuity/intake.ts';
import { emergenciesOf, numberOf } from './dispatch-list.ts';
import { repairsOfSuite } from './landlord.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const repairs = await repairsOfSuite();
const said = emergenciesOf(repairs);

describe('how long an emergency stands on the dispatch list', () => {
  it('is a day where the repairs system has it, thirty where it has said no, and as long as it takes where it has not got it', async () => {
    const { clock, landlord, emergency } = repairs;
    const raised = await emergency('APPLIED');
    landlord.way = 'REFUSES';
    const refused = await emergency('REFUSED');
    landlord.way = 'AWAY';
    const queued = await emergency('QUEUED');
    const there = async () => [
      !!(await said.listed(raised)),
      !!(await said.listed(refused)),
      !!(await said.listed(queued)),
    ];
    clock.leap(23 * hourMs);
    expect(await there(), 'the same day').toEqual([true, true, true]);
    clock.leap(2 * hourMs);
    expect(await there(), 'the next day').toEqual([false, true, true]);
    clock.leap(28 * dayMs);
    expect(await there(), 'after four weeks').toEqual([false, true, true]);
    clock.leap(2 * dayMs);
    expect(await there(), 'after a month').toEqual([false, false, true]);
  });

  it('is thirty days where the repairs system came back without it', async () => {
    const { clock, landlord, emergency, intake } = repairs;
    const report = await emergency('APPLIED');
    const raised = landlord.orders.get(numberOf(report));
    landlord.orders.delete(numberOf(report));
    expect(await said.listed(report)).toMatchObject({ state: 'NOT_FOUND_IN_SYSTEM', workOrder: null });
    // It is looked up again, and missed.
    await repairs.until(async () => (await intake.receipt(report.id))?.steps[0]?.lost, 60_000);
    await repairs.works();
    clock.leap(28 * dayMs);
    expect(await said.listed(report)).toMatchObject({ state: 'NOT_FOUND_IN_SYSTEM', workOrder: null });
    clock.leap(3 * dayMs);
    expect(await said.listed(report)).toBeUndefined();
    landlord.orders.set(numberOf(report), raised ?? {});
  });

  it('is not ended by a repairs system that cannot be asked', async () => {
    const report = await repairs.emergency('APPLIED');
    repairs.landlord.way = 'AWAY';
    expect(await said.listed(report)).toMatchObject({ state: 'RAISED', workOrder: { reference: numberOf(report) } });
  });

  it.each([
    ['OPEN', '10'],
    ['LOCKED', '80'],
    ['SCHEDULED', '90'],
    ['NO_ACCESS', '1000'],
    ['PENDING_MATERIAL', '1010'],
    ['HOLD', '1090'],
    ['of no kind that is known', '4711'],
  ])('is not ended by a work order that is %s', async (_status, statusCode) => {
    const report = await repairs.emergency('APPLIED');
    said.setOrder(numberOf(report), statusCode);
    expect(await said.listed(report)).toMatchObject({ state: 'RAISED' });
  });

  it.each([
    ['COMPLETE', '50'],
    ['CANCELED', '30'],
  ])(
    'is ended by a work order that is %s, and not by that of another at the same home',
    async (_status, statusCode) => {
      const [report, other] = [await repairs.emergency('APPLIED'), await repairs.emergency('APPLIED')];
      said.setOrder(numberOf(report), statusCode);
      expect(await said.listed(report)).toBeUndefined();
      expect(await said.listed(other)).toBeDefined();
    },
  );
});

describe('an emergency of which it is said that it is done', () => {
  it('leaves the list at once, also before it is raised', async () => {
    const { landlord, emergency } = repairs;
    const raised = await emergency('APPLIED');
    landlord.way = 'AWAY';
    const queued = await emergency('QUEUED', { propertyReference: '00000020' });
    for (const report of [raised, queued]) {
      await said.complete(report);
      expect(await said.listed(report)).toBeUndefined();
    }
  });

  it('comes back when the repairs system refuses that, whoever saw to it still known, and for thirty days', async () => {
    const { clock, landlord, emergency, reaches } = repairs;
    const report = await emergency('APPLIED');
    await said.take(report, 'Night team');
    landlord.way = 'AWAY';
    const done = await said.complete(report);
    expect(await said.listed(report)).toBeUndefined();
    clock.leap(25 * hourMs);
    await repairs.works();
    landlord.way = 'REFUSES';
    await reaches(done, 'REFUSED');
    expect(await said.listed(report)).toMatchObject({ state: 'RAISED', taken: { by: 'Night team' } });
    clock.leap(28 * dayMs);
    expect(await said.listed(report)).toBeDefined();
    clock.leap(3 * dayMs);
    expect(await said.listed(report)).toBeUndefined();
  });

  it('comes back when that is taken back before it was sent', async () => {
    const { landlord, emergency, intake } = repairs;
    const report = await emergency('APPLIED');
    landlord.way = 'AWAY';
    const done = await said.complete(report);
    expect(await said.listed(report)).toBeUndefined();
    await intake.cancel(done.id, 'Ann', 'It was another one.');
    expect(await said.listed(report)).toBeDefined();
  });

  it('does not come back because a second word of it is refused', async () => {
    const { landlord, emergency, reaches } = repairs;
    const report = await emergency('APPLIED');
    await reaches(await said.complete(report), 'APPLIED');
    // Its work order is opened again by hand; the first word stands.
    said.setOrder(numberOf(report), '10');
    landlord.way = 'REFUSES';
    await reaches(await said.complete(report), 'REFUSED');
    expect(await said.listed(report)).toBeUndefined();
  });

  it('comes back, and leaves again, where it is refused first and then taken', async () => {
    const { landlord, emergency, reaches } = repairs;
    const report = await emergency('APPLIED');
    landlord.way = 'REFUSES';
    await reaches(await said.complete(report), 'REFUSED');
    expect(await said.listed(report)).toBeDefined();
    landlord.way = 'TAKES';
    await reaches(await said.complete(report), 'APPLIED');
    said.setOrder(numberOf(report), '10');
    expect(await said.listed(report)).toBeUndefined();
  });

  it('by its number leaves the list while that waits, and stays where it is refused', async () => {
    const { landlord, emergency, reaches, ask } = repairs;
    const [one, other] = [await emergency('APPLIED'), await emergency('APPLIED', { propertyReference: '00000021' })];
    for (const report of [one, other]) await ask(`{ workOrder(reference: "${numberOf(report)}") { status } }`);
    const completed = (report: Receipt) =>
      repairs.write('completeWorkOrder', { workOrderReference: numberOf(report), channel: 'STAFF' });
    landlord.way = 'REFUSES';
    await reaches(await completed(one), 'REFUSED');
    expect(await said.listed(one)).toBeDefined();
    landlord.way = 'AWAY';
    await completed(other);
    expect(await said.listed(other)).toBeUndefined();
  });

  it('stays where it was only a visit, or that nobody was let in, that was written of it', async () => {
    const { landlord, emergency, ask } = repairs;
    const report = await emergency('APPLIED');
    await ask(`{ workOrder(reference: "${numberOf(report)}") { status } }`);
    landlord.way = 'AWAY';
    for (const which of [{ receipt: report.id }, { workOrderReference: numberOf(report) }])
      await repairs.write('reportNoAccess', { ...which, channel: 'STAFF' });
    expect(await said.listed(report)).toBeDefined();
  });

  it('comes back however many completions of other repairs are refused after it', async () => {
    const { clock, landlord, emergency, reaches, own } = repairs;
    const report = await emergency('APPLIED');
    clock.leap(25 * hourMs);
    landlord.way = 'REFUSES';
    await reaches(await said.complete(report), 'REFUSED');
    const others = Array.from({ length: 510 }, (_, index) => ({
      ...{ id: `R0${index}`, content: { taken: null, doneAtMs: null, undoneAtMs: clock.now() + index } },
    }));
    await own.add('emergency', others);
    expect(await said.listed(report)).toBeDefined();
  });

  it('that was routine does not come to the list because that is refused', async () => {
    const { landlord, emergency, reaches } = repairs;
    const report = await emergency('APPLIED', { urgency: 'ROUTINE' });
    landlord.way = 'REFUSES';
    await reaches(await said.complete(report), 'REFUSED');
    expect(await said.listed(report)).toBeUndefined();
  });
});
