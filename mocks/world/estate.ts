// Builds the estate itself: dwellings, blocks and garages, who lives there and on what terms, now and before.
// Knows no queue for homes (demand.ts) and no system.

import type { Day, Home, Member, Tenancy } from '../world.ts';
import { dayOf, epochDay } from './calendar.ts';
import { formerTenant, household } from './households.ts';
import { type Street, street } from './places.ts';
import { between, pick, type Random } from './random.ts';
import { PLACES, storyHousehold } from './story.ts';
import { tenancyOf } from './terms.ts';

/** The share of dwellings standing empty between tenants. */
const VOID_SHARE = 0.025;

/** How long the people of the story have had their homes, in days: old enough to be grown, new enough for assured. */
const STORY_TENANCY_DAYS = 1_500;

/** References of a kind of home start here, so that the kinds sort apart: dwellings, garages, blocks. */
const FIRST_REF = { DWELLING: 1_001, GARAGE: 70_000_001, BLOCK: 90_000_001 };

export interface Estate {
  homes: Home[];
  members: Member[];
  tenancies: Tenancy[];
}

/** Builds `count` dwellings, and the blocks, garages, households and tenancies that go with them. */
export function buildEstate(random: Random, count: number, today: Day): Estate {
  const epochToday = epochDay(today);
  const dwellings: Home[] = [];
  const garages: Home[] = [];
  const blocks: Home[] = [];
  const members: Member[] = [];
  const lettings: Tenancy[] = [];
  const garageLettings: Tenancy[] = [];
  let houses = 100;
  const nextHouse = () => String(++houses).padStart(7, '0');
  /** A household that left an earlier home for one not yet built. */
  let mover: { houseRef: string; left: number } | null = null;
  let here: Street = street(random);
  let number = 0;

  for (let place = 0; place < count; place++) {
    if (number >= here.homes) {
      here = street(random);
      number = 0;
    }
    number++;
    if (number === 1 && here.block) blocks.push(blockOf(here, blocks.length, random));
    const home = dwellingOf(here, number, place, random, epochToday);
    dwellings.push(home);

    const story = storyHousehold(place, '', today) !== undefined || isIn(PLACES.davidsChain, place);
    const empty = place === PLACES.katysNewHome || (!story && random() < VOID_SHARE);
    const account = place + 1;
    let successor = 1;
    let letUntil = epochToday - between(random, 3, 9_000);
    if (story) letUntil = epochToday - STORY_TENANCY_DAYS;
    if (empty || random() < 0.3) {
      const houseRef = nextHouse();
      const movesOn: boolean = mover === null && random() < 0.25;
      members.push(
        ...(movesOn
          ? household(random, epochToday, houseRef, home.bedrooms)
          : formerTenant(random, epochToday, houseRef)),
      );
      if (empty) letUntil = epochToday - between(random, 5, 180);
      if (movesOn) mover = { houseRef, left: letUntil };
      const start = letUntil - between(random, 200, 6_000);
      const terms = { account, successor: successor++, start, end: letUntil };
      lettings.push(tenancyOf(random, home, houseRef, terms));
    }
    if (empty) continue;

    let houseRef: string;
    let since = Math.min(epochToday - 1, letUntil + between(random, 1, 40));
    if (mover === null || story || random() < 0.5) {
      houseRef = nextHouse();
      const people = storyHousehold(place, houseRef, today);
      members.push(...(people ?? household(random, epochToday, houseRef, home.bedrooms)));
    } else {
      houseRef = mover.houseRef;
      since = Math.max(since, mover.left);
      mover = null;
    }
    home.houseRef = houseRef;
    const tenancy = tenancyOf(random, home, houseRef, { account, successor, start: since, end: null });
    lettings.push(story ? { ...tenancy, tenure: 'ASY' } : tenancy);

    if (random() < 0.05) {
      const garage = garageOf(here, garages.length, random);
      garages.push(garage);
      if (random() < 0.7) {
        const terms = { account: 700_000 + garages.length, successor: 1, start: since, end: null };
        garageLettings.push({ ...tenancyOf(random, garage, houseRef, terms), tenure: 'GAR' });
      }
    }
  }
  // A mover for whom no further home came just left the estate.
  return {
    homes: [...dwellings, ...garages, ...blocks],
    members,
    tenancies: [...lettings, ...garageLettings],
  };
}

function isIn(places: readonly number[], place: number): boolean {
  return places.includes(place);
}

function reference(kind: Home['kind'], index: number): string {
  return String(FIRST_REF[kind] + index).padStart(8, '0');
}

/** Twelve digits with a leading zero for most, fewer for homes keyed in before the national gazetteer. */
function uprnOf(random: Random, serial: number): string {
  const unique = serial * 7 + between(random, 0, 6);
  if (random() < 0.08) return String(2_000_000 + unique).padStart(10, '0');
  return String((random() < 0.7 ? 10_090_000_000 : 200_004_000_000) + unique).padStart(12, '0');
}

function dwellingOf(here: Street, number: number, place: number, random: Random, epochToday: number): Home {
  const flat = here.block !== null;
  const bedrooms = flat ? pick(random, [1, 1, 1, 2, 2, 3]) : pick(random, [1, 2, 2, 3, 3, 3, 4, 5]);
  const line = flat ? `Flat ${number}, ${here.block}, ${here.road}` : `${number * 2 - 1} ${here.road}`;
  return {
    propRef: reference('DWELLING', place),
    uprn: uprnOf(random, place),
    address: `${line}, ${here.town}`,
    postcode: here.postcode,
    kind: 'DWELLING',
    category: flat ? pick(random, ['FLT', 'FLT', 'FLT', 'MAI']) : bedrooms < 3 && random() < 0.4 ? 'BUN' : 'HSE',
    bedrooms,
    lift: here.lift,
    // One home in eight has no gas; a few records have lapsed, as they do.
    gasExpiry: random() < 0.125 ? null : dayOf(epochToday + between(random, -10, 365)),
    houseRef: null,
  };
}

function blockOf(here: Street, index: number, random: Random): Home {
  return {
    propRef: reference('BLOCK', index),
    uprn: uprnOf(random, 1_000_000 + index),
    address: `1-${here.homes} ${here.block}, ${here.road}, ${here.town}`,
    postcode: here.postcode,
    kind: 'BLOCK',
    category: 'BLK',
    bedrooms: 0,
    lift: here.lift,
    gasExpiry: null,
    houseRef: null,
  };
}

function garageOf(here: Street, index: number, random: Random): Home {
  return {
    ...blockOf(here, index, random),
    propRef: reference('GARAGE', index),
    uprn: uprnOf(random, 2_000_000 + index),
    address: `Garage ${between(random, 1, 30)}, rear of ${here.road}, ${here.town}`,
    kind: 'GARAGE',
    category: 'GAR',
    lift: false,
  };
}
