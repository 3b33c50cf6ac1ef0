// A legacy system as the rest of Lintel sees it: kinds of record that can be read by key, each answer with its
// provenance, live or kept. Knows circuits, patience and what a client takes; knows neither wires nor GraphQL.

import type { Explained } from './alarm-details.ts';
import { createAnswers, type Given } from './answers.ts';
import type { Asker } from './asker.ts';
import { type BackendStatus, createBackends, defaultTimeoutMs } from './backends.ts';
import { type Call, createCalls } from './calls.ts';
import type { CircuitState } from './circuit.ts';
import type { Clock } from './clock.ts';
import { defaultConsent } from './consent.ts';
import { createCounter } from './counter.ts';
import { type Answer, type Connection, keyOf, type Read, type Reads, type SystemDefinition } from './definition.ts';
import { badInput, WireError } from './errors.ts';
import type { Events } from './events.ts';
import { misshapen } from './form.ts';
import { createKept } from './fromkept.ts';
import type { Intake } from './intake.ts';
import type { Own } from './own.ts';
import { versionOf } from './returning.ts';
import { ended } from './session.ts';
import type { Snapshots } from './snapshots.ts';
import type { By, Order } from './standing.ts';
import type { Standings } from './standings.ts';

/** What can be read by kind and key. */
export interface Reader<R extends Reads = Reads> {
  kinds: (keyof R & string)[];
  /**
   * Reads many keys of one kind: one answer or error for each key, in order. Never throws.
   * Asks the wire in as many calls as its limit demands, all at once; joins calls that others have begun.
   */
  read(kind: keyof R, keys: readonly unknown[], asker?: Asker): Promise<(Answer<unknown> | Error)[]>;
}

/** A running system. */
export interface System<R extends Reads = Reads> extends Reader<R> {
  name: string;
  limitOf(kind: keyof R): number;
  /** The backend that a kind is asked of. */
  backendOf(kind: keyof R): string;
  /**
   * Asks the wire for many keys of one kind as work that nobody waits for, and keeps what comes; joins calls that others
   * have begun. Gives each key's value, by `keyOf(key)`. Throws WireError.
   */
  fetch(kind: keyof R, keys: readonly unknown[], signal: AbortSignal): Promise<ReadonlyMap<string, unknown>>;
  status(): BackendStatus[];
  /** @param backend null: all of them. Throws OrderRefused with a sentence; an Error where there is no such backend, or the store fails. */
  order(backend: string | null, order: Order, by: By): Promise<void>;
  /** What a backend's alarm names, with values, for operators. Throws where the store fails. */
  explain(backend: string): Promise<readonly Explained[]>;
  /** Writes that wait for a backend, and which are about what its alarm names. Throws where the store fails. */
  waiting(backend: string): Promise<{ count: number; about: string[] }>;
  /** Looks at once whether its backends are back, also where a login was refused. */
  tryAgain(): void;
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
  /** What takes its writes. Without it nothing can be written. */
  intake?: Pick<Intake, 'serve'> & Partial<Pick<Intake, 'applied'>>;
  /** Lintel's own records of it. */
  own?: Own;
  /** What operators have set, and what is in doubt. */
  standings: Standings;
  events: Events;
  onChange?(system: string, backend: string, circuit: CircuitState): void;
  /** Told when the store fails, for the log. */
  onStoreFailure?(what: string, error: unknown): void;
  /** Told of every failed call, for the log. */
  onFailure?(system: string, backend: string, kind: string, failure: WireError): void;
}

/** As long as nobody notices: past it, what is kept is better than waiting. */
const defaultPatienceMs = 300;
/** Users of a page wait a second and no more; queries that cross systems wait for the slowest, so the sum stays near it. */
export const defaultWaitMs = 1_000;

