// The telephone system's wires, from what their descriptions and captures promise, on real sockets.
import { parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystem, type System } from '../../subgraphs/continuity/system.ts';
import { systemSubgraph } from '../../subgraphs/subgraph.ts';
import { telephony } from '../../subgraphs/telephony/index.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { type Canned, type CannedWire, type Seen, serveCanned } from './canned.ts';
import { conforms } from './conformance.ts';

const cookie = 'mansession_id="0fe5b8a0"';
const generic = (attributes: string) => `<response type='object' id='unknown'><generic ${attributes} /></response>\n`;
const ajax = (...events: string[]) => `<ajax-response>\n${events.map(generic).join('')}</ajax-response>`;
const accepted = {
  headers: { 'set-cookie': `${cookie}; Version=1; Max-Age=60` },
  body: ajax("response='Success' message='Authentication accepted'", "event='FullyBooted'"),
};
const denied = ajax("response='Error' message='Permission denied'");
const list = (action: string, ...events: string[]) =>
  ajax(
    "response='Success' eventlist='start' message='will follow'",
    ...events,
    `event='${action}Complete' eventlist='Complete' listitems='${events.length}'`,
  );

const summary = (queue: string, loggedin: number, callers = 0, longest = 0) =>
  `event='QueueSummary' queue='${queue}' loggedin='${loggedin}' available='0' callers='${callers}' holdtime='0' talktime='0' longestholdtime='${longest}'`;
const entry = (queue: string, position: number, number: string) =>
  `event='QueueEntry' queue='${queue}' position='${position}' channel='x' uniqueid='u-${position}' calleridnum='${number}' wait='${position * 10}' priority='0'`;

/** A switchboard that wants its cookie and answers actions by name. */
function switchboard(answers: Record<string, string> = {}) {
  return ({ path, query, headers }: Seen): Canned => {
    if (path !== '/mxml') return answers[path] ?? { status: 404 };
    const action = query.get('action') ?? '';
    if (action === 'Login') return accepted;
    return headers.cookie === cookie ? (answers[action] ?? list(action)) : denied;
  };
}

interface CallRow {
  src?: string;
  dst?: string;
  start: string;
  id: string;
  channel?: string;
  disposition?: string;
  answer?: string;
}
const quoted = (value: string | number) =>
  typeof value === 'number' ? `${value}` : `"${value.replaceAll('"', '""')}"`;
const cdr = ({
  src = '',
  dst = '100',
  start,
  id,
  channel = `PJSIP/trunk-${id}`,
  disposition = 'ANSWERED',
  answer = start,
}: CallRow) =>
  `${['', src, dst, 'from-trunk', `"Smith, ""J""" <${src}>`, channel, '', 'Queue', 'repairs,t', start, answer, start, 65, 60, disposition, 'DOCUMENTATION', id, ''].map(quoted).join(',')}\n`;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

interface Running {
  clock: TestClock;
  system: System;
  board: CannedWire;
  records: CannedWire;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  ask(query: string, variables?: Record<string, unknown>): Promise<any>;
}

/** The clock stands at 27 June 2022, 09:00 in London. */
async function run(
  boardAnswer: (seen: Seen) => Canned | Promise<Canned> = switchboard(),
  recordsAnswer: (seen: Seen) => Canned | Promise<Canned> = () => '',
  recordsUser = '',
): Promise<Running> {
  const clock = createTestClock();
  const [board, records] = [await serveCanned(boardAnswer), await serveCanned(recordsAnswer)];
  const system = createSystem(telephony, {
    clock,
    random: () => 0,
    id: () => 'call',
    connections: {
      switchboard: { url: board.url, user: 'lintel', password: 'p&ss word', apiKey: '' },
      records: { url: records.url, user: recordsUser, password: 'records', apiKey: '' },
    },
  }) as unknown as System;
  opened.push(system, board, records);
  const subgraph = systemSubgraph(telephony, system);
  const ask = (query: string, variables?: Record<string, unknown>) =>
    subgraph.execute({ document: parse(query), variables, requestContext: {} });
  return { clock, system, board, records, ask };
}

const given = (answer: unknown) => (answer as { value: unknown }).value;
const codeOf = (answer: unknown) => (answer as { extensions?: { code?: string } }).extensions?.code;
const actions = ({ seen }: CannedWire) => seen.map(({ path, query }) => query.get('action') ?? path);

