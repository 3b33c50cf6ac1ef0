// What is written, sort by sort: which mutation with what, and by which effects in the systems it is known from outside.
// Knows the schema and the made-up estate; knows neither wires nor the intake.
import type { World } from '../../../mocks/world.ts';
import { between, pick, type Random } from './chance.ts';
import type { Note } from './notebook.ts';

/** A write that can be sent. */
export interface Write {
  sort: string;
  mutation: string;
  /** Its input but for the key. `mark` is the text by which its effects are known. Called once. */
  input(mark: string): Record<string, unknown>;
  /** What it is about: writes about the same are done in their order. */
  entity: string;
  emergency: boolean;
  /** What is done for it in the systems, in order, as the mocks name it. */
  operations: readonly string[];
  /** The report that it builds on. */
  follows: Note | null;
}

/** What writes are made of. */
export interface Stock {
  world: World;
  random: Random;
  /** Few, so that many writes meet at one of them. */
  properties: readonly string[];
  people: readonly string[];
}

/** So many of each, of which writes meet at one. */
const few = 6;

/** Chooses, by chance, which of the estate is written about. */
export function stockOf(world: World, random: Random): Stock {
  const homes = world.homes.filter(({ kind, houseRef }) => kind === 'DWELLING' && houseRef !== null);
  const some = <T>(all: readonly T[]) => Array.from({ length: few }, () => pick(random, all));
  return {
    world,
    random,
    properties: some(homes).map(({ propRef }) => propRef),
    people: some(world.members).map(({ personRef }) => personRef),
  };
}

function repair(sort: string, { properties, random }: Stock, operations: readonly string[], more: object): Write {
  const propertyReference = pick(random, properties);
  const input = (mark: string) => ({
    propertyReference,
    channel: 'WEB',
    description: `${mark} The tap in the kitchen drips`,
    urgency: sort === 'emergency' ? 'EMERGENCY' : 'ROUTINE',
    ...more,
  });
  const emergency = sort === 'emergency';
  return { sort, mutation: 'reportRepair', input, entity: propertyReference, emergency, operations, follows: null };
}

/** A window on a weekday in the coming weeks, in UTC. Whether the scheduler has it free, it says itself. */
function anyWindow({ world, random }: Stock): object {
  let day = Temporal.PlainDate.from(world.today).add({ days: between(random, 3, 25) });
  while (day.dayOfWeek > 5) day = day.add({ days: 1 });
  const [start, end] = pick(random, [
    ['08:00', '12:00'],
    ['12:00', '17:00'],
  ] as const);
  const at = (time: string) =>
    day.toZonedDateTime({ timeZone: 'Europe/London', plainTime: time }).toInstant().toString();
  return { start: at(start), end: at(end) };
}

/** Writes of each sort. */
export const sorts = {
  report: (stock: Stock) => repair('report', stock, ['raise'], {}),
  emergency: (stock: Stock) => repair('emergency', stock, ['raise'], {}),
  /** Of a home that is not there: the system says no. */
  nowhere: (stock: Stock) => ({ ...repair('nowhere', { ...stock, properties: ['99999999'] }, ['raise'], {}) }),
  /** With a visit: two backends, one after the other. */
  visit: (stock: Stock) =>
    repair('visit', stock, ['raise', 'createOrder', 'scheduleBooking'], { preferredWindow: anyWindow(stock) }),
  /** Done by hand meanwhile: raised and completed. */
  done: (stock: Stock) =>
    repair('done', stock, ['raise', 'workOrderComplete'], {
      doneByHandAt: new Date(Date.now() - 60_000).toISOString(),
    }),
  details: ({ people, random }: Stock): Write => {
    const personReference = pick(random, people);
    return {
      sort: 'details',
      mutation: 'updateContactDetails',
      input: (mark) => ({ personReference, email: `${mark}@tenant.example`, channel: 'WEB' }),
      entity: personReference,
      emergency: false,
      operations: ['UpdateContactDetails'],
      follows: null,
    };
  },
  callback: ({ random }: Stock): Write => ({
    sort: 'callback',
    mutation: 'requestCallback',
    // No two numbers are the same, and nobody's ends in 9: that one would never answer.
    input: (mark) => ({ telephone: telephoneOf(mark), line: 'repairs', channel: 'WEB' }),
    entity: `callback ${random()}`,
    emergency: false,
    operations: ['originate'],
    follows: null,
  }),
  exchange: ({ world, random }: Stock): Write => {
    const { legs } = pick(
      random,
      world.exchanges.filter(({ legs }) => legs.length === 2),
    );
    const [one, other] = legs as [(typeof legs)[number], (typeof legs)[number]];
    const leg = ({ personRef, fromPropRef, toPropRef }: typeof one) => ({
      personReference: personRef,
      fromPropertyReference: fromPropRef,
      toPropertyReference: toPropRef,
      agreed: true,
    });
    return {
      sort: 'exchange',
      mutation: 'applyForExchange',
      input: () => ({ legs: [leg(one), leg(other)], channel: 'WEB' }),
      entity: `exchange ${random()}`,
      emergency: false,
      operations: ['exchanges'],
      follows: null,
    };
  },
} satisfies Record<string, (stock: Stock) => Write>;

/** A telephone number of the range that is nobody's, with the mark's own digits. */
export function telephoneOf(mark: string): string {
  return `01632960${String(Number(mark.replace(/\D/g, '')) % 900).padStart(3, '0')}`;
}

/** What follows a report, by its receipt. */
export function follow(report: Note, sort: 'noAccess' | 'completed'): Write {
  const receipt = report.told[0]?.id as string;
  return {
    sort,
    mutation: sort === 'noAccess' ? 'reportNoAccess' : 'completeWorkOrder',
    input: (mark) => ({ receipt, note: mark, channel: 'STAFF' }),
    entity: report.entity,
    emergency: report.emergency,
    operations: [sort === 'noAccess' ? 'jobStatusUpdate' : 'workOrderComplete'],
    follows: report,
  };
}
