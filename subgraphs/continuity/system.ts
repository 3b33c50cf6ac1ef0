// A legacy system as the rest of Lintel sees it: kinds of record that can be read by key, each answer with its
// provenance, live or kept. Knows circuits, patience and what a client takes; knows neither wires nor GraphQL.

import { createAnswers, type Given } from './answers.ts';
import { type Backend, createBackend } from './backend.ts';
import { createCalls } from './calls.ts';
import { type CircuitNumbers, type CircuitState, circuitNumbers } from './circuit.ts';
import type { Clock } from './clock.ts';
import { type Consent, defaultConsent } from './consent.ts';
import { WireError } from './errors.ts';
import type { Snapshots } from './snapshots.ts';

/** Where an answer came from and how old it is. `asOf` is ISO 8601. */
export interface Provenance {
  system: string;
  source: 'LIVE' | 'SNAPSHOT' | 'RESTORED_COPY' | 'INTAKE';
  asOf: string;
}

/** One value that a system was asked for, with its provenance. */
export interface Answer<Value> {
  value: Value;
  provenance: Provenance;
}

/**
 * One kind of record, and how the wire is asked for many of them at once.
 * `Value` includes what `absent` is: null for a record, an empty list for a list.
 */
export interface Read<Key, Value> {
  /** The backend that is asked: its circuit decides. */
  backend: string;
  /** Keys a call, at most: the wire's own limit. */
  limit: number;
  /** What it means that a key asked for is not in the reply. */
  absent: Value;
  /** How long one call may take, in ms, where it needs more than its backend's `timeoutMs`. */
  timeoutMs?: number;
  /** Asks the wire. Gives what is there, by `keyOf(key)`. Throws WireError. */
  ask(keys: readonly Key[], signal: AbortSignal): Promise<ReadonlyMap<string, Value>>;
}

// biome-ignore lint/suspicious/noExplicitAny: each kind has its own key and value; `Verbs` gives them back.
export type Reads = Record<string, Read<any, any>>;

/** Asks a backend one question, of which only matters that it is answered. Throws WireError. */
export type Probe = (signal: AbortSignal) => Promise<void>;

/** A system's wire: its reads, and for each backend the cheapest question there is, to see whether it is back. */
export interface Adapter<R extends Reads = Reads> {
  reads: R;
  probes: Record<string, Probe>;
  /** For a backend whose probe needs no login: the cheapest question that does. Asked by whoever sets Lintel up. */
  checks?: Record<string, Probe>;
  /** Ends its connections. */
  close(): Promise<void>;
}

/** Where a backend is and how to get in; from configuration. */
export interface Connection {
  /** Base URL, without a slash at its end. */
  url: string;
  user: string;
  password: string;
  apiKey: string;
}

/** What a system declares of one backend. */
export interface BackendDefinition {
  /** Its variables in the configuration begin with this: `REPAIRS` gives `REPAIRS_URL`, `REPAIRS_API_KEY`. */
  variable: string;
  /** How one gets in. */
  credentials: 'PASSWORD' | 'API_KEY';
  /** A call's time limit, in ms. Default 2,000. */
  timeoutMs?: number;
  /** Circuit numbers that differ from `circuitNumbers`. */
  circuit?: Partial<CircuitNumbers>;
}

/** Resolvers by type and field; each system's own are typed by the types generated from its schema. */
// biome-ignore lint/suspicious/noExplicitAny: the shape that every executable schema takes.
export type ResolverMap = Record<string, Record<string, any>>;

/** What a system is: its name, its backends, its wire, and which field of its schema asks which read. */
export interface SystemDefinition<R extends Reads = Reads> {
  /** Its business word. */
  name: string;
  backends: Record<string, BackendDefinition>;
  /** How long a reader waits, in ms, before what is kept is given instead. Default 300. */
  patienceMs?: number;
  /** How long a reader waits, in ms, where nothing is kept, before being told that there was no answer in time. Default 1,000. */
  waitMs?: number;
  adapter(connections: Record<string, Connection>, clock: Clock): Adapter<R>;
  /** Their context is the `Verbs` of this system's reads. */
  resolvers: ResolverMap;
}

