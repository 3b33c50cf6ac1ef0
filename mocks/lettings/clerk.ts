// Lettings' own staff: they make offers, move offers, applications and exchanges on by a stage, and fix dates. Knows what
// follows what; knows no wire.
import type { Changed } from '../mock.ts';
import { addDays } from '../world/calendar.ts';
import { between, pick, type Random } from '../world/random.ts';
import type { Application, Exchange, Offer, World } from '../world.ts';
import type { Choices } from './choices.ts';

/** A record with nothing to be done about it is passed over and another one looked for, so often for each at most. */
const TRIES = 50;
/** What an application comes to next. */
const NEXT_STATUS: Readonly<Record<number, number>> = { 100: 300, 102: 100, 320: 300, 700: 300 };
/** What an exchange comes to next, up to its assignment. */
const NEXT_STAGE: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 4, 4: 6 };
const NEXT_CONTRACT: Readonly<Record<string, string>> = { N: 'D', D: 'S', S: 'R' };

/** Changes so many records, now, each of them once. */
export function moveThingsOn(world: World, held: Choices, count: number, random: Random): Changed[] {
  const voids = world.adverts.map((one) => one.propRef);
  const changed: Changed[] = [];
  const isNew = (reference: string) => !changed.some((one) => one.reference === reference);

  function once(): Changed | undefined {
    const chance = random();
    if (chance < 0.5) {
      const [offer] = held.offersByRef(some(random, world.offers).map((one) => one.offerNo));
      return offer && isNew(offer.offerNo) ? moveOffer(held, offer, random) : undefined;
    }
    if (chance < 0.65) {
      const [exchange] = held.exchangesByRef(some(random, world.exchanges).map((one) => one.exchRef));
      return exchange && isNew(exchange.exchRef) ? moveExchange(held, exchange) : undefined;
    }
    const [application] = held.applicationsByRef(some(random, world.applications).map((one) => one.appRef));
    if (!application || !isNew(application.appRef)) return undefined;
    return moveApplication(held, application, some(random, voids)[0], random);
  }

  for (let tries = 0; changed.length < count && tries < count * TRIES; tries += 1) {
    const one = once();
    if (one) changed.push(one);
  }
  return changed;
}

/** One of a list, as a list; none where there is none, as the smallest of landlords may have no home that stands empty. */
function some<T>(random: Random, list: readonly T[]): T[] {
  return list.length > 0 ? [pick(random, list)] : [];
}

/** Makes offers of empty homes to active applications, so many; fewer where there are not as many. */
export function makeOffers(world: World, held: Choices, count: number, random: Random): Changed[] {
  const refs = world.applications.map(({ appRef }) => appRef);
  const active = held.applicationsByRef(refs).filter(({ status }) => status === 300);
  const most = world.adverts.length > 0 ? Math.min(count, active.length) : 0;
  return Array.from({ length: most }, () => {
    const application = pick(random, active);
    return makeOffer(held, application, pick(random, world.adverts).propRef);
  });
}

/** Corrects one record: moves it on by a stage. */
export function correctRecord(held: Choices, reference: string, random: Random): Changed | undefined {
  const [offer] = held.offersByRef([reference]);
  if (offer) return moveOffer(held, offer, random);
  const [exchange] = held.exchangesByRef([reference]);
  return exchange && moveExchange(held, exchange);
}

function makeOffer(held: Choices, application: Application, propRef: string): Changed {
  const none = { viewAt: null, signupOn: null, plannedStart: null, actualStart: null };
  const offer = held.offer({ appRef: application.appRef, propRef, status: 10, contractStatus: 'N', ...none });
  held.write({ ...application, status: 400 });
  return { reference: offer.offerNo, what: `offered to ${application.appRef}` };
}

function moveOffer(held: Choices, offer: Offer, random: Random): Changed | undefined {
  const today = held.now().slice(0, 10);
  const to = (change: Partial<Offer>, what: string): Changed => {
    held.write({ ...offer, ...change });
    return { reference: offer.offerNo, what };
  };
  if (offer.status === 10) {
    const viewAt = `${addDays(today, between(random, 1, 9))}T${pick(random, ['09:15', '11:00', '14:00'])}:00`;
    return to({ status: 20, viewAt }, `viewing on ${viewAt.slice(0, 10)}`);
  }
  if (offer.status === 20) return random() < 0.7 ? to({ status: 30 }, 'accepted') : to({ status: 40 }, 'refused');
  if (offer.status !== 30) return undefined;
  const plannedStart = addDays(today, between(random, 10, 40));
  const contractStatus = NEXT_CONTRACT[offer.contractStatus];
  if (contractStatus === undefined) return to({ plannedStart }, `move planned for ${plannedStart}`);
  return to({ contractStatus, plannedStart }, `contract ${contractStatus}, move planned for ${plannedStart}`);
}

function moveExchange(held: Choices, exchange: Exchange): Changed | undefined {
  const status = NEXT_STAGE[exchange.status];
  if (status === undefined) return undefined;
  held.write({ ...exchange, status });
  return { reference: exchange.exchRef, what: `status ${status}` };
}

/** An active application gets an offer, and its number is told; any other goes on by a stage. */
function moveApplication(
  held: Choices,
  application: Application,
  propRef: string | undefined,
  random: Random,
): Changed | undefined {
  if (propRef !== undefined && application.status === 300 && random() < 0.5)
    return makeOffer(held, application, propRef);
  const status = NEXT_STATUS[application.status];
  if (status === undefined) return undefined;
  held.write({ ...application, status });
  return { reference: application.appRef, what: `status ${status}` };
}
