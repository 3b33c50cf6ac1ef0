// How the steps of a write stand, and what may become of that: a state machine. Pure: it knows no store, no wire, no time.
// What is not allowed is refused here, whoever asks for it.
import type { ReceiptState, Target } from '../mutation.ts';

/**
 * How one step stands. Where it says so, `failures` counts attempts that failed by the step's own doing, not by its
 * backend being away: by them it is parked. `message` says why, in a sentence for people.
 */
export type Stage =
  /** `waits`: it is not the time for it yet, nothing failed; `message` is then for whoever wrote it. */
  | { state: 'QUEUED'; failures: number; message: string | null; waits?: true }
  /** `doubtful`: an attempt before this one may have done it already. */
  | { state: 'SENDING'; failures: number; doubtful: boolean }
  | { state: 'APPLIED'; made: unknown; atMs: number }
  | { state: 'REFUSED'; message: string }
  | { state: 'AMBIGUOUS'; failures: number; message: string }
  /** `seen`: it cannot be proved which record it is about, and this one has its reference now; a person may vouch for it. */
  | { state: 'PARKED'; failures: number; message: string; seen?: Target }
  | { state: 'CANCELLED' }
  /** What it had made, as far as is known. */
  | { state: 'LOST'; made: unknown }
  | { state: 'SETTLED' };

/** What can become of a step. */
export type Turn =
  /** From here on the system may have it. */
  | { turn: 'SEND' }
  /** It is done: the system says so, or it was found there, or a person says so. */
  | { turn: 'DONE'; made: unknown; atMs: number }
  /** The system, or a rule, says no. */
  | { turn: 'REFUSE'; message: string }
  /** This attempt has certainly not done it. `counts`: by the step's own doing; `most` such failures, and it is parked. */
  | { turn: 'NOT_DONE'; message: string; counts: boolean; most: number }
  /** It was not sent: it is not the time for it yet. */
  | { turn: 'WAIT'; message: string }
  /** Sent, and nobody knows what became of it. */
  | { turn: 'DOUBT'; message: string; counts: boolean }
  /** It was looked for, and is not there. */
  | { turn: 'NOT_THERE'; most: number }
  /** A person has to say. `seen`: it cannot be proved that this record, which was there, is the one that was meant. */
  | { turn: 'PARK'; message: string; seen?: Target }
  /** Whoever wrote it takes it back. */
  | { turn: 'CANCEL' }
  /** A restored backup has forgotten it. */
  | { turn: 'LOSE' }
  /** A person says: send it (again), or: it is dealt with otherwise. */
  | { turn: 'SEND_AGAIN' }
  | { turn: 'SETTLE' };

/** A turn that a step cannot take as it stands. The message is a sentence. */
export class IllegalTurn extends Error {}

/** A step of which nothing has been sent. */
export const queued: Stage = { state: 'QUEUED', failures: 0, message: null };

/** States in which nothing more becomes of a write by itself, but for what a restored backup has lost. */
export const finishedStates = ['APPLIED', 'REFUSED', 'CANCELLED', 'SETTLED'] as const satisfies readonly ReceiptState[];
/** The others: somebody, or something, still has to do something. They hold up what is written later about the same entity. */
export const openStates = [
  'QUEUED',
  'SENDING',
  'AMBIGUOUS',
  'PARKED',
  'LOST',
] as const satisfies readonly ReceiptState[];

/** Whether something still has to be done. */
export function isOpen(state: ReceiptState): boolean {
  return (openStates as readonly ReceiptState[]).includes(state);
}

/** How a write stands: as its least finished step does. Steps are done in their order, so that is the first that is not done. */
export function stateOf(steps: readonly Stage[]): ReceiptState {
  return steps.find(({ state }) => state !== 'APPLIED')?.state ?? 'APPLIED';
}

