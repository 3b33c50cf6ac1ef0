// What people decide on writes, what is shown of them, what is forgotten, and the sum that must close.
import { afterEach, expect, it } from 'vitest';
import type { Accepted } from '../../../../subgraphs/continuity/intake/accepted.ts';
import type { Ledger, Receipt } from '../../../../subgraphs/continuity/intake.ts';
import { onBothEngines } from '../../../stores.ts';
import { until } from '../../wire.ts';
import { amend, createDesks, type Desk } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };
const dayMs = 24 * 60 * 60_000;

const closes = ({ accepted, applied, refused, cancelled, settled, open }: Ledger) =>
  accepted === applied + refused + cancelled + settled + open;

onBothEngines('deciding on writes', (place) => {
  const desks = createDesks(place);
  let desk: Desk;
  const open = async (...options: Parameters<typeof desks.open>) => {
    desk = await desks.open(...options);
    return desk;
  };
  // Whatever has happened, the sum closes.
  afterEach(async () => expect(closes(await desk.intake.ledger())).toBe(true));

  it('takes a write back that has not been sent, and lets what is behind it go', async () => {
    const { office, note, intake, reaches } = await open();
    office.open = 'QUEUE';
    const receipt = await note('note', tap);
    const behind = await note('note', { about: 'P1', text: 'a door' });
    expect(await intake.cancel(receipt.id, 'Katy', 'It is dry again')).toMatchObject({
      state: 'CANCELLED',
      settledBy: { who: 'Katy', why: 'It is dry again' },
      steps: [{ state: 'CANCELLED' }],
    });
    office.opens();
    await reaches(behind, 'APPLIED');
    expect(office.effects.map(({ text }) => text)).toEqual(['a door']);
    await expect(intake.cancel(receipt.id, 'Katy', 'again')).rejects.toThrow('It is over');
    await expect(intake.cancel(behind.id, 'Katy', 'again')).rejects.toThrow('It is done');
    await expect(intake.cancel('R0', 'Katy', 'again')).rejects.toThrow('There is no receipt R0');
  });

  it('takes one back that is about to be sent: then it is not', async () => {
    const { office, note, intake } = await open();
    office.ways = ['PAUSED'];
    const submitted = note('note', tap);
    await until(() => office.ways.length === 0);
    const [receipt] = await intake.receipts({ first: 1 });
    await intake.cancel((receipt as Receipt).id, 'Katy', 'It is dry again');
    office.wake();
    await submitted;
    expect(office.sent).toBe(0);
    expect(await intake.receipt((receipt as Receipt).id)).toMatchObject({ state: 'CANCELLED' });
  });

  it('takes nothing back that is being sent', async () => {
    const { office, note, intake } = await open();
    office.ways = ['HELD'];
    const submitted = note('note', tap);
    await until(() => office.sent === 1);
    const [receipt] = await intake.receipts({ first: 1 });
    await expect(intake.cancel((receipt as Receipt).id, 'Katy', 'no')).rejects.toThrow('It is being sent just now');
    await expect(intake.settle((receipt as Receipt).id, 'DONE', 'Katy', 'no')).rejects.toThrow('It is SENDING');
    office.wake();
    expect(await submitted).toMatchObject({ state: 'APPLIED' });
  });

  it.each([
    ['DONE', 'APPLIED', 1],
    ['SEND_AGAIN', 'APPLIED', 2],
    ['SETTLED', 'SETTLED', 1],
  ] as const)('settles what is in doubt by a word of a person: %s', async (verdict, state, sent) => {
    const { office, note, intake, reaches } = await open();
    office.ways = ['NEVER'];
    const receipt = await note('noteOnce', tap);
    expect(receipt.state).toBe('AMBIGUOUS');
    await intake.settle(receipt.id, verdict, 'Ms Patel', 'I rang them');
    await reaches(receipt, state);
    expect(office.sent).toBe(sent);
    expect((await intake.receipt(receipt.id))?.settledBy).toEqual({ who: 'Ms Patel', why: 'I rang them' });
  });

  it('goes on with the next step where a person says that one is done', async () => {
    const { office, note, intake, reaches } = await open();
    office.ways = ['NEVER'];
    const receipt = await note('noteTwice', tap);
    await intake.settle(receipt.id, 'DONE', 'Ms Patel', 'I rang them');
    await reaches(receipt, 'APPLIED');
    expect(office.effects).toHaveLength(1);
    expect((await intake.receipt(receipt.id))?.made).toHaveLength(1);
  });

  it('lists the newest first, page by page, by system, mutation, state and lane', async () => {
    const { office, note, intake } = await open();
    office.open = 'QUEUE';
    const receipts = [];
    for (const mutation of ['note', 'alarm', 'own', 'note', 'noteTwice']) {
      receipts.push(await note(mutation, { about: 'P1', text: `${receipts.length}` }));
    }
    const ids = receipts.map(({ id }) => id).reverse();
    const found = async (filter: Parameters<typeof intake.receipts>[0]) =>
      (await intake.receipts(filter)).map(({ id }) => id);
    expect(await found({ first: 2 })).toEqual(ids.slice(0, 2));
    expect(await found({ first: 9, before: ids[1] as string })).toEqual(ids.slice(2));
    expect(await found({ first: 9, mutations: ['note', 'own'] })).toEqual([ids[1], ids[2], ids[4]]);
    expect(await found({ first: 9, states: ['APPLIED'] })).toEqual([ids[2]]);
    expect(await found({ first: 9, lane: 'EMERGENCY' })).toEqual([ids[3]]);
    expect(await found({ first: 9, system: 'other' })).toEqual([]);
    expect(await found({ first: 9, states: [] })).toEqual([]);
  });

  it('shows under each term what is open, was refused lately, or was applied since', async () => {
    const { office, note, intake, clock } = await open();
    const applied = await note('note', tap);
    office.ways = ['REFUSED'];
    const refused = await note('note', { about: 'P1', text: 'a door' });
    office.open = 'QUEUE';
    const queued = await note('note', { about: 'P1', text: 'a lamp' });
    const others = await note('note', { about: 'P2', text: 'a bell' });
    const shown = async (sinceMs: number) => {
      const found = await intake.pending([
        { term: 'person\nP1', sinceMs },
        { term: 'person\nP2', sinceMs },
        { term: 'person\nP3', sinceMs },
      ]);
      return [...found].map(([term, receipts]) => [term, receipts.map(({ id }) => id)]);
    };
    expect(await shown(clock.now() - 1)).toEqual([
      ['person\nP1', [applied.id, refused.id, queued.id]],
      ['person\nP2', [others.id]],
      ['person\nP3', []],
    ]);
    expect((await shown(clock.now()))[0]).toEqual(['person\nP1', [refused.id, queued.id]]);
    await clock.advance(dayMs + 1);
    expect((await shown(clock.now()))[0]).toEqual(['person\nP1', [queued.id]]);
  });

  it('tells of every change, with the receipt as it stands', async () => {
    const { office, note, intake } = await open();
    const told: string[] = [];
    const end = intake.listen(({ state, says }) => told.push(`${says.text} ${state}`));
    office.waysOf = { 'a door': ['REFUSED'] };
    await note('note', tap);
    await note('note', { about: 'P1', text: 'a door' });
    end();
    await note('note', { about: 'P1', text: 'a lamp' });
    expect(told).toEqual([
      'a tap QUEUED',
      'a tap SENDING',
      'a tap APPLIED',
      'a door QUEUED',
      'a door SENDING',
      'a door REFUSED',
    ]);
  });

  it('tells of what another process changes, once for each change', async () => {
    const first = await open({ process: 'first' });
    if (first.store.engine === 'SQLITE') return;
    const second = await desks.beside(first, { process: 'second' });
    const told: string[] = [];
    second.intake.listen(({ state }) => told.push(state));
    await first.note('note', tap);
    await second.clock.advance(1_000);
    await until(() => told.includes('APPLIED'));
    for (let second_ = 0; second_ < 5; second_ += 1) {
      await second.clock.advance(1_000);
      await second.intake.ledger();
    }
    expect(told.filter((state) => state === 'APPLIED')).toHaveLength(1);
  });

  it('counts how receipts stand, and says how long the oldest waits and how long it takes to accept one', async () => {
    const { office, note, intake, clock } = await open();
    await note('note', tap);
    office.ways = ['REFUSED', 'NEVER'];
    await note('note', { about: 'P2', text: 'a door' });
    await note('note', { about: 'P3', text: 'a lamp' });
    office.open = 'QUEUE';
    await clock.advance(1_000);
    const queued = await note('note', { about: 'P4', text: 'a bell' });
    await note('own', { about: 'P4', text: 'a bell' });
    await intake.cancel((await note('note', { about: 'P5', text: 'x' })).id, 'Katy', 'no');
    expect(await intake.ledger('office')).toMatchObject({
      accepted: 6,
      applied: 2,
      refused: 1,
      cancelled: 1,
      settled: 0,
      open: 2,
      byState: { QUEUED: 1, AMBIGUOUS: 1, LOST: 0 },
    });
    expect(await intake.ledger('other')).toMatchObject({ accepted: 0, open: 0 });
    const figures = await intake.figures();
    expect(figures.accepted).toBe(6);
    expect(figures.oldestOpenMs.get('office')).toBe(1_000);
    expect(figures.counts).toContainEqual({ system: 'office', state: 'QUEUED', count: 1 });
    expect(queued.state).toBe('QUEUED');
  });

  it('counts what is written down beside the store, once, also while it is brought there', async () => {
    const held: Accepted[] = [];
    const { note, intake } = await open({
      emergencies: (store) => ({
        // It is in the store already, and has not been taken out here: as it is for a moment, each time.
        async take(accepted) {
          if (accepted.input && held.push(accepted) === 1) await store.take(accepted);
          return { ...accepted, fresh: true };
        },
        waiting: () => held,
        close: async () => {},
      }),
    });
    await note('alarm', tap);
    await note('alarm', { about: 'P2', text: 'a door' });
    await note('note', { about: 'P3', text: 'a lamp' });
    expect(await intake.ledger()).toMatchObject({ accepted: 3 });
    expect(await intake.ledger('office')).toMatchObject({ accepted: 3, byState: { QUEUED: 1 } });
    expect(await intake.ledger('other')).toMatchObject({ accepted: 0 });
  });

  it('forgets what is finished and says how much is still to be done; the sum stays', async () => {
    const { office, note, intake, store } = await open();
    const applied = await note('noteTwice', tap, 'first');
    office.open = 'QUEUE';
    const queued = await note('note', { about: 'P1', text: 'a door' });
    const others = await note('note', { about: 'P2', text: 'a bell' });
    const before = await intake.ledger();
    expect(await intake.forget(['person\nP1', 'telephone\n+441632960123'])).toEqual({
      forgotten: [applied.id],
      kept: [queued.id],
    });
    expect(await intake.receipt(applied.id)).toMatchObject({
      state: 'APPLIED',
      client: '',
      input: null,
      says: {},
      made: [],
      message: 'This is done.',
    });
    expect(await intake.receipt(queued.id)).toEqual(queued);
    expect(await intake.receipt(others.id)).toEqual(others);
    expect(await intake.ledger()).toEqual(before);
    expect((await intake.pending([{ term: 'person\nP1', sinceMs: 0 }])).get('person\nP1')?.map(({ id }) => id)).toEqual(
      [queued.id],
    );
    const { entity } = await store.db
      .selectFrom('receipt')
      .select('entity')
      .where('id', '=', applied.id)
      .executeTakeFirstOrThrow();
    expect(entity).toBe('');
    // Its key is still its own.
    expect((await note('noteTwice', tap, 'first')).id).toBe(applied.id);
  });

  it('keeps what a write builds on that is still to be done, and an emergency for as long as people work from it', async () => {
    const { office, note, intake, clock, reaches } = await open();
    amend(office.counter.mutations, 'alarm', { workedFromMs: { APPLIED: dayMs } });
    const first = await note('note', tap);
    const emergency = await note('alarm', tap);
    // It is told of before it is sent.
    await reaches(emergency, 'APPLIED');
    office.open = 'QUEUE';
    const visit = await note('followOn', { about: 'P1', text: 'a visit', receipt: first.id });
    const forgotten = await intake.forget(['person\nP1']);
    expect(forgotten.forgotten).toEqual([]);
    expect([...forgotten.kept].sort()).toEqual([first.id, emergency.id, visit.id].sort());
    office.opens();
    await reaches(visit, 'APPLIED');
    // It still had what it builds on.
    expect(office.effects.at(-1)).toMatchObject({ text: 'a visit', made: [expect.stringMatching(/^#/)] });
    expect([...(await intake.forget(['person\nP1'])).forgotten].sort()).toEqual([first.id, visit.id].sort());
    await clock.advance(dayMs);
    expect(await intake.forget(['person\nP1'])).toEqual({ forgotten: [emergency.id], kept: [] });
  });

  it('forgets what is about an own record of the person, and what builds on a write of theirs', async () => {
    const { note, intake } = await open();
    const theirs = await note('note', tap);
    const builtOn = await note('followOn', { about: 'P2', text: 'a visit', receipt: theirs.id });
    const about = await note('own', { about: 'hazard/R1', text: 'is dry' });
    const others = await note('own', { about: 'hazard/R2', text: 'is wet' });
    const found = await intake.forget(['person\nP1'], [{ system: 'office', kind: 'hazard', id: 'R1' }]);
    expect([...found.forgotten].sort()).toEqual([theirs.id, builtOn.id, about.id].sort());
    expect((await intake.receipt(others.id))?.input).not.toBeNull();
  });
});
