// The tenancies system's codes and the schema's words for them. What is not here becomes UNKNOWN, with its code kept.
import type * as schema from '../../schema/generated/tenancies.ts';

export const tenures: Readonly<Record<string, schema.Tenure>> = {
  SEC: 'SECURE',
  INT: 'INTRODUCTORY',
  NON: 'NON_SECURE',
  ASY: 'ASSURED',
  AST: 'ASSURED_SHORTHOLD',
  LEA: 'LEASEHOLD',
  SHO: 'SHARED_OWNERSHIP',
  LTA: 'LICENCE_TEMPORARY_ACCOMMODATION',
  TGA: 'GARAGE',
  MPA: 'MESNE_PROFIT',
  DEC: 'DECANT',
};

export const levels: Readonly<Record<string, schema.PropertyLevel>> = { '7': 'DWELLING', '2': 'BLOCK' };

export const contactMethods: Readonly<Record<string, schema.ContactMethod>> = {
  T: 'TELEPHONE',
  E: 'EMAIL',
  L: 'LETTER',
  S: 'SMS',
};

export const transactionTypes: Readonly<Record<string, schema.RentTransactionType>> = {
  RNT: 'RENT',
  DDE: 'DIRECT_DEBIT',
  CSH: 'CASH',
  HB: 'HOUSING_BENEFIT',
  ADJ: 'ADJUSTMENT',
};

export const alertTypes: Readonly<Record<string, schema.PersonAlertType>> = {
  Y: 'VULNERABLE',
  HRG: 'HEARING',
  VIS: 'SIGHT',
  MOB: 'MOBILITY',
  MH: 'MENTAL_HEALTH',
  LD: 'LEARNING_DISABILITY',
  DV: 'DOMESTIC_ABUSE',
  O75: 'OVER_75',
};
