// What may become of a write, played at random against the design's own words.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  finishedStates,
  IllegalTurn,
  isOpen,
  openStates,
  queued,
  type Stage,
  stateOf,
  type Turn,
  turned,
} from '../../../../subgraphs/continuity/intake/stage.ts';
import type { ReceiptState } from '../../../../subgraphs/continuity/mutation.ts';

const most = 3;

const turns: Turn[] = [
  { turn: 'SEND' },
  { turn: 'DONE', made: 'it', atMs: 1 },
  { turn: 'REFUSE', message: 'No.' },
  { turn: 'NOT_DONE', message: 'Away.', counts: false, most },
  { turn: 'NOT_DONE', message: 'Broken.', counts: true, most },
  { turn: 'DOUBT', message: 'Lost.', counts: true },
  { turn: 'DOUBT', message: 'Reset.', counts: false },
  { turn: 'NOT_THERE', most },
  { turn: 'CANCEL' },
  { turn: 'LOSE' },
  { turn: 'SEND_AGAIN' },
  { turn: 'SETTLE' },
];

/** Design: ACCEPTED -> SENDING -> APPLIED | REFUSED | AMBIGUOUS -> APPLIED | ACCEPTED, and so on; by whose turn. */
const allowed: Record<ReceiptState, Partial<Record<Turn['turn'], ReceiptState[]>>> = {
  QUEUED: {
    SEND: ['SENDING'],
    // Found done already, and no before anything was sent.
    DONE: ['APPLIED'],
    REFUSE: ['REFUSED'],
    NOT_DONE: ['QUEUED', 'PARKED'],
    CANCEL: ['CANCELLED'],
  },
  SENDING: {
    SEND: ['SENDING'],
    DONE: ['APPLIED'],
    REFUSE: ['REFUSED'],
    NOT_DONE: ['QUEUED', 'AMBIGUOUS', 'PARKED'],
    DOUBT: ['AMBIGUOUS'],
  },
  AMBIGUOUS: {
    SEND: ['SENDING'],
    DONE: ['APPLIED'],
    NOT_DONE: ['AMBIGUOUS', 'PARKED'],
    DOUBT: ['AMBIGUOUS'],
    NOT_THERE: ['QUEUED', 'PARKED'],
    SEND_AGAIN: ['QUEUED'],
    SETTLE: ['SETTLED'],
  },
  PARKED: { DONE: ['APPLIED'], SEND_AGAIN: ['QUEUED'], SETTLE: ['SETTLED'] },
  APPLIED: { LOSE: ['LOST'] },
  LOST: { DONE: ['APPLIED'], SEND_AGAIN: ['QUEUED'], SETTLE: ['SETTLED'] },
  REFUSED: {},
  CANCELLED: {},
  SETTLED: {},
};

const step = fc.record({ position: fc.nat({ max: 2 }), turn: fc.constantFrom(...turns) });

/** Plays turns on so many steps; tells of each that was taken. */
function play(
  count: number,
  moves: readonly { position: number; turn: Turn }[],
  taken: (before: readonly Stage[], after: readonly Stage[], position: number, turn: Turn) => void,
): readonly Stage[] {
  let steps: readonly Stage[] = Array.from({ length: count }, () => queued);
  for (const { position, turn } of moves) {
    let after: Stage[];
    try {
      after = turned(steps, position, turn);
    } catch (error) {
      expect(error).toBeInstanceOf(IllegalTurn);
      continue;
    }
    taken(steps, after, position, turn);
    steps = after;
  }
  return steps;
}

const runs = { numRuns: 2_000 };
const moves = fc.array(step, { maxLength: 60, size: 'max' });
const count = fc.integer({ min: 1, max: 3 });

