// The switchboard's wire as a caller meets it: handlers for HTTP, a real server on the loopback for the WebSocket.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getResponse } from 'msw';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { switchboardOf } from '../../mocks/telephony/switchboard.ts';
import { telephonyMock } from '../../mocks/telephony.ts';
import { makeWorld } from '../../mocks/world.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const BASIC = `Basic ${Buffer.from('lintel:switchboard-demo').toString('base64')}`;

function open(homes = 300, agents = 0) {
  let now = NOON;
  const world = makeWorld({ homes, seed: 7, today: '2026-11-23', agents });
  const mock = telephonyMock(world, () => now);
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await getResponse([...mock.handlers], new Request(`http://mock${path}`, init));
    if (response === undefined) throw new Error(`nothing answers ${path}`);
    return response;
  };
  return {
    mock,
    board: switchboardOf(world, () => now),
    ask,
    ari: (path: string, method = 'GET') => ask(`/ari/${path}`, { method, headers: { authorization: BASIC } }),
    pass: (ms: number) => {
      now += ms;
    },
    login: async (secret = 'switchboard-demo') => {
      const response = await ask(`/mxml?action=Login&username=lintel&secret=${secret}`);
      return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', text: await response.text() };
    },
  };
}

/** The attributes of each line of an mxml answer. */
function linesOf(xml: string): Record<string, string>[] {
  return [...xml.matchAll(/<generic (.*?) \/>/g)].map(([, attributes]) =>
    Object.fromEntries([...(attributes ?? '').matchAll(/(\w+)='([^']*)'/g)].map(([, name, value]) => [name, value])),
  );
}

const ORIGINATE = 'channels?endpoint=PJSIP/07700900123@trunk&extension=100&context=default&priority=1&timeout=30';

describe('ARI', () => {
  it('asks for basic authentication and says so in JSON', async () => {
    const { ask } = open();
    const response = await ask('/ari/channels');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(await response.json()).toEqual({ message: 'Authentication required' });
    const wrong = `Basic ${Buffer.from('lintel:guess').toString('base64')}`;
    expect((await ask('/ari/asterisk/ping', { headers: { authorization: wrong } })).status).toBe(401);
    expect((await ask('/ari/asterisk/ping?api_key=lintel:switchboard-demo')).status).toBe(200);
  });

  it('answers a ping with its own time', async () => {
    const { ari } = open();
    expect(await (await ari('asterisk/ping')).json()).toEqual({
      ping: 'pong',
      timestamp: '2026-11-23T12:00:00.000+0000',
      asterisk_id: expect.any(String),
    });
  });

  it('lists live channels whose callers and agents are on a line', async () => {
    const { ari } = open();
    const channels = (await (await ari('channels')).json()) as { id: string }[];
    expect(channels.length).toBeGreaterThan(3);
    for (const channel of channels) {
      expect(channel).toMatchObject({
        id: expect.stringMatching(/^\d+\.\d+$/),
        state: expect.stringMatching(/^(Ring|Ringing|Up)$/),
        caller: { name: '', number: expect.any(String) },
        dialplan: { context: expect.any(String), exten: expect.any(String) },
        creationtime: expect.stringMatching(/^2026-11-23T1[12]:\d\d:\d\d\.\d{3}\+0000$/),
      });
      const one = await (await ari(`channels/${channel.id}`)).json();
      expect(one).toEqual(channel);
    }
  });

  it('knows no channel that is not there', async () => {
    const { ari } = open();
    for (const method of ['GET', 'DELETE']) {
      const response = await ari('channels/nobody', method);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ message: 'Channel not found' });
    }
    expect(await (await ari('trombones')).json()).toEqual({ message: 'Resource not found' });
    expect((await ari('channels/')).status).toBe(404);
    expect((await ari('channels', 'PUT')).status).toBe(405);
  });

  it('refuses a call without endpoint, or with neither application nor extension', async () => {
    const { ari } = open();
    const bare = await ari('channels?endpoint=PJSIP/1', 'POST');
    expect(bare.status).toBe(400);
    expect(await bare.json()).toEqual({ message: 'Application or extension must be specified' });
    expect(await (await ari('channels?extension=100', 'POST')).json()).toEqual({
      message: 'Endpoint must be specified',
    });
    expect((await ari('channels?endpoint=PJSIP&extension=100', 'POST')).status).toBe(400);
    const unknown = await ari('channels?endpoint=Smoke/1&extension=100', 'POST');
    expect(unknown.status).toBe(500);
    expect(await unknown.json()).toEqual({ error: 'Allocation failed' });
    expect((await ari(`${ORIGINATE}&channelId=${'x'.repeat(150)}`, 'POST')).status).toBe(400);
  });

  it('drops the answered call at an extension that is no line, and dials out by a context that can', async () => {
    const { ari, pass } = open();
    const joined = async (extension: string, context: string) => {
      const id = `${context}-${extension}`;
      const query = new URLSearchParams({ extension, context, channelId: id, timeout: '30' });
      await ari(`channels?endpoint=PJSIP/07700900123@trunk&${query}`, 'POST');
      // The resident answers.
      pass(5_000);
      const channel = await ari(`channels/${encodeURIComponent(id)}`);
      return channel.status === 200 ? ((await channel.json()) as { dialplan: object }).dialplan : null;
    };
    expect(await joined('nosuch', 'default')).toBeNull();
    expect(await joined('100', 'default')).toMatchObject({ app_name: 'Queue' });
    for (const extension of ['09098790000', '999', '+881612345678']) {
      expect(await joined(extension, 'default')).toMatchObject({ app_name: 'Dial' });
      expect(await joined(extension, 'queues')).toBeNull();
    }
    expect(await joined('*98', 'default')).toMatchObject({ app_name: 'VoiceMailMain' });
    expect(await joined('repairs', 'queues')).toMatchObject({ app_name: 'Queue' });
  });

  it('refuses an id while its first channel lives, and takes it again afterwards', async () => {
    const { ari, pass } = open();
    const first = await ari(`${ORIGINATE}&channelId=cb-1&callerId=Lintel`, 'POST');
    expect(first.status).toBe(200);
    expect(await first.json()).toMatchObject({ id: 'cb-1', state: 'Down', caller: { name: 'Lintel', number: '' } });
    const second = await ari(`${ORIGINATE}&channelId=cb-1`, 'POST');
    expect(second.status).toBe(409);
    expect(await second.json()).toEqual({ message: 'Channel with given unique ID already exists' });
    pass(3 * 3_600_000);
    expect((await ari('channels/cb-1')).status).toBe(404);
    expect((await ari('channels/cb-1?endpoint=PJSIP/07700900123&extension=100', 'POST')).status).toBe(200);
  });

  it('takes a call from a JSON body too', async () => {
    const { ask, ari } = open();
    const headers = { authorization: BASIC, 'content-type': 'application/json' };
    const body = JSON.stringify({ endpoint: 'Local/300@default', extension: '100', channelId: 'cb-2', priority: 1 });
    expect((await ask('/ari/channels', { method: 'POST', headers, body })).status).toBe(200);
    const ids = ((await (await ari('channels')).json()) as { id: string }[]).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['cb-2', 'cb-2;2']));
    expect((await ask('/ari/channels', { method: 'POST', headers, body: '{' })).status).toBe(400);
  });

  it('rings, answers and joins the queue, each in its time', async () => {
    const { ari, pass, login, ask } = open();
    await ari(`${ORIGINATE}&channelId=cb-3&callerId=Lintel`, 'POST');
    pass(1_000);
    expect(await (await ari('channels/cb-3')).json()).toMatchObject({ state: 'Ringing' });
    pass(3_001);
    expect(await (await ari('channels/cb-3')).json()).toMatchObject({
      state: 'Up',
      dialplan: { exten: '100', app_name: 'Queue' },
    });
    const { cookie } = await login();
    const status = await (await ask('/mxml?action=QueueStatus&queue=repairs', { headers: { cookie } })).text();
    const entry = linesOf(status).find(({ uniqueid }) => uniqueid === 'cb-3');
    expect(entry).toMatchObject({ event: 'QueueEntry', queue: 'repairs', calleridname: 'Lintel', wait: '0' });
  });

  it('lets nobody answer a number that ends in 9, and hangs up when the ringing has lasted long enough', async () => {
    const { ari, pass } = open();
    await ari(`${ORIGINATE.replace('0123', '0129')}&channelId=cb-4`, 'POST');
    pass(29_000);
    expect(await (await ari('channels/cb-4')).json()).toMatchObject({ state: 'Ringing' });
    pass(1_000);
    expect((await ari('channels/cb-4')).status).toBe(404);
  });

  it('hangs up on request', async () => {
    const { ari } = open();
    await ari(`${ORIGINATE}&channelId=cb-5`, 'POST');
    expect((await ari('channels/cb-5?reason=tired', 'DELETE')).status).toBe(400);
    expect((await ari('channels/cb-5', 'DELETE')).status).toBe(204);
    expect((await ari('channels/cb-5')).status).toBe(404);
    expect((await ari(`${ORIGINATE}&channelId=cb-5`, 'POST')).status).toBe(200);
  });
});

