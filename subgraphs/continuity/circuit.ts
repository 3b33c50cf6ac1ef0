// Whether a backend may be called now. Closed it counts; open it lets nobody through and says when to look again;
// ramping it lets few through, then more. Knows neither wires nor timers: time and chance are passed in.

/** What came of a call, as far as the circuit cares. */
export type Outcome =
  | { kind: 'SUCCESS'; tookMs: number }
  /** The backend is up and said no, or asked for patience. */
  | { kind: 'ANSWERED_NO' }
  /** Whoever asked hung up: says nothing. */
  | { kind: 'ABANDONED' }
  | { kind: 'FAILURE'; cause: Cause };

/**
 * Why a circuit opened. CREDENTIALS: ours were refused; ISOLATED: an operator has cut it off. After either nothing is
 * sent, not even a probe, until an operator acts.
 */
export type Cause =
  | 'UNREACHABLE'
  | 'UNAVAILABLE'
  | 'TIMEOUT'
  | 'FAULT'
  | 'GARBLED'
  | 'SLOW'
  | 'CREDENTIALS'
  | 'ISOLATED';

/** The numbers of a circuit. */
export interface CircuitNumbers {
  /** A success that took longer counts as slow, in ms. */
  slowMs: number;
  /** How many one-second buckets are looked back on. */
  windowSeconds: number;
  /** Share of failures, of at least `minimumCalls`, at which it opens. */
  failureShare: number;
  /** Share of slow successes at which it opens: higher, since a slow answer is still an answer. */
  slowShare: number;
  /** Fewer calls in the window than this prove nothing. */
  minimumCalls: number;
  /** So many refused connections, or timeouts, in a row open it at once: waiting for ten would cost users ten waits. */
  inARow: number;
  /** First and last delay before a probe, in ms; doubling in between. */
  firstProbeMs: number;
  lastProbeMs: number;
  /** Concurrent calls at which ramping ends and it closes. */
  rampTop: number;
}

/** The numbers every circuit starts from; a system may change what it has a reason to. */
export const circuitNumbers: CircuitNumbers = {
  slowMs: 1_000,
  windowSeconds: 10,
  failureShare: 0.5,
  slowShare: 0.8,
  minimumCalls: 10,
  inARow: 3,
  firstProbeMs: 1_000,
  lastProbeMs: 30_000,
  rampTop: 16,
};

interface Bucket {
  second: number;
  calls: number;
  failures: number;
  slow: number;
}

/** The state of a circuit; each variant owns what only it needs. Times in ms by its own `now`. */
export type CircuitState =
  | { kind: 'CLOSED'; sinceMs: number; buckets: Bucket[]; unreachableInARow: number; timeoutsInARow: number }
  | { kind: 'OPEN'; sinceMs: number; cause: Cause; probes: number; probeAtMs: number | null }
  | { kind: 'RAMPING'; sinceMs: number; cause: Cause; probes: number; limit: number; inFlight: number; passed: number };

/** Leave to make one call. Its `settle` is called once, with what came of it. */
export interface Pass {
  settle(outcome: Outcome): void;
}

/** A circuit, around one backend. */
export interface Circuit {
  readonly state: CircuitState;
  /** Leave to call, or why not: OPEN (no call at all) or FULL (ramping, and all places taken: wait for `onRoom`). */
  enter(): Pass | 'OPEN' | 'FULL';
  /** How many more would be let in now. */
  room(): number;
  /**
   * Somebody has waited for a call as long as anybody does. It counts as a timeout of its own: many can wait for one
   * shared call, and its own end would tell of them only once, and late.
   */
  late(): void;
  /** What a probe found. While ramping, a good one counts as a level passed: a backend that few ask for closes too. */
  probed(outcome: Outcome): void;
  /** An operator has cut the backend off: open, with no probe due. */
  isolate(): void;
  /** An operator lets it back in: still open, with a probe due at once. Nothing where it is not open. */
  look(): void;
}

/** What a circuit needs from outside. */
export interface CircuitSurroundings {
  now(): number;
  /** In [0, 1); spreads probes so that many processes do not knock at once. */
  random(): number;
  /** Called after each change of state's kind. */
  onChange(state: CircuitState): void;
  /** Called when a place may have become free while ramping, and when ramping ends. */
  onRoom(): void;
}

