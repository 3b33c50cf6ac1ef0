// The two kinds of failure and how one becomes the other: what went wrong on a wire (for the circuit), and what a
// client is told (the error contract of Lintel). Nothing internal passes: no URL, no header, no stack, no upstream body.
import { GraphQLError } from 'graphql';
import { isoInstant } from './clock.ts';

/**
 * What went wrong on a wire, as an adapter sees it.
 * - UNREACHABLE: no connection, or it broke before an answer began.
 * - UNAVAILABLE: it says itself that it is down (maintenance page, overnight batch).
 * - TIMEOUT: no answer in time.
 * - FAULT: it answered that it failed (5xx, SOAP fault, a system error inside a good status).
 * - GARBLED: it answered, but not in its own language; or the answer was cut.
 * - CREDENTIALS: it does not accept ours. Nothing more is sent with them, or the account is locked.
 * - BUSY: it asks for fewer calls (429). It is up: does not trip the circuit.
 * - LOCKED: it is up, and somebody has the record open that is to be changed: the same may pass later, and it says nothing
 *   of other records. Does not trip the circuit.
 * - REFUSAL: it is up and says no to what was asked. Does not trip the circuit.
 * - ABANDONED: whoever asked hung up. Says nothing about the system.
 * - ISOLATED: an operator has cut the system off. Nothing was sent, or what was under way was ended.
 */
export type WireFailure =
  | 'UNREACHABLE'
  | 'UNAVAILABLE'
  | 'TIMEOUT'
  | 'FAULT'
  | 'GARBLED'
  | 'CREDENTIALS'
  | 'BUSY'
  | 'LOCKED'
  | 'REFUSAL'
  | 'ABANDONED'
  | 'ISOLATED';

/** Thrown by adapters. `message` is for logs: it names what was wrong with the reply, and never repeats the reply. */
export class WireError extends Error {
  readonly failure: WireFailure;
  /** When the system itself said to come back, in ms from now. */
  readonly retryAfterMs: number | undefined;
  /** For REFUSAL: the reason in words that a user may read. */
  readonly reason: string | undefined;
  /** For UNREACHABLE: what the operating system or TLS calls it, e.g. ECONNREFUSED. For operators. */
  readonly code: string | undefined;

  constructor(
    failure: WireFailure,
    message: string,
    more: { retryAfterMs?: number; reason?: string; code?: string } = {},
  ) {
    super(message);
    this.name = 'WireError';
    this.failure = failure;
    this.retryAfterMs = more.retryAfterMs;
    this.reason = more.reason;
    this.code = more.code;
  }
}

/** The codes of the error contract that speak of a legacy system. */
export type SystemErrorCode =
  | 'SYSTEM_DOWN'
  | 'SYSTEM_ISOLATED'
  | 'SYSTEM_TIMEOUT'
  | 'SYSTEM_OVERLOADED'
  | 'SYSTEM_GARBLED'
  | 'SYSTEM_REFUSED'
  | 'STALER_THAN_ASKED';

/** What a client is told of one failed call, in `errors[].extensions`. */
export interface SystemErrorExtensions {
  [extension: string]: unknown;
  code: SystemErrorCode;
  /** The system's business word. */
  system: string;
  /** Whether the same request can succeed later without anybody changing anything. */
  retryable: boolean;
  /** Seconds after which to try again, where that is known. */
  retryAfter?: number;
  /** Since when the system cannot be asked, ISO 8601, where that is known. */
  since?: string;
  /** When it is expected back, ISO 8601, where somebody has said so. */
  expectedBack?: string;
  /** The failed call that this error is of: errors of one call are given as one. Taken out before the client sees it. */
  failedCall: string;
}

/** One call to a system that failed, as the error contract tells it. */
export class SystemError extends GraphQLError {
  override readonly extensions: SystemErrorExtensions;

  constructor(message: string, extensions: SystemErrorExtensions) {
    super(message);
    this.name = 'SystemError';
    this.extensions = extensions;
  }
}

/** What is known when a call has failed. */
export interface FailedCall {
  system: string;
  /** Unique to the failed call. */
  id: string;
  /** While the circuit is open: since when (ms since 1970). */
  sinceMs?: number | undefined;
  /** When the system is expected back, where an operator has said so (ms since 1970). */
  expectedBackMs?: number | null | undefined;
  /** When the next look at the system is due, in ms from now. */
  retryAfterMs?: number | undefined;
}

