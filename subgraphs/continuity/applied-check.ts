// Looks applied writes up again at their backend, by reading only, many at a time. Gives what became of each. Knows neither
// the store nor what is concluded from it.
import { WireError } from './errors.ts';
import type { AppliedStep, Trace } from './look-up.ts';
import type { Steps } from './mutation.ts';

/** An applied step of a receipt. */
export interface AppliedWrite {
  receipt: string;
  position: number;
  mutation: string;
  lane: 'EMERGENCY' | 'ORDINARY';
  /** The step's kind: a name of the adapter's steps. */
  kind: string;
  step: AppliedStep;
  /** Steps that were applied later at the same backend, about the same entity. */
  later: readonly LaterStep[];
  /** What can be lost of it is its record alone. Set by the look-up. */
  recordOnly?: boolean;
  /** When it was missed for the first time, ms since 1970, where it has not been looked at a second time since. */
  suspectSinceMs: number | null;
}

/** A step that was applied after another. */
export type LaterStep = Pick<AppliedStep, 'input' | 'made'> & { kind: string };

/** What became of one. */
export interface Looked {
  write: AppliedWrite;
  trace: Trace;
  /**
   * Missing, and who may say why cannot be asked. In normal running nothing is concluded from that yet; on a return it counts as
   * missing: a backup of both must not pass because one of them is still away.
   */
  unexplained?: true;
}

/** What looking up needs. */
export interface LookingUp {
  steps: Steps;
  /** Makes one call through the backend's guard. Rejects with WireError. */
  call<T>(work: (signal: AbortSignal) => Promise<T>, timeoutMs: number | undefined): Promise<T>;
  /** Up to when the backend was surely what it had been, ms since 1970. */
  wholeUntilMs: number;
  /** Calls under way at once, at most. */
  atOnce: number;
  /** Waits so many ms. */
  pause(ms: number): Promise<void>;
  /** Told of what failed that is no wire's doing, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** A backend that is let back in takes one call at first, and twice as many each time: a call without a place tries again so soon, in ms, */
const busyPauseMs = 500;
/** and so often: for ten seconds in all. */
const mostTries = 20;

/** Makes a call, again where it had no place. Rejects with WireError. */
export async function patiently<T>(call: () => Promise<T>, pause: LookingUp['pause']): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WireError) || error.failure !== 'BUSY' || tries === mostTries) throw error;
      await pause(error.retryAfterMs ?? busyPauseMs);
    }
  }
}

/**
 * Looks them up. One whose step cannot be looked up, or whose answer cannot be read, is UNTOLD: it holds up no other.
 * @throws WireError where the backend does not answer: nothing is concluded then.
 */
export async function lookUpApplied(writes: readonly AppliedWrite[], outside: LookingUp): Promise<Looked[]> {
  const { steps, call, atOnce, pause, onFailure, wholeUntilMs } = outside;
  const looked: Looked[] = [];
  const calls: AppliedWrite[][] = [];
  for (const [kind, ofKind] of Map.groupBy(writes, (write) => write.kind)) {
    const limit = steps[kind]?.lookUp?.limit;
    if (limit === undefined) looked.push(...ofKind.map((write) => ({ write, trace: 'UNTOLD' as const })));
    else for (let start = 0; start < ofKind.length; start += limit) calls.push(ofKind.slice(start, start + limit));
  }

  async function lookAt(some: readonly AppliedWrite[]): Promise<void> {
    const definition = steps[some[0]?.kind ?? ''];
    const about = (kind: string, step: Pick<AppliedStep, 'input' | 'made'>) => steps[kind]?.lookUp?.about?.(step) ?? '';
    const isSuperseded = ({ kind, step, later }: AppliedWrite) =>
      later.some((each) => steps[each.kind]?.lookUp && about(each.kind, each) === about(kind, step));
    try {
      const applied = some.map((write) => ({ ...write.step, superseded: isSuperseded(write), wholeUntilMs }));
      const look = async (signal: AbortSignal) => (await definition?.lookUp?.look(applied, signal)) ?? [];
      const traces = await patiently(() => call(look, definition?.timeoutMs), pause);
      const recordOnly = definition?.lookUp?.recordOnly ?? false;
      looked.push(
        ...some.map((write, at): Looked => {
          const seen = traces[at] ?? 'UNTOLD';
          const known = { write: { ...write, recordOnly } };
          return seen === 'UNEXPLAINED' ? { ...known, trace: 'MISSING', unexplained: true } : { ...known, trace: seen };
        }),
      );
    } catch (error) {
      const failure = error instanceof WireError ? error.failure : null;
      // A fault of ours must not keep a backend in doubt for ever.
      if (failure === null) onFailure(`looking up what ${some[0]?.kind} has done`, error);
      else if (failure !== 'REFUSAL' && failure !== 'GARBLED') throw error;
      looked.push(...some.map((write) => ({ write, trace: 'UNTOLD' as const })));
    }
  }

  await several(calls, atOnce, lookAt);
  return looked;
}

/** Does some work, so much of it at once; ends with the first that fails. */
export async function several<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
