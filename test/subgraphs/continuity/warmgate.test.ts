// How gently a backend is walked, on a clock under the test's control.
import { describe, expect, it } from 'vitest';
import type { BackendStatus } from '../../../subgraphs/continuity/backends.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createGate, gateNumbers } from '../../../subgraphs/continuity/warmgate.ts';
import { createTestClock, settled } from '../../clock.ts';

/** A gate to a made-up backend whose calls take as long as the test says. */
function gateTo({ atOnce = 4, callsASecond = 1_000 } = {}) {
  const clock = createTestClock();
  const backend = { state: 'OPERATIONAL', figures: { limit: 16, background: 4, waiting: 0 } } as BackendStatus;
  const gate = createGate({ clock, gentleness: { atOnce, callsASecond }, status: () => backend });
  const end = new AbortController();
  const seen = { calls: 0, inFlight: 0, most: 0 };
  let tookMs = 100;
  const work = async () => {
    seen.calls += 1;
    seen.inFlight += 1;
    seen.most = Math.max(seen.most, seen.inFlight);
    await new Promise<void>((resolve) => clock.after(tookMs, resolve));
    seen.inFlight -= 1;
  };
  return {
    clock,
    backend,
    gate,
    end,
    seen,
    takes(ms: number) {
      tookMs = ms;
    },
    /** So many calls that all want to go now. */
    ask: (count: number) => Promise.all(Array.from({ length: count }, () => gate.pass('homes', work, end.signal))),
    fail: (error: WireError) =>
      gate.pass('homes', () => Promise.reject(error), end.signal).catch((failure: WireError) => failure.failure),
  };
}

