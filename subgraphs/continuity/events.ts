// Every change of a backend's state, as it happens and as it is kept: for the log, the status subgraph, subscribers and
// the report after an outage. Knows no system.

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
  /** Waits until what was recorded is in the store. */
  flush(): Promise<void>;
}
