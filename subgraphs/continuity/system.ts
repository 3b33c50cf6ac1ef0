// A legacy system as the rest of Lintel sees it: kinds of record that can be read by key, each answer with its
// provenance, live or kept. Knows circuits, patience and what a client takes; knows neither wires nor GraphQL.

import { createAnswers, type Given } from './answers.ts';
import type { Asker } from './asker.ts';
import { type Backend, type BackendFigures, createBackend } from './backend.ts';
import { createCalls } from './calls.ts';
import { type CircuitState, circuitNumbers } from './circuit.ts';
import type { Clock } from './clock.ts';
import { defaultConsent } from './consent.ts';
import { type Answer, type Connection, keyOf, type Read, type Reads, type SystemDefinition } from './definition.ts';
import { WireError } from './errors.ts';
import type { SystemState } from './events.ts';
import { createKept } from './fromkept.ts';
import { limiterNumbers } from './limiter.ts';
import { ended } from './session.ts';
import type { Snapshots } from './snapshots.ts';
import { type Standing, stateOf, unattended } from './standing.ts';

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

/** A running system. */
export interface System<R extends Reads = Reads> {
  name: string;
  kinds: (keyof R & string)[];
  limitOf(kind: keyof R): number;
  /** The backend that a kind is asked of. */
  backendOf(kind: keyof R): string;
  /**
   * Reads many keys of one kind: one answer or error for each key, in order. Never throws.
   * Asks the wire in as many calls as its limit demands, all at once; joins calls that others have begun.
   */
  read(kind: keyof R, keys: readonly unknown[], asker?: Asker): Promise<(Answer<unknown> | Error)[]>;
  /**
   * Asks the wire for many keys of one kind as work that nobody waits for, and keeps what comes; joins calls that others
   * have begun. Gives each key's value, by `keyOf(key)`. Throws WireError.
   */
  fetch(kind: keyof R, keys: readonly unknown[], signal: AbortSignal): Promise<ReadonlyMap<string, unknown>>;
  status(): BackendStatus[];
  close(): Promise<void>;
}

/** What a running system needs from outside. */
export interface Surroundings {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  /** Ids unique to this process. */
  id: () => string;
  connections: Record<string, Connection>;
  /** What is kept. Without it every answer is live, or an error. */
  snapshots?: Snapshots;
  onChange?(system: string, backend: string, circuit: CircuitState): void;
  /** Told of every failed call, for the log. */
  onFailure?(system: string, backend: string, kind: string, failure: WireError): void;
}

/** As long as nobody notices: past it, what is kept is better than waiting. */
const defaultPatienceMs = 300;
/** Users of a page wait a second and no more; queries that cross systems wait for the slowest, so the sum stays near it. */
export const defaultWaitMs = 1_000;
/** A call runs on for as long again: an answer that comes late is kept, and tells the circuit that the system lives. */
const defaultTimeoutMs = 2_000;

