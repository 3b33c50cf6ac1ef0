// Lintel's error contract as a union that a `switch` on `code` takes apart. Knows the contract's words; sends nothing.

/** A place in an answer's data. */
export type Place = readonly (string | number)[];

/** What every error says. */
interface Told {
  /** A sentence for people. */
  readonly message: string;
  /** Whether the same request can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Seconds after which to try again, where that is known. */
  readonly retryAfter?: number;
  /** The first field that it emptied; none: it is of the whole request. */
  readonly path?: Place;
  /** All that the server said beside the message, as it came. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

const systemCodes = [
  'SYSTEM_DOWN',
  'SYSTEM_ISOLATED',
  'SYSTEM_TIMEOUT',
  'SYSTEM_OVERLOADED',
  'SYSTEM_GARBLED',
  'SYSTEM_REFUSED',
  'STALER_THAN_ASKED',
] as const;

const requestCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'IDEMPOTENCY_KEY_REUSED',
  'STORE_DOWN',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'INTERNAL_SERVER_ERROR',
] as const;

/** One call to a legacy system that failed, however many fields it emptied. */
export interface SystemError extends Told {
  readonly code: (typeof systemCodes)[number];
  /** The system's business word: tenancies, lettings, repairs, telephony. */
  readonly system: string;
  /** Since when it cannot be asked, ISO 8601, where that is known. */
  readonly since?: string;
  /** When it is expected back, ISO 8601, where that is known. */
  readonly expectedBack?: string;
  /** How many fields it emptied. */
  readonly affected: number;
  /** Those fields; at most the first hundred. */
  readonly affectedPaths: readonly Place[];
}

/** Something about the request itself, or a fault of Lintel's own. */
export interface RequestError extends Told {
  readonly code: (typeof requestCodes)[number];
}

/** A value that cannot be taken. */
export interface InputError extends Told {
  readonly code: 'BAD_USER_INPUT';
  /** Of a write: each field that is wrong, as the client wrote it (`legs.1.personReference`), and what is allowed. */
  readonly fields?: readonly { readonly field: string; readonly message: string }[];
}

/** An error whose code this version of the client does not know. */
export interface UnknownError extends Told {
  readonly code: 'UNKNOWN';
  /** The server's own code; null: it gave none. */
  readonly codeAsGiven: string | null;
}

/** Lintel itself did not answer. */
export interface NoAnswer extends Told {
  readonly code: 'NO_ANSWER';
  /** NETWORK: no connection, or it broke. TIMEOUT: not within the time limit. NOT_GRAPHQL: something else answered, such as a proxy. */
  readonly reason: 'NETWORK' | 'TIMEOUT' | 'NOT_GRAPHQL';
  /** The HTTP status, where something answered. */
  readonly status?: number;
  /** What `fetch` threw, where it did. */
  readonly cause?: unknown;
}

/** Everything that can be wrong with an answer, told apart by `code`. */
export type LintelError = SystemError | InputError | RequestError | UnknownError | NoAnswer;

/** An error of a GraphQL response, as it comes. */
export interface RawError {
  readonly message: string;
  readonly path?: Place;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Puts an error of a response into the union. */
export function errorOf({ message, path, extensions = {} }: RawError): LintelError {
  const { code, system, retryable, retryAfter, since, expectedBack, affected, affectedPaths } = extensions;
  const told: Told = {
    message,
    retryable: retryable === true,
    ...(typeof retryAfter === 'number' && { retryAfter }),
    ...(path && { path }),
    extensions,
  };
  const systemCode = systemCodes.find((known) => known === code);
  if (systemCode && typeof system === 'string') {
    const paths: readonly Place[] = Array.isArray(affectedPaths) ? affectedPaths : path ? [path] : [];
    return {
      ...told,
      code: systemCode,
      system,
      ...(typeof since === 'string' && { since }),
      ...(typeof expectedBack === 'string' && { expectedBack }),
      affected: typeof affected === 'number' ? affected : paths.length,
      affectedPaths: paths,
    };
  }
  if (code === 'BAD_USER_INPUT') {
    const { fields } = extensions;
    return { ...told, code, ...(Array.isArray(fields) && { fields }) };
  }
  const requestCode = requestCodes.find((known) => known === code);
  if (requestCode) return { ...told, code: requestCode };
  return { ...told, code: 'UNKNOWN', codeAsGiven: typeof code === 'string' ? code : null };
}

/** Lintel did not answer: one kind of error for all ways in which that happens. */
export function noAnswer(
  reason: NoAnswer['reason'],
  message: string,
  more: { retryable: boolean; retryAfter?: number; status?: number; cause?: unknown },
): NoAnswer {
  return { code: 'NO_ANSWER', reason, message, ...more, extensions: {} };
}