/** Starts a system: its wire, and a circuit for each backend. */
export function createSystem<R extends Reads>(definition: SystemDefinition<R>, outside: Surroundings): System<R> {
  const { name } = definition;
  const { clock } = outside;
  const waitMs = definition.waitMs ?? defaultWaitMs;
  const patienceMs = Math.min(definition.patienceMs ?? defaultPatienceMs, waitMs);
  const adapter = definition.adapter(outside.connections, clock);
  const readOf = (kind: string) => adapter.reads[kind] as Read<unknown, unknown>;
  function timeoutOf(kind: string): number {
    const { backend, timeoutMs } = readOf(kind);
    return timeoutMs ?? definition.backends[backend]?.timeoutMs ?? defaultTimeoutMs;
  }

  const { snapshots, intake } = outside;
  const applied = (definition.mutations && intake?.applied) ?? null;
  const backends = createBackends(definition, adapter, waitMs, { ...outside, snapshots, applied, timeoutOf, keep });
  const backendOf = (kind: string) => backends.of(readOf(kind).backend);
  const standingOf = (kind: string) => outside.standings.of(name, readOf(kind).backend);

  const kept = createKept({
    system: name,
    reads: adapter.reads,
    snapshots: outside.snapshots,
    onFailure: (kind, error) => outside.onStoreFailure?.(`making sense of kept records for ${kind}`, error),
  });

  /** Keeps what was just read; gives each key's value, and when it was read. */
  function keep(kind: string, keys: readonly unknown[], found: ReadonlyMap<string, unknown>) {
    const read = readOf(kind);
    const readAtMs = clock.now();
    const values = new Map(
      keys.map((key) => [keyOf(key), found.has(keyOf(key)) ? found.get(keyOf(key)) : read.absent]),
    );
    kept.keep(kind, values, readAtMs, {
      generation: standingOf(kind).generation,
      versionOf: (value, key) => versionOf(read, value, key),
    });
    return { values, readAtMs };
  }

  const calls = createCalls(async (kind, take, signal, of) => {
    const read = readOf(kind);
    try {
      const ask = (callSignal: AbortSignal) => read.ask(take(), callSignal);
      const found = await backendOf(kind).call(ask, timeoutOf(kind), signal, { class: of, retry: true });
      backends.heard(read.backend);
      return keep(kind, take(), found);
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
    newId: outside.id,
    readOf,
    standingOf,
    backendOf: (kind) => `${name}.${readOf(kind).backend}`,
    onLate: (kind) => backendOf(kind).late(),
    knownOf: (kind) => backends.knownOf(readOf(kind).backend),
  });

  const counter = createCounter(definition, adapter, {
    ...outside,
    patienceMs,
    backends,
    read: async (kind, key) => (await system.read(kind, [key]))[0] as Answer<unknown> | Error,
    now: clock.now,
    async ask(kind, key) {
      // As whoever writes: a step is to be sent as soon as this is known.
      const [call] = calls.ask(kind, [key], readOf(kind).limit, undefined, 'USER').keys();
      return (await (call as Call).found).values.get(keyOf(key));
    },
  });
  const endWrites = counter ? outside.intake?.serve(counter) : undefined;

  const system: System<R> = {
    name,
    kinds: Object.keys(adapter.reads),
    backendOf: (kind) => readOf(kind as string).backend,
    limitOf: (kind) => readOf(kind as string).limit,
    async read(kind, keys, asker = {}) {
      const given = new Map<string, Given>();
      const { reference } = readOf(kind as string);
      const wrong = new Map(keys.map((key) => [key, misreferred(key, reference)]));
      const asked = keys.filter((key) => !wrong.get(key));
      const consent = asker.consent ?? defaultConsent;
      const put = (some: readonly unknown[], values: Given[]) => {
        for (const [index, key] of some.entries()) given.set(keyOf(key), values[index] as Given);
      };
      if (!consent.ask || adapter.reads[kind]?.keptOnly) put(asked, await answers.kept(kind as string, asked, consent));
      else {
        const joined = calls.ask(kind as string, asked, this.limitOf(kind), asker.signal, asker.class);
        await Promise.all(
          [...joined].map(async ([call, some]) => put(some, await answers.of(kind as string, some, call, asker))),
        );
      }
      return keys.map((key) => {
        const problem = wrong.get(key);
        if (problem) return problem;
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
    status: backends.status,
    order: backends.order,
    explain: backends.explain,
    waiting: backends.waiting,
    tryAgain: backends.tryAgain,
    async close() {
      await endWrites?.();
      backends.close();
      await adapter.close();
    },
  };
  return system;
}

/** Why a key refers to nothing that there can be; null: it may be there. What comes as a key may be no text at all. */
function misreferred(key: unknown, reference: Read<unknown, unknown>['reference']) {
  if (!reference) return null;
  const text = reference.of(key);
  const problem = misshapen(typeof text === 'string' ? text.trim() : '', reference.shape);
  return problem && badInput(`A reference ${problem}`);
}
