// One server of a legacy system behind its guard: every call has a place of the limiter's and a pass of the circuit's,
// a time limit, and is counted by what came of it. Holds the background probe, and can be cut off. Knows no wire.
import { type Circuit, type CircuitNumbers, type CircuitState, createCircuit, type Pass } from './circuit.ts';
import type { Clock } from './clock.ts';
import { limited, pause, type Timed, timed, whyEnded } from './deadline.ts';
import { WireError } from './errors.ts';
import { createLimiter, endOf, type LimiterFigures, type LimiterNumbers, type Place } from './limiter.ts';
import { createProber, failureOf, outcomeOf } from './prober.ts';
import type { CallClass } from './queue.ts';
import { createRetries, retryNumbers } from './retries.ts';
import type { Wire } from './wire.ts';

/** What a backend needs from its surroundings. */
export interface BackendOptions {
  clock: Clock;
  random: () => number;
  numbers: CircuitNumbers;
  limit: LimiterNumbers;
  /** What all that is ever sent goes through, calls and probes and what outlasts them; where it can be cut. */
  wire?: Pick<Wire, 'cut' | 'mend'> | undefined;
  /** The wire's cheapest question, to see whether it is back. */
  probe(signal: AbortSignal): Promise<void>;
  probeTimeoutMs: number;
  onChange(state: CircuitState): void;
}

/** How a call is made. */
export interface CallOptions {
  /** For whom. Default USER. */
  class?: CallClass;
  /** Whether it may be made once more where it found no connection: only what changes nothing may. Default no. */
  retry?: boolean;
}

/** Calls of this process to a backend. */
export interface BackendFigures extends LimiterFigures {
  /** Calls made again, since the process started. */
  retries: number;
  /** Calls that could be made again now. */
  retryBudget: number;
  /** Probes sent, since the process started. */
  probes: number;
}

/** A backend that can be called. */
export interface Backend {
  readonly circuit: CircuitState;
  /**
   * Makes one call. Throws a WireError for every failure; UNAVAILABLE without any call while the circuit is open, BUSY
   * where it had no place in time, ISOLATED while it is cut off.
   * @param work the call; must end when its signal does, and is left to itself where it does not.
   * @param timeoutMs from when the call goes out; a second try has what is left of it.
   * @param signal of whoever asked; ends the call without counting against the backend.
   */
  call<T>(
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs: number,
    signal?: AbortSignal,
    options?: CallOptions,
  ): Promise<T>;
  /** Somebody has waited for a call as long as anybody does. */
  late(): void;
  /** An operator cuts it off: calls under way end at once, connections with them, and nothing more is sent, no probe either. */
  cut(): void;
  /** And lets it back in: a probe goes out at once, and calls once that has succeeded, few at first. */
  mend(): void;
  /**
   * Looks at once whether it is back, if its circuit is open and it is not cut off; also where it had refused our
   * credentials, which only an operator can say to be mended. Resolves when that is known.
   */
  probeNow(): Promise<void>;
  figures(): BackendFigures;
  /** Ends the probe, and second tries. */
  close(): void;
}

/** No call waits longer than this, in ms, for a place while the backend is let back in: the user has waited enough. */
const rampWaitMs = 100;
/** When it is worth trying again where there was no place, in ms: answers take a tenth of that. */
const busyRetryMs = 1_000;

