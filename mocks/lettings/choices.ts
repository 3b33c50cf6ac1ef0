// What lettings holds, and what its users changed since: offers accepted, exchanges applied for, bids made.
// Knows the rules and how a repeat is recognised; knows no HTTP beyond a status.

import { inventedChange } from '../tenancies/changes.ts';
import { addDays } from '../world/calendar.ts';
import type { Advert, Application, Exchange, LocalTime, Offer, World } from '../world.ts';
import { refuse } from './turnstile.ts';

/** An application that may bid. */
const ACTIVE = 300;
/** Days in which an exchange is to be decided (Housing Act 1985 s.92). */
const DECISION_DAYS = 42;

interface Change {
  kind: 'application' | 'offer' | 'exchange';
  ref: string;
  at: LocalTime;
}

type Legs = Exchange['legs'];

export interface Choices {
  applicationsByRef(refs: readonly string[]): Application[];
  applicationsOf(people: readonly string[]): Application[];
  offersByRef(refs: readonly string[]): Offer[];
  offersOf(applications: readonly string[]): Offer[];
  exchangesByRef(refs: readonly string[]): Exchange[];
  exchangesOf(people: readonly string[]): Exchange[];
  adverts(open: boolean | undefined): Advert[];
  changedSince(since: LocalTime): Change[];
  accept(offerNo: string): Offer;
  apply(clientRef: string, legs: Legs): Exchange;
  bid(clientRef: string, appRef: string, advertNo: string): { bidNo: string; position: number };
}

/** Lettings' holdings in a world; the world itself is left as it is. `now` is London's wall clock in it. */
export function choices(world: World, now: () => LocalTime): Choices {
  const applications = new Map(world.applications.map((one) => [one.appRef, { ...one }]));
  const offers = new Map(world.offers.map((one) => [one.offerNo, { ...one }]));
  const exchanges = new Map(world.exchanges.map((one) => [one.exchRef, one]));
  const adverts = new Map(world.adverts.map((one) => [one.advertNo, { ...one }]));
  const applicationsByPerson = Map.groupBy(applications.values(), (one) => one.personRef);
  const offersByApplication = Map.groupBy(offers.values(), (one) => one.appRef);
  const exchangesByPerson = new Map<string, Exchange[]>();
  const joinPeople = (exchange: Exchange) => {
    for (const { personRef } of exchange.legs) {
      exchangesByPerson.set(personRef, [...(exchangesByPerson.get(personRef) ?? []), exchange]);
    }
  };
  for (const exchange of exchanges.values()) joinPeople(exchange);

  const first = (kind: Change['kind'], ref: string): Change => ({
    kind,
    ref,
    at: inventedChange(world.seed, world.today, `${kind} ${ref}`),
  });
  let changes = [
    ...world.applications.map((one) => first('application', one.appRef)),
    ...world.offers.map((one) => first('offer', one.offerNo)),
    ...world.exchanges.map((one) => first('exchange', one.exchRef)),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.ref < b.ref ? -1 : 1));
  const touch = (kind: Change['kind'], ref: string) => {
    changes = [...changes.filter((one) => one.kind !== kind || one.ref !== ref), { kind, ref, at: now() }];
  };

  const exchangeOfClient = new Map<string, string>();
  const bidOfClient = new Map<string, { bidNo: string; position: number }>();
  const found = <T>(keys: readonly string[], get: (key: string) => T | T[] | undefined): T[] => [
    ...new Set(keys.flatMap((key) => get(key) ?? [])),
  ];
  const nextExchange = (year: string) => {
    const numbers = [...exchanges.keys()].filter((ref) => ref.startsWith(`MEX-${year}-`)).map((ref) => +ref.slice(-5));
    return `MEX-${year}-${String(Math.max(0, ...numbers) + 1).padStart(5, '0')}`;
  };

  return {
    applicationsByRef: (refs) => found(refs, (ref) => applications.get(ref)),
    applicationsOf: (people) => found(people, (ref) => applicationsByPerson.get(ref)),
    offersByRef: (refs) => found(refs, (ref) => offers.get(ref)),
    offersOf: (refs) => found(refs, (ref) => offersByApplication.get(ref)),
    exchangesByRef: (refs) => found(refs, (ref) => exchanges.get(ref)),
    exchangesOf: (people) => found(people, (ref) => exchangesByPerson.get(ref)),
    adverts(open) {
      const time = now();
      return [...adverts.values()].filter((one) => open === undefined || one.closes > time === open);
    },
    changedSince: (since) => changes.filter((one) => one.at >= since),

    accept(offerNo) {
      const offer = offers.get(offerNo) ?? refuse(404, 'NOT_FOUND', 'No such offer.');
      if ([30, 60].includes(offer.status)) refuse(409, 'ALREADY_ACCEPTED', 'The offer has been accepted before.');
      if ([40, 50].includes(offer.status)) refuse(409, 'OFFER_WITHDRAWN', 'The offer no longer stands.');
      offer.status = 30;
      touch('offer', offerNo);
      const application = applications.get(offer.appRef);
      if (application) {
        application.status = 800;
        touch('application', offer.appRef);
      }
      return offer;
    },
    apply(clientRef, legs) {
      const exchRef = exchangeOfClient.get(clientRef);
      if (exchRef) refuse(409, 'DUPLICATE_REF', 'This application was made before.', { exchRef });
      const applied = now().slice(0, 10);
      const decisionDue = addDays(applied, DECISION_DAYS);
      const exchange = { exchRef: nextExchange(applied.slice(0, 4)), applied, decisionDue, status: 1, legs };
      exchanges.set(exchange.exchRef, exchange);
      exchangeOfClient.set(clientRef, exchange.exchRef);
      joinPeople(exchange);
      touch('exchange', exchange.exchRef);
      return exchange;
    },
    bid(clientRef, appRef, advertNo) {
      const before = bidOfClient.get(clientRef);
      if (before) refuse(409, 'DUPLICATE_REF', 'This bid was made before.', before);
      const advert = adverts.get(advertNo) ?? refuse(404, 'NOT_FOUND', 'No such advert.');
      if (advert.closes <= now()) refuse(409, 'CYCLE_CLOSED', 'The bidding cycle has closed.');
      const application = applications.get(appRef);
      const needed = Number.parseInt(application?.bedroomNeed ?? '0', 10);
      if (application?.status !== ACTIVE || needed < advert.minBedrooms) {
        refuse(409, 'NOT_ELIGIBLE', 'The application may not bid for this home.');
      }
      advert.bids++;
      const bid = { bidNo: `BID/${String(bidOfClient.size + 1).padStart(7, '0')}`, position: advert.bids };
      bidOfClient.set(clientRef, bid);
      return bid;
    },
  };
}
