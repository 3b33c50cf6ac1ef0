// What a failed attempt means: whether the system may have done it all the same. Pure; the wire's words in, a turn out.
import { systemError, WireError, type WireFailure } from '../errors.ts';
import type { Turn } from './stage.ts';

/** What became of an attempt that failed. */
export interface Verdict {
  /** REFUSED: for good. NOT_DONE: certainly not. DOUBT: nobody knows. */
  kind: 'REFUSED' | 'NOT_DONE' | 'DOUBT';
  /** The backend is not to be had just now: no fault of this write. */
  away: boolean;
  /** A failure of the write's own: too many of them, and it is parked. */
  counts: boolean;
  /** Why, in a sentence for people. */
  message: string;
}

/**
 * With these no connection was ever made, so nothing was sent. Not so EHOSTUNREACH and the like, which can come over one that
 * was: then a request may have arrived.
 */
const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The system itself says that it has not done it. */
const saysNotDone: ReadonlySet<WireFailure> = new Set(['BUSY', 'LOCKED', 'UNAVAILABLE', 'CREDENTIALS']);

/** It is the backend, and every write fares the same. */
const backendsOwn: ReadonlySet<WireFailure> = new Set([
  'BUSY',
  'UNAVAILABLE',
  'CREDENTIALS',
  'ISOLATED',
  'UNREACHABLE',
  'ABANDONED',
]);

/**
 * @param sent how often a request that changes something has gone out in this attempt. After the second, what is said of the
 *   last says nothing of the first.
 */
export function verdictOf(error: unknown, sent: number, system: string): Verdict {
  const failure = error instanceof WireError ? error : null;
  if (!failure) {
    return {
      kind: sent > 0 ? 'DOUBT' : 'NOT_DONE',
      away: false,
      counts: true,
      message: 'Lintel itself failed at this.',
    };
  }
  const { message } = systemError(failure, { system, id: '' });
  if (failure.failure === 'REFUSAL') return { kind: 'REFUSED', away: false, counts: true, message };
  const away = backendsOwn.has(failure.failure);
  const certain =
    sent === 0 || (sent === 1 && (saysNotDone.has(failure.failure) || neverConnected.has(failure.code ?? '')));
  // A record may be open on somebody's screen over lunch.
  const counts = !away && failure.failure !== 'LOCKED';
  return { kind: certain ? 'NOT_DONE' : 'DOUBT', away, counts, message };
}

/** What becomes of the step. `most` failures of its own, and it is parked. */
export function turnOf({ kind, counts, message }: Verdict, most: number): Turn {
  if (kind === 'REFUSED') return { turn: 'REFUSE', message };
  if (kind === 'DOUBT') return { turn: 'DOUBT', message, counts };
  return { turn: 'NOT_DONE', message, counts, most };
}