/** A backend with a closed circuit. */
export function createBackend(options: BackendOptions): Backend {
  const { clock, random, numbers, limit, wire } = options;
  const retries = createRetries(retryNumbers, random);
  let cancelLook = () => {};
  let ended = false;
  /** Ends when it is cut off; a new one when it is let back in. */
  let cutting = new AbortController();

  const circuit: Circuit = createCircuit(numbers, {
    now: clock.now,
    random,
    onChange(state) {
      options.onChange(state);
      if (!ended) prober.schedule();
      if (state.kind === 'OPEN') limiter.refuseAll();
    },
    onRoom: () => limiter.look(),
  });

  const limiter = createLimiter(limit, {
    now: clock.now,
    room: circuit.room,
    onDue(atMs) {
      cancelLook();
      if (atMs !== null) cancelLook = clock.after(atMs - clock.now(), limiter.look);
    },
  });

  const prober = createProber({
    clock,
    circuit,
    rampMs: numbers.firstProbeMs,
    look: () => timed(clock, options.probe, options.probeTimeoutMs, cutting.signal),
  });

  /** Why nobody gets in just now. */
  function refusal(): WireError {
    const { state } = circuit;
    if (cutting.signal.aborted) return whyEnded(cutting.signal);
    if (state.kind !== 'OPEN') return new WireError('BUSY', 'no place in time', { retryAfterMs: busyRetryMs });
    if (state.cause === 'CREDENTIALS') return new WireError('CREDENTIALS', 'the circuit is open');
    const retryAfterMs = state.probeAtMs === null ? null : Math.max(0, state.probeAtMs - clock.now());
    return new WireError('UNAVAILABLE', 'the circuit is open', retryAfterMs === null ? {} : { retryAfterMs });
  }

  /**
   * One try: goes out as soon as there is a place, at once where there is one. Rejects with a WireError where it is not
   * made; what came of it otherwise is counted, and given.
   */
  function attempt<T>(
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    of: CallClass,
  ): Promise<Timed<T>> {
    if (circuit.state.kind === 'OPEN') return Promise.reject(refusal());
    if (signal?.aborted) return Promise.reject(whyEnded(signal));
    const { promise, resolve, reject } = Promise.withResolvers<Timed<T>>();
    let waiting = true;
    const hungUp = () => {
      leave();
      reject(whyEnded(signal as AbortSignal));
    };
    const done = () => {
      waiting = false;
      signal?.removeEventListener('abort', hungUp);
    };
    const waiter = {
      go(place: Place) {
        done();
        resolve(made(place, work, timeoutMs, signal));
      },
      refuse() {
        done();
        reject(refusal());
      },
    };
    const waitMs = circuit.state.kind === 'RAMPING' ? rampWaitMs : limit.longestWaitMs;
    const leave = limiter.enter(of, waiter, waitMs);
    if (waiting && signal) {
      pause(signal);
      signal.addEventListener('abort', hungUp, { once: true });
    }
    return promise;
  }

  /** Makes a call that has a place. */
  async function made<T>(
    place: Place,
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Timed<T>> {
    // The limiter has asked the circuit for room.
    const pass = circuit.enter() as Pass;
    const end = await timed(clock, work, timeoutMs, signal, cutting.signal);
    pass.settle(outcomeOf(end));
    place.leave(endOf(failureOf(end), end.tookMs, timeoutMs, limit));
    return end;
  }

  /** Whether, and when, a call that failed is made again: only where nobody was there, and most of its time is left. */
  function backOffMs<T>(end: Timed<T>, timeoutMs: number): number | null {
    if (failureOf(end) !== 'UNREACHABLE' || end.tookMs > timeoutMs / 2) return null;
    return ended || circuit.state.kind === 'OPEN' ? null : retries.take();
  }

  return {
    get circuit() {
      return circuit.state;
    },
    async call(work, timeoutMs, signal, { class: of = 'USER', retry = false } = {}) {
      let end = await attempt(work, timeoutMs, signal, of);
      if (retry) {
        retries.called();
        const waitMs = backOffMs(end, timeoutMs);
        if (waitMs !== null) end = await again(end, waitMs);
      }
      if ('error' in end) throw end.error;
      return end.value;

      async function again(first: typeof end, waitMs: number): Promise<typeof end> {
        const leftMs = timeoutMs - first.tookMs - waitMs;
        try {
          if (waitMs > 0) await limited(clock, () => after(waitMs), timeoutMs, signal, cutting.signal);
          return await attempt(work, leftMs, signal, of);
        } catch (error) {
          // Not let in again: what is told is how the first try failed, unless nobody asks any more, or nobody may.
          const over = error instanceof WireError && (error.failure === 'ABANDONED' || error.failure === 'ISOLATED');
          return over ? { ...first, error } : first;
        }
      }
    },
    late() {
      circuit.late();
      limiter.strained(clock.now() - numbers.slowMs);
    },
    cut() {
      if (cutting.signal.aborted) return;
      prober.stop();
      cutting.abort(new WireError('ISOLATED', 'cut off by an operator'));
      circuit.isolate();
      limiter.refuseAll();
      wire?.cut();
    },
    mend() {
      if (!cutting.signal.aborted) return;
      cutting = new AbortController();
      wire?.mend();
      circuit.look();
      if (!ended) prober.schedule();
    },
    async probeNow() {
      if (circuit.state.kind === 'OPEN' && !cutting.signal.aborted) await prober.now();
    },
    figures() {
      const { made, left } = retries.figures();
      return { ...limiter.figures(), retries: made, retryBudget: left, probes: prober.sent() };
    },
    close() {
      ended = true;
      prober.stop();
    },
  };

  function after(ms: number): Promise<void> {
    return new Promise((resolve) => clock.after(ms, resolve));
  }
}
