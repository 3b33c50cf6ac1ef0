// One made-up estate that the four mocks agree on. Same seed, same day, same world. Knows no wire: truths only,
// that each mock puts into its own system's ugly words.
import { londonTime } from './world/calendar.ts';
import { castOf } from './world/cast.ts';
import { buildDemand } from './world/demand.ts';
import { buildEstate } from './world/estate.ts';
import { stream } from './world/random.ts';
import { FEWEST_HOMES } from './world/story.ts';

/** A date `YYYY-MM-DD`. */
export type Day = string;
/** London wall-clock time `YYYY-MM-DDTHH:mm:ss`, no offset. */
export type LocalTime = string;

/** A dwelling, a block or a garage. */
export interface Home {
  /** Unpadded, e.g. `00001234`. */
  propRef: string;
  /** Up to 12 digits, leading zeros kept. */
  uprn: string;
  address: string;
  postcode: string;
  kind: 'DWELLING' | 'BLOCK' | 'GARAGE';
  category: string;
  bedrooms: number;
  lift: boolean;
  gasExpiry: Day | null;
  /** Household now living there, if any. */
  houseRef: string | null;
}
/** Someone who lives in a household. */
export interface Member {
  houseRef: string;
  personNo: number;
  /** `houseRef-personNo`. */
  personRef: string;
  title: string;
  forename: string;
  surname: string;
  dob: Day | null;
  responsible: boolean;
  /** '' | Y | HRG | VIS | MOB | MH | LD | DV | O75, and now and then a code nobody documented. */
  vulnerable: string;
  /** Free text, as typed over the years; '' for none. */
  telephone: string;
  email: string;
  prefContact: string;
}
/** A tenancy. */
export interface Tenancy {
  /** e.g. `000017/01`. */
  tagRef: string;
  propRef: string;
  houseRef: string;
  tenure: string;
  start: Day;
  end: Day | null;
  rentPence: number;
  servicePence: number;
  /** Positive: arrears. */
  balancePence: number;
  paymentRef: string;
}
/** A housing application (transfer or register). */
export interface Application {
  appRef: string;
  personRef: string;
  band: string;
  bandReason: string;
  status: number;
  bedroomNeed: string;
  priorityDate: Day;
  biddingNumber: string;
}
/** An offer of a home. Dates are null where nothing is fixed yet. */
export interface Offer {
  offerNo: string;
  appRef: string;
  propRef: string;
  status: number;
  viewAt: LocalTime | null;
  contractStatus: string;
  signupOn: Day | null;
  plannedStart: Day | null;
  actualStart: Day | null;
}
/** A mutual exchange of two to five legs. */
export interface Exchange {
  exchRef: string;
  applied: Day;
  decisionDue: Day;
  status: number;
  legs: { personRef: string; fromPropRef: string; toPropRef: string; agreed: boolean }[];
}
/** A home advertised for bids. */
export interface Advert {
  advertNo: string;
  propRef: string;
  closes: LocalTime;
  minBedrooms: number;
  bids: number;
}

/** The references of the people of the journeys (printed by `npx lintel world --json`). */
export interface Cast {
  katy: { personReference: string; tenancyReference: string; propertyReference: string; offerNumber: string };
  david: { personReference: string; tenancyReference: string; propertyReference: string; exchangeReference: string };
  /** Fifty dwellings, tenanted, each with work orders. */
  properties: string[];
}

/** The estate. Arrays are in the order of their keys; maps are for look-ups. */
export interface World {
  seed: number;
  today: Day;
  homes: Home[];
  members: Member[];
  tenancies: Tenancy[];
  applications: Application[];
  offers: Offer[];
  exchanges: Exchange[];
  adverts: Advert[];
  homeByRef: Map<string, Home>;
  tenancyByRef: Map<string, Tenancy>;
  tenanciesByProp: Map<string, Tenancy[]>;
  tenanciesByHouse: Map<string, Tenancy[]>;
  membersByHouse: Map<string, Member[]>;
  memberByRef: Map<string, Member>;
  cast: Cast;
  /** Agents of each telephone line beside those whom its callers need. */
  agents: number;
  /** How many callers ring, as a share of those of the busiest hour. */
  callers: number;
  /** A generator of its own for one purpose: same seed and purpose, same numbers in [0, 1). */
  random(purpose: string): () => number;
}

/** What shapes a world. */
export interface WorldOptions {
  /** Dwellings; default 2,000. */
  homes?: number;
  seed?: number;
  /** The world's present day; default today in London. */
  today?: Day;
  /** Agents of each telephone line beside those whom its callers need; default none. */
  agents?: number;
  /** How many callers ring, as a share of those of the busiest hour; default 1, day and night. */
  callers?: number;
}

/** So that two people who say nothing get the same estate: the day the landlord's systems fell, as a number. */
const DEFAULT_SEED = 20_220_620;
/** Enough that every odd code occurs, few enough to build in a blink. */
const DEFAULT_HOMES = 2_000;

/**
 * Builds an estate. References depend on the seed and the count only; dates move along with `today`.
 * Throws a RangeError below 100 homes, where the people of the journeys have no room.
 */
export function makeWorld(options: WorldOptions = {}): World {
  const { homes: count = DEFAULT_HOMES, seed = DEFAULT_SEED, agents = 0, callers = 1 } = options;
  const today = options.today ?? londonTime(Date.now()).slice(0, 10);
  if (count < FEWEST_HOMES) throw new RangeError(`A world has at least ${FEWEST_HOMES} homes, not ${count}.`);

  const random = (purpose: string) => stream(seed, purpose);
  const { homes, members, tenancies } = buildEstate(random('estate'), count, today);
  const membersByHouse = Map.groupBy(members, (member) => member.houseRef);
  const tenanciesByProp = Map.groupBy(tenancies, (tenancy) => tenancy.propRef);
  const dwellings = homes.slice(0, count);
  const demand = buildDemand(random('demand'), dwellings, membersByHouse, today);

  const cast = castOf(dwellings, membersByHouse, tenanciesByProp, demand);
  return {
    seed,
    today,
    homes,
    members,
    tenancies,
    ...demand,
    homeByRef: new Map(homes.map((home) => [home.propRef, home])),
    tenancyByRef: new Map(tenancies.map((tenancy) => [tenancy.tagRef, tenancy])),
    tenanciesByProp,
    tenanciesByHouse: Map.groupBy(tenancies, (tenancy) => tenancy.houseRef),
    membersByHouse,
    memberByRef: new Map(members.map((member) => [member.personRef, member])),
    cast,
    agents,
    callers,
    random,
  };
}
