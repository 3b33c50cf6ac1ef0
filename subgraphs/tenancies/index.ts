// The tenancies system: homes, people, tenancies and rent, behind SOAP.
import type { SystemDefinition } from '../continuity/definition.ts';
import { type TenanciesReads, tenanciesAdapter } from './adapter.ts';
import { resolvers } from './resolvers.ts';
import { tenanciesWalk } from './walk.ts';
import { furtherTerms } from './terms.ts';

export const tenancies: SystemDefinition<TenanciesReads> = {
  name: 'tenancies',
  // Its calls take about 200 ms, however many references are in them: the common time limits leave room for ten times that.
  backends: { tenancies: { variable: 'TENANCIES', credentials: 'PASSWORD' } },
  adapter: tenanciesAdapter,
  walk: tenanciesWalk,
  resolvers,
  furtherTerms,
};
