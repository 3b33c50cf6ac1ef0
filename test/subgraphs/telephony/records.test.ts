// Call records as the exchange writes them: numbers in any form, quotes, words, one line an agent.
import { describe, expect, it } from 'vitest';
import { caller, cdr, run } from './wire.ts';

describe('call records', () => {
  it('are clean: numbers, times, quotes, words', async () => {
    const file =
      cdr({ id: '1.1', src: '00 44 1632 960123', start: '2022-06-27 08:00:00', answer: '', disposition: 'NO ANSWER' }) +
      cdr({ id: '2.2', src: 'anonymous', dst: '+441632960123', start: '2022-06-26 08:00:00', disposition: 'CONFUSED' });
    const { value } = await run(undefined, () => file);
    const answer = await value('callsOfNumber', '+441632960123');
    expect(answer).toEqual([
      {
        callId: '1.1',
        fromNumber: '+441632960123',
        fromNumberAsRecorded: '00 44 1632 960123',
        toNumber: null,
        toNumberAsRecorded: '100',
        startedAt: '2022-06-27T08:00:00+01:00',
        answeredAt: null,
        endedAt: '2022-06-27T08:00:00+01:00',
        durationSeconds: 65,
        talkSeconds: 60,
        disposition: 'NO_ANSWER',
        dispositionCode: 'NO ANSWER',
      },
      expect.objectContaining({
        fromNumber: null,
        fromNumberAsRecorded: 'anonymous',
        disposition: 'UNKNOWN',
        dispositionCode: 'CONFUSED',
      }),
    ]);
  });

  it('of one call that rang several agents are one call: the one that was answered', async () => {
    const leg = { id: '1.1', src: caller.src, start: '2022-06-27 08:00:00' };
    const file = cdr({ ...leg, disposition: 'NO ANSWER' }) + cdr(leg) + cdr({ ...leg, disposition: 'NO ANSWER' });
    const { value } = await run(undefined, () => file);
    const answer = await value('callsOfNumber', caller.number);
    expect(answer).toMatchObject([{ disposition: 'ANSWERED' }]);
  });

  it('of a site that writes down no identifiers still are calls', async () => {
    const row = cdr({ id: '', src: caller.src, start: '2022-06-27 08:00:00', channel: 'PJSIP/a-1' });
    const { value } = await run(undefined, () => row.replace(/,"",""\n$/, '\n'));
    const answer = await value('callsOfNumber', caller.number);
    expect(answer).toMatchObject([{ callId: 'PJSIP/a-1@2022-06-27 08:00:00' }]);
  });
});
