// Asterisk's REST interface: basic authentication, ping, channels. Knows the paths, the refusals and their words;
// a channel's fields are channels.ts, its WebSocket is events.ts.
import { HttpResponse, http, type RequestHandler } from 'msw';
import type { Effects } from '../effects.ts';
import type { Call, Cause } from './calls.ts';
import { ASTERISK_ID, ariTime, channelsOf } from './channels.ts';
import type { Switchboard } from './switchboard.ts';

/** ari.conf's one user, who is also the one of manager.conf. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** True for HTTP basic authentication with the account, or ARI's `api_key=user:password`. Basic outranks the key. */
export function admits(account: Account, authorization: string | null | undefined, url: URL): boolean {
  const expected = `${account.user}:${account.password}`;
  const [scheme = '', encoded = ''] = authorization?.split(' ') ?? [];
  if (scheme.toLowerCase() === 'basic') return Buffer.from(encoded, 'base64').toString() === expected;
  return url.searchParams.get('api_key') === expected;
}

/** Asterisk 401 body and challenge; the WebSocket's upgrade is refused with the same. */
export const UNAUTHORIZED = { message: 'Authentication required' };
export const CHALLENGE = 'Basic realm="Asterisk REST Interface"';
const HEADERS = { 'Cache-Control': 'no-cache, no-store' };

const refused = (status: number, message: string) => HttpResponse.json({ message }, { status, headers: HEADERS });

/** ARI's words for a hang-up that come up here, with their causes; others are refused. */
const REASONS: ReadonlyMap<string, Cause> = new Map([
  ['normal', 16],
  ['busy', 17],
  ['no_answer', 19],
]);
/** Channel technologies that the site has loaded. */
const TECHNOLOGIES = ['pjsip', 'local', 'iax2'];
/** Asterisk's own limit on an id that a caller chooses. */
const LONGEST_ID = 149;

/** Query, form and JSON parameters as one, as ARI takes them. */
async function parametersOf(request: Request): Promise<URLSearchParams> {
  const all = new URL(request.url).searchParams;
  const body = await request.text();
  const type = request.headers.get('content-type') ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(body)) all.set(name, value);
  }
  if (body === '' || !type.startsWith('application/json')) return all;
  const fields: unknown = JSON.parse(body);
  if (typeof fields !== 'object' || fields === null) throw new SyntaxError('a JSON object was expected');
  for (const [name, value] of Object.entries(fields)) if (typeof value !== 'object') all.set(name, String(value));
  return all;
}

/** `Name <number>`, `<number>` or a bare word, which is a number if it looks like one. */
function callerIdOf(text: string): { name: string; number: string } {
  const both = /^\s*"?([^"<]*?)"?\s*<([^>]*)>\s*$/.exec(text);
  if (both !== null) return { name: both[1] ?? '', number: both[2] ?? '' };
  return /^[\d+*#() -]+$/.test(text) ? { name: '', number: text.replace(/[^\d+*#]/g, '') } : { name: text, number: '' };
}