/** From which states each turn can be taken. */
const from: Record<Turn['turn'], readonly ReceiptState[]> = {
  SEND: ['QUEUED', 'AMBIGUOUS', 'SENDING'],
  DONE: ['QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST'],
  REFUSE: ['QUEUED', 'SENDING'],
  NOT_DONE: ['QUEUED', 'SENDING', 'AMBIGUOUS'],
  WAIT: ['QUEUED'],
  DOUBT: ['SENDING', 'AMBIGUOUS'],
  NOT_THERE: ['AMBIGUOUS'],
  PARK: ['QUEUED', 'AMBIGUOUS'],
  CANCEL: ['QUEUED'],
  LOSE: ['APPLIED'],
  SEND_AGAIN: ['AMBIGUOUS', 'PARKED', 'LOST'],
  SETTLE: ['AMBIGUOUS', 'PARKED', 'LOST'],
};

/**
 * How the steps of a write stand after one of them has taken a turn. Those after it, which nothing was sent of, go with it
 * where it will never be done.
 * @throws IllegalTurn
 */
export function turned(steps: readonly Stage[], position: number, turn: Turn): Stage[] {
  const step = steps[position];
  if (!step || !from[turn.turn].includes(step.state)) {
    throw new IllegalTurn(`A step that is ${step?.state ?? 'not there'} cannot take the turn ${turn.turn}.`);
  }
  if (turn.turn !== 'LOSE' && steps.slice(0, position).some(({ state }) => state !== 'APPLIED')) {
    throw new IllegalTurn('The steps of a write are done in their order.');
  }
  if (turn.turn === 'CANCEL' && position > 0) throw new IllegalTurn('Part of it has been done already.');
  if (turn.turn === 'LOSE' && steps.some(({ state }) => state === 'SENDING')) {
    throw new IllegalTurn('Something of it is being sent just now.');
  }
  const next = stageAfter(step, turn);
  return steps.map((each, at) => (at === position ? next : at > position ? after(next, each) : each));
}

/** How a step stands behind one that stands so: of what will not be done, nothing is left waiting. */
function after(before: Stage, step: Stage): Stage {
  if (before.state === 'SETTLED' && (openStates as readonly string[]).includes(step.state)) return before;
  const over = before.state === 'REFUSED' || before.state === 'CANCELLED';
  return over && step.state === 'QUEUED' ? { state: 'CANCELLED' } : step;
}

function stageAfter(step: Stage, turn: Turn): Stage {
  const failures = 'failures' in step ? step.failures : 0;
  switch (turn.turn) {
    case 'SEND': {
      const doubtful = step.state === 'AMBIGUOUS' || (step.state === 'SENDING' && step.doubtful);
      return { state: 'SENDING', failures, doubtful };
    }
    case 'DONE':
      return { state: 'APPLIED', made: turn.made, atMs: turn.atMs };
    case 'REFUSE':
      return { state: 'REFUSED', message: turn.message };
    case 'NOT_DONE': {
      const { message } = turn;
      const count = failures + (turn.counts ? 1 : 0);
      if (turn.counts && count >= turn.most) return { state: 'PARKED', failures: count, message };
      // This attempt has not done it; one before it may have.
      const doubtful = step.state === 'AMBIGUOUS' || (step.state === 'SENDING' && step.doubtful);
      return { state: doubtful ? 'AMBIGUOUS' : 'QUEUED', failures: count, message };
    }
    case 'WAIT':
      return { state: 'QUEUED', failures, message: turn.message, waits: true };
    case 'DOUBT':
      return { state: 'AMBIGUOUS', failures: failures + (turn.counts ? 1 : 0), message: turn.message };
    case 'NOT_THERE': {
      const message = 'It was sent once without an answer, and is not there.';
      return { state: failures >= turn.most ? 'PARKED' : 'QUEUED', failures, message };
    }
    case 'PARK':
      return { state: 'PARKED', failures, message: turn.message, ...(turn.seen && { seen: turn.seen }) };
    case 'CANCEL':
      return { state: 'CANCELLED' };
    case 'LOSE':
      return { state: 'LOST', made: (step as Extract<Stage, { state: 'APPLIED' }>).made };
    case 'SEND_AGAIN':
      return queued;
    case 'SETTLE':
      return { state: 'SETTLED' };
  }
}
