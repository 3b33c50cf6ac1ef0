// Failures of the lettings system, in the words of the contract.
import { describe, expect, it } from 'vitest';
import type { Canned } from '../wire.ts';
import { expired, json, maintenance, over } from './wire.ts';

describe('a lettings system that does not answer as asked', () => {
  it.each([
    ['for maintenance', maintenance, 'SYSTEM_DOWN', true],
    ['with an error of its own', json({ code: 'INTERNAL', message: 'ORA-00942 at DB7' }, 500), 'SYSTEM_DOWN', true],
    ['with no such place', { status: 404, body: 'nothing' }, 'SYSTEM_DOWN', true],
    ['with a no', json({ code: 'BAD_REQUEST', message: 'ORA-00942 at DB7' }, 400), 'SYSTEM_REFUSED', false],
    ['with a locked account', json({ code: 'LOCKED' }, 423), 'SYSTEM_DOWN', false],
  ] as [string, Canned, string, boolean][])(
    '%s is told in the words of the contract, and no others',
    async (_why, answer, code, retryable) => {
      const error = await (await over(answer)).error('offer', '1');
      expect(error.extensions).toMatchObject({ code, retryable });
      expect(JSON.stringify(error)).not.toMatch(/ORA|DB7|html|6am|127\.0\.0\.1/);
    },
  );

  it('because of too many calls says when to come back, and stays up', async () => {
    const wired = await over(json({ code: 'TOO_MANY' }, 429, { 'retry-after': '2' }));
    const error = await wired.error('offer', '1');
    expect(error.extensions).toMatchObject({ code: 'SYSTEM_OVERLOADED', retryAfter: 2 });
    const calls = wired.wires.lettings?.asked.length;
    expect(await wired.value('offer', '2')).toBe('SYSTEM_OVERLOADED');
    expect(wired.wires.lettings?.asked.length, 'calls before it is time').toBe(calls);
    for (let i = 0; i < 20; i++) {
      await wired.clock.advance(2_000);
      expect(await wired.value('offer', '1')).toBe('SYSTEM_OVERLOADED');
    }
    expect(wired.system.status()).toMatchObject([{ circuit: { kind: 'CLOSED' } }]);
  });

  it('because its session is never good is failing, after one renewal', async () => {
    const wired = await over(expired);
    expect(await wired.value('offer', '1')).toBe('SYSTEM_DOWN');
    expect(wired.logins()).toBe(2);
  });
});
