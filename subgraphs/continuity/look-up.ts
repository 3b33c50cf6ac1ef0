// Looking an applied change up again, by reading only: how a step declares it, and what can be found. Types, and what the
// findings mean. Knows no wire and no store.

/** A step that was applied, as whoever looks it up is given it. Times in ms since 1970. */
export interface AppliedStep<Input = unknown, Made = unknown> {
  input: Input;
  /** What it made when it was applied. */
  made: Made;
  /** Its own reference towards the system, at most 20 characters. */
  reference: string;
  acceptedAtMs: number;
  appliedAtMs: number;
  /** What the record that it changed was known by. Left out: it changed none, or that was not written down yet. */
  target?: Readonly<Record<string, unknown>>;
  /**
   * A later step about the same record was applied at the same backend: what this one left may have been replaced by that.
   * Where only the present value tells, the trace is then UNTOLD.
   */
  superseded: boolean;
  /** An earlier look has found it there. */
  seen: boolean;
  /**
   * Up to when the backend was surely what it had been. What we have changed elsewhere after that does not explain that something
   * is missing here. Left out: not known.
   */
  wholeUntilMs?: number;
}

/**
 * What became of an applied change.
 * - THERE: as it was left, or gone on from there.
 * - MISSING: not there any more. OLDER: the record is there as it was before the change. REISSUED: another record has its reference.
 * - CHANGED: there, with a value that is neither the change's nor the one before: people have changed it since.
 * - UNTOLD: nobody can tell.
 */
export type Trace = 'THERE' | 'MISSING' | 'OLDER' | 'REISSUED' | 'CHANGED' | 'UNTOLD';

/** What a look gives. UNEXPLAINED: missing, and the other backend that may say why cannot be asked. */
export type Seen = Trace | 'UNEXPLAINED';

/** Traces that speak for a backup that was put back. */
export type Loss = Extract<Trace, 'MISSING' | 'OLDER' | 'REISSUED'>;

/** Whether a trace speaks for a backup that was put back. What people do to a record does not. */
export function isLoss(trace: Trace): trace is Loss {
  return trace === 'MISSING' || trace === 'OLDER' || trace === 'REISSUED';
}

/** How a step is looked up again later. */
export interface LookUp<Input, Made> {
  /** The backend that is looked at. Default: the step's own. All steps of a backend that can be looked up are looked up at one. */
  backend?: string;
  /** What can be lost is the record of what was done, not the deed: the receipt stands. */
  recordOnly?: true;
  /**
   * Which record a step has left its mark on: a later step about the same record takes its place. Default: whatever is about the
   * same entity.
   */
  about?(step: { input: Input; made: Made }): string;
  /** Steps that one call of `look` takes, at most. */
  limit: number;
  /**
   * Looks, and changes nothing. Gives one trace for each step, in order.
   * Throws WireError where the backend cannot be asked: nothing has been found out then.
   */
  look(applied: readonly AppliedStep<Input, Made>[], signal: AbortSignal): Promise<readonly Seen[]>;
}
