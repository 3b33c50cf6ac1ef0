// What lettings holds, and what its users changed since: offers accepted, exchanges applied for, bids made. Knows the
// rules and how a repeat is recognised; knows no HTTP beyond a status, and leaves the past to past.ts.

import { book, copyAll, type Kept, sequence } from '../book.ts';
import { addDays } from '../world/calendar.ts';
import type { Advert, Application, Exchange, LocalTime, Offer, World } from '../world.ts';
import { type Change, drawers } from './drawers.ts';
import { refuse } from './turnstile.ts';

/** An application that may bid. */
const ACTIVE = 300;
/** Days in which an exchange is to be decided (Housing Act 1985 s.92). */
const DECISION_DAYS = 42;

type Legs = Exchange['legs'];

/** What a client has had done, by the reference that it gave: the key of the record, and for a bid its place. */
interface Done {
  readonly ref: string;
  readonly position: number;
}

export interface Choices extends Kept {
  /** The world's present. */
  now(): LocalTime;
  applicationsByRef(refs: readonly string[]): Application[];
  applicationsOf(people: readonly string[]): Application[];
  offersByRef(refs: readonly string[]): Offer[];
  offersOf(applications: readonly string[]): Offer[];
  exchangesByRef(refs: readonly string[]): Exchange[];
  exchangesOf(people: readonly string[]): Exchange[];
  adverts(open: boolean | undefined): Advert[];
  /** What changed at `since` or later, oldest first. */
  changedSince(since: LocalTime): readonly Change[];
  accept(offerNo: string): Offer;
  apply(clientRef: string, legs: Legs): Exchange;
  bid(clientRef: string, appRef: string, advertNo: string): { bidNo: string; position: number };
  /** Makes an offer, under the next number. */
  offer(wish: Omit<Offer, 'offerNo'>): Offer;
  /** Writes a record as it is now; the feed tells. */
  write(record: Application | Offer | Exchange): void;
}

/** Lettings' holdings in a world; the world itself is left as it is. `now` is London's wall clock in it. */
export function choices(world: World, now: () => LocalTime): Choices {
  const held = drawers(world);
  const { applications, offers, exchanges, adverts } = held;
  const exchangeOfClient = book<Done>();
  const bidOfClient = book<Done>();
  const bidNumbers = sequence((count) => `BID/${String(count + 1).padStart(7, '0')}`);
  const offerNumbers = sequence((count) => held.offerNo(count));
  const exchangeNumbers = sequence((count) => held.exchRef(now().slice(0, 4), count));
  const kept = [held, exchangeOfClient, bidOfClient];
  const numbers = [bidNumbers, offerNumbers, exchangeNumbers];

  const found = <T>(keys: readonly string[], get: (key: string) => T | readonly T[] | undefined): T[] => [
    ...new Set(keys.flatMap((key) => get(key) ?? [])),
  ];
  const write = (record: Application | Offer | Exchange) => {
    if ('exchRef' in record) exchanges.put(record, now());
    else if ('offerNo' in record) offers.put(record, now());
    else applications.put(record, now());
  };

  return {
    now,
    applicationsByRef: (refs) => found(refs, applications.get),
    applicationsOf: (people) => found(people, applications.of),
    offersByRef: (refs) => found(refs, offers.get),
    offersOf: (refs) => found(refs, offers.of),
    exchangesByRef: (refs) => found(refs, exchanges.get),
    exchangesOf: (people) => found(people, exchanges.of),
    adverts(open) {
      const time = now();
      return adverts.all().filter((one) => open === undefined || one.closes > time === open);
    },
    changedSince: held.changedSince,
    write,

    accept(offerNo) {
      const offer = offers.get(offerNo) ?? refuse(404, 'NOT_FOUND', 'No such offer.');
      if ([30, 60].includes(offer.status)) refuse(409, 'ALREADY_ACCEPTED', 'The offer has been accepted before.');
      if ([40, 50].includes(offer.status)) refuse(409, 'OFFER_WITHDRAWN', 'The offer no longer stands.');
      const accepted = { ...offer, status: 30 };
      write(accepted);
      const application = applications.get(offer.appRef);
      if (application) write({ ...application, status: 800 });
      return accepted;
    },
    apply(clientRef, legs) {
      const exchRef = exchangeOfClient.get(clientRef)?.ref;
      if (exchRef) refuse(409, 'DUPLICATE_REF', 'This application was made before.', { exchRef });
      const applied = now().slice(0, 10);
      const decisionDue = addDays(applied, DECISION_DAYS);
      const exchange = { exchRef: exchangeNumbers.next(), applied, decisionDue, status: 1, legs };
      exchangeOfClient.set(clientRef, { ref: exchange.exchRef, position: 0 }, now());
      write(exchange);
      return exchange;
    },
    bid(clientRef, appRef, advertNo) {
      const before = bidOfClient.get(clientRef);
      if (before) {
        refuse(409, 'DUPLICATE_REF', 'This bid was made before.', { bidNo: before.ref, position: before.position });
      }
      const advert = adverts.get(advertNo) ?? refuse(404, 'NOT_FOUND', 'No such advert.');
      if (advert.closes <= now()) refuse(409, 'CYCLE_CLOSED', 'The bidding cycle has closed.');
      const application = applications.get(appRef);
      const needed = Number.parseInt(application?.bedroomNeed ?? '0', 10);
      if (application?.status !== ACTIVE || needed < advert.minBedrooms) {
        refuse(409, 'NOT_ELIGIBLE', 'The application may not bid for this home.');
      }
      const position = advert.bids + 1;
      adverts.put({ ...advert, bids: position }, now());
      const bidNo = bidNumbers.next();
      bidOfClient.set(clientRef, { ref: bidNo, position }, now());
      return { bidNo, position };
    },
    offer(wish) {
      const offer = { ...wish, offerNo: offerNumbers.next() };
      write(offer);
      return offer;
    },

    copy: () => copyAll([...kept, ...numbers]),
    goBack(to) {
      const bids = [...bidOfClient.entries()];
      const lost = held.goBack(to);
      exchangeOfClient.goBack(to);
      bidOfClient.goBack(to);
      offerNumbers.lose(lost.offers);
      exchangeNumbers.lose(lost.exchanges);
      bidNumbers.lose(bids.filter(([client]) => !bidOfClient.has(client)).map(([, { ref }]) => ref));
    },
  };
}
