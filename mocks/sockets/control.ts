// The mocks' control port: faults are set and lifted, calls are counted, over a small HTTP interface.
// Knows JSON and sentences; knows nothing of what a fault does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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
import { openPort, type Port } from './socket.ts';

/** What the control port acts on. */
export interface Controlled {
  readonly breakable: Breakable;
  faults(): Faults;
  /** Puts other faults in place; resolves when the ports have followed. */
  change(faults: Faults, added?: Fault): Promise<void>;
  calls(): unknown;
  resetCalls(): void;
  /** What whoever comes to use the mocks must know: where they are, how to get in, who lives there. */
  facts(): unknown;
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
export async function serveControl(on: Controlled, port: number, host: string): Promise<Port> {
  async function act(incoming: IncomingMessage): Promise<[status: number, body: unknown]> {
    const { pathname, searchParams } = new URL(`http://control${incoming.url}`);
    const action = `${incoming.method} ${pathname}`;
    if (action === 'POST /faults') await addFault(on, await wishFrom(incoming));
    else if (action === 'DELETE /faults') await liftFaults(on, searchParams.get('target') ?? undefined);
    else if (action === 'POST /calls/reset') on.resetCalls();
    else if (action === 'GET /facts') return [200, on.facts()];
    else if (action !== 'GET /faults' && action !== 'GET /calls') {
      const known = 'GET /facts, GET, POST and DELETE /faults, GET /calls, POST /calls/reset';
      return [404, { error: `There is no ${action}. Allowed: ${known}.` }];
    }
    return [200, pathname === '/faults' ? on.faults() : on.calls()];
  }
  const server = createServer(async (incoming, response) => {
    try {
      reply(response, ...(await act(incoming)));
    } catch (error) {
      reply(response, error instanceof UnknownFault ? 400 : 500, { error: (error as Error).message });
    }
  });
  return openPort(server, port, host);
}

async function wishFrom(incoming: IncomingMessage): Promise<Parameters<typeof makeFault>[0]> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const wish = parse(Buffer.concat(chunks).toString());
  const { target, fault, options = {} } = Object(wish) as Record<string, unknown>;
  if (typeof target !== 'string' || typeof fault !== 'string' || typeof options !== 'object' || options === null) {
    throw new UnknownFault(
      'A fault is JSON such as {"target": "repairs.scheduler", "fault": "slow", "options": {"ms": 800}}.',
    );
  }
  return { target, fault, options: { ...options } };
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
