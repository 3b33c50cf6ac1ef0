// Where the writes of a running system are taken: its mutations and steps, whether each backend takes them now, and calls
// through its guard. Knows neither wires nor what becomes of a write.
import type { Backends } from './backends.ts';
import { defaultTimeoutMs } from './backends.ts';
import type { Adapter, Connection, SystemDefinition } from './definition.ts';
import { WireError } from './errors.ts';
import type { Events } from './events.ts';
import type { Counter } from './intake.ts';
import type { Own } from './own.ts';

/** What a counter is made of. */
export interface CounterSurroundings {
  patienceMs: number;
  backends: Backends;
  /** Reads one key, as readers are given it. */
  read?: Counter['read'];
  events: Events;
  connections: Readonly<Record<string, Connection>>;
  /** Lintel's own records of the system. */
  own?: Own | undefined;
  now(): number;
  /** The live value of a read for one key. Rejects with WireError. */
  ask(kind: string, key: unknown): Promise<unknown>;
  /** Told of every failed call, for the log. */
  onFailure?: ((system: string, backend: string, kind: string, failure: WireError) => void) | undefined;
}

/** The counter of a system; null where nothing can be written to it. */
export function createCounter(
  { name, backends: definitions, mutations, admission }: SystemDefinition,
  { steps }: Adapter,
  { patienceMs, backends, read, events, connections, own, now, ask, onFailure }: CounterSurroundings,
): Counter | null {
  if (!mutations) return null;
  const settings = Object.fromEntries(
    Object.entries(definitions).map(([backend, { settings: known = {} }]) => {
      const defaults = Object.entries(known).map(([each, { default: usual }]) => [each, usual]);
      return [backend, { ...Object.fromEntries(defaults), ...connections[backend]?.settings }];
    }),
  );
  return {
    system: name,
    mutations,
    steps: steps ?? {},
    patienceMs,
    settings,
    open: backends.takes,
    ...(read && { read }),
    async admit(kind, input, applicant) {
      const decide = admission?.[kind];
      if (!decide) return { admit: 'NOW' };
      if (!own)
        throw new Error(`Whether a ${kind} may be sent is decided by Lintel's own records, and there are none.`);
      return decide(input, applicant, { nowMs: now(), own, settings, ask });
    },
    async call(backend, work, { timeoutMs = definitions[backend]?.timeoutMs ?? defaultTimeoutMs, lane, background }) {
      const usual = background ? 'BACKGROUND' : 'USER';
      try {
        const made = await backends
          .of(backend)
          .call(work, timeoutMs, undefined, { class: lane === 'EMERGENCY' ? lane : usual });
        backends.heard(backend);
        return made;
      } catch (error) {
        if (error instanceof WireError) onFailure?.(name, backend, 'a write', error);
        throw error;
      }
    },
    onOpen: (listener) =>
      events.listen((system) => {
        if (system !== name) return;
        for (const backend of Object.keys(definitions)) if (backends.takes(backend) !== 'QUEUE') listener(backend);
      }),
  };
}
