// Asterisk's manager interface over HTTP: sessions by cookie, and the queues as lines of single-quoted attributes.
// Knows its actions and their words; every answer, a refusal too, is HTTP 200. Knows no JSON.
import { randomBytes } from 'node:crypto';
import { HttpResponse, http, type RequestHandler } from 'msw';
import type { Account } from './ari.ts';
import { WRAP_UP_MS } from './lines.ts';
import type { Queue } from './queues.ts';
import type { Switchboard } from './switchboard.ts';

/** Asterisk's `httptimeout`: a session lives so long after its last use, in seconds. */
const TIMEOUT_S = 60;

type Attributes = readonly (readonly [name: string, value: string | number])[];

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};
const escaped = (value: string | number): string => String(value).replace(/[<>"'&]/g, (sign) => ESCAPES[sign] ?? sign);

/** One event or response, in its wrapper. */
function lineOf(attributes: Attributes): string {
  const all = attributes.map(([name, value]) => `${name}='${escaped(value)}'`).join(' ');
  return `<response type='object' id='unknown'><generic ${all} /></response>\n`;
}

/** Handlers of `/mxml`, and the means to forget every session. */
export function mxml(board: Switchboard, account: Account): { handlers: RequestHandler[]; loseSessions(): void } {
  /** Session id to the instant at which it lapses, ms since the epoch. */
  const sessions = new Map<string, number>();

  function answer(request: Request, parameters: URLSearchParams): Response {
    board.advance();
    const named = new Map([...parameters].map(([name, value]) => [name.toLowerCase(), value]));
    const of = (name: string) => named.get(name) ?? '';
    const id = /mansession_id="?([0-9a-f]{1,8})"?/.exec(request.headers.get('cookie') ?? '')?.[1]?.padStart(8, '0');
    const known = id !== undefined && (sessions.get(id) ?? 0) > board.now() ? id : null;
    const session = known ?? randomBytes(4).toString('hex');
    const actionId: Attributes = of('actionid') === '' ? [] : [['actionid', of('actionid')]];
    const reply = (response: string, message: string): string[] => [
      lineOf([['response', response], ...actionId, ['message', message]]),
    ];
    const list = (message: string, complete: string, items: readonly Attributes[]): string[] => [
      lineOf([['response', 'Success'], ...actionId, ['eventlist', 'start'], ['message', message]]),
      ...items.map((item) => lineOf([...item, ...actionId])),
      lineOf([['event', complete], ...actionId, ['eventlist', 'Complete'], ['listitems', items.length]]),
    ];

    const lines = ((): string[] => {
      const action = of('action').toLowerCase();
      if (action === '') return reply('Error', 'Missing action in request');
      if (action === 'login') {
        if (known !== null) return reply('Success', 'Already authenticated');
        if (of('username') !== account.user || of('secret') !== account.password) {
          return reply('Error', 'Authentication failed');
        }
        sessions.set(session, board.now() + TIMEOUT_S * 1_000);
        return [...reply('Success', 'Authentication accepted'), lineOf(fullyBooted(board))];
      }
      if (action === 'logoff') {
        sessions.delete(session);
        return reply('Goodbye', 'Thanks for all the fish.');
      }
      if (known === null) return reply('Error', 'Permission denied');
      const queues = board.queues().filter(({ line }) => ['', line.name].includes(of('queue').toLowerCase()));
      if (action === 'ping')
        return [
          lineOf([
            ['response', 'Success'],
            ...actionId,
            ['ping', 'Pong'],
            ['timestamp', (board.now() / 1_000).toFixed(6)],
          ]),
        ];
      if (action === 'queuesummary') {
        return list(
          'Queue summary will follow',
          'QueueSummaryComplete',
          queues.map((queue) => summaryOf(queue, board.now())),
        );
      }
      if (action === 'queuestatus') {
        const items = queues.flatMap((queue) => statusOf(queue, board.now(), board.startedAt));
        return list('Queue status will follow', 'QueueStatusComplete', items);
      }
      return reply(
        'Error',
        `Invalid/unknown command: ${of('action')}. Use Action: ListCommands to show available commands.`,
      );
    })();
    // every use of a session lengthens it
    if (sessions.has(session)) sessions.set(session, board.now() + TIMEOUT_S * 1_000);

    return new HttpResponse(`<ajax-response>\n${lines.join('')}</ajax-response>\n`, {
      headers: {
        'Content-Type': 'text/xml',
        'Cache-Control': 'no-cache, no-store',
        'Set-Cookie': `mansession_id="${session}"; Version=1; Max-Age=${TIMEOUT_S}`,
        Pragma: 'SuppressEvents',
      },
    });
  }

  return {
    handlers: [
      http.get('*/mxml', ({ request }) => answer(request, new URL(request.url).searchParams)),
      http.post('*/mxml', async ({ request }) => answer(request, new URLSearchParams(await request.text()))),
    ],
    loseSessions: () => sessions.clear(),
  };
}

function fullyBooted(board: Switchboard): Attributes {
  const uptime = Math.floor((board.now() - board.startedAt) / 1_000);
  return [
    ['event', 'FullyBooted'],
    ['privilege', 'system,all'],
    ['uptime', uptime],
    ['lastreload', uptime],
    ['status', 'Fully Booted'],
  ];
}

const seconds = (ms: number): number => Math.floor(ms / 1_000);
/** Asterisk counts a wait in ticks of the whole-second clock. */
const since = (at: number | null, now: number): number => (at === null ? 0 : seconds(now) - seconds(at));

function summaryOf({ line, waiting, members, tally }: Queue, now: number): Attributes {
  const loggedIn = members.filter(({ status }) => status !== 5);
  return [
    ['event', 'QueueSummary'],
    ['queue', line.name],
    ['loggedin', loggedIn.length],
    ['available', loggedIn.filter(({ status, paused }) => status === 1 && !paused).length],
    ['callers', waiting.length],
    ['holdtime', seconds(tally.holdMs)],
    ['talktime', seconds(tally.talkMs)],
    ['longestholdtime', Math.max(0, ...waiting.map((call) => since(call.enterAt, now)))],
  ];
}

function statusOf({ line, waiting, members, tally }: Queue, now: number, startedAt: number): Attributes[] {
  const parameters: Attributes = [
    ['event', 'QueueParams'],
    ['queue', line.name],
    ['max', 0],
    ['strategy', line.strategy],
    ['calls', waiting.length],
    ['holdtime', seconds(tally.holdMs)],
    ['talktime', seconds(tally.talkMs)],
    ['completed', tally.completed],
    ['abandoned', tally.abandoned],
    ['servicelevel', 0],
    ['servicelevelperf', '0.0'],
    ['servicelevelperf2', '0.0'],
    ['weight', 0],
  ];
  return [
    parameters,
    ...members.map(
      ({ agent, status, paused, callsTaken, lastCallAt }): Attributes => [
        ['event', 'QueueMember'],
        ['queue', line.name],
        ['name', agent],
        ['location', agent],
        ['stateinterface', agent],
        ['membership', 'static'],
        ['penalty', 0],
        ['callstaken', callsTaken],
        ['lastcall', seconds(lastCallAt)],
        ['lastpause', 0],
        ['logintime', seconds(startedAt)],
        ['incall', status === 2 ? 1 : 0],
        ['status', status],
        ['paused', paused ? 1 : 0],
        ['pausedreason', paused ? 'Lunch' : ''],
        ['wrapuptime', seconds(WRAP_UP_MS)],
      ],
    ),
    ...waiting.map(
      (call, index): Attributes => [
        ['event', 'QueueEntry'],
        ['queue', line.name],
        ['position', index + 1],
        ['channel', call.channel],
        ['uniqueid', call.id],
        ['calleridnum', call.number || 'unknown'],
        ['calleridname', call.name || 'unknown'],
        ['connectedlinenum', call.kind === 'ORIGINATED' ? call.number || 'unknown' : 'unknown'],
        ['connectedlinename', call.kind === 'ORIGINATED' ? call.name || 'unknown' : 'unknown'],
        ['wait', since(call.enterAt, now)],
        ['priority', 0],
      ],
    ),
  ];
}
