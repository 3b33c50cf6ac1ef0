// Those who write and read by way of Lintel, system by system: which writes there are, what follows them, which pages are
// read. Knows the schema and the made-up estate; knows neither wires nor what becomes of the systems.
import { between, pick, type Random } from '../../mocks/world/random.ts';
import type { World } from '../../mocks/world.ts';
import type { Site } from './site.ts';

/** A record that a write is about, as its writer knows it. */
export interface Target {
  /** `10001234`, an offer's number. */
  reference: string;
  /** Whose it was, and what it came of, when it was named. */
  identity: string;
}

/** A write that can be sent. */
export interface Write {
  mutation: string;
  /** Its input but for the key. `mark` is a text by which its effects are known. */
  input(mark: string): object;
  emergency: boolean;
  /** What the systems are asked for it, as the mocks name it. */
  operations: readonly string[];
  /** What existed before it and is named by it. Null: it names nothing that could be another's one day. */
  target: Target | null;
}

/** A write that was sent. */
export interface Note extends Write {
  key: string;
  /** The ids of its receipts: one, whenever it was acknowledged. */
  ids: readonly string[];
  /** Why it was not accepted. */
  refused: string | null;
  /** What it has made: the first of its receipt's records, as it was when its writer heard of it. */
  made: Target | null;
  sentAtMs: number;
}

/** What residents of one play write and read about. */
export interface Life {
  site: Site;
  random: Random;
  /** Few, so that writes meet. */
  homes: readonly string[];
  people: readonly string[];
  /** Numbers of offers that staff have made, which can be accepted. */
  offers: Target[];
  /** What was written, in its order. */
  notes: Note[];
}

/** What residents do with one system. */
export interface Ground {
  write(life: Life, sort: 'EMERGENCY' | 'ANY'): Write;
  /** A write about what another has made, by its receipt or by its number; null: this system has none, or not of this. */
  follow(life: Life, note: Note, by: 'RECEIPT' | 'NUMBER'): Write | null;
  /** The questions of the pages that are read about this system: of those that everybody opens, and of the others. */
  pages(life: Life): { few: readonly string[]; more: readonly string[] };
}

/** So many homes and people. */
const few = 5;

/** Chooses who lives in a play. */
export function lifeOf(site: Site, random: Random): Life {
  const { world } = site.mocks;
  const homes = world.homes.filter(({ kind, houseRef }) => kind === 'DWELLING' && houseRef !== null);
  const people = world.members.filter(({ responsible }) => responsible);
  const some = <T>(all: readonly T[]) => Array.from({ length: few }, () => pick(random, all));
  return {
    site,
    random,
    homes: some(homes).map(({ propRef }) => propRef),
    people: some(people).map(({ personRef }) => personRef),
    offers: [],
    notes: [],
  };
}

const troubles = [
  'The tap in the kitchen drips',
  'The boiler is out',
  'A window does not close',
  'Water under the sink',
];

const repairs: Ground = {
  write({ random, homes, site }, sort) {
    const chance = sort === 'EMERGENCY' ? 0 : random();
    const emergency = chance < 0.35;
    const visit = !emergency && chance > 0.75;
    const byHand = !emergency && !visit && chance > 0.65;
    const propertyReference = pick(random, homes);
    const trouble = emergency ? 'Smell of gas' : pick(random, troubles);
    return {
      mutation: 'reportRepair',
      input: (mark) => ({
        propertyReference,
        channel: 'WEB',
        description: `${mark} ${trouble}`,
        urgency: emergency ? 'EMERGENCY' : 'ROUTINE',
        ...(visit && { preferredWindow: anyWindow(site.clock.now(), random) }),
        ...(byHand && { doneByHandAt: new Date(site.clock.now() - 60_000).toISOString() }),
      }),
      emergency,
      operations: [
        'raise',
        ...(visit ? ['createOrder', 'scheduleBooking'] : []),
        ...(byHand ? ['workOrderComplete'] : []),
      ],
      target: null,
    };
  },
  follow({ random, site }, note, by) {
    if (note.mutation !== 'reportRepair' || !note.made) return null;
    const which = by === 'RECEIPT' ? { receipt: note.ids[0] } : { workOrderReference: note.made.reference };
    const window = anyWindow(site.clock.now(), random);
    const [mutation, operations, more] = pick(random, [
      ['completeWorkOrder', ['workOrderComplete'], (mark: string) => ({ note: mark })],
      ['reportNoAccess', ['jobStatusUpdate'], (mark: string) => ({ note: mark })],
      ['bookAppointment', ['createOrder', 'scheduleBooking'], (mark: string) => ({ note: mark, window })],
      ['cancelAppointment', ['deleteOrder'], (mark: string) => ({ reason: mark })],
    ] as const);
    const input = (mark: string) => ({ ...which, channel: 'STAFF', ...more(mark) });
    return { mutation, input, emergency: false, operations, target: note.made };
  },
  pages: ({ homes, notes }) => ({
    // What every page asks: what is open.
    few: homes.map(
      (home) =>
        `property(propertyReference: "${home}") { repairs { items { reference description status raisedAt } } }`,
    ),
    more: [
      ...homes.map(
        (home) =>
          `property(propertyReference: "${home}") { repairs(includeClosed: true) { items { reference status appointment { window { start } } } } }`,
      ),
      ...notes.flatMap(({ made }) =>
        made ? [`workOrder(reference: "${made.reference}") { reference description status lastUpdatedAt }`] : [],
      ),
    ],
  }),
};