/** What is known of one backend. */
export interface BackendStatus {
  name: string;
  circuit: CircuitState;
}

/** Whoever asks, as far as a read cares. */
export interface Asker {
  /** Ends when they hang up. */
  signal?: AbortSignal | undefined;
  /** What they take for an answer. Default: live within patience, else whatever is kept. */
  consent?: Consent | undefined;
  /**
   * Backends, and their systems, that this request has waited for in vain. It does not wait for them again as long: a
   * query of three waves would wait three times.
   */
  late?: Set<string> | undefined;
  /** `consent` in HTTP's own words, for whoever passes the request on. */
  cacheControl?: string | undefined;
  /** Told where each answer came from, and of each that could not be given. */
  onAnswer?: ((system: string, provenance: Provenance | null) => void) | undefined;
}

/** A running system. */
export interface System<R extends Reads = Reads> {
  name: string;
  kinds: (keyof R & string)[];
  limitOf(kind: keyof R): number;
  /**
   * Reads many keys of one kind: one answer or error for each key, in order. Never throws.
   * Asks the wire in as many calls as its limit demands, all at once; joins calls that others have begun.
   */
  read(kind: keyof R, keys: readonly unknown[], asker?: Asker): Promise<(Answer<unknown> | Error)[]>;
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

/** The text of a key: a string is itself, anything else its JSON. */
export function keyOf(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** Starts a system: its wire, and a circuit for each backend. */
export function createSystem<R extends Reads>(definition: SystemDefinition<R>, outside: Surroundings): System<R> {
  const { name } = definition;
  const { clock } = outside;
  const waitMs = definition.waitMs ?? defaultWaitMs;
  const patienceMs = Math.min(definition.patienceMs ?? defaultPatienceMs, waitMs);
  const adapter = definition.adapter(outside.connections, clock);
  const backends = new Map<string, Backend>();
  for (const [backend, { circuit, timeoutMs }] of Object.entries(definition.backends)) {
    const probe = adapter.probes[backend];
    if (!probe) throw new Error(`${name} has no probe for its backend ${backend}`);
    backends.set(
      backend,
      createBackend({
        clock,
        random: outside.random,
        numbers: { ...circuitNumbers, slowMs: waitMs, ...circuit },
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

  const calls = createCalls(async (kind, keys, signal) => {
    const read = adapter.reads[kind] as Read<unknown, unknown>;
    try {
      const found = await backendOf(kind).call((callSignal) => read.ask(keys, callSignal), timeoutOf(kind), signal);
      const readAtMs = clock.now();
      const values = new Map(
        keys.map((key) => [keyOf(key), found.has(keyOf(key)) ? found.get(keyOf(key)) : read.absent]),
      );
      outside.snapshots?.keep(name, kind, values, readAtMs);
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
    snapshots: outside.snapshots,
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
    limitOf: (kind) => (adapter.reads[kind] as Read<unknown, unknown>).limit,
    async read(kind, keys, asker = {}) {
      const given = new Map<string, Given>();
      const consent = asker.consent ?? defaultConsent;
      const put = (some: readonly unknown[], values: Given[]) => {
        for (const [index, key] of some.entries()) given.set(keyOf(key), values[index] as Given);
      };
      if (!consent.ask) put(keys, await answers.kept(kind as string, keys, consent));
      else {
        const joined = calls.ask(kind as string, keys, this.limitOf(kind), asker.signal);
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
    status: () => [...backends].map(([backend, { circuit }]) => ({ name: backend, circuit })),
    async close() {
      for (const backend of backends.values()) backend.close();
      await adapter.close();
    },
  };
}
