// The tenancies system's rows in the words of the schema. Knows no calls.
import type { z } from 'zod';
import type * as schema from '../../schema/generated/tenancies.ts';
import { day, flag, londonTime, pence, phoneNumbers, trimmed, wholeNumber, word } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Known } from '../continuity/fields.ts';
import { checked } from '../continuity/wire.ts';
import { child, children, textOf, type XmlValue } from '../continuity/xml.ts';
import { alertTypes, contactMethods, levels, tenures, transactionTypes } from './codes.ts';
import { changedRow, entryRow, memberRow, propertyRow, tenancyRow, transactionRow } from './rows.ts';

/** Reads the rows of a list out of a result. Neither an empty list nor one that was left out has any. */
function listOf<Row, Value>(list: string, item: string, row: z.ZodType<Row>, translate: (row: Row) => Value) {
  return (result: XmlValue): Value[] =>
    children(child(result, list), item)
      .filter((element) => element !== '')
      .map((element) => translate(checked(row, element)));
}

export const tenancies = listOf('Tenancies', 'Tenancy', tenancyRow, tenancy);
export const properties = listOf('Properties', 'Property', propertyRow, property);
export const members = listOf('Members', 'Member', memberRow, person);
export const transactions = listOf('Transactions', 'Transaction', transactionRow, transaction);
export const entries = listOf('Entries', 'Entry', entryRow, entry);
export const changes = listOf('Keys', 'Changed', changedRow, changed);

/** How many rows there are on all pages. */
export function totalRows(result: XmlValue): number {
  const total = wholeNumber(textOf(child(result, 'TotalRows')));
  if (total === null) throw new WireError('GARBLED', 'a page without TotalRows');
  return total;
}

/** A tenancy, and what its resolvers need to ask on. */
export type TenancyRecord = ReturnType<typeof tenancy>;
export type PropertyRecord = ReturnType<typeof property>;
export type PersonRecord = ReturnType<typeof person>;
export type RentTransactionRecord = ReturnType<typeof transaction>;
export type ContactLogEntryRecord = ReturnType<typeof entry>;
/** The key of a record that has changed, and when. */
export type Change = ReturnType<typeof changed>;

function tenancy(row: z.infer<typeof tenancyRow>) {
  const propertyReference = trimmed(row.prop_ref);
  const paymentReference = trimmed(row.u_saff_rentacc);
  const rentAccount = {
    paymentReference,
    balance: money(row.cur_bal),
    weeklyRent: money(row.rent),
    weeklyServiceCharge: money(row.service),
  } satisfies Known<schema.RentAccount>;
  const known = {
    tenancyReference: row.tag_ref,
    tenure: word(tenures, row.tenure),
    tenureCode: trimmed(row.tenure),
    startDate: day(row.cot),
    endDate: day(row.eot),
    current: flag(row.present),
    terminated: flag(row.terminated),
    property: propertyReference === null ? null : { propertyReference },
    lastUpdatedAt: stamp(row.tstamp),
    references: [
      reference(row.tag_ref, 'tenancy reference'),
      ...(paymentReference === null ? [] : [reference(paymentReference, 'payment reference')]),
    ],
  } satisfies Known<schema.Tenancy>;
  return {
    ...known,
    // Its statement and its members are asked for by these.
    rentAccount: { ...rentAccount, tenancyReference: row.tag_ref },
    householdReference: trimmed(row.house_ref),
  };
}

function property(row: z.infer<typeof propertyRow>) {
  return {
    propertyReference: row.prop_ref,
    uprn: uprn(row.llpg_ref),
    address: trimmed(row.short_address),
    postcode: trimmed(row.post_code),
    level: word(levels, row.level_code),
    levelCode: trimmed(row.level_code),
    category: trimmed(row.cat_type),
    bedrooms: wholeNumber(row.num_bedrooms),
    hasLift: hasLift(row.no_lift),
    gasSafetyExpiresOn: day(row.gas_expiry),
    references: [reference(row.prop_ref, 'property reference')],
  } satisfies Known<schema.Property>;
}

function person(row: z.infer<typeof memberRow>) {
  const names = { title: trimmed(row.title), forename: trimmed(row.forename), surname: trimmed(row.surname) };
  return {
    personReference: `${row.house_ref}-${row.person_no}`,
    name: trimmed(Object.values(names).filter(Boolean).join(' ')),
    ...names,
    dateOfBirth: day(row.dob),
    telephoneNumbers: phoneNumbers(row.telephone),
    telephoneAsRecorded: trimmed(row.telephone),
    email: trimmed(row.email),
    preferredContact: word(contactMethods, row.pref_contact),
    preferredContactCode: trimmed(row.pref_contact),
    responsible: flag(row.responsible),
    alerts: alerts(row.vulnerable),
  } satisfies Known<schema.Person>;
}

/** The household of a person reference: what stands before its last hyphen. Null where there is no hyphen. */
export function householdOf(personReference: string): string | null {
  return /^(.+)-[^-]+$/.exec(personReference)?.[1] ?? null;
}

function transaction(row: z.infer<typeof transactionRow>) {
  const amount = money(row.real_value);
  if (amount === null) throw new WireError('GARBLED', 'a rent transaction without real_value');
  return {
    postedOn: day(row.post_date),
    type: word(transactionTypes, row.trans_type) ?? 'UNKNOWN',
    typeCode: row.trans_type.trim(),
    amount,
    balance: money(row.balance),
  } satisfies Known<schema.RentTransaction>;
}

function entry(row: z.infer<typeof entryRow>) {
  return {
    loggedAt: londonTime(row.clog_date),
    type: trimmed(row.clog_type),
    externalReference: trimmed(row.user_field1),
  } satisfies Known<schema.ContactLogEntry>;
}

function changed(row: z.infer<typeof changedRow>) {
  return { key: row.key, changedAt: stamp(row.tstamp) };
}

function money(value: string): schema.Money | null {
  const amount = pence(value);
  return amount === null ? null : { pence: amount };
}

function reference(id: string, description: string) {
  return { id, description, allocatedBy: 'tenancies' };
}

/** A time of change; null where the column holds the database's row version instead, which is no time at all. */
function stamp(value: string): string | null {
  return /^\s*\d{4}-\d{2}-\d{2}/.test(value) ? londonTime(value) : null;
}

/** Twelve zeros are how "none yet" is written into a column of fixed width. */
function uprn(value: string): string | null {
  const digits = value.trim();
  return /^\d{1,12}$/.test(digits) && /[1-9]/.test(digits) ? digits : null;
}

/**
 * Whether there is a lift. A number is the number of lifts. Y and N are read as the column's name says, "no lift": Y is
 * none; as flags named `no_` are read in these systems (no_maint: not maintained). Were that wrong for some site, it
 * errs to the safer side on Y: nobody who needs a lift is sent where there is none.
 */
function hasLift(value: string): boolean | null {
  if (/^\s*\d/.test(value)) return (wholeNumber(value) ?? 0) > 0;
  const none = flag(value);
  return none === null ? null : !none;
}

function alerts(code: string): Known<schema.PersonAlert>[] {
  const type = word(alertTypes, code);
  return type === null || flag(code) === false ? [] : [{ type, code: code.trim() }];
}
