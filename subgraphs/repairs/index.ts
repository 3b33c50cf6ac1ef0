// The repairs system: work orders, and the scheduler's appointments. Two backends, so that each may be down alone.
import type { SystemDefinition } from '../continuity/definition.ts';
import { emergencies, waysInWords } from '../continuity/sentence.ts';
import { type RepairsReads, repairsAdapter } from './adapter.ts';
import { mutations, ownKinds } from './mutations.ts';
import { resolvers } from './resolvers.ts';
import { workOrderSettings } from './settings.ts';
import { repairsWalk } from './walk.ts';

export const repairs: SystemDefinition<RepairsReads> = {
  name: 'repairs',
  called: 'repairs system',
  affects: 'Repairs and appointments are shown as we last knew them, or not at all, and new ones cannot be confirmed.',
  instead: (ways) => [
    ...emergencies(ways),
    `Repairs that are no emergency can be reported ${waysInWords(ways)}: we note them and book them later.`,
  ],
  backends: {
    workOrders: {
      variable: 'REPAIRS',
      credentials: 'API_KEY',
      settings: workOrderSettings,
      called: 'system for repair orders',
      affects: 'Repairs are shown as we last knew them, or not at all.',
    },
    scheduler: {
      variable: 'REPAIRS_SCHEDULER',
      credentials: 'PASSWORD',
      called: 'system for repair appointments',
      affects: 'Appointments are shown as we last knew them, or not at all, and new ones cannot be confirmed.',
    },
  },
  adapter: repairsAdapter,
  mutations,
  ownKinds,
  walk: repairsWalk,
  resolvers,
};