describe('lines', () => {
  const answers = {
    QueueSummary: list('QueueSummary', summary('repairs', 3, 2, 140), summary('night', 0)),
    QueueStatus: list(
      'QueueStatus',
      "event='QueueParams' queue='repairs' max='0' calls='2'",
      entry('repairs', 2, 'anonymous'),
      entry('repairs', 1, '00 44 1632 960123'),
    ),
  };

  it('say who waits, how long, and whether anybody is there', async () => {
    const { ask, board } = await run(switchboard(answers));
    const { data, errors } = await ask(`{ lines { provenance { system source } items { name waitingCallers longestWait
      agentsLoggedIn agentsAvailable open waiting { items { position waitSeconds number numberAsRecorded callId } } } } }`);
    expect(errors).toBeUndefined();
    expect(data.lines).toEqual({
      provenance: { system: 'telephony', source: 'LIVE' },
      items: [
        {
          name: 'repairs',
          waitingCallers: 2,
          longestWait: 140,
          agentsLoggedIn: 3,
          agentsAvailable: 0,
          open: true,
          waiting: {
            items: [
              {
                position: 1,
                waitSeconds: 10,
                number: '+441632960123',
                numberAsRecorded: '00 44 1632 960123',
                callId: 'u-1',
              },
              { position: 2, waitSeconds: 20, number: null, numberAsRecorded: 'anonymous', callId: 'u-2' },
            ],
          },
        },
        expect.objectContaining({ name: 'night', open: false, longestWait: 0, waiting: { items: [] } }),
      ],
    });
    expect(actions(board)).toEqual(['Login', 'QueueSummary', 'QueueStatus']);
  });

  it('give one by name out of the same answer, and null where there is none', async () => {
    const { ask, board } = await run(switchboard(answers));
    const { data } = await ask(
      '{ a: line(name: "night") { name open } b: line(name: "nobody") { name } lines { items { name } } }',
    );
    expect(data.a).toEqual({ name: 'night', open: false });
    expect(data.b).toBeNull();
    expect(actions(board)).toEqual(['Login', 'QueueSummary']);
  });

  it('are none where the exchange has none', async () => {
    const { ask } = await run();
    expect((await ask('{ lines { items { name } } }')).data.lines.items).toEqual([]);
  });

  it.each<[string, Canned, string]>([
    ['a list without its end', ajax("response='Success' eventlist='start'", summary('repairs', 1)), 'SYSTEM_GARBLED'],
    ['a number that is none', list('QueueSummary', "event='QueueSummary' queue='a' loggedin='many'"), 'SYSTEM_GARBLED'],
    ['XML that is cut', list('QueueSummary', summary('repairs', 1)).slice(0, 150), 'SYSTEM_GARBLED'],
    ['a cut connection', { body: list('QueueSummary', summary('repairs', 1)), cut: true }, 'SYSTEM_GARBLED'],
    ['no events', '<html/>', 'SYSTEM_GARBLED'],
    ['an error of its own', ajax("response='Error' message='No such command at 10.0.0.3'"), 'SYSTEM_DOWN'],
    ['a failure', { status: 500, body: 'at 10.0.0.3' }, 'SYSTEM_DOWN'],
  ])('that are answered with %s are an error, and repeat nothing of it', async (_what, answer, code) => {
    const { system } = await run((seen) => (seen.query.get('action') === 'Login' ? accepted : answer));
    const [error] = await system.read('lines', ['']);
    expect(codeOf(error)).toBe(code);
    expect(JSON.stringify([error, String(error)])).not.toContain('10.0.0.3');
  });
});

describe("the manager interface's session", () => {
  it('is opened once, and its cookie sent back exactly as it came', async () => {
    const { system, board } = await run();
    await Promise.all([system.read('lines', ['']), system.read('waitingOfLine', ['repairs'])]);
    await system.read('lines', ['']);
    expect(actions(board).sort()).toEqual(['Login', 'QueueStatus', 'QueueSummary', 'QueueSummary']);
    expect(board.seen[0]?.query.get('username')).toBe('lintel');
    expect(board.seen[0]?.query.get('secret')).toBe('p&ss word');
    expect(board.seen.slice(1).map(({ headers }) => headers.cookie)).toEqual([cookie, cookie, cookie]);
  });

  it('is renewed once for all when it has lapsed', async () => {
    let lapsed = true;
    const working = switchboard();
    const { system, board } = await run((seen) => {
      if (seen.query.get('action') === 'Login') return accepted;
      const logins = actions(board).filter((action) => action === 'Login').length;
      lapsed = logins < 2;
      return lapsed ? denied : working(seen);
    });
    const answers = await Promise.all([system.read('lines', ['']), system.read('waitingOfLine', ['repairs'])]);
    expect(answers.flat().map(given)).toEqual([[], []]);
    expect(actions(board).filter((action) => action === 'Login')).toHaveLength(2);
  });

  it('is tried once with a password that is refused', async () => {
    const { system, board, clock } = await run(() => ajax("response='Error' message='Authentication failed'"));
    const [error] = await system.read('lines', ['']);
    await system.read('lines', ['']);
    await system.read('liveCalls', ['']);
    await clock.advance(3_600_000);
    expect((error as unknown as { extensions: object }).extensions).toMatchObject({
      code: 'SYSTEM_DOWN',
      retryable: false,
    });
    expect(actions(board)).toEqual(['Login']);
  });
});

