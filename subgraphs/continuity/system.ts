// A legacy system as the rest of Lintel sees it: kinds of record that can be read by key, each answer with its
// provenance. Knows circuits and time limits; knows neither wires nor GraphQL.
import { type Backend, createBackend } from './backend.ts';
import { type CircuitNumbers, type CircuitState, circuitNumbers } from './circuit.ts';
import { type Clock, isoInstant } from './clock.ts';
import { systemError, WireError } from './errors.ts';

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

/** A system's wire: its reads, and for each backend the cheapest question there is, to see whether it is back. */
export interface Adapter<R extends Reads = Reads> {
  reads: R;
  probes: Record<string, (signal: AbortSignal) => Promise<void>>;
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
  /** How long a reader waits, in ms, before being told that there was no answer in time. Default 1,000. */
  patienceMs?: number;
  adapter(connections: Record<string, Connection>, clock: Clock): Adapter<R>;
  /** Their context is the `Verbs` of this system's reads. */
  resolvers: ResolverMap;
}

/** What is known of one backend. */
export interface BackendStatus {
  name: string;
  circuit: CircuitState;
}

/** A running system. */
export interface System<R extends Reads = Reads> {
  name: string;
  kinds: (keyof R & string)[];
  limitOf(kind: keyof R): number;
  /**
   * Reads many keys of one kind: one answer or error for each key, in order. Never throws.
   * Asks the wire in as many calls as its limit demands, all at once.
   */
  read(kind: keyof R, keys: readonly unknown[], signal?: AbortSignal): Promise<(Answer<unknown> | Error)[]>;
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
  onChange?(system: string, backend: string, circuit: CircuitState): void;
  /** Told of every failed call, for the log. */
  onFailure?(system: string, backend: string, kind: string, failure: WireError): void;
}

/** Users of a page wait a second and no more; queries that cross systems wait for the slowest, so the sum stays near it. */
const defaultPatienceMs = 1_000;
/** A call runs on for as long again: an answer that comes late still tells the circuit that the system lives. */
const defaultTimeoutMs = 2_000;

/** The text of a key: a string is itself, anything else its JSON. */
export function keyOf(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** Starts a system: its wire, and a circuit for each backend. */
export function createSystem<R extends Reads>(definition: SystemDefinition<R>, outside: Surroundings): System<R> {
  const { name } = definition;
  const { clock } = outside;
  const patienceMs = definition.patienceMs ?? defaultPatienceMs;
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
        numbers: { ...circuitNumbers, slowMs: patienceMs, ...circuit },
        probe,
        probeTimeoutMs: timeoutMs ?? defaultTimeoutMs,
        onChange: (state) => outside.onChange?.(name, backend, state),
      }),
    );
  }

  /** One call for at most `limit` keys. */
  async function ask(kind: keyof R & string, keys: readonly unknown[], signal?: AbortSignal) {
    const read = adapter.reads[kind] as Read<unknown, unknown>;
    const backend = backends.get(read.backend) as Backend;
    const timeoutMs = read.timeoutMs ?? definition.backends[read.backend]?.timeoutMs ?? defaultTimeoutMs;
    try {
      const call = backend.call((callSignal) => read.ask(keys, callSignal), timeoutMs, signal);
      const found = await patiently(clock, call, patienceMs);
      const provenance: Provenance = { system: name, source: 'LIVE', asOf: isoInstant(clock.now()) };
      return keys.map((key): Answer<unknown> => {
        const text = keyOf(key);
        return { value: found.has(text) ? found.get(text) : read.absent, provenance };
      });
    } catch (error) {
      const failure = error instanceof WireError ? error : new WireError('GARBLED', `reading ${kind}: ${error}`);
      outside.onFailure?.(name, read.backend, kind, failure);
      const state = backend.circuit;
      const told = systemError(failure, {
        system: name,
        id: outside.id(),
        sinceMs: state.kind === 'CLOSED' ? undefined : state.sinceMs,
      });
      return keys.map(() => told);
    }
  }

  return {
    name,
    kinds: Object.keys(adapter.reads),
    limitOf: (kind) => (adapter.reads[kind] as Read<unknown, unknown>).limit,
    async read(kind, keys, signal) {
      const limit = this.limitOf(kind);
      const calls = [];
      for (let start = 0; start < keys.length; start += limit) {
        calls.push(ask(kind as keyof R & string, keys.slice(start, start + limit), signal));
      }
      return (await Promise.all(calls)).flat();
    },
    status: () => [...backends].map(([backend, { circuit }]) => ({ name: backend, circuit })),
    async close() {
      for (const backend of backends.values()) backend.close();
      await adapter.close();
    },
  };
}

/** Gives up waiting after `patienceMs`; the call itself runs on to its own end. */
async function patiently<T>(clock: Clock, call: Promise<T>, patienceMs: number): Promise<T> {
  let cancel = () => {};
  const impatient = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(patienceMs, () => reject(new WireError('TIMEOUT', `no answer in ${patienceMs} ms`)));
  });
  try {
    return await Promise.race([call, impatient]);
  } finally {
    cancel();
    call.catch(() => 'the circuit has counted it');
  }
}
