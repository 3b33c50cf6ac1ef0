// Any supergraph, and another one in its place while requests run: each is served by the one it came to, and that one goes
// when the last of them is answered. Knows neither files nor sockets of clients.
import type { ApolloServer, GraphQLRequest } from '@apollo/server';
import type { Logger } from 'pino';
import type { GatheringAsker } from '../subgraphs/continuity/asker.ts';
import type { Asked, Executes } from './operation.ts';
import type { Answered } from './requests.ts';
import { createServer, warm } from './server.ts';
import { gatewayOf, subgraphsOf } from './supergraph.ts';
import { type RemoteOptions, remote, type Transport } from './transport.ts';
import type { Wording } from './wording.ts';

/** What supergraphs are served with. */
export interface GenerationOptions extends RemoteOptions {
  log: Logger;
  wording: Wording;
  /** Told of every request that was answered. */
  onAnswered?: Answered | undefined;
  /** Documents whose plans are made before anybody asks, besides those that were asked lately. */
  known?: readonly string[];
  /**
   * Told when a former supergraph has answered its last request, just before its ways to subgraphs are closed: who still
   * takes events by it has to come back.
   */
  onRetired?: () => void;
}

/** A supergraph that is served, and can be exchanged. */
export interface Generations extends Executes<GatheringAsker> {
  /** Its subgraphs. */
  readonly names: readonly string[];
  /** Serves another one from now on. Throws, and goes on with the present one, where the text is none that can be served. */
  swap(supergraphSdl: string): Promise<void>;
  stop(): Promise<void>;
}

type Known = Pick<Asked, 'query' | 'operationName'>;

interface Generation {
  server: ApolloServer<GatheringAsker>;
  names: readonly string[];
  /** Requests under way. */
  running: number;
  retired: boolean;
}

/**
 * How many of the operations that were asked lately are made ready in a new supergraph before it is served: more than the
 * pages of a landlord's applications have.
 */
const mostRecent = 500;

/** Serves a supergraph. Throws an error that says why it cannot. */
export async function createGenerations(supergraphSdl: string, options: GenerationOptions): Promise<Generations> {
  const { log, known = [], onRetired = () => {} } = options;
  const registered = known.map((query) => ({ query }));
  /** By name and text, the latest asked last. */
  const recent = new Map<string, Known>();
  let latest: Known | undefined;
  let current = await raise(supergraphSdl, options, registered);
  let swapping: Promise<void> = Promise.resolve();

  function remember({ query, operationName }: GraphQLRequest): void {
    if (!query) return;
    // Most often it is what was asked just before.
    if (query === latest?.query && operationName === latest.operationName) return;
    latest = { query, operationName };
    const key = `${operationName ?? ''} ${query}`;
    recent.delete(key);
    recent.set(key, latest);
    if (recent.size > mostRecent) recent.delete(recent.keys().next().value as string);
  }

  function retire(generation: Generation): void {
    generation.retired = true;
    if (generation.running > 0) return;
    // Not before what its last request came to, the events of a subscription perhaps, is in the hands of who asked.
    setImmediate(() => {
      onRetired();
      generation.server.stop().catch((error: unknown) => log.error({ err: error }, 'a former supergraph did not end'));
    });
  }

  async function swap(sdl: string): Promise<void> {
    const next = await raise(sdl, options, [...registered, ...recent.values()]);
    const former = current;
    current = next;
    retire(former);
  }

  return {
    get names() {
      return current.names;
    },
    async executeOperation(request, more) {
      const generation = current;
      generation.running += 1;
      try {
        const response = await generation.server.executeOperation(request, more);
        if (response.http.status === undefined) remember(request);
        return response;
      } finally {
        generation.running -= 1;
        if (generation.retired) retire(generation);
      }
    },
    swap(sdl) {
      // One after another, in the order in which they came.
      const turn = swapping.then(() => swap(sdl));
      swapping = turn.catch(() => {
        // Told to whoever asked for that one.
      });
      return turn;
    },
    async stop() {
      await swapping;
      await current.server.stop();
    },
  };
}

/** A supergraph ready to be asked: composed, planned for what is known, its subgraphs not yet called. */
async function raise(
  supergraphSdl: string,
  { log, wording, onAnswered, ...remoteOptions }: GenerationOptions,
  known: readonly Known[],
): Promise<Generation> {
  const graphs = subgraphsOf(supergraphSdl);
  const transports = new Map<string, Transport>();
  try {
    for (const { name, url } of graphs) {
      if (!/^https?:\/\//.test(url) || !URL.canParse(url))
        throw new Error(`The subgraph ${name} has no address that can be asked: "${url}".`);
      transports.set(name, remote(name, url, remoteOptions));
    }
    const server = createServer({ gateway: gatewayOf(supergraphSdl, transports), log, wording, onAnswered });
    await server.start();
    for (const operation of known) await warm(server, operation);
    return { server, names: graphs.map(({ name }) => name), running: 0, retired: false };
  } catch (error) {
    await Promise.all([...transports.values()].map((transport) => transport.close()));
    throw error;
  }
}
