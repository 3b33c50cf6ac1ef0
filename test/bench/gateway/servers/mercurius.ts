// Mercurius' gateway on Fastify. It knows Federation 1 alone, and asks its subgraphs for their schemas itself.
import { peer, settings } from './settings.ts';

const { port, subgraphs } = settings();
const { default: fastify } = await peer('fastify');
const { default: mercurius } = await peer('@mercuriusjs/gateway');

const app = fastify();
const services = Object.entries(subgraphs).map(([name, url]) => ({ name, url }));
app.register(mercurius, { graphiql: false, gateway: { services } });
await app.listen({ port, host: '127.0.0.1' });
