// The people whom the journeys are about: Katy, packed into boxes, and David, whose exchange is agreed.
// Knows where each lives in the estate; knows no system.

import type { Application, Day, Exchange, Member, Offer } from '../world.ts';
import { addDays } from './calendar.ts';

/** Places in the estate, counted from 0, that chance must leave alone. */
export const PLACES = {
  katy: 16,
  david: 41,
  /** Empty, and offered to Katy. */
  katysNewHome: 23,
  /** The homes of the two households that David's family exchanges with, in the chain's order. */
  davidsChain: [58, 77],
} as const;

/**
 * What happened to the two this week, so that a backup of last week has lost it: Katy's move date was fixed, and David
 * gave a new e-mail address.
 */
export const KATYS_DATE = { daysAgo: 2, time: '15:42:08' } as const;
export const DAVIDS_EMAIL = { daysAgo: 3, time: '11:05:37', before: 'd.osei@example.org' } as const;

/** The fewest dwellings in which the story and fifty tenanted homes fit. */
export const FEWEST_HOMES = 100;

/** The household of a person of the story, if one lives at this place. */
export function storyHousehold(place: number, houseRef: string, today: Day): Member[] | undefined {
  const person = (personNo: number, forename: string, surname: string, yearsOld: number): Member => ({
    houseRef,
    personNo,
    personRef: `${houseRef}-${personNo}`,
    title: '',
    forename,
    surname,
    // Some days past a birthday, so that an age does not turn on the day a test runs.
    dob: addDays(today, -Math.floor(yearsOld * 365.25) - 100),
    responsible: false,
    vulnerable: '',
    telephone: '',
    email: '',
    prefContact: '',
  });
  if (place === PLACES.katy) {
    return [
      {
        ...person(1, 'Katy', 'Alderton', 31),
        title: 'Ms',
        responsible: true,
        telephone: '07700 900017',
        email: 'katy.alderton@example.com',
        prefContact: 'S',
      },
      { ...person(2, 'Archie', 'Alderton', 4), title: 'Master' },
    ];
  }
  if (place === PLACES.david) {
    return [
      {
        ...person(1, 'David', 'Osei', 44),
        title: 'Mr',
        responsible: true,
        telephone: '07700 900042',
        email: 'david.osei@example.org',
        prefContact: 'T',
      },
      { ...person(2, 'Grace', 'Osei', 13), title: 'Miss' },
      { ...person(3, 'Samuel', 'Osei', 9), title: 'Master' },
    ];
  }
  return undefined;
}

/** Katy's application: accepted, and so long settled. */
export function katysApplication(appRef: string, personRef: string, biddingNumber: string, today: Day): Application {
  return {
    appRef,
    personRef,
    band: 'PRY',
    bandReason: 'Overcrowded',
    status: 800,
    bedroomNeed: '2',
    priorityDate: addDays(today, -540),
    biddingNumber,
  };
}

/** Katy's offer: seen, accepted, the contract sent, a day to move planned; and nothing has happened yet. */
export function katysOffer(offerNo: string, appRef: string, propRef: string, today: Day): Offer {
  return {
    offerNo,
    appRef,
    propRef,
    status: 30,
    viewAt: `${addDays(today, -20)}T10:30:00`,
    contractStatus: 'S',
    signupOn: null,
    plannedStart: addDays(today, 9),
    actualStart: null,
  };
}

/** David's exchange: three legs, all agreed, approved 24 days into the 42 that the law gives (Housing Act 1985 s.92). */
export function davidsExchange(exchRef: string, legs: Exchange['legs'], today: Day): Exchange {
  const applied = addDays(today, -24);
  return { exchRef, applied, decisionDue: addDays(applied, 42), status: 4, legs };
}
