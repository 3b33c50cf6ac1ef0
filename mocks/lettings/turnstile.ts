// Lettings' way in: sessions that end, an account that locks, and a limit on calls a second. Knows no route.
import { randomUUID } from 'node:crypto';

/** How long a session lives from its login, used or not: the wire's own number. */
const SESSION_SECONDS = 1_200;
/** Failed logins in a row that lock an account, until its owner telephones. */
const TRIES = 6;
/** Calls in one second of the clock; the next gets a 429. */
const CALLS_A_SECOND = 20;

/** A no, as lettings words it. Extra members of the body are for the routes that promise them. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    code: string,
    message: string,
    extra: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }
}

/** Says no, by throwing a `Problem`. */
export const refuse = (status: number, code: string, message: string, extra?: Record<string, unknown>): never => {
  throw new Problem(status, code, message, extra);
};

export interface Turnstile {
  /** Counts a call; throws 429 past the limit. */
  count(): void;
  /** Begins a session. Throws 401 for bad credentials, 423 once the account is locked. */
  login(username: unknown, password: unknown): { token: string; expiresIn: number };
  /** Lets a request with a living session through; throws 401 otherwise. */
  admit(request: Request): void;
  /** Revokes every session. */
  revoke(): void;
  /** Failed logins are in the database, and so in a backup: takes a copy; the function given puts it back. */
  copy(): () => void;
  /** Forgets them. */
  forgive(): void;
}

/** A turnstile for one account. `nowMs` is the wall clock, in ms since 1970. */
export function turnstile(username: string, password: string, nowMs: () => number): Turnstile {
  const sessions = new Map<string, number>();
  let failures = new Map<unknown, number>();
  let second = 0;
  let calls = 0;

  return {
    count() {
      const current = Math.floor(nowMs() / 1_000);
      calls = current === second ? calls + 1 : 1;
      second = current;
      if (calls > CALLS_A_SECOND) {
        throw new Problem(429, 'TOO_MANY_REQUESTS', 'Call limit exceeded.', {}, { 'retry-after': '1' });
      }
    },
    login(givenName, givenPassword) {
      const failed = failures.get(givenName) ?? 0;
      if (failed >= TRIES) refuse(423, 'ACCOUNT_LOCKED', 'The account is locked.');
      if (givenName !== username || givenPassword !== password) {
        failures.set(givenName, failed + 1);
        refuse(401, 'BAD_CREDENTIALS', 'The user name or password is wrong.');
      }
      failures.delete(givenName);
      const token = randomUUID();
      sessions.set(token, nowMs() + SESSION_SECONDS * 1_000);
      return { token, expiresIn: SESSION_SECONDS };
    },
    admit(request) {
      const [, token] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
      if (token === undefined) refuse(401, 'NO_SESSION', 'A session is needed.');
      const endsAt = sessions.get(token as string) ?? 0;
      if (nowMs() < endsAt) return;
      sessions.delete(token as string);
      refuse(401, 'SESSION_EXPIRED', 'The session has expired.');
    },
    revoke() {
      sessions.clear();
    },
    copy() {
      const then = new Map(failures);
      return () => {
        failures = new Map(then);
      };
    },
    forgive() {
      failures.clear();
    },
  };
}