describe('live calls', () => {
  it('are the channels of the exchange, in London time', async () => {
    const channel = {
      id: 'cb-1;2',
      name: 'Local/300@default-00000000;2',
      state: 'Up',
      protocol_id: '',
      caller: { name: 'Lintel', number: '' },
      connected: { name: '', number: '02079460123' },
      dialplan: { context: 'default', exten: '300', priority: 2 },
      creationtime: '2022-06-27T07:12:45.832+0000',
    };
    const { ask, board } = await run(switchboard({ '/ari/channels': JSON.stringify([channel]) }));
    const { data } = await ask(`{ liveCalls { items { callId state callerNumber callerNumberAsRecorded callerName
      connectedNumber connectedName extension startedAt } } }`);
    expect(data.liveCalls.items).toEqual([
      {
        callId: 'cb-1;2',
        state: 'Up',
        callerNumber: null,
        callerNumberAsRecorded: null,
        callerName: 'Lintel',
        connectedNumber: '+442079460123',
        connectedName: null,
        extension: '300',
        startedAt: '2022-06-27T08:12:45+01:00',
      },
    ]);
    expect(board.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('lintel:p&ss word').toString('base64')}`);
  });

  it('are not asked for again with credentials that were refused', async () => {
    const { system, board } = await run(() => ({ status: 401, body: '{"message":"Unauthorized"}' }));
    await system.read('liveCalls', ['']);
    await system.read('liveCalls', ['']);
    expect(board.seen).toHaveLength(1);
  });
});

describe('call records', () => {
  const since = ({ seen }: CannedWire) => seen.map(({ query }) => query.get('since'));

  it('are fetched for 31 days once, then from the last day seen, and each call is kept once', async () => {
    let file = cdr({ id: '1.1', src: '01632960123', start: '2022-06-24 10:00:00' });
    const { system, records } = await run(undefined, () => file);
    expect(given((await system.read('callsOfNumber', ['+441632960123']))[0])).toHaveLength(1);
    file += cdr({ id: '2.2', src: '01632960123', start: '2022-06-27 08:59:00' });
    expect(given((await system.read('callsOfNumber', ['+441632960123']))[0])).toHaveLength(2);
    file += cdr({ id: '3.3', dst: '01632960123', start: '2022-06-27 09:00:00' });
    const [calls] = await system.read('callsOfNumber', ['+441632960123']);
    expect((given(calls) as { callId: string }[]).map(({ callId }) => callId)).toEqual(['3.3', '2.2', '1.1']);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-24', '2022-06-27']);
    expect(records.seen.every(({ path }) => path === '/Master.csv')).toBe(true);
  });

  it('do not miss a call that began before midnight and ended after others', async () => {
    const early = cdr({ id: '2.2', start: '2022-06-27 00:01:00' });
    let file = early;
    const { system, records } = await run(undefined, ({ query }) =>
      file
        .split('\n')
        .filter((line) => line && (/"(2022-\d\d-\d\d) /.exec(line)?.[1] ?? '') >= (query.get('since') ?? ''))
        .map((line) => `${line}\n`)
        .join(''),
    );
    await system.read('callsOfNumber', ['+441632960123']);
    file += cdr({ id: '1.1', src: '01632960123', start: '2022-06-26 23:58:00' });
    expect(given((await system.read('callsOfNumber', ['+441632960123']))[0])).toHaveLength(1);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-26']);
  });

  it('of one day are all found, whether the file has only grown or is another', async () => {
    const row = (id: string) => cdr({ id, src: '07700900123', start: '2022-06-27 08:00:00' });
    let file = '';
    const { system, records } = await run(undefined, () => file);
    const found = [];
    for (file of [row('1'), row('1') + row('2'), row('1') + row('2') + row('3'), row('4') + row('5')]) {
      const [calls] = await system.read('callsOfNumber', ['+447700900123']);
      found.push((given(calls) as { callId: string }[]).map(({ callId }) => callId).sort());
    }
    expect(found).toEqual([['1'], ['1', '2'], ['1', '2', '3'], ['1', '2', '3', '4', '5']]);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-27', '2022-06-27', '2022-06-27']);
  });

  it('are fetched once for all who ask at the same time', async () => {
    const { system, records } = await run(undefined, () =>
      cdr({ id: '1.1', src: '07700900123', start: '2022-06-27 08:00:00' }),
    );
    const answers = await Promise.all(
      ['+447700900123', '+447700900124', '+447700900123'].map((number) => system.read('callsOfNumber', [number])),
    );
    expect(answers.flat().map((answer) => (given(answer) as unknown[]).length)).toEqual([1, 0, 1]);
    expect(records.seen).toHaveLength(1);
  });

  it('are fetched afresh after everybody who waited for them has hung up', async () => {
    const { system, records } = await run(undefined, () =>
      records.seen.length === 1
        ? new Promise<Canned>(() => {})
        : cdr({ id: '1.1', src: '07700900123', start: '2022-06-27 08:00:00' }),
    );
    const hungUp = new AbortController();
    const asked = system.read('callsOfNumber', ['+447700900123'], hungUp.signal);
    while (records.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    hungUp.abort();
    expect(codeOf((await asked)[0])).toBe('SYSTEM_TIMEOUT');
    expect(given((await system.read('callsOfNumber', ['+447700900123']))[0])).toHaveLength(1);
  });

  it('are let go after 31 days', async () => {
    let file = cdr({ id: '1.1', src: '07700900123', start: '2022-06-26 10:00:00' });
    const { system, clock } = await run(undefined, () => file);
    expect(given((await system.read('callsOfNumber', ['+447700900123']))[0])).toHaveLength(1);
    file = '';
    await clock.advance(31 * 24 * 3_600_000);
    expect(given((await system.read('callsOfNumber', ['+447700900123']))[0])).toHaveLength(0);
  });

  it('are clean: numbers, times, quotes, words', async () => {
    const file =
      cdr({ id: '1.1', src: '00 44 1632 960123', start: '2022-06-27 08:00:00', answer: '', disposition: 'NO ANSWER' }) +
      cdr({ id: '2.2', src: 'anonymous', dst: '+441632960123', start: '2022-06-26 08:00:00', disposition: 'CONFUSED' });
    const { system } = await run(undefined, () => file);
    const [answer] = await system.read('callsOfNumber', ['+441632960123']);
    expect(given(answer)).toEqual([
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
    const leg = { id: '1.1', src: '07700900123', start: '2022-06-27 08:00:00' };
    const file = cdr({ ...leg, disposition: 'NO ANSWER' }) + cdr(leg) + cdr({ ...leg, disposition: 'NO ANSWER' });
    const { system } = await run(undefined, () => file);
    const [answer] = await system.read('callsOfNumber', ['+447700900123']);
    expect(given(answer)).toMatchObject([{ disposition: 'ANSWERED' }]);
  });

  it('of a site that writes down no identifiers still are calls', async () => {
    const row = cdr({ id: '', src: '07700900123', start: '2022-06-27 08:00:00', channel: 'PJSIP/a-1' });
    const { system } = await run(undefined, () => row.replace(/,"",""\n$/, '\n'));
    const [answer] = await system.read('callsOfNumber', ['+447700900123']);
    expect(given(answer)).toMatchObject([{ callId: 'PJSIP/a-1@2022-06-27 08:00:00' }]);
  });

  it('from the future hide none that come after them', async () => {
    let file = cdr({ id: '9.9', start: '2031-01-01 00:00:00' });
    const { system, records } = await run(undefined, () => file);
    await system.read('callsOfNumber', ['+447700900123']);
    file += cdr({ id: '1.1', src: '07700900123', start: '2022-06-27 08:00:00' });
    expect(given((await system.read('callsOfNumber', ['+447700900123']))[0])).toHaveLength(1);
    expect(since(records)).toEqual(['2022-05-27', '2022-06-26']);
  });

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
    const { system } = await run(undefined, () => answer);
    expect(codeOf((await system.read('callsOfNumber', ['+447700900123']))[0])).toBe(code);
  });

  it('are asked for with a login only where there is one', async () => {
    const without = await run();
    const within = await run(undefined, undefined, 'reader');
    for (const { system } of [without, within]) await system.read('callsOfNumber', ['+447700900123']);
    expect(without.records.seen[0]?.headers.authorization).toBeUndefined();
    expect(within.records.seen[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('reader:records').toString('base64')}`,
    );
  });

  it('give the calls since a day, page by page, newest first', async () => {
    const file = Array.from({ length: 30 }, (_, i) =>
      cdr({ id: `${i}.0`, start: `2022-06-${String(i + 1).padStart(2, '0')} 08:00:00` }),
    ).slice(0, 27);
    const { ask } = await run(undefined, () => file.join(''));
    const query = `query ($after: String) { calls(since: "2022-06-08", first: 15, after: $after) { totalCount
      pageInfo { hasNextPage endCursor } edges { node { callId } } } }`;
    const first = (await ask(query)).data.calls;
    const second = (await ask(query, { after: first.pageInfo.endCursor })).data.calls;
    const ids = [...first.edges, ...second.edges].map(({ node }: { node: { callId: string } }) => node.callId);
    expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => `${26 - i}.0`));
    expect([first, second].map(({ totalCount, pageInfo }) => [totalCount, pageInfo.hasNextPage])).toEqual([
      [20, true],
      [20, false],
    ]);
  });

  it('are refused from before what is kept', async () => {
    const { ask, records } = await run();
    const query = 'query ($since: Date!) { calls(since: $since) { totalCount } }';
    expect((await ask(query, { since: '2022-05-27' })).data.calls).toEqual({ totalCount: 0 });
    const { data, errors } = await ask(query, { since: '2022-05-26' });
    expect(data.calls).toBeNull();
    expect(errors[0].extensions.code).toBe('SYSTEM_REFUSED');
    expect(errors[0].message).toContain('2022-05-27');
    expect(records.seen).toHaveLength(1);
  });
});

