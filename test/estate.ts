// The whole of Lintel over the whole made-up landlord, on real sockets, for tests that ask what a client would ask.
import { pino } from 'pino';
import { demoFacts, type MocksFacts } from '../gateway/demo.ts';
import type { Keeping } from '../gateway/keeping.ts';
import { type Lintel, startLintel } from '../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../mocks/index.ts';

/** An answer as a client gets it. */
export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  data: any;
  extensions: Record<string, unknown>;
  errors: { message: string; path: (string | number)[]; extensions: Record<string, unknown> }[];
  text: string;
}

/** A landlord and a Lintel over it. */
export interface Estate {
  mocks: StartedMocks;
  lintel: Lintel;
  ask(query: string, variables?: Record<string, unknown>): Promise<Reply>;
  close(): Promise<void>;
}

/** Asks an endpoint. */
export async function ask(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await reply.text();
  const { data, errors = [], extensions = {} } = JSON.parse(text);
  return { status: reply.status, data, errors, extensions, text };
}

/** How large an estate, and where it is kept what was read of it: without that, nowhere. */
export interface EstateOptions {
  homes?: number;
  keeping?: Keeping;
}

/** Starts both. `homes` is small by default: what is asked about is always there. */
export async function startEstate({ homes = 200, keeping }: EstateOptions = {}): Promise<Estate> {
  const mocks = await startMocks({ homes, seed: 7 });
  const facts = (await (await fetch(`${mocks.controlUrl}/facts`)).json()) as MocksFacts;
  const lintel = await startLintel({
    env: mocks.urls,
    port: 0,
    host: '127.0.0.1',
    log: pino({ level: 'silent' }),
    demo: demoFacts(facts, Object.keys(mocks.urls), mocks.controlUrl),
    ...(keeping && { keeping }),
  });
  return {
    mocks,
    lintel,
    ask: (query, variables) => ask(lintel.url, query, variables),
    async close() {
      await lintel.close();
      await mocks.close();
    },
  };
}

/** Asks until the answer is as wanted; for what comes about by itself in the background. Bounded by the test's time limit. */
export async function eventually(asked: () => Promise<Reply>, wanted: (reply: Reply) => boolean): Promise<Reply> {
  for (;;) {
    const reply = await asked();
    if (wanted(reply)) return reply;
  }
}