/** Starts a system: its wire, and a circuit for each backend. */
export function createSystem<R extends Reads>(definition: SystemDefinition<R>, outside: Surroundings): System<R> {
  const { name } = definition;
  const { clock } = outside;
  const waitMs = definition.waitMs ?? defaultWaitMs;
  const patienceMs = Math.min(definition.patienceMs ?? defaultPatienceMs, waitMs);
  const adapter = definition.adapter(outside.connections, clock);
  const backends = new Map<string, Backend>();
  for (const [backend, { circuit, limit, timeoutMs }] of Object.entries(definition.backends)) {
    const probe = adapter.probes[backend];
    if (!probe) throw new Error(`${name} has no probe for its backend ${backend}`);
    backends.set(
      backend,
      createBackend({
        clock,
        random: outside.random,
        numbers: { ...circuitNumbers, slowMs: waitMs, ...circuit },
        limit: { ...limiterNumbers, ...limit },
        wire: adapter.wires?.[backend],
        probe,
        probeTimeoutMs: timeoutMs ?? defaultTimeoutMs,
        onChange: (state) => outside.onChange?.(name, backend, state),
      }),
    );
  }

  const backendOf = (kind: string) => backends.get((adapter.reads[kind] as Read<unknown, unknown>).backend) as Backend;

  function timeoutOf(kind: string): number {
    const { backend, timeoutMs } = adapter.reads[kind] as Read<unknown, unknown>;
    return timeoutMs ?? definition.backends[backend]?.timeoutMs ?? defaultTimeoutMs;
  }

  const kept = createKept({
    system: name,
    reads: adapter.reads,
    snapshots: outside.snapshots,
    onFailure(kind, error) {
      const failure = new WireError('GARBLED', `telling ${kind} from what is kept: ${error}`);
      outside.onFailure?.(name, (adapter.reads[kind] as Read<unknown, unknown>).backend, kind, failure);
    },
  });

  const calls = createCalls(async (kind, take, signal, of) => {
    const read = adapter.reads[kind] as Read<unknown, unknown>;
    try {
      const ask = (callSignal: AbortSignal) => read.ask(take(), callSignal);
      const found = await backendOf(kind).call(ask, timeoutOf(kind), signal, { class: of, retry: true });
      const readAtMs = clock.now();
      const values = new Map(
        take().map((key) => [keyOf(key), found.has(keyOf(key)) ? found.get(keyOf(key)) : read.absent]),
      );
      kept.keep(kind, values, readAtMs);
      return { values, readAtMs };
    } catch (error) {
      const failure = error instanceof WireError ? error : new WireError('GARBLED', `reading ${kind}: ${error}`);
      outside.onFailure?.(name, read.backend, kind, failure);
      throw failure;
    }
  }, outside.id);

  const answers = createAnswers({
    system: name,
    clock,
    patienceMs,
    waitMs,
    timeoutOf,
    kept,
    readOf: (kind) => adapter.reads[kind] as Read<unknown, unknown>,
    newId: outside.id,
    backendOf: (kind) => `${name}.${(adapter.reads[kind] as Read<unknown, unknown>).backend}`,
    onLate: (kind) => backendOf(kind).late(),
    sinceOf(kind) {
      const state = backendOf(kind).circuit;
      return state.kind === 'CLOSED' ? undefined : state.sinceMs;
    },
  });

  return {
    name,
    kinds: Object.keys(adapter.reads),
    backendOf: (kind) => (adapter.reads[kind] as Read<unknown, unknown>).backend,
    limitOf: (kind) => (adapter.reads[kind] as Read<unknown, unknown>).limit,
    async read(kind, keys, asker = {}) {
      const given = new Map<string, Given>();
      const consent = asker.consent ?? defaultConsent;
      const put = (some: readonly unknown[], values: Given[]) => {
        for (const [index, key] of some.entries()) given.set(keyOf(key), values[index] as Given);
      };
      if (!consent.ask || adapter.reads[kind]?.keptOnly) put(keys, await answers.kept(kind as string, keys, consent));
      else {
        const joined = calls.ask(kind as string, keys, this.limitOf(kind), asker.signal, asker.class);
        await Promise.all(
          [...joined].map(async ([call, some]) => put(some, await answers.of(kind as string, some, call, asker))),
        );
      }
      return keys.map((key) => {
        const answer = given.get(keyOf(key)) as Given;
        asker.onAnswer?.(name, answer instanceof Error ? null : answer.provenance);
        return answer;
      });
    },
    async fetch(kind, keys, signal) {
      const joined = calls.ask(kind as string, keys, this.limitOf(kind), signal, 'BACKGROUND');
      const fetched = new Map<string, unknown>();
      await Promise.all(
        [...joined].map(async ([call, some]) => {
          const { values } = await ended(call.found, signal);
          for (const key of some) fetched.set(keyOf(key), values.get(keyOf(key)));
        }),
      );
      return fetched;
    },
    status: () =>
      [...backends].map(([backend, { circuit, figures }]) => ({
        name: backend,
        circuit,
        standing: unattended,
        state: stateOf(circuit, unattended),
        sinceMs: circuit.sinceMs,
        figures: figures(),
      })),
    async close() {
      for (const backend of backends.values()) backend.close();
      await adapter.close();
    },
  };
}