describe('what happened to a call in the queues', () => {
  it('is found by the identifier of the call', async () => {
    const log = [
      '1656313100|NONE|NONE|NONE|QUEUESTART|',
      '1656313200|1.1|repairs|NONE|ENTERQUEUE||07700900123|1',
      '1656313215|1.1|repairs|PJSIP/ann|RINGNOANSWER|15000',
      '1656313240|1.1|repairs|PJSIP/bob|CONNECT|40|1656313230.9|4',
      '1656313300|1.1|repairs|PJSIP/bob|COMPLETECALLER|40|60|1',
      '1656313210|2.2|repairs|NONE|ABANDON|1|2|33',
      '1656313211|2.2|repairs|NONE|SOMETHINGNEW|1|2|33',
    ];
    const { ask, records } = await run(undefined, ({ path }) =>
      path === '/queue_log'
        ? `${log.join('\n')}\n`
        : cdr({ id: '1.1', start: '2022-06-27 08:00:00' }) + cdr({ id: '2.2', start: '2022-06-27 08:01:00' }),
    );
    const { data, errors } = await ask(`{ calls(since: "2022-06-27") { edges { node { callId
      queueEvents { items { at line agent type typeCode waitedSeconds } } } } } }`);
    expect(errors).toBeUndefined();
    const [second, first] = data.calls.edges.map(
      ({ node }: { node: { queueEvents: { items: unknown } } }) => node.queueEvents.items,
    );
    const event = (
      at: string,
      agent: string | null,
      type: string,
      typeCode: string,
      waitedSeconds: number | null = null,
    ) => ({
      at: `2022-06-27T08:${at}+01:00`,
      line: 'repairs',
      agent,
      type,
      typeCode,
      waitedSeconds,
    });
    expect(first).toEqual([
      event('00:00', null, 'ENTERED', 'ENTERQUEUE'),
      event('00:15', 'PJSIP/ann', 'RANG_UNANSWERED', 'RINGNOANSWER'),
      event('00:40', 'PJSIP/bob', 'CONNECTED', 'CONNECT', 40),
      event('01:40', 'PJSIP/bob', 'COMPLETED', 'COMPLETECALLER'),
    ]);
    expect(second).toEqual([
      event('00:10', null, 'ABANDONED', 'ABANDON', 33),
      event('00:11', null, 'UNKNOWN', 'SOMETHINGNEW'),
    ]);
    expect(records.seen.map(({ path }) => path)).toEqual(['/Master.csv', '/queue_log']);
  });

  it.each([['<html>Welcome</html>'], ['yesterday|1.1|repairs|NONE|ENTERQUEUE|']])(
    'is an error where the log is %s',
    async (log) => {
      const { system } = await run(undefined, () => log);
      expect(codeOf((await system.read('queueEventsOfCall', ['1.1']))[0])).toBe('SYSTEM_GARBLED');
    },
  );
});

