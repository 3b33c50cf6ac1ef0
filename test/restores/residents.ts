// Those who write and read by way of Lintel, system by system: which writes there are, what follows them, which pages are
// read. Knows the schema and the made-up estate; knows neither wires nor what becomes of the systems.
import { between, pick, type Random } from '../../mocks/world/random.ts';
import { lettings } from './lettings-residents.ts';
import { type Ground, targetOf } from './life.ts';

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
