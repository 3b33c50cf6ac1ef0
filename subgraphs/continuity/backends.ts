// The backends of one system: each behind its guard, with what stands over it and what its states have been. What a
// circuit, an operator and a long silence mean together is put together here. Knows no wire and no reader.
import { type Explained, explainAlarm, waitingBehind } from './alarm-details.ts';
import { type AppliedWrite, type Looked, type LookingUp, lookUpApplied, patiently } from './applied-check.ts';
import { watchApplied } from './applied-watch.ts';
import { type Backend, type BackendFigures, createBackend } from './backend.ts';
import { type CircuitState, circuitNumbers } from './circuit.ts';
import { type Clock, steady } from './clock.ts';
import type { Adapter, BackendDefinition, Read, SystemDefinition } from './definition.ts';
import type { FailedCall } from './errors.ts';
import type { Events, SystemState } from './events.ts';
import type { AppliedWrites } from './intake/applied-writes.ts';
import { limiterNumbers } from './limiter.ts';
import { backgroundMs, checkReturn, findingsOf } from './return-check.ts';
import { type Silence, watchSilence } from './silence.ts';
import type { Snapshots } from './snapshots.ts';
import {
  type By,
  concerned,
  type Findings,
  type Order,
  type Standing,
  speaksForBackup,
  stateOf,
  unproven,
} from './standing.ts';
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
  /** What has been written. Without it nothing is looked up again. */
  applied: AppliedWrites | null;
  /** Told when the store fails, for the log. */
  onStoreFailure?(what: string, error: unknown): void;
  /** A call's time limit for a kind, in ms. */
  timeoutOf(kind: string): number;
  /** Keeps what a kind was just asked for, in the generation that is written now. Never throws. */
  keep(kind: string, keys: readonly unknown[], found: ReadonlyMap<string, unknown>): void;
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
  /** What a backend's alarm names, with what was known of it and what it says now. Empty: there is no alarm. Throws where the store fails. */
  explain(backend: string): Promise<readonly Explained[]>;
  /** Writes that wait for a backend, and which are about what its alarm names. Throws where the store fails. */
  waiting(backend: string): Promise<{ count: number; about: string[] }>;
  /** Looks at once whether they are back, also where a login was refused. */
  tryAgain(): void;
  close(): void;
}

/** Calls at once of a check that a backend is held for: 200 writes at 250 ms a call are looked up in seven seconds. */
const checkedAtOnce = 8;
/** And of the watch in normal running: nobody waits for it. */
const watchedAtOnce = 1;
/**
 * A backend that is set back without a break is noticed within that, in ms, by one of its newest writes: it was surely what it had
 * been as long before it was last heard.
 */
const setBackNoticedMs = 86_400_000;

interface Attended {
  backend: Backend;
  silence: Silence;
  stopWatching?: () => void;
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
  const { clock, standings, events, snapshots, applied } = outside;
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
      keeps: snapshots !== undefined || applied !== null,
      async look() {
        try {
          await guarded.call(probe, timeoutMs, undefined, { class: 'BACKGROUND' });
          heard(backend);
        } catch {
          // The circuit has counted it.
        }
      },
      compare: (frozen, heardMs) => compare(backend, frozen, heardMs),
    });
    const source = sourceOf(backend);
    if (applied && source) {
      const lookUp = (writes: readonly AppliedWrite[]) =>
        lookUpApplied(writes, lookingUp(backend, watchedAtOnce, 'BACKGROUND', clock.now()));
      own.stopWatching = watchApplied({
        system: name,
        backend: source,
        clock,
        applied,
        asked: () =>
          currentOf(backend) === 'OPERATIONAL' && !unproven(standings.of(name, backend)) && !own.silence.long(),
        lookUp,
        onLoss: (lost) => hold(backend, lost),
        onFailure: (what, error) => outside.onStoreFailure?.(what, error),
      });
    }
  }

  /** The backend whose applied steps are looked up at a backend: itself, most often. Null: none are. */
  function sourceOf(backend: string): string | null {
    const steps = Object.values(adapter.steps ?? {});
    return steps.find((step) => step.lookUp && (step.lookUp.backend ?? step.backend) === backend)?.backend ?? null;
  }

  function lookingUp(backend: string, atOnce: number, of: 'USER' | 'BACKGROUND', heardMs: number): LookingUp {
    const { timeoutMs: usualMs = defaultTimeoutMs } = definition.backends[backend] as BackendDefinition;
    return {
      steps: adapter.steps ?? {},
      call: (work, timeoutMs = usualMs) =>
        own(backend).backend.call(work, timeoutMs, undefined, { class: of, retry: true }),
      wholeUntilMs: heardMs - setBackNoticedMs,
      atOnce,
      pause: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
      onFailure: (what, error) => outside.onStoreFailure?.(what, error),
    };
  }

  /** Compares a backend with what is known of it; what was not among the newest is looked up in the background from then on. */
  async function compare(backend: string, frozen: number, heardMs: number | null): Promise<Findings> {
    const beganMs = clock.now();
    const source = sourceOf(backend);
    const looking = lookingUp(backend, checkedAtOnce, 'USER', heardMs ?? beganMs);
    const { findings, looked } = await checkReturn({
      // Whoever writes or reads waits for what comes of it.
      ...looking,
      system: name,
      backend,
      reads: adapter.reads,
      snapshots: snapshots ?? null,
      applied,
      source,
      frozen,
      now: clock.now,
      async ask(kind, keys) {
        const read = adapter.reads[kind] as Read<unknown, unknown>;
        const call = () => own(read.backend).backend.call((signal) => read.ask(keys, signal), outside.timeoutOf(kind));
        const found = await patiently(call, looking.pause);
        outside.keep(kind, keys, found);
        return found;
      },
    });
    await applied?.note(looked);
    if (source) await applied?.lookAtAll(name, source, backgroundMs, beganMs);
    return findings;
  }

  /** It was never away, and applied writes are gone: held at once, and then compared with all that is known of it. */
  async function hold(backend: string, lost: readonly Looked[]): Promise<void> {
    const { frozen } = standings.of(name, backend);
    standings.doubt(name, backend);
    standings.hold(name, backend, findingsOf('RUNNING', lost, [], clock.now()));
    await standings.flush();
    void compare(backend, frozen, null).then(
      (findings) => {
        const { state, alarm } = standings.of(name, backend);
        // An operator may have decided meanwhile.
        if (state !== 'HELD' || !alarm || !speaksForBackup(findings)) return;
        standings.hold(name, backend, { ...findings, seen: 'RUNNING' });
      },
      () => 'it does not answer, and what was found before stands',
    );
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
  adapter.onSetBack?.((backend) => own(backend).silence.doubt());

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
      const ordered = backend === null ? concerned(order, about) : [backend];
      if (order.order === 'RELEASE') {
        // Taken as it is: what is known to be lost is no reason to hold it again.
        for (const each of ordered)
          if (about.get(each)?.state === 'HELD') await applied?.accept(name, sourceOf(each) ?? each);
      }
      await standings.order(name, ordered, order, by);
    },
    explain: (backend) => explainAlarm(name, standings.of(name, backend), snapshots),
    waiting: (backend) => waitingBehind(name, backend, standings.of(name, backend), applied),
    tryAgain() {
      for (const { backend } of attended.values()) void backend.probeNow();
    },
    close() {
      stopListening();
      for (const { backend, silence, stopWatching } of attended.values()) {
        stopWatching?.();
        silence.close();
        backend.close();
      }
    },
  };
}
