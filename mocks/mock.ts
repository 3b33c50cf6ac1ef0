// What one mock backend is: msw handlers that define a wire, and the few facts that faults need to know about it.
// Knows nothing of sockets (serve.ts) or of who calls (adapters are never imported here, nor this by them).
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'msw';
import type { Random } from './world/random.ts';

/** A record that the system's own staff have changed, by its reference, and what they did, in a word or two. */
export interface Changed {
  readonly reference: string;
  readonly what: string;
}

/** A record as it stands, as whoever looks at it from outside of any wire sees it. */
export interface Seen {
  /** What makes it the same record however else it changes: whose it is, and what it came of. */
  readonly identity: string;
  /** All that it says. */
  readonly content: string;
}

/** What a mock keeps that its users change: it can come back from a backup. */
export interface Holdings {
  /** Takes a copy of all of it, sequences included; the function given puts it back, as often as it is called. */
  copy(): () => void;
  /** Puts all of it back as it stood so many days ago, as far as the made-up world's dates tell. */
  goBack(days: number): void | Promise<void>;
  /** Changes so many records as the system's own staff would, now; fewer where it cannot find as many. */
  change(count: number, random: Random): Changed[];
  /** A record as it stands now, by its reference. Null: there is none. */
  look?(reference: string): Seen | null;
  /** Has the system's own staff correct one record, now. Undefined: there is nothing to be done to it. */
  correct?(reference: string, random: Random): Changed | undefined;
  /** Has them type in new records, now; those get the next numbers. */
  enter?(count: number, random: Random): Changed[];
}

/** One legacy backend as `serve.ts` puts it on a port. Built by a function of the world: `(world: World) => Mock`. */
export interface Mock {
  /** The business word of the system: tenancies, lettings, repairs, telephony. */
  readonly system: string;
  /** The backend's name within it; equal to `system` where there is only one. */
  readonly backend: string;
  /** The environment variables that point Lintel at this mock, except the URL's value, e.g. `{ TENANCIES_USER: 'lintel' }`. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The variable that holds its base URL, e.g. `TENANCIES_URL`. */
  readonly urlVariable: string;
  /** Path that the base URL ends in, e.g. `/api`; empty for none. */
  readonly basePath: string;
  /** msw handlers, matched on any host: `http.get('*\/ping', ...)`. */
  readonly handlers: readonly RequestHandler[];
  /** What `fault system.backend.OPERATION` calls this request: the SOAP operation, or the first path word. */
  operationOf(request: Request): string | Promise<string>;
  /** How long the real thing takes for one call, in ms, at `--latency 1`. */
  readonly latencyMs: number;
  /** What it answers while its overnight batch runs (tenancies 910, lettings' HTML page ...). */
  duringBatch(request: Request): Response;
  /** Forgets every session, as a restart of the real thing does. */
  loseSessions(): void;
  /** Works out, a little at a time, what the first question about all its records would have to wait for. */
  prepare?(): Promise<void>;
  /** Where it keeps anything. */
  readonly holdings?: Holdings;
  /** Takes a WebSocket upgrade, where the wire has one. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends timers and sockets that the mock itself holds. */
  close?(): void;
}
