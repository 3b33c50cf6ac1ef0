// One server of a legacy system behind its circuit: every call goes through here, with a time limit, and is
// counted by what came of it. Holds the background probe. Knows no wire.
import {
  type Circuit,
  type CircuitNumbers,
  type CircuitState,
  createCircuit,
  type Outcome,
  type Pass,
} from './circuit.ts';
import type { Clock } from './clock.ts';
import { WireError } from './errors.ts';

/** What a backend needs from its surroundings. */
export interface BackendOptions {
  clock: Clock;
  random: () => number;
  numbers: CircuitNumbers;
  /** The wire's cheapest question, to see whether it is back. */
  probe(signal: AbortSignal): Promise<void>;
  probeTimeoutMs: number;
  onChange(state: CircuitState): void;
}

/** A backend that can be called. */
export interface Backend {
  readonly circuit: CircuitState;
  /**
   * Makes one call. Throws a WireError for every failure; UNAVAILABLE without any call while the circuit is open.
   * @param work the call; must end when its signal does, and is left to itself where it does not.
   * @param timeoutMs from when the call goes out.
   * @param signal of whoever asked; ends the call without counting against the backend.
   */
  call<T>(work: (signal: AbortSignal) => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T>;
  /** Somebody has waited for a call as long as anybody does. */
  late(): void;
  /** Ends the probe. */
  close(): void;
}

/** No call waits longer than this, in ms, for a place while the backend is let back in: the user has waited enough. */
const rampWaitMs = 100;

/** A backend with a closed circuit. */
export function createBackend(options: BackendOptions): Backend {
  const { clock, random, numbers } = options;
  const waiting = new Set<() => void>();
  let cancelProbe = () => {};
  let ended = false;

  const circuit: Circuit = createCircuit(numbers, {
    now: clock.now,
    random,
    onChange(state) {
      options.onChange(state);
      scheduleProbe(state);
    },
    onRoom() {
      for (const wake of [...waiting]) wake();
    },
  });

  /** While open, when the circuit says; while ramping, at its first delay, for a backend that nobody asks just now. */
  function scheduleProbe(state: CircuitState): void {
    cancelProbe();
    if (ended || state.kind === 'CLOSED') return;
    const atMs = state.kind === 'OPEN' ? state.probeAtMs : clock.now() + numbers.firstProbeMs;
    if (atMs === null) return;
    cancelProbe = clock.after(Math.max(0, atMs - clock.now()), () => void probe());
  }

  async function probe(): Promise<void> {
    const startedMs = clock.now();
    const outcome = await limited(clock, options.probe, options.probeTimeoutMs).then(
      (): Outcome => ({ kind: 'SUCCESS', tookMs: clock.now() - startedMs }),
      outcomeOf,
    );
    if (ended) return;
    const before = circuit.state.kind;
    circuit.probed(outcome);
    // A change of kind has scheduled the next one already.
    if (circuit.state.kind === before) scheduleProbe(circuit.state);
  }

  async function enter(): Promise<Pass> {
    let pass = circuit.enter();
    const giveUpAtMs = clock.now() + rampWaitMs;
    while (pass === 'FULL' && clock.now() < giveUpAtMs) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          cancel();
          resolve();
        };
        const cancel = clock.after(giveUpAtMs - clock.now(), wake);
        waiting.add(wake);
      });
      pass = circuit.enter();
    }
    if (pass === 'OPEN') throw new WireError(openFailure(circuit.state), 'the circuit is open', retryHint());
    if (pass === 'FULL') throw new WireError('BUSY', 'the circuit is ramping up', { retryAfterMs: 1_000 });
    return pass;
  }

  function retryHint(): { retryAfterMs?: number } {
    const { state } = circuit;
    if (state.kind !== 'OPEN' || state.probeAtMs === null) return {};
    return { retryAfterMs: Math.max(0, state.probeAtMs - clock.now()) };
  }

  return {
    get circuit() {
      return circuit.state;
    },
    async call(work, timeoutMs, signal) {
      const pass = await enter();
      const startedMs = clock.now();
      try {
        const result = await limited(clock, work, timeoutMs, signal);
        pass.settle({ kind: 'SUCCESS', tookMs: clock.now() - startedMs });
        return result;
      } catch (error) {
        pass.settle(outcomeOf(error));
        throw error;
      }
    },
    late: () => circuit.late(),
    close() {
      ended = true;
      cancelProbe();
    },
  };
}

function openFailure(state: CircuitState): 'CREDENTIALS' | 'UNAVAILABLE' {
  return state.kind === 'OPEN' && state.cause === 'CREDENTIALS' ? 'CREDENTIALS' : 'UNAVAILABLE';
}

/** Whatever an adapter threw, as the circuit counts it. What is no WireError is our own fault in reading: garbled. */
function outcomeOf(error: unknown): Outcome {
  const failure = error instanceof WireError ? error.failure : 'GARBLED';
  if (failure === 'REFUSAL' || failure === 'BUSY') return { kind: 'ANSWERED_NO' };
  if (failure === 'ABANDONED') return { kind: 'ABANDONED' };
  return { kind: 'FAILURE', cause: failure };
}

/** Runs `work` under a time limit; the signal that it gets ends with the limit or with whoever asked. */
export async function limited<T>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  asked?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const abandon = () => controller.abort(new WireError('ABANDONED', 'whoever asked hung up'));
  if (asked?.aborted) abandon();
  asked?.addEventListener('abort', abandon, { once: true });
  const cancel = clock.after(timeoutMs, () =>
    controller.abort(new WireError('TIMEOUT', `no answer in ${timeoutMs} ms`)),
  );
  const ended = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    if (controller.signal.aborted) reject(controller.signal.reason);
  });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } catch (error) {
    // The wire reports an abort in its own way; what counts is why it was aborted.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    cancel();
    asked?.removeEventListener('abort', abandon);
    ended.catch(() => 'already told through the race');
  }
}
