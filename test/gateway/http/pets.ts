// A graph of one small subgraph behind the real front, for tests of what happens between a client and Apollo Server.
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Front, type Listening, listen } from '../../../gateway/http.ts';
import { createServer } from '../../../gateway/server.ts';
import { compose, type Gateway, gatewayOf } from '../../../gateway/supergraph.ts';
import type { Transport } from '../../../gateway/transport.ts';
import { createWording } from '../../../gateway/wording.ts';
import { createAsker, type GatheringAsker } from '../../../subgraphs/continuity/asker.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
  type Query { cat: Cat cats(first: Int): [Cat] broken: Int }
  type Mutation { feed(name: ID!): Cat }
  type Cat { name: ID! friends: [Cat] }`;

/** As many as make an answer worth compressing. */
const litter = Array.from({ length: 500 }, (_, index) => ({ __typename: 'Cat', name: `Tom ${index}` }));

/** Serves the graph on a free port, until the test is over. @param instead of what its gateway does. */
export async function servePets(
  more: Partial<Front<GatheringAsker>> = {},
  instead: Partial<Gateway> = {},
): Promise<Listening & { asked: string[] }> {
  const asked: string[] = [];
  const transport: Transport = {
    async execute({ operation: { document } }) {
      const text = JSON.stringify(document);
      asked.push(text);
      const broken = text.includes('"broken"');
      return {
        data: {
          ...(text.includes('"cat"') && { cat: { __typename: 'Cat', name: 'Tom' } }),
          ...(text.includes('"cats"') && { cats: litter }),
          ...(text.includes('"feed"') && { feed: { __typename: 'Cat', name: 'Tom' } }),
          ...(broken && { broken: null }),
        },
        ...(broken && {
          errors: [new GraphQLError('No.', { path: ['broken'], extensions: { code: 'SYSTEM_REFUSED' } })],
        }),
      };
    },
    subscribe: async () => ({ errors: [] }),
    close: async () => {},
  };
  const { supergraphSdl } = compose([{ name: 'pets', sdl, url: 'http://pets/' }]);
  const log = pino({ level: 'silent' });
  const gateway = { ...gatewayOf(supergraphSdl, new Map([['pets', transport]])), ...instead };
  const server = createServer({ gateway, log, wording: createWording({ log }) });
  await server.start();
  const listening = await listen({ server, context: createAsker, ...more }, 0, '127.0.0.1');
  onTestFinished(async () => {
    await listening.close(0);
    await server.stop();
  });
  return { ...listening, asked };
}
