// A circuit under a test's control.
import {
  type Cause,
  type Circuit,
  circuitNumbers,
  createCircuit,
  type Outcome,
} from '../../../subgraphs/continuity/circuit.ts';

export const success: Outcome = { kind: 'SUCCESS', tookMs: 10 };
export const slow: Outcome = { kind: 'SUCCESS', tookMs: circuitNumbers.slowMs + 1 };
export const failure = (cause: Cause): Outcome => ({ kind: 'FAILURE', cause });

/** A closed circuit on a clock that is moved by hand, and what it has told. */
export function setup(random = () => 0) {
  const time = { nowMs: 1_000_000 };
  const changes: string[] = [];
  const seen = { rooms: 0 };
  const circuit = createCircuit(circuitNumbers, {
    now: () => time.nowMs,
    random,
    onChange: ({ kind }) => changes.push(kind),
    onRoom: () => {
      seen.rooms += 1;
    },
  });
  return { circuit, time, changes, seen };
}

/** A call that comes to that. */
export function call(circuit: Circuit, outcome: Outcome): void {
  const pass = circuit.enter();
  if (typeof pass === 'string') throw new Error(`the circuit lets nobody in: ${pass}`);
  pass.settle(outcome);
}

/** One that has opened. */
export function opened(cause: Cause = 'UNREACHABLE') {
  const parts = setup();
  for (let i = 0; i < 3; i++) call(parts.circuit, failure(cause));
  return parts;
}

/** How long until the next probe. */
export function probeDueMs(circuit: Circuit, nowMs: number): number {
  if (circuit.state.kind !== 'OPEN' || circuit.state.probeAtMs === null) throw new Error('no probe is due');
  return circuit.state.probeAtMs - nowMs;
}
