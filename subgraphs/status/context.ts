// What the status subgraph is given: what runs in this process, as far as it can be looked at and ordered about.
import type { GraphQLError } from 'graphql';
import type { Events } from '../continuity/events.ts';
import type { Coverage } from '../continuity/snapshots.ts';
import type { By, Order } from '../continuity/standing.ts';
import type { System } from '../continuity/system.ts';

/** Sentences that operators write about systems. */
export interface Notices {
  /** What an operator has written about a system and has not taken back. */
  of(system: string): { text: string; atMs: number } | null;
  set(system: string, text: string, who: string): Promise<void>;
  clear(system: string): Promise<void>;
}

/** How a walk that keeps everything of a system stands. Times in ms since 1970. */
export interface Walk {
  state: 'RUNNING' | 'WAITING' | 'STOPPED' | 'DONE' | 'FAILED';
  done: number;
  total: number | null;
  startedAtMs: number;
  endedAtMs: number | null;
  reason: string | null;
}

/** The walks of this process. */
export interface Walks {
  of(system: string): Walk | null;
  /** Begins, or goes on. Throws an Error with a sentence where the system has nothing to walk through. */
  start(system: string): Promise<void>;
  stop(system: string): Promise<void>;
}

/** What resolvers of status are given. */
export interface StatusContext {
  systems: readonly System[];
  events: Events;
  notices: Notices;
  walks: Walks;
  /** What is kept of a system; empty where nothing is. */
  coverage(system: string): Promise<readonly Coverage[]>;
  /** Sets what stands over a backend, or over all of a system's; throws OrderRefused with a sentence, having changed nothing. */
  order(system: string, backend: string | null, order: Order, by: By): Promise<void>;
  /** Looks at once whether a system is back. */
  tryAgain(system: string): Promise<void>;
  /** Who gives orders in this request: an operator's name, or the error for who may not. */
  operator: string | GraphQLError;
}
