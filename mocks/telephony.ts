// The telephone system's switchboard: Asterisk's REST interface, its manager interface over HTTP and its WebSocket, on
// one port with one account. Assembles; each wire's words are in ari.ts, mxml.ts and events.ts.
import { HttpResponse } from 'msw';
import { effectsOf } from './effects.ts';
import type { Mock } from './mock.ts';
import { type Account, ariHandlers } from './telephony/ari.ts';
import { eventSockets } from './telephony/events.ts';
import { mxml } from './telephony/mxml.ts';
import { switchboardOf } from './telephony/switchboard.ts';
import type { World } from './world.ts';

const ACCOUNT: Account = { user: 'lintel', password: 'switchboard-demo' };

/**
 * The switchboard of `world`. `now` is its clock (ms since the epoch) for sessions and the course of calls; the records
 * of the same world share the calls. Operations for faults: a manager action by its name (`QueueSummary`); of ARI
 * `ping`, `channels` (reads), `originate`, `hangup`, `events`.
 */
export function telephonyMock(world: World, now: () => number = Date.now): Mock {
  const board = switchboardOf(world, now);
  const manager = mxml(board, ACCOUNT);
  const sockets = eventSockets(board, ACCOUNT);
  return {
    system: 'telephony',
    backend: 'switchboard',
    urlVariable: 'TELEPHONY_URL',
    credentials: { TELEPHONY_USER: ACCOUNT.user, TELEPHONY_PASSWORD: ACCOUNT.password },
    basePath: '',
    handlers: [...manager.handlers, ...ariHandlers(board, ACCOUNT, effectsOf(world))],
    operationOf,
    // it answers from memory, on the same network
    latencyMs: 5,
    // no batch of its own: what it says while it is being restarted overnight
    duringBatch: () =>
      new HttpResponse('Shutdown in progress', { status: 503, headers: { 'Content-Type': 'text/html' } }),
    // a restart ends the event sockets too; that it also ends calls is left out, so that a fault loses nobody's call
    loseSessions() {
      manager.loseSessions();
      sockets.close();
    },
    upgrade: sockets.upgrade,
    close: sockets.close,
  };
}

async function operationOf(request: Request): Promise<string> {
  const url = new URL(request.url);
  if (url.pathname.endsWith('/mxml')) {
    const sent = request.method === 'POST' ? new URLSearchParams(await request.clone().text()) : url.searchParams;
    return sent.get('action') ?? '';
  }
  const resource = /\/ari\/(?:asterisk\/)?([^/]+)/.exec(url.pathname)?.[1] ?? '';
  if (resource !== 'channels') return resource;
  return request.method === 'POST' ? 'originate' : request.method === 'DELETE' ? 'hangup' : resource;
}
