// The lettings system's codes and the schema's words for them. What is not here becomes UNKNOWN, with its code kept.
import type * as schema from '../../schema/generated/lettings.ts';

export const bands: Readonly<Record<string, schema.Band>> = {
  URG: 'URGENT',
  HOM: 'HOMELESS',
  PRY: 'PRIORITY',
  GEN: 'GENERAL',
  RES: 'RESERVE',
};

export const applicationStatuses: Readonly<Record<string, schema.ApplicationStatus>> = {
  '100': 'AWAITING_ASSESSMENT',
  '102': 'WEB_APPLICATION',
  '200': 'CANCELLED',
  '300': 'ACTIVE',
  '320': 'APPEAL',
  '400': 'SHORTLISTED',
  '500': 'WITHDRAWN',
  '600': 'DENIED',
  '700': 'REVIEW',
  '800': 'OFFER_ACCEPTED',
  '900': 'REHOUSED',
};

export const offerStatuses: Readonly<Record<string, schema.OfferStatus>> = {
  '10': 'MADE',
  '20': 'VIEWING_BOOKED',
  '30': 'ACCEPTED',
  '40': 'REFUSED',
  '50': 'WITHDRAWN',
  '60': 'SIGNED_UP',
};

export const contractStatuses: Readonly<Record<string, schema.ContractStatus>> = {
  N: 'NOT_STARTED',
  D: 'DRAFTED',
  S: 'SENT',
  R: 'READY_TO_SIGN',
  C: 'COMPLETE',
};

export const exchangeStatuses: Readonly<Record<string, schema.ExchangeStatus>> = {
  '1': 'APPLIED',
  '2': 'INSPECTIONS',
  '3': 'REFERENCES',
  '4': 'APPROVED',
  '5': 'REFUSED',
  '6': 'ASSIGNED',
  '7': 'WITHDRAWN',
};
