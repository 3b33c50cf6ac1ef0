// The tenancies system: homes, people, tenancies and rent, behind SOAP.
import type { SystemDefinition } from '../continuity/definition.ts';
import { waysInWords } from '../continuity/sentence.ts';
import { type TenanciesReads, tenanciesAdapter } from './adapter.ts';
import { mutations } from './contact.ts';
import { inNeed } from './need.ts';
import { resolvers } from './resolvers.ts';
import { furtherTerms } from './terms.ts';
import { tenanciesWalk } from './walk.ts';

export const tenancies: SystemDefinition<TenanciesReads> = {
  name: 'tenancies',
  called: 'tenancy and rent system',
  affects:
    'Tenancies, rent accounts and contact details are shown as we last knew them, or not at all, and changes have to wait.',
  instead: (ways) => [
    'Your tenancy stands as it is.',
    `You can tell us of changes ${waysInWords(ways)}: we note them and enter them later.`,
  ],
  // Its calls take about 200 ms, however many references are in them: the common time limits leave room for ten times that.
  backends: { tenancies: { variable: 'TENANCIES', credentials: 'PASSWORD' } },
  adapter: tenanciesAdapter,
  mutations,
  walk: tenanciesWalk,
  resolvers,
  inNeed,
  furtherTerms,
};
