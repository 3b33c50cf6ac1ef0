// Compares the record that a step is about to change with the one that was meant when the write was accepted, right before
// each sending and each look-up. Pure but for the one question that it asks.
import { hasBug } from '../deliberate-bugs.ts';
import type { Comparison, Step, StepContext, Target } from '../mutation.ts';
import type { EntryStep } from './entry.ts';
import type { Turn } from './stage.ts';

/** Why a step must not go on, as a turn; null: the record is the one that was meant, or the step changes none. */
export type Objection = Extract<Turn, { turn: 'REFUSE' | 'PARK' }> | null;

/** Said first where it had been sent once: a person must not take the number alone for an answer. */
const sentOnce = 'It was sent once without an answer, and it is not known whether it was done.';

/**
 * Asks which record has the reference now and compares it with the one that was meant.
 * @param ask makes the one call, through its backend's guard.
 * @throws what the call throws: a REFUSAL where there is no such record.
 */
export async function objectionTo(
  step: EntryStep,
  // biome-ignore lint/suspicious/noExplicitAny: each step has its own input and result.
  { target: reading }: Step<any, any>,
  context: StepContext,
  ask: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>,
): Promise<Objection> {
  if (!reading || hasBug('TRUST_BARE_NUMBER')) return null;
  const found = await ask((signal) => reading.read(step.input, context, signal));
  const comparison = step.target ? reading.compare(step.target, found) : 'UNKNOWN';
  return objection(step, comparison, found, reading);
}

function objection(
  { stage, vouched }: EntryStep,
  comparison: Comparison,
  found: Target,
  { another, unknown }: { another: string; unknown: string },
): Objection {
  if (comparison === 'SAME' || (comparison === 'UNKNOWN' && vouched)) return null;
  const doubtful = stage.state === 'AMBIGUOUS';
  if (comparison === 'UNKNOWN')
    return { turn: 'PARK', message: doubtful ? `${sentOnce} ${unknown}` : unknown, seen: found };
  // What may have been done already cannot be refused any more; nor can anybody vouch for another's record.
  return doubtful ? { turn: 'PARK', message: `${sentOnce} ${another}` } : { turn: 'REFUSE', message: another };
}