const tenancies: Ground = {
  write({ random, people, site }, sort) {
    const personReference = pick(random, people);
    const chance = random();
    const telephone = `01632 960${between(random, 100, 998)}`;
    return {
      mutation: 'updateContactDetails',
      input: (mark) => ({
        personReference,
        channel: 'WEB',
        ...(chance < 0.5 || sort === 'EMERGENCY' ? { telephone } : { email: `${mark}@tenant.example` }),
      }),
      emergency: false,
      operations: ['UpdateContactDetails'],
      target: targetOf(site, 'tenancies', personReference),
    };
  },
  follow: () => null,
  pages: ({ people, homes }) => ({
    few: people.map((person) => `person(personReference: "${person}") { personReference name telephoneAsRecorded }`),
    more: [
      ...people.map(
        (person) =>
          `person(personReference: "${person}") { email preferredContact tenancies { items { tenancyReference } } }`,
      ),
      ...homes.map(
        (home) => `property(propertyReference: "${home}") { address tenancies { items { tenancyReference } } }`,
      ),
    ],
  }),
};

const lettings: Ground = {
  write(life, sort) {
    const { world } = life.site.mocks;
    const chance = sort === 'EMERGENCY' ? 0 : life.random();
    const offer = chance < 0.5 ? openOffer(life) : null;
    if (offer) return acceptance(offer);
    const bid = chance > 0.9 ? anyBid(world, life) : null;
    return bid ?? exchange(world, life.random);
  },
  follow({ offers, random, notes }, _note, by) {
    const taken = new Set(notes.flatMap(({ target }) => target?.reference ?? []));
    const open = offers.filter(({ reference }) => !taken.has(reference));
    return by === 'NUMBER' && open.length > 0 ? acceptance(pick(random, open)) : null;
  },
  pages: ({ people, offers, notes, site }) => {
    const applicants = site.mocks.world.applications.slice(0, few).map(({ personRef }) => personRef);
    const made = notes.flatMap(({ made }) => made?.reference ?? []);
    const offersMade = [...offers.map(({ reference }) => reference), ...made.filter((each) => /^\d+$/.test(each))];
    const exchanges = made.filter((reference) => reference.startsWith('MEX'));
    return {
      few: [...people, ...applicants].map(
        (person) => `person(personReference: "${person}") { applications { items { applicationReference status } } }`,
      ),
      more: [
        ...[...people, ...applicants].map(
          (person) =>
            `person(personReference: "${person}") { applications { items { offers { items { offerNumber status } } } } exchanges { items { exchangeReference status } } }`,
        ),
        ...offersMade.map((reference) => `offer(offerNumber: "${reference}") { offerNumber status plannedMoveDate }`),
        ...exchanges.map(
          (reference) => `mutualExchange(exchangeReference: "${reference}") { exchangeReference status appliedOn }`,
        ),
      ],
    };
  },
};