describe('a gate', () => {
  it('begins with one call at a time, and has no more under way than it may', async () => {
    const { ask, clock, seen } = gateTo({ atOnce: 3 });
    const all = ask(60);
    await clock.advance(50);
    expect(seen.inFlight).toBe(1);
    await clock.advance(10_000);
    await all;
    expect(seen).toMatchObject({ calls: 60, most: 3 });
  });

  it('lets no more calls go in a second than it may', async () => {
    const { ask, clock, seen, takes } = gateTo({ callsASecond: 5 });
    takes(1);
    const all = ask(50);
    for (let second = 1; second <= 10; second++) {
      await clock.advance(1_000);
      expect(seen.calls).toBeLessThanOrEqual(5 * second + 1);
    }
    await clock.advance(2_000);
    await all;
  });

  it('waits when answers take twice as long as at best, then begins anew with one call', async () => {
    const { ask, clock, seen, takes, gate } = gateTo();
    const before = ask(gateNumbers.sample * 2);
    await clock.advance(5_000);
    await before;
    takes(100 * 2 + gateNumbers.noticeableMs + 1);
    const strained = ask(200);
    await clock.advance(4_000);
    const { calls } = seen;
    expect(gate.reason).toMatch(/twice as long as at best.*goes on in 5 seconds/);
    await clock.advance(500);
    expect(seen.calls).toBe(calls);
    expect(seen.inFlight).toBe(0);
    takes(100);
    await clock.advance(5_000);
    expect(seen.calls).toBeGreaterThan(calls);
    await clock.advance(60_000);
    await strained;
    expect(gate.reason).toBeNull();
  });

  it('waits longer each time that a call fails, and forgets it once it has been calm', async () => {
    const { ask, fail, clock, gate } = gateTo();
    const waits: string[] = [];
    for (let i = 0; i < 7; i++) {
      const failed = fail(new WireError('UNREACHABLE', 'gone'));
      await clock.advance(gateNumbers.longestWaitMs);
      expect(await failed).toBe('UNREACHABLE');
      waits.push(/goes on in (\d+) seconds/.exec(gate.reason ?? '')?.[1] ?? '');
    }
    expect(waits).toEqual(['5', '10', '20', '40', '80', '120', '120']);
    const calm = ask(gateNumbers.calm + 1);
    await clock.advance(gateNumbers.longestWaitMs + 60_000);
    await calm;
    const failed = fail(new WireError('TIMEOUT', 'late'));
    await clock.advance(10);
    await failed;
    expect(gate.reason).toMatch(/goes on in 5 seconds/);
  });

  it('takes what was under way when it began to strain for the same strain', async () => {
    const { ask, gate, clock, end } = gateTo();
    const before = ask(60);
    await clock.advance(10_000);
    await before;
    const failing = async () => {
      await new Promise<void>((resolve) => clock.after(100, resolve));
      throw new WireError('UNREACHABLE', 'gone');
    };
    const all = Array.from({ length: 4 }, () => gate.pass('homes', failing, end.signal).catch(() => 'failed'));
    await clock.advance(150);
    await Promise.all(all);
    expect(gate.reason).toMatch(/goes on in 5 seconds/);
    // The next is the second: four that failed at once have not made it longer.
    const again = gate.pass('homes', failing, end.signal).catch(() => 'failed');
    await clock.advance(5_200);
    await again;
    expect(gate.reason).toMatch(/goes on in 10 seconds/);
  });

  it('waits as long as the system itself asks for', async () => {
    const { fail, gate, clock } = gateTo();
    const failed = fail(new WireError('UNAVAILABLE', 'overnight batch', { retryAfterMs: 35 * 60_000 }));
    await clock.advance(10);
    await failed;
    expect(gate.reason).toMatch(/goes on in 2100 seconds/);
  });

  it('goes on after a refusal: the system is well and says no', async () => {
    const { fail, gate, clock } = gateTo();
    const failed = fail(new WireError('REFUSAL', 'no'));
    await clock.advance(10);
    expect(await failed).toBe('REFUSAL');
    expect(gate.reason).toBeNull();
  });

  it('has no more under way than the places that background work may have', async () => {
    const { ask, backend, clock, seen } = gateTo();
    const all = ask(40);
    await clock.advance(1_000);
    expect(seen.inFlight).toBe(4);
    backend.figures.background = 2;
    await clock.advance(100);
    expect(seen.inFlight).toBeLessThanOrEqual(2);
    await clock.advance(10_000);
    await all;
  });

  it('goes on after a second where the system, or our own limit for it, asks for fewer calls', async () => {
    const { fail, ask, clock, seen } = gateTo();
    for (let i = 0; i < 5; i++) {
      const busy = fail(new WireError('BUSY', 'no place'));
      await clock.advance(1_100);
      expect(await busy).toBe('BUSY');
    }
    const all = ask(3);
    await clock.advance(2_000);
    await all;
    expect(seen.calls).toBe(3);
  });

  it('goes on no sooner than the system asks for that wants fewer calls, and then with one at a time', async () => {
    const { ask, gate, end, clock, seen } = gateTo();
    const before = ask(60);
    await clock.advance(10_000);
    await before;
    const failing = (afterMs: number, error: WireError) => async () => {
      await new Promise<void>((resolve) => clock.after(afterMs, resolve));
      throw error;
    };
    // The other is under way too, and is told no time: it takes nothing of that back.
    const [busy, other] = [
      failing(80, new WireError('BUSY', '429', { retryAfterMs: 30_000 })),
      failing(90, new WireError('BUSY', 'no place')),
    ].map((work) => gate.pass('homes', work, end.signal).catch((error: WireError) => error.failure));
    await clock.advance(100);
    expect(await Promise.all([busy, other])).toEqual(['BUSY', 'BUSY']);
    const [{ calls }, all] = [{ ...seen }, ask(20)];
    await clock.advance(29_800);
    expect(seen.calls).toBe(calls);
    seen.most = 0;
    await clock.advance(250);
    expect(seen.calls).toBeGreaterThan(calls);
    expect(seen.most).toBe(1);
    await clock.advance(10_000);
    await all;
  });

  it('lets no call more go while somebody waits for a place', async () => {
    const { ask, backend, clock, seen } = gateTo();
    const all = ask(60);
    await clock.advance(1_000);
    const { calls } = seen;
    expect(calls).toBeLessThan(60);
    backend.figures.waiting = 1;
    await clock.advance(10_000);
    expect(seen.calls).toBe(calls);
    backend.figures.waiting = 0;
    await clock.advance(10_000);
    await all;
    expect(seen.calls).toBe(60);
  });

  it('waits when the limit of calls shrinks', async () => {
    const { ask, backend, gate, clock, seen } = gateTo();
    const all = ask(40);
    await clock.advance(300);
    backend.figures.limit = 12;
    await clock.advance(200);
    expect(gate.reason).toMatch(/fewer calls at once/);
    const { calls } = seen;
    await clock.advance(4_000);
    expect(seen.calls).toBe(calls);
    await clock.advance(60_000);
    await all;
  });

  it.each(['DEGRADED', 'DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'] as const)(
    'sends nothing while the backend is %s, however long, and goes on by itself',
    async (state) => {
      const { ask, backend, gate, clock, seen } = gateTo();
      backend.state = state;
      const all = ask(3);
      await clock.advance(600_000);
      expect(seen.calls).toBe(0);
      expect(gate.reason).toMatch(/goes on once/);
      backend.state = 'OPERATIONAL';
      await clock.advance(10_000);
      await all;
      expect(seen.calls).toBe(3);
      expect(gate.reason).toBeNull();
    },
  );

  it('ends with the walk, whatever it waits for', async () => {
    const { ask, backend, end, clock } = gateTo();
    backend.state = 'DOWN';
    const all = ask(3).catch((reason: Error) => reason.message);
    await clock.advance(5_000);
    end.abort(new Error('stopped'));
    await settled();
    expect(await all).toBe('stopped');
  });

  it('lets what goes ahead not wait behind what waits', async () => {
    const { ask, gate, clock, end } = gateTo({ atOnce: 1 });
    const all = ask(100);
    await clock.advance(150);
    let gone = false;
    const go = async () => {
      gone = true;
    };
    const ahead = gate.pass('feed', go, end.signal, 'AHEAD');
    await clock.advance(300);
    expect(gone).toBe(true);
    await clock.advance(60_000);
    await Promise.all([all, ahead]);
  });
});
