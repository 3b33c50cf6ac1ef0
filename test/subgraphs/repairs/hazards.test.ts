// Hazards: what is written down of them, in which order they are shown, and which of their deadlines comes first. It is a record for
// a court: nothing in it is written over, and nothing is closed without a reason.
import { describe, expect, it } from 'vitest';
import { repairsOfSuite } from './landlord.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

// The law is in force since 27 October 2025. Wednesday 1 July 2026, 09:00 in London.
const repairs = await repairsOfSuite(Date.parse('2026-07-01T08:00:00Z'));

const fields = /* GraphQL */ `
  id type severity tenancy description awareAt open property { propertyReference } receipt { id state }
  nextDeadline { rule step dueAt } deadlines { step dueAt doneAt projected } done { step at note }`;

const iso = (ms: number) => new Date(ms).toISOString();
const emergency = { type: 'GAS', severity: 'EMERGENCY' };
const damp = { type: 'DAMP_AND_MOULD', severity: 'SIGNIFICANT', tenancy: 'SOCIAL' };

/** Reports a hazard. Gives its id. */
async function report(hazard: object, more: object = {}): Promise<string> {
  const input = { propertyReference: '00000017', description: 'The wall is black.', urgency: 'ROUTINE' };
  return (await repairs.write('reportRepair', { ...input, channel: 'PHONE', hazard, ...more })).id;
}
const advance = (hazard: string, step: string, more: object = {}) =>
  repairs.write('advanceHazard', { hazard, step, ...more });
const hazard = async (id: string) =>
  (await repairs.ask(`query($id: ID!) { hazard(id: $id) { ${fields} } }`, { id })).data.hazard;
const ids = async (args = '') =>
  (await repairs.ask(`{ hazards(first: 200 ${args}) { edges { node { id } } } }`)).data.hazards.edges.map(
    ({ node }: { node: { id: string } }) => node.id,
  );