const told: Record<WireFailure, { code: SystemErrorCode; retryable: boolean; sentence: (system: string) => string }> = {
  UNREACHABLE: {
    code: 'SYSTEM_DOWN',
    retryable: true,
    sentence: (system) => `The ${system} system cannot be reached.`,
  },
  UNAVAILABLE: { code: 'SYSTEM_DOWN', retryable: true, sentence: (system) => `The ${system} system is not available.` },
  FAULT: { code: 'SYSTEM_DOWN', retryable: true, sentence: (system) => `The ${system} system failed to answer.` },
  CREDENTIALS: {
    code: 'SYSTEM_DOWN',
    retryable: false,
    sentence: (system) => `The ${system} system does not let Lintel in. An operator has to mend that.`,
  },
  TIMEOUT: {
    code: 'SYSTEM_TIMEOUT',
    retryable: true,
    sentence: (system) => `The ${system} system did not answer in time.`,
  },
  GARBLED: {
    code: 'SYSTEM_GARBLED',
    retryable: true,
    sentence: (system) => `The ${system} system gave an answer that makes no sense.`,
  },
  BUSY: {
    code: 'SYSTEM_OVERLOADED',
    retryable: true,
    sentence: (system) => `The ${system} system is too busy for more questions just now.`,
  },
  LOCKED: {
    code: 'SYSTEM_OVERLOADED',
    retryable: true,
    sentence: (system) => `The ${system} system has this record locked for another user.`,
  },
  REFUSAL: {
    code: 'SYSTEM_REFUSED',
    retryable: false,
    sentence: (system) => `The ${system} system refused this request.`,
  },
  ABANDONED: {
    code: 'SYSTEM_TIMEOUT',
    retryable: true,
    sentence: (system) => `The ${system} system was not waited for.`,
  },
  ISOLATED: {
    code: 'SYSTEM_ISOLATED',
    // It lasts until an operator undoes it: trying again by itself, a client would only find the same.
    retryable: false,
    sentence: (system) => `The ${system} system has been cut off on purpose, to keep it safe.`,
  },
};

/** Puts a wire's failure into the words of the error contract. */
export function systemError(failure: WireError, call: FailedCall): SystemError {
  const { code, retryable, sentence } = told[failure.failure];
  const retryAfterMs = failure.retryAfterMs ?? call.retryAfterMs;
  return new SystemError(failure.reason ?? sentence(call.system), {
    code,
    system: call.system,
    retryable,
    ...(retryable && retryAfterMs !== undefined && { retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)) }),
    ...(call.sinceMs !== undefined && { since: isoInstant(call.sinceMs) }),
    ...(call.expectedBackMs != null && { expectedBack: isoInstant(call.expectedBackMs) }),
    failedCall: call.id,
  });
}

/** The error of a call that failed, where what is kept was searched too and tells nothing, in its kind's own words. */
export function nothingKeptEither(failed: SystemError, nothingKept: string): SystemError {
  return new SystemError(`${failed.message} ${nothingKept}`, failed.extensions);
}

/**
 * Something is kept, but older than the client takes; or nothing is, and the system is not to be asked.
 * @param nothingKept what is said where the system cannot be asked this by anybody: that nothing is kept of it.
 */
export function staler(system: string, id: string, keptAsOf: string | null, nothingKept?: string): SystemError {
  const message = keptAsOf
    ? `What is kept of the ${system} system is older than you take: it is as of ${keptAsOf}.`
    : (nothingKept ?? `Nothing is kept of this from the ${system} system, and you asked for it not to be asked.`);
  return new SystemError(message, { code: 'STALER_THAN_ASKED', system, retryable: true, failedCall: id });
}

/** What the client asked for is not something that can be asked: says which value and what is allowed. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

/**
 * What a store's driver throws: no connection, a disk that is full, a statement that takes too long. It carries the code of
 * the contract itself, so that wherever it gets out, whoever asked is told STORE_DOWN, and to try again; its message is for
 * the log alone.
 */
export class StoreFailed extends Error {
  readonly extensions = { code: 'STORE_DOWN', retryable: true } as const;
  /** What the engine calls it, e.g. `57P01` or `SQLITE_FULL`. */
  readonly code: string | undefined;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'StoreFailed';
    this.code = (cause as { code?: string } | null)?.code;
  }
}

/** Lintel's own store cannot be read or written. The message says what that means for what was asked. */
export function storeDown(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'STORE_DOWN', retryable: true } });
}
