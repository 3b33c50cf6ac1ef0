// A world's truths as lettings writes them: dates as eight digits, padded keys, and fields nobody listed.
// Knows the fields; knows no route and no rule.
import { hash } from '../world/random.ts';
import type { Advert, Application, Day, Exchange, LocalTime, Offer } from '../world.ts';

/** `DDMMYYYY`. */
const digits = (day: Day) => `${day.slice(8, 10)}${day.slice(5, 7)}${day.slice(0, 4)}`;
/** `DD/MM/YYYY HH:mm`. */
const clock = (time: LocalTime) => `${time.slice(8, 10)}/${time.slice(5, 7)}/${time.slice(0, 4)} ${time.slice(11, 16)}`;

/** No date: the 1900 that means never, with or without a time, whatever the field holds otherwise. */
const never = (key: string) => (hash(0, key) % 2 === 0 ? '01011900' : '01/01/1900 00:00');
const date = (day: Day | null, key: string) => (day === null ? never(key) : digits(day));
const dateTime = (time: LocalTime | null, key: string) => (time === null ? never(key) : clock(time));

/** Keys and short texts come from fixed-width columns and bring their spaces along. */
const appKey = (ref: string) => ref.padEnd(12);
const personKey = (ref: string) => ref.padEnd(13);
const propKey = (ref: string) => ref.padEnd(12);

export function applicationForm(application: Application) {
  return {
    appRef: appKey(application.appRef),
    personRef: personKey(application.personRef),
    band: application.band,
    bandReason: application.bandReason.padEnd(30),
    status: application.status,
    bedroomNeed: application.bedroomNeed.padEnd(5),
    priorityDate: date(application.priorityDate, application.appRef),
    biddingNumber: application.biddingNumber,
    localConnection: 'Y',
    reviewDate: '01011900',
    webRef: null,
  };
}

export function offerForm(offer: Offer) {
  return {
    offerNo: offer.offerNo,
    appRef: appKey(offer.appRef),
    propRef: propKey(offer.propRef),
    status: offer.status,
    viewDate: dateTime(offer.viewAt, `${offer.offerNo} view`),
    contractStatus: offer.contractStatus,
    signupDate: date(offer.signupOn, `${offer.offerNo} signup`),
    plannedStart: date(offer.plannedStart, `${offer.offerNo} planned`),
    actualStart: date(offer.actualStart, `${offer.offerNo} actual`),
    keyCollection: '',
  };
}

export function exchangeForm(exchange: Exchange) {
  return {
    exchRef: exchange.exchRef,
    applied: date(exchange.applied, exchange.exchRef),
    decisionDue: date(exchange.decisionDue, exchange.exchRef),
    status: exchange.status,
    legs: exchange.legs.map((leg, index) => ({
      legNo: index + 1,
      personRef: personKey(leg.personRef),
      fromPropRef: propKey(leg.fromPropRef),
      toPropRef: propKey(leg.toPropRef),
      agreed: leg.agreed ? 'Y' : 'N',
    })),
  };
}

export function advertForm(advert: Advert) {
  return {
    advertNo: advert.advertNo,
    propRef: propKey(advert.propRef),
    closes: clock(advert.closes),
    minBedrooms: advert.minBedrooms,
    bids: advert.bids,
    photo: `${advert.advertNo}.jpg`,
  };
}

/** Reads `DD/MM/YYYY HH:mm`; undefined for anything else. */
export function readClock(text: string): LocalTime | undefined {
  const [, day, month, year, time] = /^(\d\d)\/(\d\d)\/(\d{4}) ((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const iso = `${year}-${month}-${day}`;
  const at = Date.parse(iso);
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(iso) ? undefined : `${iso}T${time}:00`;
}
