// The telephone system: the switchboard (lines, calls now) and its records (calls that were). Two backends, so that
// each may be down alone.
import type { SystemDefinition } from '../continuity/system.ts';
import { type TelephonyReads, telephonyAdapter } from './adapter.ts';
import { resolvers } from './resolvers.ts';

export const telephony: SystemDefinition<TelephonyReads> = {
  name: 'telephony',
  backends: {
    switchboard: { variable: 'TELEPHONY', credentials: 'PASSWORD' },
    records: {
      variable: 'TELEPHONY_RECORDS',
      credentials: 'PASSWORD',
      // A day's records are megabytes, and a probe fetches them.
      timeoutMs: 5_000,
      // A month's take long to fetch and to read, once: that is no sign of strain.
      circuit: { slowMs: 10_000 },
    },
  },
  adapter: telephonyAdapter,
  resolvers,
};