describe('what is written down of a hazard', () => {
  it('is what was told with its report, and when the landlord became aware: when a letter came, not when it was typed in', async () => {
    const { clock } = repairs;
    const receivedAt = iso(clock.now() - 3 * hourMs);
    const id = await report(damp, { receivedAt, channel: 'LETTER', propertyReference: '00000018' });
    expect(await hazard(id)).toMatchObject({
      ...{ id, ...damp, description: 'The wall is black.', awareAt: receivedAt, open: true, done: [] },
      ...{ property: { propertyReference: '00000018' }, receipt: { id } },
    });
    const untold = await report({ type: 'FIRE', severity: 'SIGNIFICANT' });
    expect(await hazard(untold)).toMatchObject({ type: 'FIRE', tenancy: null, awareAt: iso(clock.now()) });
  });

  it('keeps the first word on each step: what is said later changes neither its time nor its note', async () => {
    const { clock } = repairs;
    const id = await report(emergency);
    clock.leap(hourMs);
    const at = iso(clock.now());
    await advance(id, 'MAKE_SAFE', { note: 'Capped.' });
    clock.leap(30 * hourMs);
    await advance(id, 'MAKE_SAFE', { note: 'Looked again.' });
    await advance(id, 'MAKE_SAFE', { doneAt: iso(clock.now() - 5 * hourMs) });
    expect((await hazard(id)).done).toEqual([{ step: 'MAKE_SAFE', at, note: 'Capped.' }]);
  });

  it('stays as it is when its report gets on: what was done while the repairs system was down is not forgotten', async () => {
    const { landlord, reaches } = repairs;
    landlord.way = 'AWAY';
    const id = await report(emergency, { propertyReference: '00000044' });
    await advance(id, 'MAKE_SAFE', { note: 'Capped.' });
    await repairs.works();
    await reaches({ id }, 'APPLIED');
    // Whatever is filed is filed by then.
    await advance(id, 'INVESTIGATE');
    expect((await hazard(id)).done).toMatchObject([{ step: 'MAKE_SAFE', note: 'Capped.' }, { step: 'INVESTIGATE' }]);
  });

  it('is when a step was done, where somebody says so, in the order in which they were done', async () => {
    const { clock } = repairs;
    const id = await report(emergency);
    clock.leap(5 * hourMs);
    const [first, second] = [iso(clock.now() - 3 * hourMs), iso(clock.now() - 2 * hourMs)];
    await advance(id, 'MAKE_SAFE', { doneAt: second, note: 'Safe.' });
    await advance(id, 'INVESTIGATE', { doneAt: first });
    const { done, deadlines } = await hazard(id);
    expect(done).toEqual([
      { step: 'INVESTIGATE', at: first, note: null },
      { step: 'MAKE_SAFE', at: second, note: 'Safe.' },
    ]);
    const doneAt = (step: string) => deadlines.find((each: { step: string }) => each.step === step).doneAt;
    expect(Date.parse(doneAt('INVESTIGATE'))).toBe(Date.parse(first));
    expect(doneAt('WRITTEN_SUMMARY')).toBeNull();
  });

  it('is not said to have been done before the landlord was aware of it, nor in time to come', async () => {
    const { clock } = repairs;
    const id = await report(emergency);
    const before = await advance(id, 'INVESTIGATE', { doneAt: iso(clock.now() - 60_000) });
    expect(before).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'doneAt' }] });
    const later = await advance(id, 'INVESTIGATE', { doneAt: iso(clock.now() + hourMs) });
    expect(later).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'doneAt' }] });
    expect((await hazard(id)).done).toEqual([]);
    // Of a letter: on the day on which it came, before anybody had typed it in.
    const receivedAt = iso(clock.now() - 4 * hourMs);
    const letter = await report(emergency, { receivedAt, channel: 'LETTER' });
    await advance(letter, 'INVESTIGATE', { doneAt: iso(clock.now() - 3 * hourMs) });
    expect((await hazard(letter)).done).toMatchObject([{ step: 'INVESTIGATE' }]);
  });

  it('is not closed without a reason; then it is, and has no next deadline', async () => {
    const id = await report(damp);
    for (const note of [undefined, ' '])
      expect(await advance(id, 'CLOSE', { note })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ field: 'note' }],
      });
    expect(await hazard(id)).toMatchObject({ open: true, done: [] });
    await advance(id, 'CLOSE', { note: 'It was paint.' });
    const closed = await hazard(id);
    expect(closed).toMatchObject({ open: false, nextDeadline: null, done: [{ step: 'CLOSE', note: 'It was paint.' }] });
    expect(await ids()).not.toContain(id);
    expect(await ids('open: true')).not.toContain(id);
    expect(await ids('open: false')).toContain(id);
  });

  it('is nothing of what is no hazard', async () => {
    const { id } = await repairs.write('reportRepair', {
      ...{ propertyReference: '00000017', description: 'The tap drips.', urgency: 'ROUTINE', channel: 'PHONE' },
    });
    expect(await advance(id, 'INVESTIGATE')).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'hazard' }] });
    expect(await hazard(id)).toBeNull();
    expect(await ids('open: false')).not.toContain(id);
  });
});

