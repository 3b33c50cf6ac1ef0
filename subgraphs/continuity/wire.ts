// One backend's connections: HTTP over a pool, with a size limit on replies, and every way that a connection can
// fail put into the words of WireError. Knows no system.
import type { Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';
import type { z } from 'zod';
import { WireError } from './errors.ts';
import type { Pace } from './pace.ts';

/** A request as an adapter makes it. `path` is put behind the base URL's own path. */
export interface WireRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whether sent twice it does no more than once; every GET is. */
  repeatable?: boolean;
  /** Awaited right before it goes out, after its turn has come: what throws here keeps it from being sent. */
  before?: (() => Promise<void>) | undefined;
  signal: AbortSignal;
}

/** A whole reply. Header names in lower case. */
export interface WireReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Connections to one backend. */
export interface Wire {
  /** Sends one request and gives the whole reply, whatever its status. Throws WireError. */
  send(request: WireRequest): Promise<WireReply>;
  /**
   * Cuts every connection at once, in use or not, or still being made, and sends nothing more until `mend`: what asks
   * meanwhile, whoever began it, gets WireError ISOLATED.
   */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Numbers of a wire. */
export interface WireNumbers {
  /** Connections at most; default 16: legacy servers have few workers, and other clients than us. */
  connections?: number;
  /** Largest reply in bytes; default 16 MiB: fifty records are some hundred kilobytes, and a hundred times that is a fault. */
  largestReply?: number;
  /** Where the wire's owner limits how many calls there may be. */
  pace?: Pace;
}

/** Opens a pool for a base URL; no connection is made before the first request. */
export function openWire(url: string, numbers: WireNumbers = {}): Wire {
  const { connections = 16, largestReply = 16 * 1024 * 1024, pace } = numbers;
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/+$/, '');
  // On a network of one's own a connection takes milliseconds; past a second, no reader waits for it.
  const connector = buildConnector({ timeout: 1_000 });
  const sockets = new Set<Socket>();
  const opened = () =>
    new Pool(base.origin, {
      connections,
      pipelining: 1,
      connect(options, done) {
        // It gives the socket, though its type does not say so: one that is still connecting has to be cut as well.
        const socket = (connector as (...given: Parameters<typeof connector>) => unknown)(options, done) as Socket;
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      },
      // Each call has a time limit of its own, by its signal.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  let pool = opened();
  let isCut = false;
  const isolated = () => new WireError('ISOLATED', 'cut off by an operator');
  /** Connections that were left open after an answer: each may be closed at the other end before it is used again. */
  let leftOpen = 0;

  async function begun(request: WireRequest) {
    const { method = 'GET', path, headers, body, repeatable = method === 'GET', before, signal } = request;
    for (;;) {
      await pace?.turn(signal);
      if (isCut) throw isolated();
      if (before) {
        await before();
        if (isCut) throw isolated();
        if (signal.aborted) throw signal.reason;
      }
      // A base URL without a path, asked as it stands, is its root.
      const where = prefix + path || '/';
      try {
        return await pool.request({ method, path: where, headers: headers ?? null, body: body ?? null, signal });
      } catch (error) {
        // Asked over a connection that had been closed after its last answer, it never arrived: asked again at no cost to
        // the backend, at most once for each connection, and so not out of the budget for retries.
        const closed = leftOpen > 0 && closedCodes.has(codeOf(error));
        if (closed) leftOpen -= 1;
        if (signal.aborted) throw signal.reason;
        if (!closed || !repeatable) throw unreachable(error);
      }
    }
  }

  return {
    async send(request) {
      const { signal } = request;
      const reply = await begun(request);
      let text = '';
      let bytes = 0;
      const decoder = new TextDecoder();
      try {
        for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
          bytes += chunk.byteLength;
          if (bytes > largestReply) throw new WireError('GARBLED', `a reply of over ${largestReply} bytes`);
          text += decoder.decode(chunk, { stream: true });
        }
      } catch (error) {
        if (error instanceof WireError) throw error;
        if (signal.aborted) throw signal.reason;
        if (isCut) throw isolated();
        throw new WireError('GARBLED', `the reply was cut after ${bytes} bytes`);
      }
      leftOpen = Math.min(leftOpen + 1, connections);
      return { status: reply.statusCode, headers: reply.headers, text: text + decoder.decode() };
    },
    cut() {
      if (isCut) return;
      isCut = true;
      leftOpen = 0;
      // Nothing can be said to those whose requests these were but what `begun` and `send` say to them anyway.
      void pool.destroy(isolated());
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      if (!isCut) return;
      isCut = false;
      pool = opened();
    },
    close: () => pool.destroy(),
  };
}

/** How it shows that the other end has closed a connection. */
export const closedCodes: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** What the operating system or the HTTP client calls a failure. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** What it means that no answer began. */
export function unreachable(error: unknown): WireError {
  if (error instanceof WireError) return error;
  const code = codeOf(error);
  // What came back was not HTTP: some of these errors have a code (HPE_...), some have none.
  const garbled = error instanceof Error && error.name === 'HTTPParserError';
  return new WireError(garbled ? 'GARBLED' : 'UNREACHABLE', `no answer: ${code}`, { code });
}

/** Reads a reply's JSON. Throws WireError GARBLED where it is none. */
export function json(reply: WireReply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    throw new WireError('GARBLED', `status ${reply.status} with a body that is no JSON`);
  }
}

/** Reads the JSON of a reply that may have nothing to say: undefined. Throws WireError GARBLED where it says something else. */
export function jsonOrNothing(reply: WireReply): unknown {
  return reply.text.trim() === '' ? undefined : json(reply);
}

/** Seconds or an HTTP date of a Retry-After header, in ms from now; undefined where there is none. */
export function retryAfterMs(reply: WireReply, nowMs: number): number | undefined {
  const value = reply.headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** A reply's content in the shape that `schema` says. Throws WireError GARBLED, naming the wrong fields, never their values. */
export function checked<T>(schema: z.ZodType<T>, content: unknown): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const fields = new Set(
    result.error.issues.map(({ path }) => path.filter((step) => typeof step === 'string').join('.')),
  );
  throw new WireError('GARBLED', `a reply with unexpected ${[...fields].join(', ') || 'content'}`);
}

/**
 * What a status that is no success means, unless a wire uses it otherwise. What is missing where something has always
 * been (404), or sent elsewhere (302 to a login page), is a system that is not itself: FAULT, not REFUSAL.
 */
export function statusError(reply: WireReply, nowMs: number): WireError {
  const { status } = reply;
  const wait = retryAfterMs(reply, nowMs);
  const more = wait === undefined ? {} : { retryAfterMs: wait };
  const message = `status ${status}`;
  if (status === 401) return new WireError('CREDENTIALS', message);
  if (status === 429) return new WireError('BUSY', message, more);
  if (status === 503) return new WireError('UNAVAILABLE', message, more);
  // 403 is no to this question, not to us: taken for our credentials, one odd question would cut the system off.
  if ([400, 403, 409, 422].includes(status)) return new WireError('REFUSAL', message);
  return new WireError('FAULT', message);
}

/**
 * The same for a change. Only the system itself refuses one, in its own words: a bare 403 or 400 comes from what stands in
 * front of it, and a change must not be given up for that.
 */
export function changeError(reply: WireReply, nowMs: number): WireError {
  const failure = statusError(reply, nowMs);
  return failure.failure === 'REFUSAL' ? new WireError('FAULT', failure.message) : failure;
}
