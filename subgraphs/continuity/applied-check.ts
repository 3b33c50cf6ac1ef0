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
  /** What can be lost of it is its record alone. Set by the look-up. */
  recordOnly?: boolean;
  /** When it was missed for the first time, ms since 1970, where it has not been looked at a second time since. */
  suspectSinceMs: number | null;
}

/** What became of one. */
export interface Looked {
  write: AppliedWrite;
  trace: Trace;
}

/** What looking up needs. */
export interface LookingUp {
  steps: Steps;
  /** Makes one call through the backend's guard. Rejects with WireError. */
  call<T>(work: (signal: AbortSignal) => Promise<T>, timeoutMs: number | undefined): Promise<T>;
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

/**
 * Looks them up. One whose step cannot be looked up, or whose answer cannot be read, is UNTOLD: it holds up no other.
 * @throws WireError where the backend does not answer: nothing is concluded then.
 */
export async function lookUpApplied(writes: readonly AppliedWrite[], outside: LookingUp): Promise<Looked[]> {
  const { steps, call, atOnce, pause, onFailure } = outside;
  const looked: Looked[] = [];
  const calls: AppliedWrite[][] = [];
  for (const [kind, ofKind] of Map.groupBy(writes, (write) => write.kind)) {
    const limit = steps[kind]?.lookUp?.limit;
    if (limit === undefined) looked.push(...ofKind.map((write) => ({ write, trace: 'UNTOLD' as const })));
    else for (let start = 0; start < ofKind.length; start += limit) calls.push(ofKind.slice(start, start + limit));
  }

  async function lookAt(some: readonly AppliedWrite[], tries = 1): Promise<void> {
    const definition = steps[some[0]?.kind ?? ''];
    try {
      const traces = await call(
        async (signal) =>
          (await definition?.lookUp?.look(
            some.map(({ step }) => step),
            signal,
          )) ?? [],
        definition?.timeoutMs,
      );
      const recordOnly = definition?.lookUp?.recordOnly ?? false;
      looked.push(...some.map((write, at) => ({ write: { ...write, recordOnly }, trace: traces[at] ?? 'UNTOLD' })));
    } catch (error) {
      const failure = error instanceof WireError ? error.failure : null;
      if (failure === 'BUSY' && tries < mostTries) {
        await pause((error as WireError).retryAfterMs ?? busyPauseMs);
        return lookAt(some, tries + 1);
      }
      // A fault of ours must not keep a backend in doubt for ever.
      if (failure === null) onFailure(`looking up what ${some[0]?.kind} has done`, error);
      else if (failure !== 'REFUSAL' && failure !== 'GARBLED') throw error;
      looked.push(...some.map((write) => ({ write, trace: 'UNTOLD' as const })));
    }
  }

  const queue = calls.values();
  async function work(): Promise<void> {
    for (const some of queue) await lookAt(some);
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, calls.length) }, work));
  return looked;
}
