// How everything that the tenancies system holds is walked through: its feed of changes, from the beginning of time, gives
// every key there is. Knows kinds and keys; knows no wire.
import { isoInstant } from '../continuity/clock.ts';
import type { KeysByKind, Stage, WalkPlan } from '../continuity/warmplan.ts';
import type { ChangesKey, TenanciesReads } from './adapter.ts';
import { householdOf, type TenancyRecord } from './records.ts';

/** An hour after the oldest time that its date columns can hold, since the feed is asked from an hour before. */
const beginningMs = Date.UTC(1900, 0, 1, 1);
/** Keys a page. The system may give fewer; the feed is over when it gives none. */
const maxRows = 1_000;

/** Every key of an entity that has changed, in the order of keys. */
function feed(
  entity: ChangesKey['entity'],
  whole: readonly (keyof TenanciesReads)[],
  keysOf: (keys: string[]) => KeysByKind<TenanciesReads>,
): Stage<TenanciesReads> {
  return {
    whole,
    async page(afterKey, { ask, sinceMs }) {
      const since = isoInstant(sinceMs ?? beginningMs);
      const [changes = []] = await ask('changedSince', [{ entity, since, afterKey, maxRows }]);
      const last = changes.at(-1)?.key;
      // One that gives the same key again would do so for ever.
      const next = last === undefined || last === afterKey ? null : last;
      return { keys: keysOf(changes.map(({ key }) => key)), next };
    },
  };
}

export const tenanciesWalk: WalkPlan<TenanciesReads> = {
  // 10,000 calls for 125,000 homes; at 200 ms a call, four at once are twenty a second and all of it in eight minutes.
  gentleness: { tenancies: { atOnce: 4, callsASecond: 20 } },
  entities: { Property: 'property' },
  stages: [
    // First, since other systems' walks wait for these.
    feed('PROPERTY', ['property'], (property) => ({ property })),
    // A person is kept with their household: fifty households are a call, and hold twice as many people.
    feed('MEMBER', ['household'], (people) => ({
      household: [...new Set(people.map(householdOf).filter((household) => household !== null))],
    })),
    {
      ...feed('TENANCY', ['tenancy'], (tenancy) => ({ tenancy })),
      // Lists are told out of the tenancies themselves; but one that somebody has read since would pass for newer.
      leadsTo(_kind, value, walk): KeysByKind<TenanciesReads> {
        const property = (value as TenancyRecord | null)?.property?.propertyReference;
        return walk === 'CHANGES' && property ? { tenanciesOfProperty: [property] } : {};
      },
    },
  ],
};
