// The backends of one system: each behind its guard, with what stands over it and what its states have been. What a
// circuit, an operator and a long silence mean together is put together here. Knows no wire and no reader.
import { type Backend, type BackendFigures, createBackend } from './backend.ts';
import { type CircuitState, circuitNumbers } from './circuit.ts';
import { type Clock, steady } from './clock.ts';
import type { Adapter, BackendDefinition, Read, SystemDefinition } from './definition.ts';
import type { FailedCall } from './errors.ts';
import type { Events, SystemState } from './events.ts';
import { limiterNumbers } from './limiter.ts';
import { compareWithKept, nothingCompared } from './returning.ts';
import { type Silence, watchSilence } from './silence.ts';
import type { Snapshots } from './snapshots.ts';
import { type By, concerned, type Order, type Standing, stateOf, unproven } from './standing.ts';
import type { Standings } from './standings.ts';

/** What is known of one backend. */
export interface BackendStatus {
  name: string;
  circuit: CircuitState;
  standing: Standing;
  /** What circuit and standing come to. */
  state: SystemState;
  /** Since when, ms since 1970. */
  sinceMs: number;
  figures: BackendFigures;
}

/** What backends need from outside. */
export interface BackendsSurroundings {
  clock: Clock;
  random: () => number;
  standings: Standings;
  events: Events;
  snapshots: Snapshots | undefined;
  /** Told when the store fails, for the log. */
  onStoreFailure?(what: string, error: unknown): void;
  /** A call's time limit for a kind, in ms. */
  timeoutOf(kind: string): number;
  onChange?(system: string, backend: string, circuit: CircuitState): void;
}

/** A call's time limit where a system does not say another: twice as long as a reader waits, so that what comes late is still kept. */
export const defaultTimeoutMs = 2_000;

/** The backends of a system. */
export interface Backends {
  of(backend: string): Backend;
  /** To be called with each answer, before it is used. */
  heard(backend: string): void;
  status(): BackendStatus[];
  /**
   * Whether writes may go to it: none while it is down, cut off, read-only, or not yet known to be what it was before a
   * silence; of those that had to wait, some while it is being reconciled.
   */
  takes(backend: string): 'TAKE' | 'DRAIN' | 'QUEUE';
  /** What a failed call says of why: since when it has not been itself, and when it is expected back. */
  knownOf(backend: string): Pick<FailedCall, 'sinceMs' | 'expectedBackMs'>;
  /** @param backend null: all of them. Throws OrderRefused, or an Error that names the backends there are. */
  order(backend: string | null, order: Order, by: By): Promise<void>;
  /** Looks at once whether they are back, also where a login was refused. */
  tryAgain(): void;
  close(): void;
}

interface Attended {
  backend: Backend;
  silence: Silence;
  last: { state: SystemState; sinceMs: number };
}

