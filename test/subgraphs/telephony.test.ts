// The telephone system as its schema shows it, over answers written here as its wires give them.
import { describe, expect, it } from 'vitest';
import { phoneNumber } from '../../subgraphs/continuity/dirt.ts';
import { telephony } from '../../subgraphs/telephony/index.ts';
import { conforms } from './conformance.ts';
import { actions, callOf, cdr, entry, list, run, summary, switchboard } from './telephony/wire.ts';

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
    expect(board.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('lintel:p&ss word').toString('base64')}`);
  });
});

describe('call records', () => {
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
    expect(records.asked).toHaveLength(1);
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
    expect(records.asked.map(({ path }) => path)).toEqual(['/Master.csv', '/queue_log']);
  });
});

describe("a person's calls", () => {
  const calls = (numbers: string) => `{ _entities(representations: [
    { __typename: "Person", personReference: "0000104-2"${numbers} }]) {
      ... on Person { personReference calls { items { callId } provenance { source } } } } }`;
  const file =
    cdr({ id: '1.1', src: '01632960123', dst: '07700900123', start: '2022-06-25 08:00:00' }) +
    callOf('2.2', '2022-06-26 08:00:00') +
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
    expect(records.asked).toHaveLength(0);
  });

  it.each([', telephoneNumbers: null', ''])('are an error where the numbers could not be had (%s)', async (numbers) => {
    const { ask, records } = await run(undefined, () => file);
    const { data, errors } = await ask(calls(numbers));
    expect(data._entities).toEqual([{ personReference: '0000104-2', calls: null }]);
    expect(errors).toMatchObject([{ extensions: { code: 'SYSTEM_DOWN', system: 'tenancies', retryable: true } }]);
    expect(records.asked).toHaveLength(0);
  });
});

conforms(telephony, async ({ cast, memberByRef }, look) => {
  const since = '2026-08-20';
  const own = phoneNumber(memberByRef.get(cast.katy.personReference)?.telephone);
  const busy = (await look('lines', '')).find(({ waitingCallers }: { waitingCallers: number }) => waitingCallers > 0);
  const { items } = await look('callsSince', { since, offset: 0, first: 200 });
  const numbers = items.map(({ fromNumber }: { fromNumber: string | null }) => fromNumber).filter(Boolean);
  const queued: string[] = [];
  for (const { callId } of items) if ((await look('queueEventsOfCall', callId)).length > 0) queued.push(callId);
  return {
    liveCalls: { there: [''] },
    waitingOfLine: { there: [busy.name], missing: 'no such line', byReference: false },
    lines: { there: [''] },
    callsSince: { there: [{ since, offset: 0, first: 50 }] },
    queueEventsOfCall: { there: queued.slice(0, 3), missing: '1.1', byReference: false },
    outcomeOfCall: { there: queued.slice(0, 3), missing: '1.1', byReference: false },
    numbersWithCalls: { there: ['', since], byReference: false },
    callsOfNumber: { there: [own, ...numbers.slice(0, 2)], missing: '+447700900999', byReference: false },
  };
});
