// Call records over time: a month once, then what is new, each call kept once and let go when it is old.
import { describe, expect, it } from 'vitest';
import { type Canned, type TestWire, until } from '../wire.ts';
import { caller, callOf, cdr, idsOf, run } from './wire.ts';

/** What the exchange gives of a file: rows of calls that began on or after the day asked for. */
function rowsSince(file: string, query: URLSearchParams): string {
  const dayOf = (row: string) => /"(2022-\d\d-\d\d) /.exec(row)?.[1] ?? '';
  const rows = file.split('\n').filter((row) => row && dayOf(row) >= (query.get('since') ?? ''));
  return rows.map((row) => `${row}\n`).join('');
}

describe('call records', () => {
  const since = ({ asked }: TestWire) => asked.map(({ query }) => query.get('since'));

  it('are fetched for 31 days once, then from the last day seen, and each call is kept once', async () => {
    let file = cdr({ id: '1.1', src: '01632960123', start: '2022-06-24 10:00:00' });
    const { value, records } = await run(undefined, () => file);
    expect(await value('callsOfNumber', '+441632960123')).toHaveLength(1);
    file += cdr({ id: '2.2', src: '01632960123', start: '2022-06-27 08:59:00' });
    expect(await value('callsOfNumber', '+441632960123')).toHaveLength(2);
    file += cdr({ id: '3.3', dst: '01632960123', start: '2022-06-27 09:00:00' });
    const calls = await value('callsOfNumber', '+441632960123');
    expect(idsOf(calls)).toEqual(['3.3', '2.2', '1.1']);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-24', '2022-06-27']);
    expect(records.asked.every(({ path }) => path === '/Master.csv')).toBe(true);
  });

  it('do not miss a call that began before midnight and ended after others', async () => {
    let file = cdr({ id: '2.2', start: '2022-06-27 00:01:00' });
    const { value, records } = await run(undefined, ({ query }) => rowsSince(file, query));
    expect(await value('callsOfNumber', '+441632960123')).toEqual([]);
    file += cdr({ id: '1.1', src: '01632960123', start: '2022-06-26 23:58:00' });
    expect(await value('callsOfNumber', '+441632960123')).toHaveLength(1);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-26']);
  });

  it('of one day are all found, whether the file has only grown or is another', async () => {
    let file = '';
    const { value, records } = await run(undefined, () => file);
    const found = [];
    for (file of [
      callOf('1'),
      callOf('1') + callOf('2'),
      callOf('1') + callOf('2') + callOf('3'),
      callOf('4') + callOf('5'),
    ]) {
      const calls = await value('callsOfNumber', caller.number);
      found.push(idsOf(calls).sort());
    }
    expect(found).toEqual([['1'], ['1', '2'], ['1', '2', '3'], ['1', '2', '3', '4', '5']]);
    // Whether the last was begun anew or came out of a backup, all of it tells, once.
    expect(since(records)).toEqual(['2022-05-27', '2022-06-27', '2022-06-27', '2022-06-27', '2022-05-27']);
  });

  it('are fetched once for all who ask at the same time', async () => {
    const { value, records } = await run(undefined, () => callOf('1.1'));
    const numbers = [caller.number, '+447700900124', caller.number];
    const lists = await Promise.all(numbers.map((number) => value('callsOfNumber', number)));
    expect(lists.map((calls) => calls.length)).toEqual([1, 0, 1]);
    expect(records.asked).toHaveLength(1);
  });

  it('go on being fetched when everybody who waited has hung up: who asks next finds them', async () => {
    let answer = (_: Canned) => {};
    const { system, value, records } = await run(
      undefined,
      () =>
        new Promise<Canned>((resolve) => {
          answer = resolve;
        }),
    );
    const hungUp = new AbortController();
    const asked = system.read('callsOfNumber', [caller.number], { signal: hungUp.signal });
    await until(() => records.asked.length > 0);
    hungUp.abort();
    expect(await asked).toMatchObject([{ extensions: { code: 'SYSTEM_TIMEOUT' } }]);
    const next = value('callsOfNumber', caller.number);
    answer(callOf('1.1'));
    expect(await next).toHaveLength(1);
    expect(records.asked).toHaveLength(1);
  });

  it('are given up after half a minute when they never come, and asked for afresh', async () => {
    const { system, value, clock, records } = await run(undefined, () =>
      records.asked.length === 1 ? new Promise<Canned>(() => {}) : callOf('1.1'),
    );
    const asked = system.read('callsOfNumber', [caller.number]);
    await until(() => records.asked.length > 0);
    await clock.advance(30_000);
    expect(await asked).toMatchObject([{ extensions: { code: 'SYSTEM_TIMEOUT' } }]);
    expect(await value('callsOfNumber', caller.number)).toHaveLength(1);
  });

  it('that a backup has lost are not told of any more, also where calls have been added to it since', async () => {
    const days = [callOf('1', '2022-06-20 10:00:00'), callOf('2', '2022-06-25 10:00:00'), callOf('3')];
    let file = days.join('');
    const { value, records } = await run(undefined, ({ query }) => rowsSince(file, query));
    const found = async () => idsOf(await value('callsOfNumber', caller.number)).sort();
    expect(await found()).toEqual(['1', '2', '3']);
    file = `${days[0]}${callOf('4', '2022-06-27 08:30:00')}`;
    expect(await found()).toEqual(['1', '4']);
    const asked = records.asked.length;
    expect(await found()).toEqual(['1', '4']);
    expect(records.asked).toHaveLength(asked + 1);
  });

  it('that came back out of a backup may take as long as at first', async () => {
    const days = [callOf('1', '2022-06-20 10:00:00'), callOf('2')];
    let answer = (_: Canned) => {};
    let held = false;
    let file = days.join('');
    const { system, value, clock, records } = await run(undefined, ({ query }) => {
      const whole = query.get('since') === '2022-05-27';
      if (held && whole) return new Promise<Canned>((resolve) => (answer = resolve));
      return whole ? file : file.replace(days[0] as string, '');
    });
    expect(await value('callsOfNumber', caller.number)).toHaveLength(2);
    held = true;
    file = `${days[0]}${callOf('4', '2022-06-27 08:30:00')}`;
    const asked = system.read('callsOfNumber', [caller.number]);
    await until(() => records.asked.length === 3);
    // Whoever asked waits no longer than anybody does; the reading goes on.
    await clock.advance(29_000);
    expect(await asked).toMatchObject([{ extensions: { code: 'SYSTEM_TIMEOUT' } }]);
    answer(file);
    held = false;
    expect(idsOf(await value('callsOfNumber', caller.number)).sort()).toEqual(['1', '4']);
    // Nothing was begun anew: what there is since the last day, all of it to compare, and all of it as it is now.
    expect(since(records)).toEqual(['2022-05-27', '2022-06-27', '2022-05-27', '2022-05-27']);
  });

  it('are let go after 31 days', async () => {
    let file = callOf('1.1', '2022-06-26 10:00:00');
    const { value, clock } = await run(undefined, () => file);
    expect(await value('callsOfNumber', caller.number)).toHaveLength(1);
    file = '';
    clock.leap(31 * 24 * 3_600_000);
    expect(await value('callsOfNumber', caller.number)).toHaveLength(0);
  });

  it('from the future hide none that come after them', async () => {
    let file = cdr({ id: '9.9', start: '2031-01-01 00:00:00' });
    const { value, records } = await run(undefined, () => file);
    expect(await value('callsOfNumber', caller.number)).toEqual([]);
    file += callOf('1.1');
    expect(await value('callsOfNumber', caller.number)).toHaveLength(1);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-26']);
  });

  it('are asked for with a login only where there is one', async () => {
    const without = await run();
    const within = await run(undefined, undefined, 'reader');
    for (const { value } of [without, within]) expect(await value('callsOfNumber', caller.number)).toEqual([]);
    expect(without.records.asked[0]?.headers.authorization).toBeUndefined();
    expect(within.records.asked[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('reader:records').toString('base64')}`,
    );
  });
});
