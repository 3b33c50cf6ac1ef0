// A world's truths as the tenancies system writes them: fixed widths, 1900 for never, Y and N, and fields nobody listed.
// Knows the columns; knows no operation.

import { fields, tag, type Xml } from '../soap.ts';
import { hash } from '../world/random.ts';
import type { Day, Home, LocalTime, Member, Tenancy } from '../world.ts';

/** Text in a `char(width)` column: cut off or padded with spaces on the right. */
export function char(value: string, width: number): string {
  return value.slice(0, width).padEnd(width);
}

/** A date column: midnight of the day, or the 1900 that means never, which some programs wrote without a time. */
function date(day: Day | null, key: string): string {
  if (day !== null) return `${day}T00:00:00`;
  return hash(0, key) % 2 === 0 ? '1900-01-01T00:00:00' : '1900-01-01';
}

const flag = (value: boolean) => (value ? 'Y' : 'N');
const pounds = (pence: number, places: number) => (pence / 100).toFixed(places);

export function tenancyRow(tenancy: Tenancy, changedAt: LocalTime): Xml {
  return tag(
    'Tenancy',
    fields({
      tag_ref: char(tenancy.tagRef, 11),
      prop_ref: char(tenancy.propRef, 12),
      house_ref: char(tenancy.houseRef, 10),
      tenure: char(tenancy.tenure, 3),
      agr_type: char(tenancy.tenure === 'LEA' ? 'M' : 'R', 1),
      cot: date(tenancy.start, tenancy.tagRef),
      eot: date(tenancy.end, tenancy.tagRef),
      present: flag(tenancy.end === null),
      terminated: flag(tenancy.end !== null),
      rent: pounds(tenancy.rentPence, 2),
      service: pounds(tenancy.servicePence, 2),
      cur_bal: pounds(tenancy.balancePence, 4), // a database's money type has four places
      u_saff_rentacc: char(tenancy.paymentRef, 20),
      spec_terms: 'N',
      u_notice_served: '1900-01-01T00:00:00',
      tstamp: changedAt,
    }),
  );
}

export function propertyRow(home: Home, changedAt: LocalTime): Xml {
  return tag(
    'Property',
    fields({
      prop_ref: char(home.propRef, 12),
      short_address: char(home.address, 100),
      post_code: char(home.postcode, 10),
      llpg_ref: char(home.uprn, 12),
      // Garages have a level that is in no list.
      level_code: { DWELLING: '7', BLOCK: '2', GARAGE: '8' }[home.kind],
      cat_type: char(home.category, 3),
      num_bedrooms: home.bedrooms,
      no_lift: home.lift ? 1 : 0, // a number of lifts, as no_ is everywhere in this database
      gas_expiry: date(home.gasExpiry, home.propRef),
      man_scheme: char('GEN', 10),
      u_area_office: char(home.postcode.slice(0, 2), 3),
      tstamp: changedAt,
    }),
  );
}

export function memberRow(member: Member, changedAt: LocalTime): Xml {
  return tag(
    'Member',
    fields({
      house_ref: char(member.houseRef, 10),
      person_no: member.personNo,
      title: char(member.title, 10),
      forename: char(member.forename, 24),
      surname: char(member.surname, 20),
      dob: date(member.dob, member.personRef),
      responsible: flag(member.responsible),
      vulnerable: char(member.vulnerable, 3),
      telephone: member.telephone,
      email: member.email,
      pref_contact: member.prefContact,
      oap: flag(member.dob !== null && member.dob < '1960'),
      u_lang: char('', 3),
      tstamp: changedAt,
    }),
  );
}

/** One line of a rent account, in pence; a charge is positive. */
export interface Transaction {
  readonly day: Day;
  readonly type: 'RNT' | 'DDE' | 'CSH' | 'HB' | 'ADJ';
  readonly valuePence: number;
  readonly balancePence: number;
}

export function transactionRow(line: Transaction): Xml {
  return tag(
    'Transaction',
    fields({
      post_date: `${line.day}T00:00:00`,
      trans_type: char(line.type, 3),
      real_value: pounds(line.valuePence, 2),
      balance: pounds(line.balancePence, 2),
      u_batch: '',
    }),
  );
}

/** One entry of a person's contact log. */
export interface LogEntry {
  readonly at: LocalTime;
  readonly type: string;
  readonly userField: string;
}

export function entryRow(entry: LogEntry): Xml {
  return tag(
    'Entry',
    fields({
      clog_date: entry.at,
      clog_type: char(entry.type, 3),
      user_field1: char(entry.userField, 20),
      clog_user: '',
    }),
  );
}
