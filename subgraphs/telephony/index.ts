// The telephone system: the switchboard (lines, calls now) and its records (calls that were). Two backends, so that
// each may be down alone.
import type { SystemDefinition } from '../continuity/definition.ts';
import { type TelephonyReads, telephonyAdapter } from './adapter.ts';
import { resolvers } from './resolvers.ts';
import { telephonyWalk } from './walk.ts';
import { furtherTerms } from './terms.ts';

export const telephony: SystemDefinition<TelephonyReads> = {
  name: 'telephony',
  backends: {
    switchboard: { variable: 'TELEPHONY', credentials: 'PASSWORD' },
    records: {
      variable: 'TELEPHONY_RECORDS',
      credentials: 'PASSWORD',
      // Whoever asks waits for the same fetch of the same file: more of them cost the exchange nothing.
      limit: { floor: 256, ceiling: 256 },
    },
  },
  adapter: telephonyAdapter,
  walk: telephonyWalk,
  resolvers,
  furtherTerms,
};
