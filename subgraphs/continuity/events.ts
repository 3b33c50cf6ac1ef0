// Every change of a backend's state, as it happens and as it is kept: for the log, the status subgraph, subscribers and
// the report after an outage. Knows no system.
import type { Selectable } from 'kysely';
import type { Clock } from './clock.ts';
import { createFlapping } from './flapping.ts';
import type { Store, Tables } from './store.ts';

/** A state of a backend, as everybody outside sees it. */
export type SystemState = 'OPERATIONAL' | 'DEGRADED' | 'DOWN' | 'ISOLATED' | 'READ_ONLY' | 'HELD' | 'RECONCILING';

/** A change of a backend's state. */
export interface StateChange {
  system: string;
  backend: string;
  /** Ms since 1970. */
  atMs: number;
  state: SystemState;
  cause: string | null;
  who: string | null;
  why: string | null;
}

/** What has changed and what changes. */
export interface Events {
  /** Records a change; never throws, and never waits for the store. */
  record(change: StateChange): void;
  /** Tells that something else about a system has changed: its notice, when it is expected back. */
  touch(system: string): void;
  /** Told of each system that something has changed about; gives a function that ends it. */
  listen(listener: (system: string) => void): () => void;
  /** What has changed of a system, newest first, over every process that shares the store. */
  history(system: string, first: number): Promise<StateChange[]>;
  /** Waits until what was recorded is in the store, or the store has failed to take it. */
  flush(): Promise<void>;
}

/** What events need from outside. */
export interface EventSurroundings {
  /** Null: what has changed is known while this process runs, and no longer. */
  store: Store | null;
  clock: Clock;
  /** What this process is called, among those that share the store. */
  process: string;
  /** Told when the store fails, or a listener does, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** Events that are kept, until they are closed. */
export interface KeptEvents extends Events {
  /** Writes what waits, and ends. */
  close(): Promise<void>;
}

/** How long a change waits for company before it is written, in ms. */
const writeAfterMs = 250;
/** How long after the store has failed it is tried again, in ms. */
const tryAgainMs = 2_000;
/** Changes that may wait for a store that is away; beyond it the oldest is dropped, and told. A few hundred kilobytes. */
const mostWaiting = 1_000;
/** Changes a statement. */
const batch = 100;
/** Without a store: changes of each system that are remembered. As many as anybody can ask for. */
const mostRemembered = 500;
/** How long changes are kept: a year's report, and a month to write it in. */
const keptMs = 400 * 24 * 60 * 60 * 1_000;
const pruneEveryMs = 24 * 60 * 60 * 1_000;

/** Events of this process, and what the store has of those of all. */
export function createEvents({ store, clock, process, onFailure }: EventSurroundings): KeptEvents {
  const listeners = new Set<(system: string) => void>();
  const remembered = new Map<string, StateChange[]>();
  let waiting: StateChange[] = [];
  let writing: Promise<void> | null = null;
  let due: (() => void) | null = null;
  let closed = false;
  const flapping = createFlapping(clock, keep);

  function tell(system: string): void {
    for (const listener of [...listeners]) {
      try {
        listener(system);
      } catch (error) {
        onFailure('telling of a change of state', error);
      }
    }
  }

  function keep(change: StateChange): void {
    if (!store) {
      remembered.set(change.system, [...(remembered.get(change.system) ?? []), change].slice(-mostRemembered));
      return;
    }
    waiting.push(change);
    if (waiting.length > mostWaiting) {
      waiting = waiting.slice(-mostWaiting);
      onFailure('recording a change of state', new Error('too many wait for the store: the oldest is dropped'));
    }
    writeAfter(writeAfterMs);
  }

  function writeAfter(delayMs: number): void {
    if (closed) return;
    due ??= clock.after(delayMs, () => {
      due = null;
      void write();
    });
  }

  async function writeAll(): Promise<void> {
    try {
      while (store && waiting.length) {
        const some = waiting.slice(0, batch);
        await store.db
          .insertInto('event')
          .values(some.map(({ atMs, ...change }) => ({ ...change, at: atMs, process })))
          .execute();
        waiting = waiting.filter((change) => !some.includes(change));
      }
    } catch (error) {
      onFailure('recording a change of state', error);
      writeAfter(tryAgainMs);
    }
  }

  /** Writes all that waits, once at a time. Never rejects: what could not be written waits for another try. */
  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = null;
    });
    return writing;
  }

  /** What has not reached the store; without one, all there is. */
  function unwritten(system: string): StateChange[] {
    const own = [...(remembered.get(system) ?? []), ...waiting, ...flapping.held()];
    return own.filter((change) => change.system === system);
  }

  async function prune(): Promise<void> {
    if (!store || closed) return;
    clock.after(pruneEveryMs, prune);
    try {
      await store.db
        .deleteFrom('event')
        .where('at', '<', clock.now() - keptMs)
        .execute();
    } catch (error) {
      onFailure('forgetting changes of state of long ago', error);
    }
  }

  async function flush(): Promise<void> {
    flapping.release();
    // What is being written now may have begun before the last came.
    await writing;
    await write();
  }

  void prune();

  return {
    record(change) {
      flapping.take(change);
      tell(change.system);
    },
    touch: tell,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async history(system, first) {
      // Before the store is asked: what is written meanwhile is then in one of the two, or in both.
      const own = unwritten(system);
      const rows = store
        ? await store.db
            .selectFrom('event')
            .selectAll()
            .where('system', '=', system)
            .orderBy('at', 'desc')
            .orderBy('id', 'desc')
            .limit(first)
            .execute()
        : [];
      const written = new Set(rows.map((row) => idOf(fromRow(row))));
      const rest = own.filter((change) => !written.has(idOf(change))).reverse();
      return [...rest, ...rows.map(fromRow)].sort((a, b) => b.atMs - a.atMs).slice(0, first);
    },
    flush,
    async close() {
      await flush();
      closed = true;
      due?.();
    },
  };
}

function idOf({ backend, atMs, state }: StateChange): string {
  return `${backend}\n${atMs}\n${state}`;
}

function fromRow({ system, backend, at, state, cause, who, why }: Selectable<Tables['event']>): StateChange {
  return { system, backend, atMs: Number(at), state: state as SystemState, cause, who, why };
}
