// How everything that the lettings system holds is walked through: its feed of changes, from the beginning of time, names
// every record there is. Knows kinds and keys; knows no wire.
import { isoInstant } from '../continuity/clock.ts';
import type { KeysByKind, WalkPlan } from '../continuity/warmplan.ts';
import type { LettingsReads } from './adapter.ts';
import type { ApplicationRecord, Change, ExchangeRecord, OfferRecord } from './records.ts';

/** An hour after the oldest time that its date columns can hold, since the feed is asked from an hour before. */
const beginningMs = Date.UTC(1900, 0, 1, 1);
/**
 * What changes during a walk moves to the feed's end, and everything behind it one place forward: each page begins this
 * much before the end of the last, and further back where nothing of that is found again.
 */
const overlap = 10;
const furtherBack = 50;

/** Where the next page begins, and the last records of this one. */
interface Here {
  offset: number;
  tail: string[];
}

const idOf = ({ kind, ref }: Change) => `${kind} ${ref}`;

/** Keys by kind; what is of a kind that nobody here knows is left out. */
function keysOf(changes: readonly Change[]): KeysByKind<LettingsReads> {
  const refs = (kind: string) => changes.filter((change) => change.kind === kind).map(({ ref }) => ref);
  return { application: refs('application'), offer: refs('offer'), mutualExchange: refs('exchange') };
}

export const lettingsWalk: WalkPlan<LettingsReads> = {
  // A third of the eighteen calls a second that all of Lintel may make: 600 calls for 125,000 homes are two minutes.
  gentleness: { lettings: { atOnce: 2, callsASecond: 6 } },
  stages: [
    {
      whole: ['application', 'offer', 'mutualExchange'],
      async page(from, { ask, sinceMs }) {
        const { offset, tail }: Here = from === '' ? { offset: 0, tail: [] } : JSON.parse(from);
        const start = Math.max(0, offset - overlap);
        const since = isoInstant(sinceMs ?? beginningMs);
        const [page] = await ask('changes', [{ since, offset: start }]);
        const { items = [], hasMore = false } = page ?? {};
        const joins = start === 0 || items.some((item) => tail.includes(idOf(item)));
        const at = (place: number, last: string[]) => JSON.stringify({ offset: place, tail: last } satisfies Here);
        if (!joins) return { keys: {}, next: at(Math.max(0, start - furtherBack), tail) };
        const next = hasMore ? at(start + items.length, items.slice(-overlap).map(idOf)) : null;
        return { keys: keysOf(items.filter((item) => !tail.includes(idOf(item)))), next };
      },
      // Lists are told out of the records themselves; but one that somebody has read since would pass for newer.
      leadsTo(kind, value, walk): KeysByKind<LettingsReads> {
        if (walk === 'WHOLE' || value === null) return {};
        if (kind === 'application') return { applicationsOfPerson: known((value as ApplicationRecord).person) };
        if (kind === 'mutualExchange') {
          return { exchangesOfPerson: (value as ExchangeRecord).legs.flatMap(({ person }) => known(person)) };
        }
        const { application } = value as OfferRecord;
        return { offersOfApplication: application ? [application.applicationReference] : [] };
      },
    },
  ],
};

function known(person: { personReference: string } | null | undefined): string[] {
  return person ? [person.personReference] : [];
}