describe('the deadlines of a hazard', () => {
  const next = async (id: string) => (await hazard(id)).nextDeadline.step;

  it('have the soonest that is not met as the next, whichever step of the rule that is', async () => {
    const id = await report(damp);
    expect(await next(id)).toBe('INVESTIGATE');
    await advance(id, 'INVESTIGATE');
    // Three working days, where making it safe has five.
    expect(await next(id)).toBe('WRITTEN_SUMMARY');
    await advance(id, 'WRITTEN_SUMMARY');
    expect(await next(id)).toBe('MAKE_SAFE');
    await advance(id, 'MAKE_SAFE');
    expect(await next(id)).toBe('BEGIN_FURTHER_WORK');
  });

  it('are met by further work that is begun in time: it need not begin again within twelve weeks', async () => {
    const id = await report(damp);
    for (const step of ['INVESTIGATE', 'WRITTEN_SUMMARY', 'MAKE_SAFE', 'BEGIN_FURTHER_WORK']) await advance(id, step);
    const { nextDeadline, open, deadlines } = await hazard(id);
    expect({ nextDeadline, open }).toEqual({ nextDeadline: null, open: true });
    expect(deadlines.filter(({ doneAt }: { doneAt: string | null }) => doneAt === null)).toEqual([]);
  });

  it('run from awareness, by the law where it covers the hazard', async () => {
    const { clock } = repairs;
    const receivedAt = iso(clock.now() - 2 * hourMs);
    const id = await report(emergency, { receivedAt, channel: 'EMAIL' });
    const { nextDeadline } = await hazard(id);
    expect(Date.parse(nextDeadline.dueAt)).toBe(Date.parse(receivedAt) + dayMs);
    expect(nextDeadline.rule).toBe('EMERGENCY_HAZARD');
    const ruleOf = async (given: object) => (await hazard(await report(given))).nextDeadline.rule;
    expect(await ruleOf(damp)).toBe('SIGNIFICANT_HAZARD');
    expect(await ruleOf({ ...damp, type: 'FIRE' })).toBe('SIGNIFICANT_HAZARD_OWN_STANDARD');
    expect(await ruleOf({ ...emergency, tenancy: 'OTHER' })).toBe('EMERGENCY_HAZARD_OWN_STANDARD');
  });
});

describe('a list of hazards', () => {
  const ours = async (known: string[], args = '') => (await ids(args)).filter((id: string) => known.includes(id));

  it('begins with the one whose next deadline is soonest, however they were told', async () => {
    const { clock } = repairs;
    const slow = await report(damp);
    clock.leap(60_000);
    const first = await report(emergency);
    clock.leap(60_000);
    const second = await report(emergency);
    const all = [slow, first, second];
    expect(await ours(all)).toEqual([first, second, slow]);
    // Investigated and safe, what comes next of it is days away; the damp is investigated and has its three working days.
    for (const step of ['INVESTIGATE', 'MAKE_SAFE']) await advance(first, step);
    expect(await ours(all)).toEqual([second, first, slow]);
    await advance(slow, 'INVESTIGATE');
    for (const step of ['INVESTIGATE', 'MAKE_SAFE', 'WRITTEN_SUMMARY']) await advance(second, step);
    expect((await ours(all)).at(-1)).toBe(second);
  });

  it('goes on page by page, and says how many there are in all', async () => {
    await report(damp);
    await report(damp);
    const query = `query($after: String) {
      hazards(first: 1, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } totalCount provenance { source } } }`;
    const seen: string[] = [];
    let after: string | null = null;
    do {
      // biome-ignore lint/suspicious/noExplicitAny: an answer.
      const hazards: any = (await repairs.ask(query, { after })).data.hazards;
      expect(hazards).toMatchObject({ totalCount: (await ids()).length, provenance: { source: 'INTAKE' } });
      seen.push(hazards.edges[0].node.id);
      after = hazards.pageInfo.hasNextPage ? hazards.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(await ids());
  });

  it('of a home has those reported there alone, newest first, closed ones too', async () => {
    const { clock } = repairs;
    const at = { propertyReference: '00000099' };
    const old = await report(emergency, at);
    clock.leap(hourMs);
    const closed = await report(damp, at);
    await advance(closed, 'CLOSE', { note: 'Dry.' });
    clock.leap(hourMs);
    const last = await report(damp, at);
    await report(damp);
    const { data } =
      await repairs.ask(`{ _entities(representations: [{ __typename: "Property", propertyReference: "00000099" }]) {
      ... on Property { hazards { id } } } }`);
    expect(data._entities[0].hazards).toEqual([{ id: last }, { id: closed }, { id: old }]);
  });
});
