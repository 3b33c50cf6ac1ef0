// Failures of the telephone system's wires, in the words of the contract.
import { describe, expect, it } from 'vitest';
import type { Canned } from '../wire.ts';
import { accepted, ajax, caller, cdr, list, run, summary } from './wire.ts';

describe('lines', () => {
  it.each<[string, Canned, string]>([
    ['a list without its end', ajax("response='Success' eventlist='start'", summary('repairs', 1)), 'SYSTEM_GARBLED'],
    ['a number that is none', list('QueueSummary', "event='QueueSummary' queue='a' loggedin='many'"), 'SYSTEM_GARBLED'],
    ['XML that is cut', list('QueueSummary', summary('repairs', 1)).slice(0, 150), 'SYSTEM_GARBLED'],
    ['a cut connection', { body: list('QueueSummary', summary('repairs', 1)), cut: true }, 'SYSTEM_GARBLED'],
    ['no events', '<html/>', 'SYSTEM_GARBLED'],
    ['an error of its own', ajax("response='Error' message='No such command at 10.0.0.3'"), 'SYSTEM_DOWN'],
    ['a failure', { status: 500, body: 'at 10.0.0.3' }, 'SYSTEM_DOWN'],
  ])('that are answered with %s are an error, and repeat nothing of it', async (_what, answer, code) => {
    const { error } = await run(({ query }) => (query.get('action') === 'Login' ? accepted : answer));
    const failed = await error('lines', '');
    expect(failed.extensions.code).toBe(code);
    expect(JSON.stringify([failed, String(failed)])).not.toContain('10.0.0.3');
  });
});

describe('live calls', () => {
  it('are not asked for again with credentials that were refused', async () => {
    const { error, board } = await run(() => ({ status: 401, body: '{"message":"Unauthorized"}' }));
    for (let i = 0; i < 2; i++) expect((await error('liveCalls', '')).extensions.code).toBe('SYSTEM_DOWN');
    expect(board.asked).toHaveLength(1);
  });
});

describe('call records', () => {
  it.each<[string, Canned, string]>([
    ['a web page', '<html><body>Welcome</body></html>', 'SYSTEM_GARBLED'],
    [
      'a quote that does not close',
      cdr({ id: '1.1', start: '2022-06-27 08:00:00' }).replace('"DOC', '"D"OC'),
      'SYSTEM_GARBLED',
    ],
    ['a time that is none', cdr({ id: '1.1', start: '2022-13-27 08:00:00' }), 'SYSTEM_GARBLED'],
    ['a cut connection', { body: cdr({ id: '1.1', start: '2022-06-27 08:00:00' }), cut: true }, 'SYSTEM_GARBLED'],
    ['404', { status: 404 }, 'SYSTEM_DOWN'],
    ['no access', { status: 401 }, 'SYSTEM_DOWN'],
  ])('that are answered with %s are an error', async (_what, answer, code) => {
    const { value } = await run(undefined, () => answer);
    expect(await value('callsOfNumber', caller.number)).toBe(code);
  });
});

describe('what happened to a call in the queues', () => {
  it.each([['<html>Welcome</html>'], ['yesterday|1.1|repairs|NONE|ENTERQUEUE|']])(
    'is an error where the log is %s',
    async (log) => {
      const { value } = await run(undefined, () => log);
      expect(await value('queueEventsOfCall', '1.1')).toBe('SYSTEM_GARBLED');
    },
  );
});
