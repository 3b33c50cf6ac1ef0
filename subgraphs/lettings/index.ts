// The lettings system: applications, offers, mutual exchanges and adverts, behind REST and a session.
import type { SystemDefinition } from '../continuity/definition.ts';
import { waysInWords } from '../continuity/sentence.ts';
import { type LettingsReads, lettingsAdapter, lettingsPace } from './adapter.ts';
import { mutations, ownKinds } from './mutations.ts';
import { resolvers } from './resolvers.ts';
import { furtherTerms } from './terms.ts';
import { lettingsWalk } from './walk.ts';

export const lettings: SystemDefinition<LettingsReads> = {
  name: 'lettings',
  called: 'lettings and moves system',
  affects:
    'Applications, offers, move dates and home exchanges are shown as we last knew them, or not at all, and cannot be confirmed.',
  instead: (ways) => [
    'Please do not give notice or book a removal before we have confirmed your date.',
    `You can ask us about a move ${waysInWords(ways)}: we note it, and answer when we can see it again.`,
  ],
  // One call after another where a list has pages, and a login before the first: the common time limits leave room for it.
  backends: { lettings: { variable: 'LETTINGS', credentials: 'PASSWORD', limit: { pace: lettingsPace } } },
  adapter: lettingsAdapter,
  mutations,
  ownKinds,
  walk: lettingsWalk,
  resolvers,
  furtherTerms,
};
