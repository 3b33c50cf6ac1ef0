// The repairs system: work orders, and the scheduler's appointments. Two backends, so that each may be down alone.
import type { SystemDefinition } from '../continuity/definition.ts';
import { type RepairsReads, repairsAdapter } from './adapter.ts';
import { resolvers } from './resolvers.ts';
import { repairsWalk } from './walk.ts';

export const repairs: SystemDefinition<RepairsReads> = {
  name: 'repairs',
  backends: {
    workOrders: { variable: 'REPAIRS', credentials: 'API_KEY' },
    scheduler: { variable: 'REPAIRS_SCHEDULER', credentials: 'PASSWORD' },
  },
  adapter: repairsAdapter,
  walk: repairsWalk,
  resolvers,
};
