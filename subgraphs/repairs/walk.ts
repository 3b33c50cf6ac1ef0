// How everything that the repairs system holds is walked through: home by home, where somebody knows the homes; by its own
// feed of changes, where nobody does or only what has changed is wanted. Knows kinds and keys; knows no wire.
import { isoInstant } from '../continuity/clock.ts';
import type { KeysByKind, Source, WalkPlan } from '../continuity/warmplan.ts';
import { allOf, isOpen, type RepairsReads } from './adapter.ts';
import type { WorkOrderRecord } from './order.ts';

/** The oldest time that its date columns can hold. */
const beginningMs = Date.UTC(1900, 0, 1);
/** Changes a page, at most. */
const fullPage = 500;
/** A place in the feed, not among the homes. */
const inFeed = 'changes since ';

/** A page of the feed: the homes of the work orders that have changed. */
async function changed(from: string, { ask, sinceMs }: Source<RepairsReads>) {
  const since = from.startsWith(inFeed) ? from.slice(inFeed.length) : isoInstant(sinceMs ?? beginningMs);
  const [changes = []] = await ask('workOrderChanges', [{ since }]);
  const orders = await ask(
    'workOrder',
    changes.map(({ reference }) => reference),
  );
  const homes = new Set(orders.flatMap((order) => order?.property?.propertyReference ?? []));
  const keys = { repairsOfProperty: [...homes].map(allOf) };
  // Oldest first: the last one's time asks for the rest. Where that is where this page began, there is no more; or so many
  // of one second that they fill a page, and the rest of them is left to the next walk home by home.
  const last = Date.parse(changes.findLast(({ lastUpdatedAt }) => lastUpdatedAt !== null)?.lastUpdatedAt ?? since);
  const beganMs = Date.parse(since);
  const nextMs = last > beganMs ? last : changes.length >= fullPage ? beganMs + 1_000 : null;
  return { keys, next: nextMs === null ? null : `${inFeed}${isoInstant(nextMs)}` };
}

export const repairsWalk: WalkPlan<RepairsReads> = {
  gentleness: {
    // One question for 25 homes is about three calls of 120 ms, one after the other; 5,400 for 125,000 homes are eight
    // minutes.
    workOrders: { atOnce: 4, callsASecond: 12 },
    // 4,000 calls of 350 ms for their open work orders: meanwhile.
    scheduler: { atOnce: 4, callsASecond: 12 },
  },
  stages: [
    {
      async page(from, source) {
        if (source.sinceMs !== null || from.startsWith(inFeed)) return changed(from, source);
        const homes = await source.keysOf('Property', from || null);
        // Slow, one call for each work order, but it gets there.
        if (!homes) return changed(from, source);
        return { keys: { repairsOfProperty: homes.keys.map(allOf) }, next: homes.next };
      },
      // Appointments matter while the work is to be done; those of the past are in the work orders, as far as they say.
      leadsTo(kind, value): KeysByKind<RepairsReads> {
        if (kind !== 'repairsOfProperty') return {};
        return { appointment: (value as WorkOrderRecord[]).filter(isOpen).map(({ reference }) => reference) };
      },
    },
  ],
};
