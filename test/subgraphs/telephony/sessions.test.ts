// The manager interface's session, and the looks whether its two backends are back.
import { describe, expect, it } from 'vitest';
import { until } from '../wire.ts';
import { accepted, actions, ajax, caller, cookie, denied, run, switchboard } from './wire.ts';

describe("the manager interface's session", () => {
  it('is opened once, and its cookie sent back exactly as it came', async () => {
    const { system, board } = await run();
    await Promise.all([system.read('lines', ['']), system.read('waitingOfLine', ['repairs'])]);
    await system.read('lines', ['']);
    expect(actions(board).sort()).toEqual(['Login', 'QueueStatus', 'QueueSummary', 'QueueSummary']);
    expect(board.asked[0]?.query.get('username')).toBe('lintel');
    expect(board.asked[0]?.query.get('secret')).toBe('p&ss word');
    expect(board.asked.slice(1).map(({ headers }) => headers.cookie)).toEqual([cookie, cookie, cookie]);
  });

  it('is renewed once for all when it has lapsed', async () => {
    const working = switchboard();
    const { value, board } = await run((asked) => {
      if (asked.query.get('action') === 'Login') return accepted;
      return logins() < 2 ? denied : working(asked);
    });
    const logins = () => actions(board).filter((action) => action === 'Login').length;
    expect(await Promise.all([value('lines', ''), value('waitingOfLine', 'repairs')])).toEqual([[], []]);
    expect(logins()).toBe(2);
  });

  it('is tried once with a password that is refused', async () => {
    const { system, error, board, clock } = await run(() => ajax("response='Error' message='Authentication failed'"));
    const { extensions } = await error('lines', '');
    await system.read('lines', ['']);
    await system.read('liveCalls', ['']);
    await clock.advance(3_600_000);
    expect(extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    expect(actions(board)).toEqual(['Login']);
  });
});

describe('a look whether the telephone system is back', () => {
  it('is a ping, and a day of records', async () => {
    let down = true;
    const working = switchboard({ '/ari/asterisk/ping': '{"ping":"pong","timestamp":"2022-06-27T08:00:00.000+0000"}' });
    const { system, board, records, clock } = await run(
      (asked) => (down ? { status: 500 } : working(asked)),
      () => (down ? { status: 500 } : ''),
    );
    for (let i = 0; i < 10; i++)
      await Promise.all([system.read('liveCalls', ['']), system.read('callsOfNumber', [caller.number])]);
    expect(system.status().map(({ circuit }) => circuit.kind)).toEqual(['OPEN', 'OPEN']);
    const before = [board.asked.length, records.asked.length];
    down = false;
    await clock.advance(1_000);
    await until(() => system.status().every(({ circuit }) => circuit.kind !== 'OPEN'));
    expect(board.asked.slice(before[0]).map(({ path }) => path)).toEqual(['/ari/asterisk/ping']);
    expect(records.asked.slice(before[1]).map(({ path, query }) => [path, query.get('since')])).toEqual([
      ['/Master.csv', '2022-06-27'],
    ]);
  });
});
