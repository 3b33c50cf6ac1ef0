// Who wants to move, and where to: applications, offers, exchanges and adverts over an estate already built.
// Knows no system.

import type { Advert, Application, Day, Exchange, Home, Member, Offer } from '../world.ts';
import { addDays } from './calendar.ts';
import { between, pick, type Random, weighted } from './random.ts';
import { davidsExchange, katysApplication, katysOffer, PLACES } from './story.ts';

/** Status 450 and band TMP are in no list: the software's maker added them last year. */
const statusOf = weighted([
  [300, 500],
  [100, 80],
  [102, 40],
  [200, 70],
  [320, 20],
  [400, 80],
  [500, 50],
  [600, 35],
  [700, 45],
  [800, 30],
  [900, 45],
  [450, 5],
]);
const bandOf = weighted([
  ['GEN', 48],
  ['PRY', 26],
  ['RES', 14],
  ['HOM', 6],
  ['URG', 5],
  ['TMP', 1],
]);
const REASONS = ['Overcrowded', 'Under-occupying', 'Medical need', 'Homeless duty', 'Decant', 'Harassment', ''];
const exchangeStatusOf = weighted([
  [1, 20],
  [2, 14],
  [3, 14],
  [4, 20],
  [5, 12],
  [6, 10],
  [7, 9],
  [8, 1],
]);

/** Statuses of an exchange that stands still; the rest wait for a decision and so began within the 42 days. */
const SETTLED = [5, 6, 7, 8];
/** Days within which the law wants a decision (Housing Act 1985 s.92). */
const DECISION_DAYS = 42;

export interface Demand {
  applications: Application[];
  offers: Offer[];
  exchanges: Exchange[];
  adverts: Advert[];
}

/** Lets some of the estate's households want another home. `dwellings` are in the order of their places. */
export function buildDemand(
  random: Random,
  dwellings: readonly Home[],
  membersByHouse: ReadonlyMap<string, Member[]>,
  today: Day,
): Demand {
  const voids = dwellings.filter((home) => home.houseRef === null);
  const tenantOf = (home: Home | undefined) => membersByHouse.get(home?.houseRef ?? '')?.[0];
  const demand: Demand = { applications: [], offers: [], exchanges: [], adverts: [] };
  let year = 2022;
  let inYear = 70;

  for (const [place, home] of dwellings.entries()) {
    const tenant = tenantOf(home);
    if (!tenant) continue;
    if (place === PLACES.katy || random() < 0.09) {
      const serial = 12_301 + demand.applications.length;
      const appRef = `APP/${String(serial).padStart(7, '0')}`;
      const bidding = String(serial * 3).padStart(8, '0');
      const offerNo = String(40_001 + demand.offers.length).padStart(7, '0');
      if (place === PLACES.katy) {
        const newHome = (dwellings[PLACES.katysNewHome] as Home).propRef;
        demand.applications.push(katysApplication(appRef, tenant.personRef, bidding, today));
        demand.offers.push(katysOffer(offerNo, appRef, newHome, today));
      } else {
        const application = applicationOf(random, appRef, tenant.personRef, bidding, today);
        demand.applications.push(application);
        const offer = offerOf(random, offerNo, application, pick(random, voids).propRef, home.propRef, today);
        if (offer) demand.offers.push(offer);
      }
    }
    if (place === PLACES.david || random() < 0.008) {
      const count = place === PLACES.david ? 3 : between(random, 2, 9) < 8 ? 2 : between(random, 3, 5);
      const others = place === PLACES.david ? PLACES.davidsChain : nearby(random, place, count - 1);
      const chain = [home, ...others.flatMap((other) => dwellings[other] ?? [])].filter((one) => tenantOf(one));
      if (chain.length < 2) continue;
      if (year < 2026 && random() < 0.06) {
        year++;
        inYear = 0;
      }
      const exchRef = `MEX-${year}-${String(++inYear).padStart(5, '0')}`;
      const status = place === PLACES.david ? 4 : exchangeStatusOf(random);
      const legs = chain.map((one, index) => ({
        personRef: (tenantOf(one) as Member).personRef,
        fromPropRef: one.propRef,
        toPropRef: (chain[(index + 1) % chain.length] as Home).propRef,
        agreed: (status >= 2 && status !== 7) || random() < 0.5,
      }));
      if (place === PLACES.david) demand.exchanges.push(davidsExchange(exchRef, legs, today));
      else {
        const age = SETTLED.includes(status) ? between(random, 43, 1_100) : between(random, 1, DECISION_DAYS);
        const applied = addDays(today, -age);
        demand.exchanges.push({ exchRef, applied, decisionDue: addDays(applied, DECISION_DAYS), status, legs });
      }
    }
  }

  for (const home of voids) {
    if (home === dwellings[PLACES.katysNewHome]) continue;
    const closes = random() < 0.7 ? addDays(today, between(random, 1, 6)) : addDays(today, -between(random, 1, 30));
    demand.adverts.push({
      advertNo: String(45_001 + demand.adverts.length).padStart(8, '0'),
      propRef: home.propRef,
      closes: `${closes}T${pick(random, ['12:00', '23:59'])}:00`,
      minBedrooms: Math.max(1, home.bedrooms - (random() < 0.3 ? 1 : 0)),
      bids: between(random, 0, 90),
    });
  }
  return demand;
}

