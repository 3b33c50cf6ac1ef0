// What people decide on a write: to take it back, or how it is settled. Knows what may be decided when, and says why not.
import { DecisionRefused, type Intake, type Receipt } from '../intake.ts';
import type { ReceiptState } from '../mutation.ts';
import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import { stateOf, type Turn } from './stage.ts';

/** Why it is too late to take a write back, by how it stands. */
const tooLate: Partial<Record<ReceiptState, string>> = {
  SENDING: 'It is being sent just now: it can no longer be taken back.',
  APPLIED: 'It is done: it can no longer be taken back.',
  AMBIGUOUS: 'It was sent, and may have been done: it can no longer be taken back.',
  PARKED: 'Somebody is looking at it: ask them to settle it.',
  LOST: 'It had been done: it can no longer be taken back.',
};
const overAlready = 'It is over: there is nothing left to take back.';

/** States that a person has to decide on, or may. */
const undecided: ReadonlySet<ReceiptState> = new Set(['AMBIGUOUS', 'PARKED', 'LOST']);

/** What people can decide. Give the receipt as it stands then; throw DecisionRefused with a sentence. */
export function createDecisions(book: Pick<Book, 'decide'>, now: () => number) {
  async function decided(id: string, decision: Parameters<Book['decide']>[1]): Promise<Entry> {
    const entry = await book.decide(id, decision);
    if (!entry) throw new DecisionRefused(`There is no receipt ${id}.`);
    return entry;
  }

  return {
    cancel: (id: string, who: string, why: string) =>
      decided(id, (entry) => {
        const state = standOf(entry);
        if (state !== 'QUEUED') throw new DecisionRefused(tooLate[state] ?? overAlready);
        if (entry.steps[0]?.stage.state !== 'QUEUED') {
          throw new DecisionRefused('Part of it is done already: it can no longer be taken back.');
        }
        return { position: 0, turns: [{ turn: 'CANCEL' }], settledBy: { who, why } };
      }),
    settle: (id: string, verdict: Parameters<Intake['settle']>[1], who: string, why: string) =>
      decided(id, (entry) => {
        const state = standOf(entry);
        if (!undecided.has(state)) {
          throw new DecisionRefused(`It is ${state}: only what is AMBIGUOUS, PARKED or LOST can be settled.`);
        }
        const position = entry.steps.findIndex(({ stage }) => stage.state !== 'APPLIED');
        return {
          position,
          turns: [turnFor(verdict, entry, position)],
          settledBy: { who, why } satisfies Receipt['settledBy'],
        };
      }),
  };

  function turnFor(verdict: Parameters<Intake['settle']>[1], { steps }: Entry, position: number): Turn {
    if (verdict === 'SETTLED') return { turn: 'SETTLE' };
    if (verdict === 'SEND_AGAIN') return { turn: 'SEND_AGAIN' };
    const stage = steps[position]?.stage;
    return { turn: 'DONE', made: stage?.state === 'LOST' ? stage.made : null, atMs: now() };
  }
}

function standOf({ steps }: Entry): ReceiptState {
  return stateOf(steps.map(({ stage }) => stage));
}
