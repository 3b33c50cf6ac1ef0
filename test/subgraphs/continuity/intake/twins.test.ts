// Two processes over one store, played at random: each takes what the other is at for abandoned at any moment, replies are lost
// or come late, processes end or sleep in the middle. Whatever happens: never two effects, order kept, the ledger closes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Receipt } from '../../../../subgraphs/continuity/intake.ts';
import { createTestClock, settled } from '../../../clock.ts';
import { openMemory } from '../../../stores.ts';
import { createOffice, type Desk, openDesk, type Way } from './office.ts';

const ways: Way[] = [
  'OK',
  'REFUSED',
  'AWAY',
  'BROKEN',
  'REFUSED_CONNECTION',
  'RESET',
  'LOST',
  'LATE',
  'NEVER',
  'HELD',
  'PAUSED',
];
/** Longer than the longest hang: what is late is done within that. */
const hangMs = 60_000;

/** Looked at without a reason less often than a server does: a random walk has reasons enough. And nothing is parked. */
const numbers = { perSecond: Number.POSITIVE_INFINITY, lookMs: 30_000, mostFailures: 1_000 };

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      by: fc.nat({ max: 1 }),
      about: fc.constantFrom('P1', 'P2'),
      mutation: fc.constantFrom('note', 'noteReadBack', 'noteTwice', 'alarm'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('way' as const), way: fc.constantFrom(...ways) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 20_000, 130_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wake' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), by: fc.nat({ max: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), of: fc.nat({ max: 20 }) }) },
);

/** Lets everything happen that needs no time. */
async function calm(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await settled();
}

type Action = typeof action extends fc.Arbitrary<infer Each> ? Each : never;

async function play(actions: readonly Action[]): Promise<void> {
  const store = await openMemory();
  const clock = createTestClock();
  const office = createOffice();
  let processes = 0;
  const start = () =>
    openDesk({ file: 'memory' }, { store, clock, office, process: `process ${++processes}`, numbers });
  const desks: Desk[] = [await start(), await start()];
  const all = [...desks];
  const written: { about: string; mutation: string; key: string; submitted: Promise<Receipt> }[] = [];

  async function wait(ms: number): Promise<void> {
    // In stretches, after each of which what hangs is done; but a process that sleeps before it sends may sleep on.
    for (let left = ms; left > 0; left -= hangMs / 2) {
      await clock.advance(Math.min(left, hangMs / 2));
      office.wakeLate();
      await calm();
    }
  }

  for (const each of actions) {
    switch (each.do) {
      case 'write': {
        const desk = desks[each.by] as Desk;
        const key = String(written.length);
        const submitted = desk.note(each.mutation, { about: each.about, text: key }, key);
        written.push({ about: each.about, mutation: each.mutation, key, submitted });
        break;
      }
      case 'way':
        office.ways.push(each.way);
        break;
      case 'wait':
        await wait(each.ms);
        break;
      case 'wake':
        office.wake();
        break;
      case 'end':
        // It is not closed: what it was at goes on when it wakes, and is old by then.
        desks[each.by] = await start();
        all.push(desks[each.by] as Desk);
        break;
      case 'again': {
        // A client that has heard nothing sends it again: it counts once.
        const one = written[each.of];
        if (one) void desks[1]?.note(one.mutation, { about: one.about, text: one.key }, one.key);
        break;
      }
    }
    await calm();
  }

  // All is well again, one process is left, and everything that can be done is done.
  office.ways = [];
  const [desk] = desks as [Desk];
  const closing = all.filter((each) => each !== desk).map(({ intake }) => intake.close());
  for (let turn = 0; turn < 40; turn += 1) {
    office.wake();
    await wait(150_000);
    if ((await desk.intake.ledger()).open === 0) break;
  }
  await clock.advance(1_000);
  const receipts = await Promise.all(written.map(({ submitted }) => submitted));
  const ledger = await desk.intake.ledger();
  expect(ledger.accepted).toBe(written.length);
  expect(ledger.open, JSON.stringify(ledger.byState)).toBe(0);
  expect(ledger.accepted).toBe(ledger.applied + ledger.refused + ledger.cancelled + ledger.settled);

  const references = office.effects.map(({ reference }) => reference);
  expect(new Set(references).size, 'effects').toBe(references.length);
  const done = new Set(references);
  for (const { id } of receipts) {
    const receipt = (await desk.intake.receipt(id)) as Receipt;
    for (const step of receipt.steps)
      expect(done.has(step.reference), `${receipt.mutation} ${step.state}`).toBe(step.state === 'APPLIED');
  }
  for (const about of ['P1', 'P2']) {
    const accepted = written.filter((each) => each.about === about && each.mutation !== 'alarm').map(({ key }) => key);
    const order = [...new Set(office.effects.map(({ text }) => text))].filter((text) => accepted.includes(text));
    expect(order, about).toEqual(accepted.filter((key) => order.includes(key)));
  }
  await Promise.all([...closing, desk.intake.close()]);
  await store.close();
}

it('never does a write twice, nor out of order, nor loses one, whatever happens in between', {
  timeout: 120_000,
}, async () => {
  await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40, size: 'max' }), play), {
    numRuns: 60,
  });
});
