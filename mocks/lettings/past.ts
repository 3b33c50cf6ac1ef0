// How lettings' made-up records stood on an earlier day, as an old backup has them. Knows no more than dates and statuses
// tell: bands, reasons, bids so far, legs agreed and the time of a viewing are not undone.
import { addDays, changeBefore, wallSeconds, wallTime } from '../world/calendar.ts';
import type { Advert, Application, Exchange, LocalTime, Offer } from '../world.ts';

/** Where an application came from: any status that is not here was the first one, 100 or 102. */
const APPLICATION_BEFORE: Readonly<Record<number, number>> = {
  200: 300,
  300: 100,
  320: 600,
  400: 300,
  500: 300,
  600: 700,
  700: 300,
  800: 400,
  900: 800,
};
/** A bidding cycle lasts a week. */
const CYCLE_DAYS = 7;

/** A record as it was at `to`, and when it had been changed last by then; undefined: it was not there yet. */
export type Then<Value> = { readonly value: Value; readonly at: LocalTime } | undefined;

const before = (at: LocalTime, to: LocalTime) => wallTime(changeBefore(wallSeconds(at), wallSeconds(to)));

export function applicationAt(value: Application, at: LocalTime, to: LocalTime): Then<Application> {
  if (value.priorityDate > to.slice(0, 10)) return undefined;
  if (at <= to) return { value, at };
  const status = APPLICATION_BEFORE[value.status] ?? value.status;
  return { value: { ...value, status }, at: before(at, to) };
}

/** One stage back: a contract's last step with the dates that it brought, a viewing, an answer. */
export function offerAt(value: Offer, at: LocalTime, to: LocalTime): Then<Offer> {
  // A move that the day had not seen yet is undone, however long ago the record says that it was changed.
  if (at <= to && (value.actualStart ?? '') <= to.slice(0, 10)) return { value, at };
  const back = (change: Partial<Offer>): Then<Offer> => ({ value: { ...value, ...change }, at: before(at, to) });
  const open = { signupOn: null, plannedStart: null, actualStart: null };
  if (value.status === 10) return undefined;
  if (value.status === 20) return back({ status: 10, viewAt: null });
  if (value.status === 60) return back({ status: 30, contractStatus: 'R', actualStart: null });
  if (value.status !== 30 || value.contractStatus === 'N') return back({ ...open, status: 20 });
  const contractStatus = { D: 'N', S: 'D', R: 'S', C: 'R' }[value.contractStatus] ?? value.contractStatus;
  return back({ ...open, contractStatus });
}

export function exchangeAt(value: Exchange, at: LocalTime, to: LocalTime): Then<Exchange> {
  if (value.applied > to.slice(0, 10)) return undefined;
  if (at <= to) return { value, at };
  const status = { 2: 1, 3: 2, 4: 3, 5: 3, 6: 4, 7: 1 }[value.status] ?? value.status;
  return { value: { ...value, status }, at: before(at, to) };
}

export function advertAt(value: Advert, to: LocalTime): Advert | undefined {
  return addDays(value.closes.slice(0, 10), -CYCLE_DAYS) > to.slice(0, 10) ? undefined : value;
}
