// The lettings system's records: what its JSON holds, and what that is in the words of the schema. Knows no calls.
import { z } from 'zod';
import type * as schema from '../../schema/generated/lettings.ts';
import { flag, trimmed, wholeNumber, word } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';
import { applicationStatuses, bands, contractStatuses, exchangeStatuses, offerStatuses } from './codes.ts';
import { dayOf, instantOf } from './dates.ts';

/** A value as trimmed text, in whichever of JSON's types it comes; null where it is blank or missing. */
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => trimmed(value == null ? null : String(value)));
/** What a record cannot be without. */
const key = text.pipe(z.string());

const applicationRow = z.object({
  appRef: key,
  personRef: text,
  band: text,
  bandReason: text,
  status: text,
  bedroomNeed: text,
  priorityDate: text,
  biddingNumber: text,
});
const offerRow = z.object({
  offerNo: key,
  appRef: text,
  propRef: text,
  status: text,
  viewDate: text,
  contractStatus: text,
  signupDate: text,
  plannedStart: text,
  actualStart: text,
});
const legRow = z.object({ personRef: text, fromPropRef: text, toPropRef: text, agreed: text });
const exchangeRow = z.object({
  exchRef: key,
  applied: text,
  decisionDue: text,
  status: text,
  legs: z.array(legRow).nullish(),
});
const advertRow = z.object({ advertNo: key, propRef: text, closes: text, minBedrooms: text, bids: text });

function application(row: z.infer<typeof applicationRow>) {
  return {
    applicationReference: row.appRef,
    person: person(row.personRef),
    band: word(bands, row.band),
    bandCode: row.band,
    bandReason: row.bandReason,
    status: word(applicationStatuses, row.status),
    statusCode: row.status,
    bedroomNeed: row.bedroomNeed,
    priorityDate: dayOf(row.priorityDate),
    biddingNumber: row.biddingNumber,
    references: [
      reference(row.appRef, 'application reference'),
      ...(row.biddingNumber === null ? [] : [reference(row.biddingNumber, 'bidding number')]),
    ],
  } satisfies Known<schema.HousingApplication>;
}

function offer(row: z.infer<typeof offerRow>) {
  return {
    offerNumber: row.offerNo,
    application: row.appRef === null ? null : { applicationReference: row.appRef },
    property: property(row.propRef),
    status: word(offerStatuses, row.status),
    statusCode: row.status,
    viewingAt: instantOf(row.viewDate),
    contractStatus: word(contractStatuses, row.contractStatus),
    contractStatusCode: row.contractStatus,
    signUpDate: dayOf(row.signupDate),
    plannedMoveDate: dayOf(row.plannedStart),
    actualMoveDate: dayOf(row.actualStart),
    references: [reference(row.offerNo, 'offer number')],
  } satisfies Known<schema.Offer>;
}

function exchange(row: z.infer<typeof exchangeRow>) {
  return {
    exchangeReference: row.exchRef,
    appliedOn: dayOf(row.applied),
    decisionDueOn: dayOf(row.decisionDue),
    status: word(exchangeStatuses, row.status),
    statusCode: row.status,
    legs: (row.legs ?? []).map((leg) => ({
      person: person(leg.personRef),
      from: property(leg.fromPropRef),
      to: property(leg.toPropRef),
      agreed: flag(leg.agreed),
    })),
    references: [reference(row.exchRef, 'exchange reference')],
  } satisfies Known<schema.MutualExchange>;
}

function advert(row: z.infer<typeof advertRow>) {
  return {
    advertNumber: row.advertNo,
    property: property(row.propRef),
    closesAt: instantOf(row.closes),
    minimumBedrooms: wholeNumber(row.minBedrooms),
    bids: wholeNumber(row.bids),
  } satisfies Known<schema.Advert>;
}

function person(personReference: string | null) {
  return personReference === null ? null : { personReference };
}

function property(propertyReference: string | null) {
  return propertyReference === null ? null : { propertyReference };
}

function reference(id: string, description: string) {
  return { id, description, allocatedBy: 'lettings' };
}

export const applications = applicationRow.transform(application);
export const offers = offerRow.transform(offer);
export const exchanges = exchangeRow.transform(exchange);
export const adverts = advertRow.transform(advert);
export const changes = z.object({ kind: key, ref: key });

export type ApplicationRecord = z.output<typeof applications>;
export type OfferRecord = z.output<typeof offers>;
export type ExchangeRecord = z.output<typeof exchanges>;
export type AdvertRecord = z.output<typeof adverts>;
/** Which record has changed. `kind`: application, offer or exchange, or something newer. */
export type Change = z.output<typeof changes>;
