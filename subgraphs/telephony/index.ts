// The telephone system: the switchboard (lines, calls now) and its records (calls that were). Two backends, so that
// each may be down alone.
import type { SystemDefinition } from '../continuity/definition.ts';
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
  instead:
    'Emergencies are always taken: if you cannot get through, write to us online or come to an office, and in danger to life call 999. For all else, please write to us.',
  backends: {
    switchboard: {
      variable: 'TELEPHONY',
      credentials: 'PASSWORD',
      settings: switchboardSettings,
      affects: 'Calls may not get through or may wait long.',
    },
    records: {
      variable: 'TELEPHONY_RECORDS',
      credentials: 'PASSWORD',
      called: 'record of calls',
      affects: 'We may not see that you have called.',
      instead: 'Calls themselves are not affected: you can ring us as usual.',
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