/** Puts each backend behind its guard. One that is isolated is cut off before anything is sent. */
export function createBackends(
  definition: SystemDefinition,
  adapter: Adapter,
  slowMs: number,
  outside: BackendsSurroundings,
): Backends {
  const { name } = definition;
  const { clock, standings, events, snapshots } = outside;
  const startedMs = clock.now();
  const attended = new Map<string, Attended>();

  function attend(backend: string): void {
    const { circuit, limit, timeoutMs = defaultTimeoutMs } = definition.backends[backend] as BackendDefinition;
    const probe = adapter.probes[backend];
    if (!probe) throw new Error(`${name} has no probe for its backend ${backend}`);
    const guarded = createBackend({
      clock: steady(clock),
      random: outside.random,
      numbers: { ...circuitNumbers, slowMs, ...circuit },
      limit: { ...limiterNumbers, ...limit },
      wire: adapter.wires?.[backend],
      probe,
      probeTimeoutMs: timeoutMs,
      onChange(state) {
        outside.onChange?.(name, backend, state);
        if (state.kind === 'RAMPING') heard(backend);
        changed(backend);
      },
    });
    const reads = Object.fromEntries(
      kindsOf(backend).map((kind) => [kind, adapter.reads[kind] as Read<unknown, unknown>]),
    );
    // In place before the watch begins, which looks at once.
    const own = { backend: guarded, last: { state: 'OPERATIONAL', sinceMs: startedMs } } as Attended;
    attended.set(backend, own);
    // What stood before this process began is no change, and stands since it was set.
    const state = currentOf(backend);
    own.last = { state, sinceMs: sinceMs(backend, state) };
    // Cut off before anything is sent, the probe included.
    if (state === 'ISOLATED') guarded.cut();
    own.silence = watchSilence({
      system: name,
      backend,
      clock,
      standings,
      keeps: snapshots !== undefined,
      async look() {
        try {
          await guarded.call(probe, timeoutMs, undefined, { class: 'BACKGROUND' });
          heard(backend);
        } catch {
          // The circuit has counted it.
        }
      },
      async compare(frozen) {
        if (!snapshots) return nothingCompared(clock.now());
        return compareWithKept({
          system: name,
          reads,
          snapshots,
          frozen,
          now: clock.now,
          ask: (kind, keys) =>
            guarded.call(
              (signal) => reads[kind]?.ask(keys, signal) as Promise<ReadonlyMap<string, unknown>>,
              outside.timeoutOf(kind),
            ),
        });
      },
    });
  }

  const kindsOf = (backend: string) =>
    Object.keys(adapter.reads).filter((kind) => adapter.reads[kind]?.backend === backend);
  const own = (backend: string) => attended.get(backend) as Attended;
  const currentOf = (backend: string) => stateOf(own(backend).backend.circuit, standings.of(name, backend));
  const heard = (backend: string) => own(backend).silence?.heard();

  /** Since when it has been down: since its last answer, where that was before this process was. */
  function sinceMs(backend: string, state: SystemState): number {
    const standing = standings.of(name, backend);
    if (state === standing.state) return standing.sinceMs;
    const lastMs = standings.lastAnsweredMs(name, backend);
    return state === 'DOWN' && lastMs !== null && lastMs < startedMs ? lastMs : clock.now();
  }

  function changed(backend: string): void {
    const it = own(backend);
    const state = currentOf(backend);
    if (state === it.last.state) return;
    it.last = { state, sinceMs: sinceMs(backend, state) };
    const { circuit } = it.backend;
    const standing = standings.of(name, backend);
    const byCircuit = state === 'DOWN' || state === 'DEGRADED';
    events.record({
      system: name,
      backend,
      atMs: clock.now(),
      state,
      cause: byCircuit && circuit.kind !== 'CLOSED' ? circuit.cause : null,
      who: byCircuit ? null : standing.who || null,
      why: byCircuit ? null : standing.why || null,
    });
  }

  /** What was read of a copy, or in doubt, counts for nothing once that has ended otherwise than by being proven. */
  function dropOf(backend: string, before: Standing, { frozen, generation }: Standing): void {
    const counts = before.generation > 0 && before.generation <= frozen;
    if (counts || before.generation === generation || before.generation === before.frozen) return;
    snapshots
      ?.drop(name, before.generation, kindsOf(backend))
      .catch((error) => outside.onStoreFailure?.('dropping what was read in doubt', error));
  }

  const stopListening = standings.listen((system, backend, after, before) => {
    const it = system === name ? attended.get(backend) : undefined;
    if (!it) return;
    if (after.state === 'ISOLATED' && before.state !== 'ISOLATED') it.backend.cut();
    if (after.state !== 'ISOLATED' && before.state === 'ISOLATED') it.backend.mend();
    changed(backend);
    events.touch(name);
    dropOf(backend, before, after);
    // Released, it is checked as soon as it answers: not when somebody happens to ask.
    if (after.state === 'AUTOMATIC' && before.state === 'READ_ONLY') it.silence.look();
  });
  for (const backend of Object.keys(definition.backends)) attend(backend);

  return {
    of: (backend) => own(backend).backend,
    heard,
    status: () =>
      [...attended].map(([backend, { backend: guarded, last }]) => ({
        name: backend,
        circuit: guarded.circuit,
        standing: standings.of(name, backend),
        ...last,
        figures: guarded.figures(),
      })),
    takes(backend) {
      const state = currentOf(backend);
      if (state === 'RECONCILING') return 'DRAIN';
      const up = state === 'OPERATIONAL' || state === 'DEGRADED';
      if (!up || unproven(standings.of(name, backend))) return 'QUEUE';
      const { silence } = own(backend);
      if (!silence.long()) return 'TAKE';
      // Somebody wants to write to it: whether it is to be believed is found out now, and not at the next round.
      silence.look();
      return 'QUEUE';
    },
    knownOf(backend) {
      const { state, sinceMs } = own(backend).last;
      const { expectedBackMs } = standings.of(name, backend);
      return { ...(state !== 'OPERATIONAL' && { sinceMs }), expectedBackMs };
    },
    async order(backend, order, by) {
      const all = [...attended.keys()];
      if (backend !== null && !attended.has(backend)) {
        throw new Error(`The ${name} system has no backend ${backend}; it has ${all.join(', ')}.`);
      }
      const about = new Map(all.map((each) => [each, standings.of(name, each)]));
      await standings.order(name, backend === null ? concerned(order, about) : [backend], order, by);
    },
    tryAgain() {
      for (const { backend } of attended.values()) void backend.probeNow();
    },
    close() {
      stopListening();
      for (const { backend, silence } of attended.values()) {
        silence.close();
        backend.close();
      }
    },
  };
}