describe("a person's calls", () => {
  const calls = (numbers: string) => `{ _entities(representations: [
    { __typename: "Person", personReference: "0000104-2"${numbers} }]) {
      ... on Person { personReference calls { items { callId } provenance { source } } } } }`;
  const file =
    cdr({ id: '1.1', src: '01632960123', dst: '07700900123', start: '2022-06-25 08:00:00' }) +
    cdr({ id: '2.2', src: '07700900123', start: '2022-06-26 08:00:00' }) +
    cdr({ id: '3.3', src: '07700900999', start: '2022-06-26 09:00:00' });

  it('are those of all of their numbers, newest first, each once', async () => {
    const { ask } = await run(undefined, () => file);
    const { data } = await ask(calls(', telephoneNumbers: ["+441632960123", "+447700900123"]'));
    expect(data._entities[0].calls.items).toEqual([{ callId: '2.2' }, { callId: '1.1' }]);
  });

  it('are none for somebody with no number, and nobody is asked', async () => {
    const { ask, records } = await run();
    const { data, errors } = await ask(calls(', telephoneNumbers: []'));
    expect(errors).toBeUndefined();
    expect(data._entities[0].calls).toEqual({ items: [], provenance: { source: 'LIVE' } });
    expect(records.seen).toHaveLength(0);
  });

  it.each([', telephoneNumbers: null', ''])('are an error where the numbers could not be had (%s)', async (numbers) => {
    const { ask, records } = await run(undefined, () => file);
    const { data, errors } = await ask(calls(numbers));
    expect(data._entities).toEqual([{ personReference: '0000104-2', calls: null }]);
    expect(errors).toMatchObject([{ extensions: { code: 'SYSTEM_DOWN', system: 'tenancies', retryable: true } }]);
    expect(records.seen).toHaveLength(0);
  });
});

