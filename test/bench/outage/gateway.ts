// A peer's gateway: Apollo Gateway with its default data source, over the supergraph in the file that it is given.
// Resolves its packages, graphql among them, from this folder's own package.json.
import { readFileSync } from 'node:fs';

// Not there where types are checked.
// biome-ignore lint/suspicious/noExplicitAny: see above.
const peer = (name: string): Promise<any> => import(name);
const { ApolloGateway } = await peer('@apollo/gateway');
const { ApolloServer } = await peer('@apollo/server');
const { startStandaloneServer } = await peer('@apollo/server/standalone');

const gateway = new ApolloGateway({ supergraphSdl: readFileSync(process.argv[2] ?? '', 'utf8') });
const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
process.stdout.write(`ready ${url}\n`);
