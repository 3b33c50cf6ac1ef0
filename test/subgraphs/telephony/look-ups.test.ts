// Calls that were made, looked up again in the exchange's records: which are there, which are lost, and of which nobody can tell.
import { expect, it, onTestFinished } from 'vitest';
import type { AppliedStep } from '../../../subgraphs/continuity/look-up.ts';
import { telephony } from '../../../subgraphs/telephony/index.ts';
import { createTestClock } from '../../clock.ts';
import { serveWire } from '../wire.ts';
import { callOf } from './wire.ts';

const never = new AbortController().signal;

it('a call is lost where its record was seen, by a look or in the file that a backup replaced; of any other nobody can tell', async () => {
  let file = '';
  const { url } = await serveWire(({ path }) => (path === '/Master.csv' ? file : ''));
  const login = { url, user: 'lintel', password: 'open sesame', apiKey: '' };
  const adapter = telephony.adapter({ switchboard: login, records: login }, createTestClock());
  onTestFinished(() => adapter.close());
  const look = (callId: string, seen = false) =>
    adapter.steps?.originate?.lookUp?.look(
      [{ made: { callId }, reference: callId, seen } as unknown as AppliedStep],
      never,
    );
  const before = callOf('1', '2022-06-20 10:00:00');

  file = before + callOf('LTL-1') + callOf('LTL-2');
  expect(await look('LTL-1')).toEqual(['THERE']);
  expect(await look('LTL-3')).toEqual(['UNTOLD']);
  expect(await look('LTL-3', true)).toEqual(['MISSING']);

  file = before + callOf('2', '2022-06-27 08:30:00');
  expect(await look('LTL-1')).toEqual(['MISSING']);
  expect(await look('LTL-2')).toEqual(['MISSING']);
  expect(await look('LTL-3')).toEqual(['UNTOLD']);

  // The right copy, after all.
  file = before + callOf('LTL-1') + callOf('2', '2022-06-27 08:30:00');
  expect(await look('LTL-1')).toEqual(['THERE']);
});
