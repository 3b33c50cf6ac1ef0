// Asks a backend for one step of a receipt that is held, or after it: what was lost on the way is looked for as the step declares,
// and never sent again by guess. Says what became of it; writes down only that it is being sent.
import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { WireError } from '../errors.ts';
import type { Counter } from '../intake.ts';
import type { Step, StepContext } from '../mutation.ts';
import { type Book, type Claim, TakenOver } from './book.ts';
import { type EntryStep, madeOf } from './entry.ts';
import type { IntakeNumbers } from './numbers.ts';
import { type Objection, objectionTo } from './proving.ts';
import type { Turn } from './stage.ts';
import { turnOf, type Verdict, verdictOf } from './verdict.ts';

/**
 * What came of asking.
 * - FINISHED: it is done, or refused for good, or a person has to look at it.
 * - AWAY: the backend is not to be had; nothing of this write's doing.
 * - FAILED: it failed by itself, and may be tried again.
 * - NOT_YET: it is not the time for it; nothing failed.
 * - DOUBT: it may have been done. WAITING: it is not known yet whether it was, or a person has to say.
 * - TAKEN_OVER: another process has it.
 */
export type Ending = 'FINISHED' | 'AWAY' | 'FAILED' | 'NOT_YET' | 'DOUBT' | 'WAITING' | 'TAKEN_OVER';

