// How often residents are rung (a rate limit): what was rung is counted in the store, so that several gateways share one count and
// a restart forgets none. Kept by a name for the number that does not tell it. Knows no wire.
import type { Drawer, Own, OwnKind } from '../continuity/own.ts';
import { termsOf } from '../continuity/terms.ts';

/** A call that the exchange was asked for. */
export interface Ringing {
  /** The step's reference: one step counts once, as of when it was last tried. */
  reference: string;
  atMs: number;
  line: string;
  purpose: 'CALLBACK' | 'WELFARE';
  receipt: string;
  /** The call-back that it was of, by its id; null: none. */
  callback: string | null;
}

/** Somebody who waits for a free agent. */
export interface Waiting {
  receipt: string;
  line: string;
  acceptedAtMs: number;
  /** Who has not been looked at again by then waits no more, ms since 1970. */
  untilMs: number;
}

/** What was rung lately, of one number or of all. */
export interface RingingContent {
  /** E.164; null: of all. */
  telephone: string | null;
  rung: readonly Ringing[];
  /** Of all: who waits for a free agent, in the order in which they asked. */
  waiting: readonly Waiting[];
}

/** Lintel's own records of what was rung. */
export const ringings: OwnKind<RingingContent> = {
  changedBy: [],
  idOf: () => null,
  after: (before) => before,
  filed: ({ telephone, rung }) => ({
    state: 'KEPT',
    place: rung.at(-1)?.atMs ?? 0,
    terms: termsOf('telephone', [telephone]),
  }),
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** One number: more than a resident who misses a call needs, and too few to be a nuisance to somebody else's number. */
const numberAnHour = 3;
const numberADay = 10;
/** Who waits behind so many need not be known by name: it is not their turn. */
const mostWaiting = 200;

/** What was rung of all, and of one number; nobody else changes it until the work on it is done. */
export interface RungLately {
  /** Of the number within a day, oldest first. */
  ofNumber: readonly Ringing[];
  /** Of all within an hour, oldest first. */
  ofAll: readonly Ringing[];
  waiting: readonly Waiting[];
  /** Notes that it is rung. */
  note(ringing: Ringing): Promise<void>;
  /** Notes that somebody waits for a free agent. */
  noteWaiting(who: Waiting): Promise<void>;
}

/**
 * What was rung lately, for as long as `drawer` is open.
 * @param but the reference of the step that is to be rung: an earlier attempt of its own, which came to nothing, is not counted.
 */
export async function rungLately(
  drawer: Drawer,
  own: Own,
  telephone: string,
  but: string,
  nowMs: number,
): Promise<RungLately> {
  const kind = 'ringing';
  const idOfNumber = `number.${own.nameOf(`ringing ${telephone}`)}`;
  const found = async (id: string, withinMs: number) => {
    const content = (await drawer.find<RingingContent>(kind, id))?.content;
    const rung = (content?.rung ?? []).filter(({ atMs, reference }) => atMs > nowMs - withinMs && reference !== but);
    return { rung, waiting: (content?.waiting ?? []).filter(({ untilMs }) => untilMs > nowMs) };
  };
  // In the same order whoever looks, so that no two wait for each other.
  const number = await found(idOfNumber, dayMs);
  const all = await found('all', hourMs);
  const put = (id: string, content: RingingContent) => drawer.put<RingingContent>(kind, id, content);
  return {
    ofNumber: number.rung,
    ofAll: all.rung,
    waiting: all.waiting,
    async note(ringing) {
      await put(idOfNumber, { telephone, rung: [...number.rung, ringing], waiting: [] });
      const waiting = all.waiting.filter(({ receipt }) => receipt !== ringing.receipt);
      await put('all', { telephone: null, rung: [...all.rung, ringing], waiting });
    },
    noteWaiting(who) {
      const others = all.waiting.filter(({ receipt }) => receipt !== who.receipt);
      const waiting = [...others, who].sort(inOrder).slice(0, mostWaiting);
      return put('all', { telephone: null, rung: all.rung, waiting });
    },
  };
}

/** The order in which those who wait are rung: as they asked. */
function inOrder(
  one: Pick<Waiting, 'acceptedAtMs' | 'receipt'>,
  other: Pick<Waiting, 'acceptedAtMs' | 'receipt'>,
): number {
  return one.acceptedAtMs - other.acceptedAtMs || (one.receipt < other.receipt ? -1 : 1);
}

/** How many wait for an agent of a line before somebody. */
export function countAhead(
  { waiting }: Pick<RungLately, 'waiting'>,
  line: string,
  who: Pick<Waiting, 'acceptedAtMs' | 'receipt'>,
): number {
  const others = waiting.filter((each) => each.line === line && each.receipt !== who.receipt);
  return others.filter((each) => inOrder(each, who) < 0).length;
}

/** When a number may be rung again, ms since 1970; null: now. */
export function numberFreeAtMs({ ofNumber }: Pick<RungLately, 'ofNumber'>, nowMs: number): number | null {
  return latest(freeAtMs(ofNumber, hourMs, numberAnHour, nowMs), freeAtMs(ofNumber, dayMs, numberADay, nowMs));
}

/** When another call-back may be made, ms since 1970; null: now. Welfare calls are not of these. */
export function callbacksFreeAtMs({ ofAll }: Pick<RungLately, 'ofAll'>, anHour: number, nowMs: number): number | null {
  const callbacks = ofAll.filter(({ purpose }) => purpose === 'CALLBACK');
  return freeAtMs(callbacks, hourMs, anHour, nowMs);
}

/** When there are fewer than `most` within a window; null: there are now. */
function freeAtMs(rung: readonly Ringing[], windowMs: number, most: number, nowMs: number): number | null {
  const within = rung.filter(({ atMs }) => atMs > nowMs - windowMs);
  const freeing = within.at(-most);
  return within.length < most || !freeing ? null : freeing.atMs + windowMs;
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
