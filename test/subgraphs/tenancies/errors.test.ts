// Failures of the tenancies system, by its codes and by what is no answer at all, in the words of the contract.
import { describe, expect, it } from 'vitest';
import type { Canned } from '../wire.ts';
import { answering, failing, home, homes, over, overWire, success } from './wire.ts';

describe('an answer that is a failure', () => {
  const asked = ['property', '00001017'] as const;

  it.each(['101', '102'])('%s, of the login, is not followed by another try, not even a probe', async (code) => {
    const wired = await over(failing(code));
    expect((await wired.error(...asked)).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    await wired.clock.advance(24 * 3_600_000);
    expect((await wired.error(...asked)).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    expect(wired.wire.asked).toHaveLength(1);
  });

  it.each(['210', '220', '299'])('%s is a refusal, with a reason of our own', async (code) => {
    const wired = await over(failing(code));
    const error = await wired.error(...asked);
    expect(error.extensions.code).toBe('SYSTEM_REFUSED');
    expect(error.message).toMatch(/^The tenancies system .+\.$/);
    expect(error.message).not.toMatch(/Sql|DBSRV/);
  });

  it('201 is a record that somebody has open: to be asked for again, and nothing against the system', async () => {
    const wired = await over(failing('201'));
    for (let i = 0; i < 4; i++) {
      const error = await wired.error(...asked);
      expect(error.extensions).toMatchObject({ code: 'SYSTEM_OVERLOADED', retryable: true });
      expect(error.message).toMatch(/locked for another user/);
    }
    expect(wired.wire.asked).toHaveLength(4);
  });

  it('3xx is "not there"', async () => {
    const wired = await over(failing('300'));
    expect(await wired.value(...asked)).toBeNull();
  });

  it.each(['900', '901', '999', '', 'E5'])('"%s" is the system failing', async (code) => {
    const wired = await over(failing(code));
    expect((await wired.error(...asked)).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: true });
  });

  it('910 is the overnight batch, with when to come back', async () => {
    const soon = await over(failing('910', '<RetryAfterMinutes>45</RetryAfterMinutes>'));
    expect((await soon.error(...asked)).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryAfter: 2_700 });
    const sometime = await over(failing('910', '<RetryAfterMinutes/>'));
    const { extensions } = await sometime.error(...asked);
    expect(extensions).toMatchObject({ code: 'SYSTEM_DOWN' });
    expect(extensions).not.toHaveProperty('retryAfter');
  });

  const fault =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultstring>x</faultstring></s:Fault></s:Body></s:Envelope>';
  it.each([
    ['a fault', { status: 500, body: fault }, 'SYSTEM_DOWN'],
    ['a fault that says 200', { body: fault }, 'SYSTEM_DOWN'],
    ['a gateway that finds nobody', { status: 502, body: '<html>' }, 'SYSTEM_DOWN'],
    ['maintenance', { status: 503, body: '<html>' }, 'SYSTEM_DOWN'],
    ['too many calls', { status: 429, headers: { 'retry-after': '7' }, body: '' }, 'SYSTEM_OVERLOADED'],
    ['a login page', { body: '<html><body>Log in</body></html>' }, 'SYSTEM_GARBLED'],
    ['nothing', { body: '' }, 'SYSTEM_GARBLED'],
    ['half of it', { body: answering(homes(home()), 'GetProperties').body.slice(0, -60) }, 'SYSTEM_GARBLED'],
    ['an entity bomb', { body: `<!DOCTYPE x [<!ENTITY a "b">]>${fault}` }, 'SYSTEM_GARBLED'],
    ['the answer to something else', answering(homes(home()), 'GetTenancies'), 'SYSTEM_GARBLED'],
    [
      'an answer that does not say whether it succeeded',
      answering(`<Properties>${home()}</Properties>`, 'GetProperties'),
      'SYSTEM_GARBLED',
    ],
    ['an empty answer', answering('', 'GetProperties'), 'SYSTEM_GARBLED'],
    [
      'a row without its key',
      answering(homes('<Property><cat_type>HSE</cat_type></Property>'), 'GetProperties'),
      'SYSTEM_GARBLED',
    ],
    ['a day that never was', answering(homes(home({ gas_expiry: '2026-02-30' })), 'GetProperties'), 'SYSTEM_GARBLED'],
  ] as [string, Canned, string][])(
    '%s is told in the words of the contract, and no others',
    async (_what, reply, code) => {
      const wired = await overWire(() => reply);
      const error = await wired.error(...asked);
      expect(error.extensions.code).toBe(code);
      expect(JSON.stringify(error)).not.toMatch(/127\.0\.0\.1|HousingService|html|HSE/);
    },
  );

  it.each(['<Properties/>', '<Properties></Properties>', '', '<Properties><Property/></Properties>'])(
    'is not one that merely has nothing in it: %s',
    async (list) => {
      const wired = await over(success + list);
      expect(await wired.value(...asked)).toBeNull();
    },
  );
});
