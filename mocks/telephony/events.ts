// ARI's WebSocket: one socket for an application, the newer wins; events of the switchboard as they happen.
// Knows the handshake's refusals; what an event says is channels.ts.
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Account, admits, CHALLENGE, UNAUTHORIZED } from './ari.ts';
import { ASTERISK_ID, ariTime, channelsOf, eventsAt } from './channels.ts';
import type { Switchboard } from './switchboard.ts';

/** How often the clock is looked at while somebody listens, in ms: a person cannot tell it from at once. */
const TICK_MS = 200;

/** The sockets of `board`; `close` ends them all. */
export function eventSockets(board: Switchboard, account: Account) {
  const server = new WebSocketServer({ noServer: true });
  /** Application to its one socket, and whether it hears of every channel. */
  const listeners = new Map<string, { socket: WebSocket; all: boolean }>();
  let timer: NodeJS.Timeout | undefined;

  const say = (app: string, event: Record<string, unknown>) =>
    listeners.get(app)?.socket.send(JSON.stringify({ ...event, asterisk_id: ASTERISK_ID, application: app }));

  board.listen((call, at) => {
    if (listeners.size === 0) return;
    const [owner, ...args] = call.app?.split(',') ?? [];
    for (const event of eventsAt(call, at)) {
      // an application is subscribed to its own call once that call is there, so it misses the creation
      const own = (app: string) => app === owner && event.type !== 'ChannelCreated';
      for (const [app, { all }] of listeners) if (all || own(app)) say(app, event);
    }
    if (owner === undefined) return;
    const [channel] = channelsOf(call, Math.min(at, call.endAt - 1));
    if (at === call.answerAt) say(owner, { type: 'StasisStart', timestamp: ariTime(at), args, channel });
    if (at === call.endAt && call.answerAt !== null) say(owner, { type: 'StasisEnd', timestamp: ariTime(at), channel });
  });

  function registered(socket: WebSocket, apps: readonly string[], all: boolean): void {
    for (const app of apps) {
      // the older socket is told and then hears nothing more, but a real Asterisk leaves it open
      say(app, { type: 'ApplicationReplaced', timestamp: ariTime(board.now()) });
      listeners.set(app, { socket, all });
    }
    socket.on('close', () => {
      for (const [app, one] of listeners) if (one.socket === socket) listeners.delete(app);
      if (listeners.size === 0) clearInterval(timer);
    });
    // ws reports a broken frame or a reset here and then closes: the close above is all there is to do
    socket.on('error', () => socket.terminate());
    clearInterval(timer);
    timer = setInterval(() => board.advance(), TICK_MS);
    timer.unref();
  }

  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const url = new URL(request.url ?? '/', 'http://switchboard');
      const apps = (url.searchParams.get('app') ?? '').split(',').filter((app) => app !== '');
      if (!url.pathname.endsWith('/ari/events')) refuse(socket, 404, { message: 'Resource not found' });
      else if (!admits(account, request.headers.authorization, url)) refuse(socket, 401, UNAUTHORIZED);
      else if (apps.length === 0)
        refuse(socket, 400, '<html><body><p>HTTP request is missing param: [app]</p></body></html>\n');
      else {
        board.advance();
        const all = ['true', 'yes', '1', 'on'].includes((url.searchParams.get('subscribeAll') ?? '').toLowerCase());
        server.handleUpgrade(request, socket, head, (client) => registered(client, apps, all));
      }
    },
    close(): void {
      clearInterval(timer);
      for (const socket of server.clients) socket.terminate();
      listeners.clear();
    },
  };
}

/** Refuses an upgrade in plain HTTP, in JSON or, as a string, in HTML. */
function refuse(socket: Duplex, status: number, body: { message: string } | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  const challenge = status === 401 ? `WWW-Authenticate: ${CHALLENGE}\r\n` : '';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${challenge}Content-Type: ${type}\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
