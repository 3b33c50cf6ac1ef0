// `npm run bench:memory`: what a server over the engine keeps in memory: over a million requests of a few documents, and
// over ten thousand documents, each asked once. Both have to come to rest.
import { pino } from 'pino';
import { createServer } from '../../gateway/server.ts';
import { compose, gatewayOf } from '../../gateway/supergraph.ts';
import type { Transport } from '../../gateway/transport.ts';
import { createWording } from '../../gateway/wording.ts';
import { createAsker } from '../../subgraphs/continuity/asker.ts';

const requests = Number(process.argv[2] ?? 1_000_000);
const documents = Number(process.argv[3] ?? 10_000);
const { gc } = globalThis;
if (!gc) throw new Error('Run it with --expose-gc.');

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n';
const parts = {
  cats: `${link} type Query { cats(first: Int): [Cat!]! } type Cat @key(fields: "id") { id: ID! name: String age: Int }`,
  homes: `${link} type Query { homes: Int } type Cat @key(fields: "id") { id: ID! street: String }`,
};
const url = 'http://127.0.0.1:1';
const { supergraphSdl } = compose(Object.entries(parts).map(([name, sdl]) => ({ name, sdl, url })));
const transport = (reply: (variables: string) => unknown): Transport => ({
  takes: 'TEXT',
  execute: async ({ variablesJson = '' }) => ({ data: reply(variablesJson) as Record<string, unknown> }),
  subscribe: async () => ({ errors: [{ message: 'There is nothing to subscribe to.' }] }),
  close: async () => {},
});
const cat = (id: number) => ({ __typename: 'Cat', id: String(id), name: `Cat ${id}`, age: id });
const transports = new Map([
  ['cats', transport(() => ({ cats: [cat(1), cat(2), cat(3)] }))],
  ['homes', transport(() => ({ _entities: [1, 2, 3].map((id) => ({ street: `Street ${id}` })) }))],
]);
const log = pino({ level: 'silent' });
const server = createServer({ gateway: gatewayOf(supergraphSdl, transports), log, wording: createWording({ log }) });
await server.start();

const megabytes = () => {
  gc();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapMb: Math.round(heapUsed / 2 ** 20), rssMb: Math.round(rss / 2 ** 20) };
};
const ask = async (query: string) => {
  const { body } = await server.executeOperation(
    { query },
    { contextValue: createAsker(new AbortController().signal) },
  );
  if (body.kind !== 'single' || body.singleResult.errors) throw new Error(JSON.stringify(body));
};
/** A document of a usual size that there is only once. */
const distinct = (index: number) =>
  `query Cats${index} { cats(first: ${index}) { ${'id name age street '.repeat(10)} } }`;

const steps = 10;
console.log('documents', 0, megabytes());
for (let index = 0; index < documents; index += 1) {
  await ask(distinct(index));
  if ((index + 1) % (documents / steps) === 0) console.log('documents', index + 1, megabytes());
}
for (let index = 0; index < requests; index += 1) {
  await ask(distinct(index % 5));
  if ((index + 1) % (requests / steps) === 0) console.log('requests', index + 1, megabytes());
}
await server.stop();