const telephony: Ground = {
  write({ random, notes }) {
    // Each number once, and none that ends in 9: that one would never answer.
    const telephone = `0163296${String(100 + notes.length).padStart(3, '0')}${between(random, 0, 8)}`;
    return {
      mutation: 'requestCallback',
      // A line that is never closed and has free agents mostly.
      input: () => ({ telephone, line: 'emergencies', channel: 'WEB' }),
      emergency: false,
      operations: ['originate'],
      target: null,
    };
  },
  follow: () => null,
  pages: ({ people, site }) => ({
    few: ['lines { items { name waitingCallers agentsAvailable } }'],
    more: [
      `calls(since: "${new Date(site.clock.now()).toISOString().slice(0, 10)}", first: 100) { edges { node { callId } } }`,
      ...people.map((person) => `person(personReference: "${person}") { calls { items { callId } } }`),
    ],
  }),
};

/** What residents do, by system. */
export const grounds = { repairs, tenancies, lettings, telephony } satisfies Record<string, Ground>;
export type SystemName = keyof typeof grounds;

/** A record as it is now, for whoever names it. */
export function targetOf(site: Site, system: string, reference: string): Target | null {
  const seen = [...site.look(system, reference).values()].find((each) => each !== null);
  return seen ? { reference, identity: seen.identity } : null;
}

function acceptance(offer: Target): Write {
  return {
    mutation: 'acceptOffer',
    input: () => ({ offerNumber: offer.reference, channel: 'WEB' }),
    emergency: false,
    operations: ['offers'],
    target: offer,
  };
}

/** An offer that nobody has accepted yet. */
function openOffer({ site, random, offers, notes }: Life): Target | null {
  const taken = new Set(notes.flatMap(({ target }) => target?.reference ?? []));
  const known = [...site.mocks.world.offers.map(({ offerNo }) => offerNo), ...offers.map(({ reference }) => reference)];
  const open = known.filter((reference) => {
    const content = site.look('lettings', reference).get('lettings')?.content;
    return !taken.has(reference) && content && [10, 20].includes(JSON.parse(content).status);
  });
  return open.length > 0 ? targetOf(site, 'lettings', pick(random, open)) : null;
}

function anyBid(world: World, { site, random }: Life): Write | null {
  const active = world.applications.filter(({ appRef }) => {
    const content = site.look('lettings', appRef).get('lettings')?.content;
    return content && JSON.parse(content).status === 300;
  });
  const pairs = active.flatMap((application) =>
    world.adverts
      .filter(({ minBedrooms }) => Number.parseInt(application.bedroomNeed, 10) >= minBedrooms)
      .map((advert) => [application.appRef, advert.advertNo] as const),
  );
  if (pairs.length === 0) return null;
  const [applicationReference, advertNumber] = pick(random, pairs);
  return {
    mutation: 'placeBid',
    input: () => ({ applicationReference, advertNumber, channel: 'WEB' }),
    emergency: false,
    operations: ['bids'],
    target: null,
  };
}

/** Two households that swap homes. */
function exchange(world: World, random: Random): Write {
  const lived = world.tenancies.filter(({ end, houseRef }) => end === null && world.membersByHouse.has(houseRef));
  const one = pick(random, lived);
  const other = pick(
    random,
    lived.filter(({ propRef, houseRef }) => propRef !== one.propRef && houseRef !== one.houseRef),
  );
  const leg = (from: typeof one, to: typeof one) => ({
    personReference: world.membersByHouse.get(from.houseRef)?.[0]?.personRef,
    fromPropertyReference: from.propRef,
    toPropertyReference: to.propRef,
    agreed: true,
  });
  const input = () => ({ channel: 'WEB', legs: [leg(one, other), leg(other, one)] });
  return { mutation: 'applyForExchange', input, emergency: false, operations: ['exchanges'], target: null };
}

/** A window on a weekday in the coming weeks. Whether the scheduler has it free, it says itself. */
function anyWindow(nowMs: number, random: Random): object {
  let day = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO('Europe/London')
    .toPlainDate()
    .add({ days: between(random, 3, 25) });
  while (day.dayOfWeek > 5) day = day.add({ days: 1 });
  const [start, end] = pick(random, [
    ['08:00', '12:00'],
    ['12:00', '17:00'],
  ] as const);
  const at = (time: string) =>
    day.toZonedDateTime({ timeZone: 'Europe/London', plainTime: time }).toInstant().toString();
  return { start: at(start), end: at(end) };
}
