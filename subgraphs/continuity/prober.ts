// Looks in the background whether a backend is back: when its circuit says, one look at a time, and none while it is cut
// off. Tells the circuit what it found. Knows no wire.
import type { Circuit, Outcome } from './circuit.ts';
import type { Clock } from './clock.ts';
import type { Timed } from './deadline.ts';
import { WireError } from './errors.ts';

/** What a prober needs from its backend. */
export interface ProberOptions {
  clock: Clock;
  circuit: Circuit;
  /** While the circuit is ramping: how long after its last step to look, for a backend that nobody asks just now, in ms. */
  rampMs: number;
  /** Asks the wire's cheapest question. Never throws. */
  look(): Promise<Timed<void>>;
}

/** The probe of one backend. */
export interface Prober {
  /** Sets the next look to when the circuit says now. */
  schedule(): void;
  /** Looks at once; resolves when the circuit knows. One that is under way is that look. */
  now(): Promise<void>;
  /** No look is due any more, and what one under way finds is not listened to. `schedule` begins anew. */
  stop(): void;
  /** How many there were. */
  sent(): number;
}

/** A prober with nothing to do. */
export function createProber({ clock, circuit, rampMs, look }: ProberOptions): Prober {
  let sent = 0;
  let underWay: Promise<void> | null = null;
  let cancel = () => {};

  function schedule(): void {
    const { state } = circuit;
    cancel();
    if (state.kind === 'CLOSED') return;
    const atMs = state.kind === 'OPEN' ? state.probeAtMs : clock.now() + rampMs;
    if (atMs === null) return;
    cancel = clock.after(Math.max(0, atMs - clock.now()), () => void now());
  }

  function now(): Promise<void> {
    cancel();
    if (underWay) return underWay;
    sent += 1;
    const looked: Promise<void> = look().then((end) => {
      if (underWay !== looked) return;
      underWay = null;
      const before = circuit.state.kind;
      circuit.probed(outcomeOf(end));
      // A change of kind has scheduled the next one already.
      if (circuit.state.kind === before) schedule();
    });
    underWay = looked;
    return looked;
  }

  return {
    schedule,
    now,
    stop() {
      cancel();
      underWay = null;
    },
    sent: () => sent,
  };
}

/** What failed, in the words of wires. What is no WireError is our own fault in reading: garbled. */
export function failureOf(end: Timed<unknown>): WireError['failure'] | null {
  if (!('error' in end)) return null;
  return end.error instanceof WireError ? end.error.failure : 'GARBLED';
}

/** What came of a call, as the circuit counts it. */
export function outcomeOf(end: Timed<unknown>): Outcome {
  const failure = failureOf(end);
  if (failure === null) return { kind: 'SUCCESS', tookMs: end.tookMs };
  if (failure === 'REFUSAL' || failure === 'LOCKED' || failure === 'BUSY') return { kind: 'ANSWERED_NO' };
  if (failure === 'ABANDONED' || failure === 'ISOLATED') return { kind: 'ABANDONED' };
  return { kind: 'FAILURE', cause: failure };
}