/** A closed circuit. */
export function createCircuit(numbers: CircuitNumbers, outside: CircuitSurroundings): Circuit {
  let state: CircuitState = closed();

  function closed(): CircuitState {
    return { kind: 'CLOSED', sinceMs: outside.now(), buckets: [], unreachableInARow: 0, timeoutsInARow: 0 };
  }

  function become(next: CircuitState): void {
    const before = state;
    state = next;
    if (before.kind !== next.kind) outside.onChange(next);
    if (next.kind !== 'OPEN' || before.kind === 'RAMPING') outside.onRoom();
  }

  function open(cause: Cause, probes: number, sinceMs: number): void {
    const backOffMs = Math.min(numbers.firstProbeMs * 2 ** probes, numbers.lastProbeMs);
    // Between 75% and 100% of the delay: spread out, and never later than promised.
    const jittered = backOffMs * (1 - outside.random() / 4);
    const probeAtMs = cause === 'CREDENTIALS' ? null : outside.now() + jittered;
    become({ kind: 'OPEN', sinceMs, cause, probes, probeAtMs });
  }

  function bucket(buckets: Bucket[]): Bucket {
    const second = Math.floor(outside.now() / 1000);
    while (buckets[0] && buckets[0].second <= second - numbers.windowSeconds) buckets.shift();
    const last = buckets.at(-1);
    if (last?.second === second) return last;
    const fresh = { second, calls: 0, failures: 0, slow: 0 };
    buckets.push(fresh);
    return fresh;
  }

  function settleClosed(circuit: CircuitState & { kind: 'CLOSED' }, outcome: Outcome): void {
    if (outcome.kind === 'ABANDONED') return;
    const current = bucket(circuit.buckets);
    current.calls += 1;
    const cause = outcome.kind === 'FAILURE' ? outcome.cause : null;
    if (cause) current.failures += 1;
    if (outcome.kind === 'SUCCESS' && outcome.tookMs > numbers.slowMs) current.slow += 1;
    const turnedAway = cause === 'UNREACHABLE' || cause === 'UNAVAILABLE';
    circuit.unreachableInARow = turnedAway ? circuit.unreachableInARow + 1 : 0;
    circuit.timeoutsInARow = cause === 'TIMEOUT' ? circuit.timeoutsInARow + 1 : 0;
    const reason = whyOpen(circuit, cause);
    if (reason) open(reason, 0, outside.now());
  }

  /** Why what a closed circuit has seen is too much, if it is. `cause` is of the call just settled. */
  function whyOpen(circuit: CircuitState & { kind: 'CLOSED' }, cause: Cause | null): Cause | null {
    if (cause === 'CREDENTIALS') return cause;
    if (cause && Math.max(circuit.unreachableInARow, circuit.timeoutsInARow) >= numbers.inARow) return cause;
    const total = { calls: 0, failures: 0, slow: 0 };
    for (const { calls, failures, slow } of circuit.buckets) {
      total.calls += calls;
      total.failures += failures;
      total.slow += slow;
    }
    if (total.calls < numbers.minimumCalls) return null;
    if (cause && total.failures >= total.calls * numbers.failureShare) return cause;
    return total.slow >= total.calls * numbers.slowShare ? 'SLOW' : null;
  }

  function settleRamping(circuit: CircuitState & { kind: 'RAMPING' }, outcome: Outcome): void {
    circuit.inFlight -= 1;
    if (outcome.kind === 'FAILURE') {
      open(outcome.cause, circuit.probes, circuit.sinceMs);
      return;
    }
    if (outcome.kind !== 'ABANDONED') circuit.passed += 1;
    if (circuit.passed >= circuit.limit) nextLevel(circuit);
    else outside.onRoom();
  }

  function nextLevel(circuit: CircuitState & { kind: 'RAMPING' }): void {
    if (circuit.limit >= numbers.rampTop) {
      become(closed());
      return;
    }
    circuit.limit *= 2;
    circuit.passed = 0;
    outside.onRoom();
  }

  return {
    get state() {
      return state;
    },
    room() {
      if (state.kind === 'RAMPING') return state.limit - state.inFlight;
      return state.kind === 'OPEN' ? 0 : Number.POSITIVE_INFINITY;
    },
    enter() {
      if (state.kind === 'OPEN') return 'OPEN';
      if (state.kind === 'RAMPING') {
        if (state.inFlight >= state.limit) return 'FULL';
        state.inFlight += 1;
      }
      const entered = state;
      return {
        settle(outcome) {
          // A call that began under an earlier state says nothing about this one.
          if (state !== entered) return;
          if (entered.kind === 'CLOSED') settleClosed(entered, outcome);
          else if (entered.kind === 'RAMPING') settleRamping(entered, outcome);
        },
      };
    },
    late() {
      if (state.kind === 'CLOSED') settleClosed(state, { kind: 'FAILURE', cause: 'TIMEOUT' });
    },
    probed(outcome) {
      if (state.kind === 'CLOSED') return;
      const { sinceMs, cause, probes } = state;
      const slow = outcome.kind === 'SUCCESS' && cause === 'SLOW' && outcome.tookMs > numbers.slowMs;
      if (outcome.kind === 'FAILURE') open(outcome.cause, probes + 1, sinceMs);
      else if (slow || outcome.kind === 'ABANDONED') open(cause, probes + 1, sinceMs);
      else if (state.kind === 'RAMPING') nextLevel(state);
      else become({ kind: 'RAMPING', sinceMs, cause, probes: probes + 1, limit: 1, inFlight: 0, passed: 0 });
    },
    isolate() {
      const sinceMs = state.kind === 'CLOSED' ? outside.now() : state.sinceMs;
      become({ kind: 'OPEN', sinceMs, cause: 'ISOLATED', probes: 0, probeAtMs: null });
    },
    look() {
      if (state.kind === 'OPEN') become({ ...state, probeAtMs: outside.now() });
    },
  };
}
