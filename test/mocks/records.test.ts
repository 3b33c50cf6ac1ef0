// The call records as a caller reads them: two files' columns, a month of made-up calls, and what the switchboard did.
import { getResponse } from 'msw';
import { describe, expect, it } from 'vitest';
import { recordsMock } from '../../mocks/records.ts';
import { nationalOf } from '../../mocks/telephony/numbers.ts';
import { telephonyMock } from '../../mocks/telephony.ts';
import { makeWorld } from '../../mocks/world.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const basic = (password: string) => `Basic ${Buffer.from(`lintel:${password}`).toString('base64')}`;

function open(today = '2026-11-23', start = NOON) {
  let now = start;
  const world = makeWorld({ homes: 300, seed: 7, today });
  const switchboard = telephonyMock(world, () => now);
  const records = recordsMock(world, () => now);
  const read = async (file: string, password = 'records-demo') => {
    const request = new Request(`http://mock/records/${file}`, { headers: { authorization: basic(password) } });
    const response = await getResponse([...records.handlers], request);
    if (response === undefined) throw new Error(`nothing answers ${file}`);
    return response;
  };
  return {
    world,
    records,
    read,
    calls: async (query = '') => rowsOf(await (await read(`Master.csv${query}`)).text()),
    log: async (query = '') =>
      (await (await read(`queue_log${query}`)).text())
        .trimEnd()
        .split('\n')
        .map((line) => line.split('|')),
    ari: (path: string, method: string) => {
      const headers = { authorization: basic('switchboard-demo') };
      return getResponse([...switchboard.handlers], new Request(`http://mock/ari/${path}`, { method, headers }));
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const COLUMNS =
  'accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec disposition amaflags uniqueid userfield'.split(
    ' ',
  );
/** Rows of quoted CSV by column, quotes undoubled. */
function rowsOf(csv: string): Record<string, string>[] {
  return csv
    .trimEnd()
    .split('\n')
    .map((line) => {
      const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, text, bare]) =>
        text === undefined ? (bare ?? '') : text.replaceAll('""', '"'),
      );
      if (fields.length !== COLUMNS.length) throw new Error(`${fields.length} columns: ${line}`);
      return Object.fromEntries(COLUMNS.map((name, index) => [name, fields[index] ?? '']));
    });
}

const LOCAL = /^2026-\d\d-\d\d \d\d:\d\d:\d\d$/;

describe('Master.csv', () => {
  it('wants basic authentication', async () => {
    const { read } = open();
    expect((await read('Master.csv', 'guess')).status).toBe(401);
    expect((await read('queue_log', 'guess')).status).toBe(401);
  });

  it('has eighteen columns, empty answers where nobody answered, and lengths that add up', async () => {
    const { calls } = open();
    const rows = await calls();
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map(({ disposition }) => disposition))).toContain('NO ANSWER');
    for (const row of rows) {
      expect(row.start).toMatch(LOCAL);
      expect(row.end).toMatch(LOCAL);
      if (row.disposition === 'ANSWERED') expect(row.answer).toMatch(LOCAL);
      else expect(row).toMatchObject({ answer: '', billsec: '0' });
      const lasted = (Date.parse(`${row.end}Z`) - Date.parse(`${row.start}Z`)) / 1_000;
      expect([lasted, lasted - 1]).toContain(Number(row.duration));
    }
    expect(new Set(rows.map(({ uniqueid }) => uniqueid)).size).toBe(rows.length);
  });

  it('begins on the day asked for, and keeps thirty', async () => {
    const { calls } = open();
    const rows = await calls('?since=2026-11-20');
    expect(rows.length).toBeGreaterThan(0);
    expect(
      rows
        .map(({ start }) => start)
        .sort()[0]
        ?.slice(0, 10),
    ).toBe('2026-11-20');
    const all = await calls();
    expect(
      all
        .map(({ start }) => start)
        .sort()[0]
        ?.slice(0, 10),
    ).toBe('2026-10-25');
    expect(all.filter(({ start = '' }) => start >= '2026-11-20')).toEqual(rows);
  });

  it('holds several calls of Katy and of David, one of them given up', async () => {
    const { world, calls } = open();
    const rows = await calls();
    for (const { personReference } of [world.cast.katy, world.cast.david]) {
      const national = nationalOf(world.memberByRef.get(personReference)?.telephone ?? '');
      expect(national).not.toBeNull();
      const theirs = rows.filter(({ src = '' }) => (nationalOf(src) ?? nationalOf(`+${src}`)) === national);
      expect(theirs.length).toBeGreaterThanOrEqual(4);
      expect(theirs.some(({ disposition, lastapp }) => disposition === 'NO ANSWER' && lastapp === 'Queue')).toBe(true);
    }
  });

  it('shows numbers in many forms, all of them from the ranges kept for drama', async () => {
    const { calls } = open();
    const sources = (await calls()).filter(({ dcontext }) => dcontext === 'from-trunk').map(({ src = '' }) => src);
    for (const form of [/^0\d{10}$/, /^\+44\d{10}$/, /^00 44 /, /^anonymous$/]) {
      expect(sources.some((src) => form.test(src))).toBe(true);
    }
    for (const src of sources) {
      if (src === 'anonymous') continue;
      expect(nationalOf(src) ?? nationalOf(`+${src}`)).toMatch(
        /^0(7700900|2079460|1\d{2}4960|1\d{3}960|1632960)\d{3}$/,
      );
    }
  });

  it('writes London time, an hour ahead of the epoch in summer', async () => {
    const { calls } = open('2026-07-15', Date.parse('2026-07-15T12:00:00Z'));
    const [row] = await calls('?since=2026-07-14');
    const epoch = Number(row?.uniqueid?.split('.')[0]) * 1_000;
    expect(Date.parse(`${row?.start}Z`) - epoch).toBe(3_600_000);
  });

  it('is the same for the same world', async () => {
    const [one, other] = await Promise.all(
      [open(), open()].map(({ read }) => read('Master.csv').then((r) => r.text())),
    );
    expect(one).toBe(other);
  });
});

