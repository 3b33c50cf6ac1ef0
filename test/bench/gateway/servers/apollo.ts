// Apollo Server with Apollo Gateway, as their guides have it.
import { peer, settings } from './settings.ts';

const { port, supergraphSdl } = settings();
const { ApolloGateway } = await peer('@apollo/gateway');
const { ApolloServer } = await peer('@apollo/server');
const { startStandaloneServer } = await peer('@apollo/server/standalone');

const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl }), introspection: true });
await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
