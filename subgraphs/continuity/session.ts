// A session with a backend that wants one: opened when first needed, shared by all calls, renewed once when it lapses.
import type { Clock } from './clock.ts';
import { WireError } from './errors.ts';

/** Thrown by a call when the backend says that the session is no longer good. */
export class SessionLapsed extends Error {}

/** How sessions are used: `use` runs a call with the session's token. */
export interface Sessions<Token> {
  /**
   * Runs `call` with a session; when that throws SessionLapsed, with a new one, once.
   * Callers at the same time share one opening. Throws WireError FAULT where even the new session is not good.
   */
  use<T>(call: (token: Token) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/**
 * How long a refused login stands, in ms: longer than any call lasts, so that none of those already on their way when it
 * was refused tries again (six tries lock an account). Calls that start later are the circuit's to hold back.
 */
const refusalStandsMs = 30_000;

/**
 * Sessions of one login.
 * @param open logs in; its signal ends after `openTimeoutMs`, not with whoever happened to need it first.
 */
export function createSessions<Token>(
  open: (signal: AbortSignal) => Promise<Token>,
  openTimeoutMs: number,
  clock: Clock,
): Sessions<Token> {
  let current: Promise<Token> | null = null;

  function opened(): Promise<Token> {
    if (current) return current;
    const controller = new AbortController();
    const cancel = clock.after(openTimeoutMs, () =>
      controller.abort(new WireError('TIMEOUT', `no session in ${openTimeoutMs} ms`)),
    );
    const opening = open(controller.signal).finally(cancel);
    current = opening;
    // A failed opening is forgotten, so that the next call (which the circuit must let through) tries again.
    opening.catch((error: unknown) => {
      const refused = error instanceof WireError && error.failure === 'CREDENTIALS';
      if (refused) clock.after(refusalStandsMs, () => forget(opening));
      else forget(opening);
    });
    return opening;
  }

  function forget(session: Promise<Token>): void {
    if (current === session) current = null;
  }

  async function attempt<T>(session: Promise<Token>, call: (token: Token) => Promise<T>, signal: AbortSignal) {
    const token = await ended(session, signal);
    try {
      return { result: await call(token) };
    } catch (error) {
      if (!(error instanceof SessionLapsed)) throw error;
      forget(session);
      return null;
    }
  }

  return {
    async use(call, signal) {
      const done = (await attempt(opened(), call, signal)) ?? (await attempt(opened(), call, signal));
      if (!done) throw new WireError('FAULT', 'a session just opened is not accepted');
      return done.result;
    },
  };
}

/** Waits for a shared promise only as long as one's own signal lasts. */
export function ended<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