/** What asking needs. */
export interface Asking {
  book: Book;
  clock: Clock;
  numbers: IntakeNumbers;
  /** Gives up waiting for the store after so many ms; what it does runs on. */
  limited<T>(limitMs: number, work: () => Promise<T>): Promise<T>;
  /** Told of what failed that is no wire's doing, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** How it is asked. */
export interface AskOptions {
  /** By the replayer: behind those who wait, and also while the backend is being reconciled. */
  background: boolean;
  /** Whether a step that may have been done already can be asked after now: its quarantine is over. */
  settled: boolean;
  /** Told after how long to look again, in ms, where it ends NOT_YET. */
  onNotYet?(afterMs: number): void;
}

/** What is to be written down, and what came of it. */
export interface Outcome {
  ending: Ending;
  turns: readonly Turn[];
  /** Whether it counts as an attempt that was not counted when it was sent. */
  attempt: boolean;
}

const nothing = (ending: Ending): Outcome => ({ ending, turns: [], attempt: false });

/** Asks the backend for a step, or after it. Throws TakenOver. */
export async function ask(
  claim: Claim,
  position: number,
  counter: Counter,
  desk: Asking,
  { background, settled, onNotYet }: AskOptions,
): Promise<Outcome> {
  const { clock, numbers } = desk;
  const step = claim.entry.steps[position] as EntryStep;
  const definition = counter.steps[step.kind];
  const doubtful = step.stage.state === 'AMBIGUOUS';
  if (doubtful && !settled) return nothing('WAITING');
  if (!definition) {
    desk.onFailure('sending a write', new Error(`The ${counter.system} system has no step ${step.kind}.`));
    return doubtful
      ? nothing('WAITING')
      : failed({ kind: 'NOT_DONE', away: false, counts: true, message: 'Lintel itself failed at this.' });
  }
  const open = counter.open(step.backend);
  if (open === 'QUEUE' || (open === 'DRAIN' && !background)) return nothing('AWAY');
  const asked = definition.target?.backend;
  const opened = asked === undefined ? open : counter.open(asked);
  if (opened === 'QUEUE' || (opened === 'DRAIN' && !background)) return nothing('AWAY');
  const { lane } = claim.entry;
  const { timeoutMs } = definition;
  const call = <T>(work: (signal: AbortSignal) => Promise<T>) =>
    counter.call(step.backend, work, { timeoutMs, lane, background });
  const looking = {
    ...contextOf(claim, position),
    sending: () => Promise.reject(new Error('Looking changes nothing.')),
  };

  const objected = await object(definition);
  if (objected) return objected;
  if (doubtful && definition.repeat !== 'KEY') return lookFor(definition);
  return (doubtful ? null : await notAdmitted()) ?? send(definition);

  /** What comes of it where it is not to be sent now; null: it may be. */
  async function notAdmitted(): Promise<Outcome | null> {
    const { id: receipt, acceptedAtMs } = claim.entry;
    const { kind, input, reference, stage } = step;
    try {
      const decided = await counter.admit?.(kind, input, { receipt, reference, acceptedAtMs, background });
      switch (decided?.admit) {
        case undefined:
        case 'NOW':
          return null;
        case 'DONE':
          return {
            ending: 'FINISHED',
            turns: [{ turn: 'DONE', made: decided.made, atMs: decided.atMs }],
            attempt: false,
          };
        case 'NEVER':
          return { ending: 'FINISHED', turns: [{ turn: 'REFUSE', message: decided.message }], attempt: false };
        case 'LATER': {
          onNotYet?.(decided.afterMs);
          const said = stage.state === 'QUEUED' && stage.waits && stage.message === decided.message;
          return { ending: 'NOT_YET', turns: said ? [] : [{ turn: 'WAIT', message: decided.message }], attempt: false };
        }
      }
    } catch (error) {
      return failed(told(error, 0));
    }
  }

  /** Why it must not go on, if it must not: its record is another one by now, or that cannot be told, or cannot be asked. */
  // biome-ignore lint/suspicious/noExplicitAny: each step has its own input and result.
  async function object(it: Step<any, any>): Promise<Outcome | null> {
    try {
      const timeout = it.target?.timeoutMs;
      const objection: Objection = await objectionTo(step, it, looking, (work) =>
        counter.call(asked ?? step.backend, work, { timeoutMs: timeout, lane, background }),
      );
      return objection && { ending: 'FINISHED', turns: [objection], attempt: false };
    } catch (error) {
      const verdict = told(error, 0);
      // Where it may have been done, that its record is gone says nothing of that.
      return doubtful ? nothing(verdict.away ? 'AWAY' : 'WAITING') : failed(verdict);
    }
  }

  /** Looks whether an earlier attempt has done it. */
  // biome-ignore lint/suspicious/noExplicitAny: each step has its own input and result.
  async function lookFor({ find, repeat }: Step<any, any>): Promise<Outcome> {
    if (!find) return nothing('WAITING');
    try {
      const made = await call((signal) => find(step.input, looking, signal));
      if (made !== undefined) {
        return { ending: 'FINISHED', turns: [{ turn: 'DONE', made, atMs: clock.now() }], attempt: false };
      }
      // Where a repeat would be recognised by nobody, that it is not found is no leave to send it again.
      if (repeat === 'NEVER') return nothing('WAITING');
      return { ending: 'FAILED', turns: [{ turn: 'NOT_THERE', most: numbers.mostFailures }], attempt: false };
    } catch (error) {
      const { away } = told(error, 0);
      return nothing(away ? 'AWAY' : 'WAITING');
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: each step has its own input and result.
  async function send({ apply }: Step<any, any>): Promise<Outcome> {
    let sent = 0;
    let over = false;
    /** Why we ourselves have stopped it, if we have. */
    let halted: unknown = null;
    let writing: Promise<void> = Promise.resolve();
    const contextWith = (signal: AbortSignal): StepContext => ({
      ...contextOf(claim, position),
      async sending() {
        if (over || signal.aborted) throw abandoned;
        // While we write, the backend's own time stands.
        const resume = pause(signal);
        const leaseMs = numbers.leaseMs + (timeoutMs ?? numbers.longestCallMs);
        writing = desk.book.move(claim, position, [{ turn: 'SEND' }], { attempt: sent === 0, leaseMs });
        try {
          await desk.limited(numbers.storeMs, () => writing);
          if (clock.elapsed() >= claim.heldUntilMs) throw new TakenOver('The lease is over.');
          // Meanwhile it may have been cut off, or be held: right before the socket, nothing more goes out to it.
          if (counter.open(step.backend) === 'QUEUE') throw abandoned;
        } catch (error) {
          halted = error;
          // Says nothing of the backend.
          throw abandoned;
        } finally {
          resume();
        }
        if (over || signal.aborted) throw abandoned;
        sent += 1;
      },
    });
    try {
      const made = await call((signal) => apply(step.input, contextWith(signal), signal));
      return { ending: 'FINISHED', turns: [{ turn: 'DONE', made: made ?? null, atMs: clock.now() }], attempt: false };
    } catch (error) {
      over = true;
      // What was being written is written or not before anything else is.
      await writing.catch(() => 'told through the attempt');
      if (halted instanceof TakenOver) throw halted;
      if (halted && halted !== abandoned) desk.onFailure('writing down that a write is sent', halted);
      return failed(told(error, sent), claim.entry.steps[position]?.stage.state === 'QUEUED');
    } finally {
      over = true;
    }
  }

  function told(error: unknown, sent: number): Verdict {
    const verdict = verdictOf(error, sent, counter.system);
    if (!(error instanceof WireError)) desk.onFailure(`the ${step.kind} of the ${counter.system} system`, error);
    return verdict;
  }

  function failed(verdict: Verdict, attempt = true): Outcome {
    const ending = { REFUSED: 'FINISHED', NOT_DONE: verdict.away ? 'AWAY' : 'FAILED', DOUBT: 'DOUBT' } as const;
    return {
      ending: ending[verdict.kind],
      turns: [turnOf(verdict, numbers.mostFailures)],
      attempt: attempt && !verdict.away,
    };
  }
}

/** An attempt that we have stopped ourselves, in the words of wires. */
const abandoned = new WireError('ABANDONED', 'the attempt is over');

function contextOf({ entry, followed }: Claim, position: number): Omit<StepContext, 'sending'> {
  const { reference, target } = entry.steps[position] as EntryStep;
  return {
    reference,
    ...(target && { target }),
    acceptedAtMs: entry.acceptedAtMs,
    receivedAtMs: entry.receivedAtMs,
    made: madeOf(entry),
    madeBy(receipt) {
      // Named by an alias, it is the same.
      if (followed && (followed.id === receipt || entry.follows === receipt)) return madeOf(followed);
      throw new Error('A write knows what another one has made only where it says that it follows it.');
    },
  };
}