it('takes a step along every line of the design, and along no other', () => {
  const seen = new Set<string>();
  const met = new Set<string>();
  // Every way that a step can stand, and every turn from there.
  for (const ways: Stage[] = [queued]; ways.length > 0; ) {
    const from = ways.pop() as Stage;
    if (met.has(JSON.stringify(from)) || ('failures' in from && from.failures > most + 1)) continue;
    met.add(JSON.stringify(from));
    for (const turn of turns) {
      try {
        const [to] = turned([from], 0, turn) as [Stage];
        seen.add(`${from.state} ${turn.turn} ${to.state}`);
        ways.push(to);
      } catch (error) {
        expect(error).toBeInstanceOf(IllegalTurn);
      }
    }
  }
  const lines = Object.entries(allowed).flatMap(([from, of]) =>
    Object.entries(of).flatMap(([turn, to]) => to.map((each) => `${from} ${turn} ${each}`)),
  );
  expect([...seen].sort()).toEqual(lines.sort());
});

it('does steps in their order, and none after one that will never be done', () => {
  fc.assert(
    fc.property(count, moves, (some, all) => {
      const lossless = all.filter(({ turn }) => turn.turn !== 'LOSE');
      play(some, lossless, (_before, after, position, { turn }) => {
        for (const [at, { state }] of after.entries()) {
          const before = after.slice(0, at).map((each) => each.state);
          if (state === 'QUEUED' || state === 'CANCELLED' || state === 'SETTLED') continue;
          expect(before.every((each) => each === 'APPLIED')).toBe(true);
        }
        // Nothing is sent behind what is not done.
        if (turn === 'SEND') expect(after.slice(0, position).every(({ state }) => state === 'APPLIED')).toBe(true);
        // What will never be done leaves nothing behind it waiting.
        const over = after.findIndex(
          ({ state }) => state === 'REFUSED' || state === 'CANCELLED' || state === 'SETTLED',
        );
        if (over >= 0) expect(after.slice(over + 1).some(({ state }) => state === 'QUEUED')).toBe(false);
      });
    }),
    runs,
  );
});

it('never takes for not done what may have been done, unless it was looked for or a person says so', () => {
  fc.assert(
    fc.property(moves, (all) => {
      let maybe = false;
      play(1, all, (_before, [after], _position, { turn }) => {
        if (turn === 'DOUBT') maybe = true;
        else if (turn !== 'SEND' && turn !== 'NOT_DONE') maybe = false;
        if (maybe) expect(['AMBIGUOUS', 'SENDING', 'PARKED']).toContain(after?.state);
      });
    }),
    runs,
  );
});

it('parks what has failed by itself so often, and nothing else', () => {
  fc.assert(
    fc.property(moves, (all) => {
      let failures = 0;
      play(1, all, (_before, [after], _position, turn) => {
        if ('counts' in turn && turn.counts) failures += 1;
        if (turn.turn === 'SEND_AGAIN' || turn.turn === 'DONE') failures = 0;
        if (after?.state === 'PARKED') expect(failures).toBeGreaterThanOrEqual(most);
        if (after?.state === 'QUEUED') expect(failures).toBeLessThan(most);
      });
    }),
    runs,
  );
});

it('stands as its least finished step does; what is finished stays so, but for what a backup has lost', () => {
  fc.assert(
    fc.property(count, moves, (some, all) => {
      play(some, all, (before, after, _position, { turn }) => {
        const [was, is] = [stateOf(before), stateOf(after)];
        if (!isOpen(was) && was !== is) expect([turn, is]).toEqual(['LOSE', 'LOST']);
        expect(is === 'APPLIED').toBe(after.every(({ state }) => state === 'APPLIED'));
      });
    }),
    runs,
  );
});

it('is either open or finished, and nothing else: the ledger closes', () => {
  expect([...openStates, ...finishedStates].sort()).toEqual(Object.keys(allowed).sort());
  expect(openStates.filter((state) => (finishedStates as readonly string[]).includes(state))).toEqual([]);
  expect(stateOf([])).toBe('APPLIED');
});
