// The mocks' control port: faults are set and lifted, backups taken and put back, calls counted, over a small HTTP interface.
// Knows JSON and sentences; knows nothing of what a fault does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Backups, type ChangeWish, UnknownBackup } from '../backups.ts';
import {
  type Breakable,
  clearFaults,
  type Fault,
  type Faults,
  makeFault,
  parseTarget,
  setFault,
  targetName,
  UnknownFault,
} from '../faults.ts';
import { refusedBy } from './host.ts';
import { openPort, type Port } from './socket.ts';

/** What the control port acts on. */
export interface Controlled {
  readonly breakable: Breakable;
  readonly backups: Backups;
  faults(): Faults;
  /** Puts other faults in place; resolves when the ports have followed. */
  change(faults: Faults, added?: Fault): Promise<void>;
  calls(): unknown;
  resetCalls(): void;
  /** What whoever comes to use the mocks must know: where they are, how to get in, who lives there. */
  facts(): unknown;
  /** The changes that callers have had made, those after a number, oldest first. */
  effects(after: number): unknown;
}

/** Sets a fault by its words, as `POST /faults` does. Throws `UnknownFault`. */
export async function addFault(on: Controlled, wish: Parameters<typeof makeFault>[0]): Promise<void> {
  const fault = makeFault(wish, on.breakable);
  await on.change(setFault(on.faults(), fault), fault);
}

/** Lifts the faults on a target and beneath it, or all of them. Throws `UnknownFault`. */
export async function liftFaults(on: Controlled, target?: string): Promise<void> {
  await on.change(clearFaults(on.faults(), target && targetName(parseTarget(target, on.breakable))));
}

/** Serves the control interface. Answers are JSON; what cannot be done is 400 with `{ "error": sentence }`. */
export async function serveControl(
  on: Controlled,
  port: number,
  host: string,
  hosts: ReadonlySet<string>,
): Promise<Port> {
  async function act(incoming: IncomingMessage): Promise<[status: number, body: unknown]> {
    const refused = refusedBy(incoming, hosts);
    if (refused) return [refused.status, { error: refused.why }];
    // Browsers say so where a page asks; and a page may send a form here, whose name is our own, without being let read.
    if (incoming.headers.origin !== undefined) return [403, { error: 'No web page may control the mocks.' }];
    const { pathname, searchParams } = new URL(`http://control${incoming.url}`);
    const action = `${incoming.method} ${pathname}`;
    if (action === 'POST /faults') await addFault(on, await faultFrom(incoming));
    else if (action === 'DELETE /faults') await liftFaults(on, searchParams.get('target') ?? undefined);
    else if (action === 'POST /calls/reset') on.resetCalls();
    else if (action === 'GET /facts') return [200, on.facts()];
    else if (action === 'GET /effects') return [200, on.effects(Number(searchParams.get('after') ?? 0))];
    else if (action === 'GET /backups') return [200, on.backups.list()];
    else if (action === 'POST /backups') return [200, on.backups.take((await wishFrom(incoming)).target)];
    else if (action === 'POST /changes') return [200, on.backups.change(await wishFrom(incoming))];
    else if (action === 'POST /restores') {
      const { target, days } = await wishFrom(incoming);
      return [200, await on.backups.putBack(target, days)];
    } else if (action !== 'GET /faults' && action !== 'GET /calls') {
      const known =
        'GET /facts, GET /effects, GET, POST and DELETE /faults, GET /calls, POST /calls/reset, GET and POST /backups, POST /restores, POST /changes';
      return [404, { error: `There is no ${action}. Allowed: ${known}.` }];
    }
    return [200, pathname === '/faults' ? on.faults() : on.calls()];
  }
  const server = createServer(async (incoming, response) => {
    try {
      reply(response, ...(await act(incoming)));
    } catch (error) {
      const refused = error instanceof UnknownFault || error instanceof UnknownBackup;
      reply(response, refused ? 400 : 500, { error: (error as Error).message });
    }
  });
  return openPort(server, port, host);
}

async function faultFrom(incoming: IncomingMessage): Promise<Parameters<typeof makeFault>[0]> {
  const { target, fault, options = {} } = Object(parse(await textOf(incoming))) as Record<string, unknown>;
  if (typeof target !== 'string' || typeof fault !== 'string' || typeof options !== 'object' || options === null) {
    throw new UnknownFault(
      'A fault is JSON such as {"target": "repairs.scheduler", "fault": "slow", "options": {"ms": 800}}.',
    );
  }
  return { target, fault, options: { ...options } };
}

/** What a backup, a restore or a change is asked for with; no body is no wish. What the numbers may be, backups.ts knows. */
async function wishFrom(incoming: IncomingMessage): Promise<{ target?: string; days?: number } & ChangeWish> {
  const wish: unknown = parse((await textOf(incoming)) || '{}');
  const { target, ...rest } = Object(wish) as Record<string, unknown>;
  if (target !== undefined && typeof target !== 'string') {
    throw new UnknownBackup('A wish is JSON such as {"target": "lettings"}, {"target": "repairs", "days": 4} or {}.');
  }
  return { ...(target !== undefined && { target }), ...rest };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UnknownFault('The body is not JSON.', { cause: error });
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}
