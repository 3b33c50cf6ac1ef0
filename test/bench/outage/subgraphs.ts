// A peer's four subgraphs, each over HTTP: Lintel's own schema, resolvers and adapters, with another guard around each
// call and nothing else of Lintel's continuity. Run as a process, with its settings as an argument in JSON.
import { readConnections } from '../../../gateway/config.ts';
import { listen } from '../../../gateway/http.ts';
import { parts } from '../../../gateway/lintel.ts';
import { compose } from '../../../gateway/supergraph.ts';
import { createAsker } from '../../../subgraphs/continuity/asker.ts';
import { isoInstant, systemClock } from '../../../subgraphs/continuity/clock.ts';
import { keyOf, type Read, type SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { systemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import type { Reader } from '../../../subgraphs/continuity/system.ts';
import { systems } from '../../../subgraphs/index.ts';
import { subgraphServer } from '../../../subgraphs/serve.ts';
import { systemSubgraph } from '../../../subgraphs/subgraph.ts';
import { guards, type MakeGuard } from './guards.ts';

const { env, guard } = JSON.parse(process.argv[2] ?? '') as { env: Record<string, string>; guard: string };
const say = (line: object) => process.stdout.write(`${JSON.stringify({ time: Date.now(), ...line })}\n`);

/** A system with nothing between its resolvers and its wire but a guard for each backend. */
function bare(definition: SystemDefinition, makeGuard: MakeGuard): Reader & { close(): Promise<void> } {
  const { name: system } = definition;
  const adapter = definition.adapter(readConnections(definition, env), systemClock);
  const guarded = new Map(
    Object.keys(definition.backends).map((backend) => [
      backend,
      makeGuard((circuit) => say({ system, backend, circuit })),
    ]),
  );
  let failed = 0;

  async function ask(read: Read<unknown, unknown>, keys: readonly unknown[]) {
    try {
      const call = guarded.get(read.backend);
      if (!call) throw new Error(`${system} has no backend ${read.backend}`);
      const found = await call((signal) => read.ask(keys, signal));
      const provenance = { system, source: 'LIVE', asOf: isoInstant(Date.now()) } as const;
      return keys.map((key) => ({ value: found.has(keyOf(key)) ? found.get(keyOf(key)) : read.absent, provenance }));
    } catch (error) {
      const failure = error instanceof WireError ? error : new WireError('TIMEOUT', String(error));
      const told = systemError(failure, { system, id: String(++failed) });
      return keys.map(() => told);
    }
  }

  return {
    kinds: Object.keys(adapter.reads),
    async read(kind, keys) {
      const read = adapter.reads[kind] as Read<unknown, unknown>;
      const calls: Promise<Awaited<ReturnType<typeof ask>>>[] = [];
      for (let start = 0; start < keys.length; start += read.limit) {
        calls.push(ask(read, keys.slice(start, start + read.limit)));
      }
      return (await Promise.all(calls)).flat();
    },
    close: () => adapter.close(),
  };
}

const makeGuard = await guards[guard]?.();
if (!makeGuard) throw new Error(`There is no guard ${guard}.`);
const urls = new Map<string, string>();
for (const definition of systems) {
  const subgraph = systemSubgraph(definition, bare(definition, makeGuard));
  const server = subgraphServer(subgraph);
  await server.start();
  const context = (signal: AbortSignal) => {
    const asker = createAsker(signal);
    return { ...subgraph.contextOf(asker), asker };
  };
  const { url } = await listen({ server, context }, 0, '127.0.0.1');
  urls.set(definition.name, `${url}/graphql`);
}
// Status is about Lintel's own machinery: peers have none.
const served = parts()
  .flatMap((part) => ({ ...part, url: urls.get(part.name) ?? '' }))
  .filter(({ url }) => url);
say({ supergraphSdl: compose(served).supergraphSdl });
