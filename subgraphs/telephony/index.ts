// The telephone system: the switchboard (lines, calls now) and its records (calls that were). Two backends, so that
// each may be down alone.
import type { SystemDefinition } from '../continuity/definition.ts';
import { emergencies } from '../continuity/sentence.ts';
import { type TelephonyReads, telephonyAdapter } from './adapter.ts';
import { admitCall } from './admission.ts';
import { mutations, ownKinds } from './mutations.ts';
import { resolvers } from './resolvers.ts';
import { switchboardSettings } from './settings.ts';
import { furtherTerms } from './terms.ts';
import { telephonyWalk } from './walk.ts';

export const telephony: SystemDefinition<TelephonyReads> = {
  name: 'telephony',
  called: 'telephone system',
  affects: 'Calls may not get through or may wait long, and we may not see that you have called.',
  instead: (ways) => [
    ...emergencies(ways),
    ways.phone
      ? 'If you cannot get through, please write to us.'
      : 'If it is not an emergency, please write to us or use our forms online.',
  ],
  backends: {
    switchboard: {
      variable: 'TELEPHONY',
      credentials: 'PASSWORD',
      settings: switchboardSettings,
      affects: 'Calls may not get through or may wait long.',
      carries: 'phone',
    },
    records: {
      variable: 'TELEPHONY_RECORDS',
      credentials: 'PASSWORD',
      called: 'record of calls',
      affects: 'We may not see that you have called.',
      instead: ({ phone }) => (phone ? ['Calls themselves are not affected: you can ring us as usual.'] : []),
      // Whoever asks waits for the same fetch of the same file: more of them cost the exchange nothing.
      limit: { floor: 256, ceiling: 256 },
    },
  },
  adapter: telephonyAdapter,
  mutations,
  admission: { originate: admitCall },
  ownKinds,
  walk: telephonyWalk,
  resolvers,
  furtherTerms,
};
