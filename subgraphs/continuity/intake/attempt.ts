// One attempt at a receipt that is held: its steps in their order, as far as they get, and what became of each written down.
// Knows neither queries nor wires; how a step is asked for is in asking.ts.
import type { Counter } from '../intake.ts';
import { type Asking, type AskOptions, ask, type Ending } from './asking.ts';
import { type Claim, TakenOver } from './book.ts';
import { type Stage, stateOf, type Turn } from './stage.ts';

/** What an attempt needs. */
export interface Attempting extends Asking {
  /** Writes a result, however often that has to be tried; rejects with TakenOver, when this process ends, or where whoever asks gives up. */
  surely(work: () => Promise<void>, givesUp?: () => boolean): Promise<void>;
}

/** Makes one attempt. Never throws. The receipt is let go when it resolves. */
export async function attempt(claim: Claim, counter: Counter, desk: Attempting, options: AskOptions): Promise<Ending> {
  const { book, numbers } = desk;
  try {
    for (;;) {
      const { steps, mutation } = claim.entry;
      const position = steps.findIndex(({ stage }) => stage.state !== 'APPLIED');
      const step = steps[position];
      if (!step) return 'FINISHED';
      const refusal = refusalOf(claim);
      if (refusal) {
        await desk.surely(() => book.move(claim, position, [{ turn: 'REFUSE', message: refusal }], { leaseMs: null }));
        return 'FINISHED';
      }
      const { ending, turns, attempt: tried } = await ask(claim, position, counter, desk, options);
      const { whileDown = 'QUEUE' } = counter.mutations[mutation] ?? {};
      // What is half done is not refused any more: the rest follows.
      if (whileDown !== 'QUEUE' && position === 0) {
        const refused = refusedInstead(step.stage.state, ending, turns, whileDown.refuse);
        if (refused) {
          await desk.surely(() => book.move(claim, position, refused, { attempt: tried, leaseMs: null }));
          return 'FINISHED';
        }
      }
      if (turns.length === 0) {
        await desk.surely(() => book.release(claim));
        return ending;
      }
      const more = turns.some(({ turn }) => turn === 'DONE') && position < steps.length - 1;
      await desk.surely(() =>
        book.move(claim, position, turns, { attempt: tried, leaseMs: more ? numbers.leaseMs : null }),
      );
      if (!more) return ending;
    }
  } catch (error) {
    if (error instanceof TakenOver) return 'TAKEN_OVER';
    desk.onFailure('trying a write', error);
    // Nobody would come to it otherwise. What was being sent is found as such, and is in doubt.
    await book.release(claim).catch((failed) => desk.onFailure('letting go of a write', failed));
    return 'FAILED';
  }
}

/** Of a write that must not wait, and of which for certain nothing is done: that is its answer. Else null. */
function refusedInstead(
  state: Stage['state'],
  ending: Ending,
  turns: readonly Turn[],
  message: string,
): readonly Turn[] | null {
  const refuse: Turn = { turn: 'REFUSE', message };
  if (state === 'AMBIGUOUS') {
    const notThere = turns.some(({ turn }) => turn === 'NOT_THERE');
    return notThere ? [{ turn: 'NOT_THERE', most: Number.POSITIVE_INFINITY }, refuse] : null;
  }
  // It must not wait for a person either.
  const parked = turns.find((turn) => turn.turn === 'PARK');
  if (parked) return [{ turn: 'REFUSE', message: parked.message }];
  return ending === 'AWAY' || turns.some(({ turn }) => turn === 'NOT_DONE') ? [refuse] : null;
}

/** Why a write can no longer be done, because of what it builds on. */
function refusalOf({ followed, entry }: Claim): string | null {
  if (!followed || entry.steps.some(({ stage }) => stage.state !== 'QUEUED')) return null;
  switch (stateOf(followed.steps.map(({ stage }) => stage))) {
    case 'REFUSED':
      return 'What it builds on was refused.';
    case 'CANCELLED':
      return 'What it builds on was taken back.';
    case 'SETTLED':
      return 'What it builds on was dealt with otherwise; a colleague has to do this too.';
    default:
      return null;
  }
}