describe('a look whether the telephone system is back', () => {
  it('is a ping, and a day of records', async () => {
    let down = true;
    const working = switchboard({ '/ari/asterisk/ping': '{"ping":"pong","timestamp":"2022-06-27T08:00:00.000+0000"}' });
    const { system, board, records, clock } = await run(
      (seen) => (down ? { status: 500 } : working(seen)),
      () => (down ? { status: 500 } : ''),
    );
    for (let i = 0; i < 10; i++)
      await Promise.all([system.read('liveCalls', ['']), system.read('callsOfNumber', ['+447700900123'])]);
    expect(system.status().map(({ circuit }) => circuit.kind)).toEqual(['OPEN', 'OPEN']);
    const before = [board.seen.length, records.seen.length];
    down = false;
    await clock.advance(1_000);
    while (system.status().some(({ circuit }) => circuit.kind === 'OPEN'))
      await new Promise((resolve) => setImmediate(resolve));
    expect(board.seen.slice(before[0]).map(({ path }) => path)).toEqual(['/ari/asterisk/ping']);
    expect(records.seen.slice(before[1]).map(({ path, query }) => [path, query.get('since')])).toEqual([
      ['/Master.csv', '2022-06-27'],
    ]);
  });
});

conforms(telephony, async (_world, look) => {
  const busy = (await look('lines', '')).find(({ waitingCallers }: { waitingCallers: number }) => waitingCallers > 0);
  const { items } = await look('callsSince', { since: '2026-08-25', offset: 0, first: 200 });
  const numbers = items.map(({ fromNumber }: { fromNumber: string | null }) => fromNumber).filter(Boolean);
  const queued: string[] = [];
  for (const { callId } of items) if ((await look('queueEventsOfCall', callId)).length > 0) queued.push(callId);
  return {
    liveCalls: { there: [''] },
    waitingOfLine: { there: [busy.name], missing: 'no such line' },
    lines: { there: [''] },
    callsSince: { there: [{ since: '2026-08-25', offset: 0, first: 50 }] },
    queueEventsOfCall: { there: queued.slice(0, 2), missing: '1.1' },
    callsOfNumber: { there: numbers.slice(0, 2), missing: '+447700900999' },
  };
});
