// Sessions with the lettings system: shared, renewed once, and never spent on an account that is locked.
import { describe, expect, it } from 'vitest';
import { type SystemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import { lettingsAdapter } from '../../../subgraphs/lettings/adapter.ts';
import { createTestClock } from '../../clock.ts';
import { type Canned, serveWire, until } from '../wire.ts';
import { expired, json, listing, maintenance, over, overWire } from './wire.ts';

describe('a session with the lettings system', () => {
  it('is renewed once for all whom it lapsed under', async () => {
    const wired = await over(({ headers }) =>
      headers.authorization === 'Bearer token-1' ? expired : listing([{ offerNo: '1' }]),
    );
    // Two calls, twice, and two logins: as many as the pace lets out at once.
    const keys = Array.from({ length: 80 }, (_, i) => `${i}`);
    const values = await wired.values('offer', keys);
    expect(values[1]).toMatchObject({ offerNumber: '1' });
    expect(values).not.toContain('SYSTEM_DOWN');
    expect(wired.logins()).toBe(2);
  });

  it('that lapses between two pages is renewed, and the list goes on', async () => {
    const wired = await over((asked) => {
      const offset = Number(asked.query.get('offset'));
      if (offset === 100 && asked.headers.authorization === 'Bearer token-1') return expired;
      return listing(
        Array.from({ length: offset === 0 ? 100 : 20 }, (_, i) => ({ offerNo: `${offset + i}`, appRef: 'A' })),
        120,
      );
    });
    const [offers] = await wired.values('offersOfApplication', ['A']);
    expect(offers).toHaveLength(120);
    expect(wired.lists().map((asked) => asked.query.get('offset'))).toEqual(['0', '100', '100']);
  });

  it.each([
    [400, 'BAD_REQUEST'],
    [401, 'BAD_CREDENTIALS'],
    [403, 'FORBIDDEN'],
    [423, 'ACCOUNT_LOCKED'],
  ])(
    'that is refused with %i is not tried again: not by others at the same time, not by a probe',
    async (status, code) => {
      const wired = await overWire(() => json({ code, message: 'user lintel' }, status));
      const keys = Array.from({ length: 400 }, (_, i) => `${i}`);
      const answers = await Promise.all([wired.system.read('offer', keys), wired.system.read('application', keys)]);
      await wired.clock.advance(24 * 3_600_000);
      for (const answer of [...answers.flat(), ...(await wired.system.read('offer', ['1']))]) {
        expect((answer as SystemError).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
      }
      expect(wired.wire.asked.map(({ target }) => target)).toEqual(['/session']);
    },
  );

  it('is not asked for again by calls on their way when its account is locked in between', async () => {
    let locked = false;
    const waiting: (() => void)[] = [];
    const wired = await overWire(async ({ path }) => {
      if (path === '/session') return locked ? json({ code: 'ACCOUNT_LOCKED' }, 423) : json({ token: 'token-1' });
      // All calls of the old session are answered one after another, each once the one before is through.
      await new Promise<void>((resolve) => waiting.push(resolve));
      return expired;
    });
    const ended: unknown[] = [];
    // Each as many as fill a call; with the login before and the one after as many as the pace lets out at once.
    for (let i = 0; i < 4; i++) {
      const keys = Array.from({ length: 40 }, (_, j) => `${i}-${j}`);
      void wired.values('offer', keys).then(([value]) => ended.push(value));
    }
    await until(() => waiting.length === 4);
    locked = true;
    for (const [i, release] of waiting.entries()) {
      release();
      await until(() => ended.length === i + 1);
    }
    expect(ended).toEqual(Array(4).fill('SYSTEM_DOWN'));
    expect(wired.logins()).toBe(2);
  });
});

describe('a probe of the lettings system', () => {
  const never = new AbortController().signal;

  it('needs no session and spends no login', async () => {
    let answer: Canned = json({ ok: true });
    const wire = await serveWire(() => answer);
    const connection = { url: wire.url, user: 'lintel', password: 'p', apiKey: '' };
    const adapter = lettingsAdapter({ lettings: connection }, createTestClock());
    const probe = () => adapter.probes.lettings?.(never);
    await expect(probe()).resolves.toBeUndefined();
    expect(wire.asked).toMatchObject([{ method: 'GET', target: '/ping' }]);
    expect(wire.asked[0]?.headers).not.toHaveProperty('authorization');
    answer = maintenance;
    await expect(probe()).rejects.toMatchObject({ failure: 'UNAVAILABLE' });
    answer = json({ ok: false });
    await expect(probe()).rejects.toBeInstanceOf(WireError);
    await adapter.close();
  });
});