describe('the manager interface over HTTP', () => {
  it('greets a login with a quoted cookie and its first event', async () => {
    const { ask } = open();
    const response = await ask('/mxml?action=Login&username=lintel&secret=switchboard-demo&ActionID=41');
    expect(response.headers.get('set-cookie')).toMatch(/^mansession_id="[0-9a-f]{8}"; Version=1; Max-Age=60$/);
    const text = await response.text();
    expect(text).toMatch(
      /^<ajax-response>\n<response type='object' id='unknown'><generic response='Success' actionid='41'/,
    );
    expect(linesOf(text)[1]).toMatchObject({ event: 'FullyBooted', privilege: 'system,all', status: 'Fully Booted' });
  });

  it('says no with HTTP 200: to a wrong password, to no session, to a lapsed one', async () => {
    const { ask, login, pass } = open();
    expect(linesOf((await login('guess')).text)).toEqual([{ response: 'Error', message: 'Authentication failed' }]);
    const stranger = await ask('/mxml?action=QueueSummary');
    expect(stranger.status).toBe(200);
    expect(linesOf(await stranger.text())).toEqual([{ response: 'Error', message: 'Permission denied' }]);
    const { cookie } = await login();
    const summary = async () =>
      linesOf(await (await ask('/mxml?action=QueueSummary', { headers: { cookie } })).text())[0];
    pass(59_000);
    expect(await summary()).toMatchObject({ response: 'Success' });
    pass(59_000);
    expect(await summary()).toMatchObject({ response: 'Success' });
    pass(60_000);
    expect(await summary()).toMatchObject({ message: 'Permission denied' });
  });

  it('forgets its sessions when they are lost, and at logoff', async () => {
    const { mock, ask, login } = open();
    const say = async (action: string, cookie: string) =>
      linesOf(await (await ask(`/mxml?action=${action}`, { headers: { cookie } })).text())[0];
    const first = await login();
    mock.loseSessions();
    expect(await say('QueueSummary', first.cookie)).toMatchObject({ message: 'Permission denied' });
    const second = await login();
    expect(await say('Logoff', second.cookie)).toEqual({ response: 'Goodbye', message: 'Thanks for all the fish.' });
    expect(await say('QueueSummary', second.cookie)).toMatchObject({ message: 'Permission denied' });
  });

  it('sums up every queue, and each agrees with its members and entries', async () => {
    const { ask, login } = open();
    const { cookie } = await login();
    const all = async (query: string) => linesOf(await (await ask(`/mxml?${query}`, { headers: { cookie } })).text());
    const summaries = await all('action=QueueSummary');
    expect(summaries.slice(1, -1).map(({ queue }) => queue)).toEqual([
      'repairs',
      'rents',
      'lettings',
      'switchboard',
      'emergencies',
    ]);
    expect(summaries.at(-1)).toMatchObject({ event: 'QueueSummaryComplete', listitems: '5' });
    for (const summary of summaries.slice(1, -1)) {
      const status = await all(`action=QueueStatus&queue=${summary.queue}`);
      const entries = status.filter(({ event }) => event === 'QueueEntry');
      const members = status.filter(({ event }) => event === 'QueueMember');
      expect(status[1]).toMatchObject({ event: 'QueueParams', queue: summary.queue, calls: summary.callers });
      expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => String(index + 1)));
      expect(summary.callers).toBe(String(entries.length));
      expect(summary.longestholdtime).toBe(entries[0]?.wait ?? '0');
      expect(summary.loggedin).toBe(String(members.filter(({ status: state }) => state !== '5').length));
      expect(status.at(-1)).toMatchObject({ listitems: String(status.length - 2) });
    }
  });

  it('has as many free agents besides as it is given, and none on a line where all have logged off', async () => {
    const { ask, board, login } = open(300, 40);
    const { cookie } = await login();
    const repairs = async () => {
      const text = await (await ask('/mxml?action=QueueSummary', { headers: { cookie } })).text();
      return linesOf(text).find(({ queue }) => queue === 'repairs');
    };
    expect(Number((await repairs())?.available)).toBeGreaterThan(30);
    board.logOff('repairs', true);
    expect(await repairs()).toMatchObject({ loggedin: '0', available: '0' });
    board.logOff('repairs', false);
    expect(Number((await repairs())?.available)).toBeGreaterThan(30);
  });

  it('has people waiting, and after an hour other people', async () => {
    const { ask, login, pass } = open();
    const waiting = async () => {
      const { cookie } = await login();
      const status = linesOf(await (await ask('/mxml?action=QueueStatus', { headers: { cookie } })).text());
      return status.filter(({ event }) => event === 'QueueEntry').map(({ uniqueid }) => uniqueid);
    };
    const before = await waiting();
    expect(before.length).toBeGreaterThan(0);
    pass(3_600_000);
    const after = await waiting();
    expect(after.length).toBeGreaterThan(0);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });

  it('makes the same callers wait for the same world and hour', async () => {
    const seen = await Promise.all(
      [open(), open()].map(async ({ ask, login }) => {
        const { cookie } = await login();
        return linesOf(await (await ask('/mxml?action=QueueStatus', { headers: { cookie } })).text());
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
  });
});

describe('what faults call a request', () => {
  it.each([
    ['GET', '/mxml?action=QueueSummary', 'QueueSummary'],
    ['GET', '/ari/asterisk/ping', 'ping'],
    ['GET', '/ari/channels/cb-1', 'channels'],
    ['POST', '/ari/channels?endpoint=x', 'originate'],
    ['DELETE', '/ari/channels/cb-1', 'hangup'],
    ['GET', '/ari/events?app=lintel', 'events'],
  ])('%s %s is %s', async (method, path, operation) => {
    expect(await open().mock.operationOf(new Request(`http://mock${path}`, { method }))).toBe(operation);
  });
});

describe('the WebSocket', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function serve() {
    const opened = open();
    const server = createServer();
    server.on('upgrade', (request, socket, head) => opened.mock.upgrade?.(request, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => new Promise((closed) => server.close(closed)));
    ends.push(() => opened.mock.close?.());
    const { port } = server.address() as AddressInfo;
    const connect = (query: string) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ari/events?${query}`);
      const heard: Record<string, unknown>[] = [];
      socket.on('message', (data) => heard.push(JSON.parse(String(data))));
      /** Waits for a message of this type, past ones too. */
      const hears = async (type: string) => {
        while (!heard.some((event) => event.type === type)) await once(socket, 'message');
        return heard.find((event) => event.type === type);
      };
      const opened = new Promise((resolve) => socket.once('open', resolve));
      return { socket, heard, hears, opens: () => opened };
    };
    return { ...opened, connect };
  }
  const KEY = 'api_key=lintel:switchboard-demo';

  it('refuses a wrong key with 401 and a nameless application with 400', async () => {
    const { connect } = await serve();
    for (const [query, status] of [
      ['app=lintel-1&api_key=lintel:guess', 401],
      ['app=lintel-1', 401],
      [KEY, 400],
    ] as const) {
      const { socket } = connect(query);
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(status);
      response.destroy();
    }
  });

  it('tells of a call from its creation to its end', async () => {
    const { connect, ari, pass } = await serve();
    const { hears, heard, opens } = connect(`app=lintel-1&subscribeAll=true&${KEY}`);
    await opens();
    await ari(`${ORIGINATE}&channelId=cb-6`, 'POST');
    expect(await hears('ChannelCreated')).toMatchObject({
      application: 'lintel-1',
      asterisk_id: expect.any(String),
      timestamp: '2026-11-23T12:00:00.000+0000',
      channel: { id: 'cb-6' },
    });
    pass(300);
    await ari('asterisk/ping');
    expect(await hears('Dial')).toMatchObject({ dialstatus: '', peer: { id: 'cb-6' } });
    expect(await hears('ChannelStateChange')).toMatchObject({ channel: { state: 'Ringing' } });
    pass(3_700);
    await ari('asterisk/ping');
    expect(await hears('DeviceStateChanged')).toMatchObject({ device_state: { name: 'Queue:repairs' } });
    await ari('channels/cb-6', 'DELETE');
    expect(await hears('ChannelHangupRequest')).toMatchObject({ cause: 32, soft: true });
    expect(await hears('ChannelDestroyed')).toMatchObject({ cause: 16, cause_txt: 'Normal Clearing' });
    const ours = heard.filter((event) => (event.channel as { id?: string } | undefined)?.id === 'cb-6');
    expect(ours.map(({ type }) => type)).toEqual([
      'ChannelCreated',
      'ChannelStateChange',
      'ChannelStateChange',
      'ChannelDialplan',
      'ChannelHangupRequest',
      'ChannelDestroyed',
    ]);
  });

  it('tells an application that did not subscribe to all only of its own calls', async () => {
    const { connect, ari, pass } = await serve();
    const { hears, heard, opens } = connect(`app=lintel-1&${KEY}`);
    await opens();
    await ari(`${ORIGINATE}&channelId=cb-7`, 'POST');
    await ari('channels?endpoint=PJSIP/07700900124&app=lintel-1&appArgs=a,b&channelId=cb-8', 'POST');
    pass(4_000);
    await ari('asterisk/ping');
    expect(await hears('StasisStart')).toMatchObject({ args: ['a', 'b'], channel: { id: 'cb-8', state: 'Up' } });
    const ids = heard.flatMap((event) => (event.channel === undefined ? [] : [(event.channel as { id: string }).id]));
    expect(new Set(ids)).toEqual(new Set(['cb-8']));
  });

  it('lets the newer socket of an application win, and leaves the older open but silent', async () => {
    const { connect, ari } = await serve();
    const older = connect(`app=lintel-1&subscribeAll=true&${KEY}`);
    await older.opens();
    const newer = connect(`app=lintel-1&subscribeAll=true&${KEY}`);
    expect(await older.hears('ApplicationReplaced')).toMatchObject({ application: 'lintel-1' });
    await newer.opens();
    await ari(`${ORIGINATE}&channelId=cb-9`, 'POST');
    expect(await newer.hears('ChannelCreated')).toMatchObject({ channel: { id: 'cb-9' } });
    expect(older.heard.map(({ type }) => type)).toEqual(['ApplicationReplaced']);
    expect(older.socket.readyState).toBe(WebSocket.OPEN);
  });
});