/** Places near one, in a chain that never comes back to its start. */
function nearby(random: Random, place: number, count: number): number[] {
  let at = place;
  return Array.from({ length: count }, () => {
    at += between(random, 1, 40);
    return at;
  });
}

function applicationOf(random: Random, appRef: string, personRef: string, bidding: string, today: Day): Application {
  const status = statusOf(random);
  const bedrooms = String(between(random, 1, 4));
  return {
    appRef,
    personRef,
    band: bandOf(random),
    bandReason: pick(random, REASONS),
    status,
    bedroomNeed: random() < 0.12 ? `${bedrooms}+1` : bedrooms,
    priorityDate: addDays(today, -between(random, 2, 2_400)),
    biddingNumber: bidding,
  };
}

/** The offer that an application's status speaks of, if it speaks of one. */
function offerOf(
  random: Random,
  offerNo: string,
  application: Application,
  voidRef: string,
  ownRef: string,
  today: Day,
): Offer | undefined {
  const { appRef, status: stage } = application;
  const base = { offerNo, appRef, propRef: voidRef, contractStatus: 'N' };
  const none = { viewAt: null, signupOn: null, plannedStart: null, actualStart: null };
  const viewing = (days: number) =>
    `${addDays(today, days)}T${pick(random, ['09:15', '10:30', '11:00', '14:00', '16:45'])}:00`;
  if (stage === 900) {
    const moved = addDays(today, -between(random, 1, 60));
    const signupOn = addDays(moved, -between(random, 1, 9));
    const dates = { viewAt: viewing(-90), signupOn, plannedStart: moved, actualStart: moved };
    return { ...base, propRef: ownRef, status: 60, contractStatus: 'C', ...dates };
  }
  if (stage === 800) {
    const contractStatus = pick(random, ['N', 'D', 'S', 'R', 'R', 'X']);
    const ready = contractStatus === 'R';
    const signupOn = ready ? addDays(today, between(random, 1, 7)) : null;
    const plannedStart = ready || random() < 0.4 ? addDays(today, between(random, 7, 30)) : null;
    return {
      ...base,
      ...none,
      status: 30,
      contractStatus,
      viewAt: viewing(-between(random, 2, 30)),
      signupOn,
      plannedStart,
    };
  }
  if (stage === 400) {
    const booked = random() < 0.6;
    return { ...base, ...none, status: booked ? 20 : 10, viewAt: booked ? viewing(between(random, 1, 9)) : null };
  }
  if (stage !== 300 || random() > 0.12) return undefined;
  return { ...base, ...none, status: pick(random, [40, 40, 50, 35]), viewAt: viewing(-between(random, 5, 100)) };
}