describe('queue_log', () => {
  it('is in order of time and tells a whole story of every call', async () => {
    const { log } = open();
    const lines = await log('?since=2026-11-20');
    const epochs = lines.map(([epoch]) => Number(epoch));
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    const stories = new Map<string, string[]>();
    for (const [, id = '', queue, agent, event = ''] of lines) {
      if (event === 'QUEUESTART') continue;
      expect(['repairs', 'rents', 'lettings', 'switchboard', 'emergencies']).toContain(queue);
      expect(agent === 'NONE').toBe(['ENTERQUEUE', 'ABANDON', 'EXITWITHTIMEOUT'].includes(event));
      stories.set(id, [...(stories.get(id) ?? []), event]);
    }
    const whole = new Set([...stories.values()].map((events) => events.join(' ')));
    expect(whole).toContain('ENTERQUEUE CONNECT COMPLETECALLER');
    expect(whole).toContain('ENTERQUEUE ABANDON');
  });

  it('agrees with Master.csv on who was answered', async () => {
    const { log, calls } = open();
    const connected = new Set((await log()).filter(([, , , , event]) => event === 'CONNECT').map(([, id]) => id));
    for (const row of await calls()) {
      if (row.lastapp === 'Queue') expect(connected.has(row.uniqueid)).toBe(row.disposition === 'ANSWERED');
    }
  });
});

describe('a call made through the switchboard', () => {
  const CALL = 'channels?endpoint=PJSIP/07700900123@trunk&extension=100&context=default&channelId=cb-1';

  it('is in queue_log once it has joined, and in Master.csv once it is over', async () => {
    const { ari, pass, calls, log } = open();
    await ari(CALL, 'POST');
    pass(5_000);
    const events = async () =>
      (await log('?since=2026-11-23')).filter(([, id]) => id === 'cb-1').map(([, , , , event]) => event);
    expect(await events()).toEqual(['ENTERQUEUE']);
    const row = async () => (await calls('?since=2026-11-23')).find(({ uniqueid }) => uniqueid === 'cb-1');
    expect(await row()).toBeUndefined();
    pass(3 * 3_600_000);
    expect(await row()).toMatchObject({ disposition: 'ANSWERED', lastapp: 'Queue', dst: '100' });
    expect((await events()).length).toBeGreaterThan(1);
  });

  it('is in Master.csv twice if it went through a Local channel, and keeps its name in quotes', async () => {
    const { ari, pass, calls } = open();
    await ari(
      'channels?endpoint=Local/300@default&extension=100&channelId=cb-2&callerId=Lintel+%3C02079460000%3E',
      'POST',
    );
    pass(3 * 3_600_000);
    const rows = (await calls('?since=2026-11-23')).filter(({ uniqueid = '' }) => uniqueid.startsWith('cb-2'));
    expect(rows.map(({ uniqueid, dst, lastapp, clid }) => [uniqueid, dst, lastapp, clid])).toEqual([
      ['cb-2', '100', 'Queue', '"Lintel" <02079460000>'],
      ['cb-2;2', '300', 'Wait', '"Lintel" <02079460000>'],
    ]);
  });

  it('is in Master.csv as NO ANSWER, and in no queue, if it was hung up while ringing', async () => {
    const { ari, pass, calls, log } = open();
    await ari(CALL, 'POST');
    pass(1_000);
    await ari('channels/cb-1', 'DELETE');
    const row = (await calls('?since=2026-11-23')).find(({ uniqueid }) => uniqueid === 'cb-1');
    expect(row).toMatchObject({ disposition: 'NO ANSWER', answer: '', duration: '1' });
    expect((await log('?since=2026-11-23')).filter(([, id]) => id === 'cb-1')).toEqual([]);
  });
});
