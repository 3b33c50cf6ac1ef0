// How the gateway reaches a subgraph: in this process without HTTP, or over HTTP. Both give a GraphQL result; a
// subgraph that cannot be reached gives one error by the contract, and never anything internal.
import type { ExecutionResult } from 'graphql';
import { Pool } from 'undici';
import type { GatheringAsker } from '../subgraphs/continuity/asker.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { systemError, WireError } from '../subgraphs/continuity/errors.ts';
import { closedCodes } from '../subgraphs/continuity/wire.ts';
import type { Subgraph, SubgraphRequest } from '../subgraphs/subgraph.ts';
import type * as engine from './engine/transport.ts';
import type { Called } from './requests.ts';
import { exchange, packings, type Question, type Reply } from './transport/exchange.ts';
import { openFeed } from './transport/feed.ts';
import { subscription } from './transport/subscription.ts';

/** A way to one subgraph. */
export type Transport = engine.Transport<GatheringAsker>;

type Request = engine.TransportRequest<GatheringAsker>;

/** A subgraph of this process. */
export function inProcess(subgraph: Pick<Subgraph, 'execute' | 'subscribe'>): Transport {
  const asked = ({ operation, variables, asker }: Request): SubgraphRequest => ({
    document: operation.document,
    variables,
    operationName: operation.name,
    asker,
  });
  return {
    execute: (request) => subgraph.execute(asked(request)),
    subscribe: (request) => subgraph.subscribe(asked(request)),
    close: async () => {},
  };
}

/** What a subgraph over HTTP needs. */
export interface RemoteOptions {
  /** How long one fetch may take, in ms. */
  timeoutMs: number;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  /** Ids unique to this process, for failed calls. */
  id: () => string;
  /** Told of every call, but of subscriptions, and of those that nobody waited for to the end. */
  onCalled?: Called | undefined;
}

/** The largest reply, in bytes: a big page's is some megabytes. */
const largestReply = 64 * 1024 * 1024;

/** The largest event of a subscription, in bytes: each is kept whole while it comes, for each who subscribes. */
const largestEvent = 8 * 1024 * 1024;

/** A subgraph that serves GraphQL over HTTP at `url`. */
export function remote(
  name: string,
  url: string,
  { timeoutMs, clock, random, id, onCalled }: RemoteOptions,
): Transport {
  const { origin, pathname, search, hostname } = new URL(url);
  // Each call has a time limit of its own. On a network of one's own a connection takes milliseconds.
  const usual = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 1_000 } };
  // A gateway's own subgraphs are built for it: as many connections as a busy page needs.
  const wire = new Pool(origin, { ...usual, connections: 64 });
  // A subscription keeps its connection; how many there may be, the front decides.
  const events = new Pool(origin, usual);
  // On one machine, to pack and unpack takes longer than to send.
  const near = /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  const limits = { timeoutMs, largestReply, clock };

  const question = ({ operation, variables, variablesJson, asker }: Request, accept: string): Question => {
    const headers = ['content-type', 'application/json', 'accept', accept];
    if (!near) headers.push('accept-encoding', packings);
    if (asker.cacheControl) headers.push('cache-control', asker.cacheControl);
    const given = variablesJson ?? (variables && JSON.stringify(variables));
    const named = operation.name ? `,"operationName":"${operation.name}"` : '';
    const body = `{"query":${operation.queryJson}${given ? `,"variables":${given}` : ''}${named}}`;
    return { path: pathname + search, headers, body };
  };

  async function ask(request: Request): Promise<Reply> {
    const asked = question(request, 'application/graphql-response+json, application/json;q=0.9');
    const { signal } = request.asker;
    try {
      return await exchange(wire, asked, limits, signal);
    } catch (error) {
      // Asked over a connection that was closed after its last answer, it never arrived: once more, where that does no harm.
      const closed = error instanceof WireError && error.code !== undefined && closedCodes.has(error.code);
      if (!closed || request.operation.kind !== 'query') throw error;
      return exchange(wire, asked, limits, signal);
    }
  }

  const errorOf = (failure: WireError) => systemError(failure, { system: name, id: id() });
  const failed = (failure: WireError): engine.SubgraphResult => ({ errors: [errorOf(failure)] });

  return {
    takes: 'TEXT',
    async execute(request) {
      const begunMs = performance.now();
      try {
        const { status, text } = await ask(request);
        const given = resultOf(text, status);
        gather(given, request.asker);
        onCalled?.(name, performance.now() - begunMs, null);
        return given;
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        const told = errorOf(error);
        // That whoever asked hung up says nothing of the subgraph.
        if (error.failure !== 'ABANDONED') onCalled?.(name, performance.now() - begunMs, told.extensions.code);
        return { errors: [told] };
      }
    },
    subscribe(request) {
      const asked = question(request, 'text/event-stream');
      return subscription({
        async open() {
          const given = await openFeed(events, asked, { clock, timeoutMs, largestReply: largestEvent });
          return 'next' in given ? given : resultOf(given.text, given.status);
        },
        failed,
        resultOf: (text) => resultOf(text, 200),
        clock,
        random,
      });
    },
    async close() {
      await Promise.all([wire.destroy(), events.destroy()]);
    },
  };
}

/** What a subgraph of ours says of the systems that it has touched. */
function gather({ extensions }: engine.SubgraphResult, asker: GatheringAsker): void {
  for (const [system, touched] of Object.entries((extensions as ExecutionResult['extensions'])?.continuity ?? {})) {
    asker.onAnswer?.(system, touched.source === null ? null : { system, ...touched });
  }
}

/** A GraphQL result out of a reply's JSON, whatever its status: a 4xx can carry errors in the protocol's own words. */
function resultOf(text: string, status: number): engine.SubgraphResult {
  let body: engine.SubgraphResult | null | undefined;
  try {
    body = JSON.parse(text);
  } catch {
    throw new WireError('GARBLED', `status ${status} with a body that is no JSON`);
  }
  if (typeof body !== 'object' || body === null || !('data' in body || Array.isArray(body.errors)))
    throw new WireError(status >= 500 ? 'FAULT' : 'GARBLED', `status ${status} without a GraphQL result`);
  if (body.data == null && !body.errors?.length)
    throw new WireError('GARBLED', 'a result with neither data nor errors');
  return body;
}