/** Handlers of everything under `/ari`. */
export function ariHandlers(board: Switchboard, account: Account, effects: Effects): RequestHandler[] {
  const guarded =
    (answer: (request: Request, id: string) => Response | Promise<Response>) =>
    ({ request, params }: { request: Request; params: Record<string, unknown> }) => {
      if (!admits(account, request.headers.get('authorization'), new URL(request.url))) {
        return HttpResponse.json(UNAUTHORIZED, { status: 401, headers: { ...HEADERS, 'WWW-Authenticate': CHALLENGE } });
      }
      const { pathname } = new URL(request.url);
      if (pathname.endsWith('/')) {
        return refused(404, `ARI URLs do not end with a slash. Try ${pathname.slice(pathname.indexOf('/ari/'), -1)}`);
      }
      board.advance();
      return answer(request, String(params.id ?? ''));
    };

  const find = (id: string): Call | undefined =>
    board.live().find((call) => channelsOf(call, board.now()).some((channel) => channel.id === id));

  async function originate(request: Request, pathId: string): Promise<Response> {
    let wanted: URLSearchParams;
    try {
      wanted = await parametersOf(request);
    } catch (error) {
      if (error instanceof SyntaxError) return refused(400, 'Error parsing request body');
      throw error;
    }
    const text = (name: string) => wanted.get(name) ?? '';
    const id = pathId || text('channelId');
    if (Math.max(id.length, text('otherChannelId').length) > LONGEST_ID) {
      return refused(400, `Uniqueid length exceeds maximum of ${LONGEST_ID}`);
    }
    if (text('endpoint') === '') return refused(400, 'Endpoint must be specified');
    if (!/^[^/]+\/.+/.test(text('endpoint'))) return refused(400, 'Invalid endpoint specified');
    if (text('app') === '' && text('extension') === '')
      return refused(400, 'Application or extension must be specified');
    const technology = text('endpoint').split('/')[0]?.toLowerCase() ?? '';
    if (!TECHNOLOGIES.includes(technology)) {
      return HttpResponse.json({ error: 'Allocation failed' }, { status: 500, headers: HEADERS });
    }
    const seconds = Number.parseInt(text('timeout'), 10) || 30;
    const call = board.originate({
      endpoint: text('endpoint'),
      exten: text('app') === '' ? text('extension') : '',
      context: text('context') || 'default',
      app: text('app') === '' ? null : [text('app'), text('appArgs')].filter((one) => one !== '').join(','),
      ...callerIdOf(text('callerId')),
      // -1 is for ever; ten minutes stand for it
      timeoutMs: (seconds < 0 ? 600 : seconds) * 1_000,
      id: id || null,
      farId: text('otherChannelId') || null,
    });
    if (call === null) return refused(409, 'Channel with given unique ID already exists');
    const what = { target: 'telephony.switchboard', operation: 'originate', reference: id || null, made: call.id };
    effects.note({ ...what, about: text('endpoint'), says: `${text('extension')} ${text('callerId')}` });
    const [channel] = channelsOf(call, call.startAt);
    return HttpResponse.json(channel, { headers: HEADERS });
  }

  return [
    http.get(
      '*/ari/asterisk/ping',
      guarded(() => {
        const timestamp = ariTime(board.now());
        return HttpResponse.json({ ping: 'pong', timestamp, asterisk_id: ASTERISK_ID }, { headers: HEADERS });
      }),
    ),
    http.get(
      '*/ari/channels',
      guarded(() => {
        const channels = board.live().flatMap((call) => channelsOf(call, board.now()));
        return HttpResponse.json(channels, { headers: HEADERS });
      }),
    ),
    http.post('*/ari/channels', guarded(originate)),
    http.post('*/ari/channels/:id', guarded(originate)),
    http.get(
      '*/ari/channels/:id',
      guarded((_request, id) => {
        const call = find(id);
        if (call === undefined) return refused(404, 'Channel not found');
        const channel = channelsOf(call, board.now()).find((one) => one.id === id);
        return HttpResponse.json(channel, { headers: HEADERS });
      }),
    ),
    http.delete(
      '*/ari/channels/:id',
      guarded((request, id) => {
        const call = find(id);
        if (call === undefined) return refused(404, 'Channel not found');
        const reason = new URL(request.url).searchParams.get('reason');
        const cause = REASONS.get(reason ?? 'normal');
        if (cause === undefined) return refused(400, 'Invalid reason for hangup reason provided');
        board.hangUp(call, cause);
        return new HttpResponse(null, { status: 204, headers: HEADERS });
      }),
    ),
    http.all(
      '*/ari/*',
      guarded((request) => {
        const { pathname } = new URL(request.url);
        if (pathname.endsWith('/ari/channels')) {
          const headers = { ...HEADERS, Allow: 'OPTIONS,GET,POST' };
          return HttpResponse.json({ message: 'Invalid method' }, { status: 405, headers });
        }
        if (pathname.endsWith('/ari/events')) return new HttpResponse(null, { status: 426, headers: HEADERS });
        return refused(404, 'Resource not found');
      }),
    ),
  ];
}
