import { describe, expect, it } from 'vitest';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createSessions, SessionLapsed } from '../../../subgraphs/continuity/session.ts';
import { createTestClock, settled } from '../../clock.ts';

const never = new AbortController().signal;

/** Logins that give token-1, token-2 ... and a backend that takes only those in `good`. */
function sessionsOf(open?: (login: number, signal: AbortSignal) => Promise<string>) {
  const clock = createTestClock();
  const state = { logins: 0, good: new Set<string>() };
  const login = async (signal: AbortSignal) => {
    const number = ++state.logins;
    if (open) return open(number, signal);
    state.good.add(`token-${number}`);
    return `token-${number}`;
  };
  const sessions = createSessions(login, 2_000, clock);
  const call = async (token: string) => {
    await settled();
    if (!state.good.has(token)) throw new SessionLapsed();
    return token;
  };
  return { clock, state, sessions, call };
}

describe('a session', () => {
  it('is opened when first needed, and shared', async () => {
    const { state, sessions, call } = sessionsOf();
    expect(state.logins).toBe(0);
    const used = await Promise.all([1, 2, 3].map(() => sessions.use(call, never)));
    expect([...used, await sessions.use(call, never)]).toEqual(['token-1', 'token-1', 'token-1', 'token-1']);
    expect(state.logins).toBe(1);
  });

  it('is renewed once for all whom it lapsed under, and each of them gets an answer', async () => {
    const { state, sessions, call } = sessionsOf();
    await sessions.use(call, never);
    state.good.clear();
    const used = await Promise.all([1, 2, 3].map(() => sessions.use(call, never)));
    expect(used).toEqual(['token-2', 'token-2', 'token-2']);
    expect(state.logins).toBe(2);
  });

  it('that is refused just after it was opened is a fault, not a reason to log in for ever', async () => {
    const { state, sessions } = sessionsOf();
    const refused = sessions.use(() => Promise.reject(new SessionLapsed()), never);
    await expect(refused).rejects.toMatchObject({ failure: 'FAULT' });
    expect(state.logins).toBe(2);
  });

  it('leaves other failures of a call alone', async () => {
    const { state, sessions } = sessionsOf();
    const failed = sessions.use(() => Promise.reject(new WireError('FAULT', 'boom')), never);
    await expect(failed).rejects.toMatchObject({ message: 'boom' });
    expect(state.logins).toBe(1);
  });

  it('that could not be opened is tried again by the next call', async () => {
    const { state, sessions } = sessionsOf((login) =>
      login === 1 ? Promise.reject(new WireError('UNREACHABLE', 'no answer')) : Promise.resolve('token'),
    );
    const use = () => sessions.use(async (token) => token, never);
    await expect(use()).rejects.toMatchObject({ failure: 'UNREACHABLE' });
    await expect(use()).resolves.toBe('token');
    expect(state.logins).toBe(2);
  });

  it('is given up when opening it takes too long, and not when whoever needed it first hangs up', async () => {
    const { clock, sessions } = sessionsOf(
      (_login, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const hungUp = new AbortController();
    const first = sessions.use(async () => 'used', hungUp.signal);
    const second = sessions.use(async () => 'used', never);
    hungUp.abort(new WireError('ABANDONED', 'hung up'));
    await expect(first).rejects.toMatchObject({ failure: 'ABANDONED' });
    const timedOut = expect(second).rejects.toMatchObject({ failure: 'TIMEOUT' });
    await clock.advance(2_000);
    await timedOut;
  });
});

describe('a refused login', () => {
  const refusing = () => sessionsOf(() => Promise.reject(new WireError('CREDENTIALS', 'status 401')));

  it('is one login for all who asked at the same time', async () => {
    const { state, sessions } = refusing();
    const used = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => sessions.use(async (token) => token, never)));
    expect(used.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    expect(state.logins).toBe(1);
  });

  it('is not tried again by calls already on their way, whose session lapses only after it', async () => {
    const { state, sessions } = sessionsOf((login) =>
      login === 1 ? Promise.resolve('token-1') : Promise.reject(new WireError('CREDENTIALS', 'status 401')),
    );
    const lapses: (() => void)[] = [];
    const inFlight = [1, 2, 3, 4, 5, 6, 7].map(() =>
      sessions.use(() => new Promise((_resolve, reject) => lapses.push(() => reject(new SessionLapsed()))), never),
    );
    const ended = Promise.allSettled(inFlight);
    await settled();
    for (const lapse of lapses) {
      lapse();
      await settled();
    }
    expect((await ended).map((end) => end.status === 'rejected' && end.reason.failure)).toEqual(
      Array(7).fill('CREDENTIALS'),
    );
    expect(state.logins).toBe(2);
  });

  it('may be tried again later, by whomever the circuit lets through', async () => {
    const { clock, state, sessions } = refusing();
    const use = () => sessions.use(async (token) => token, never);
    await expect(use()).rejects.toMatchObject({ failure: 'CREDENTIALS' });
    await expect(use()).rejects.toMatchObject({ failure: 'CREDENTIALS' });
    expect(state.logins).toBe(1);
    await clock.advance(60_000);
    await expect(use()).rejects.toMatchObject({ failure: 'CREDENTIALS' });
    expect(state.logins).toBe(2);
  });
});
