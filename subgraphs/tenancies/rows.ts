// The rows that the tenancies system answers with, as their XML has them: every value a text, any of them perhaps
// missing, but for what a record cannot be without. Knows nothing of what they mean.
import { z } from 'zod';
import { textOf, type XmlValue } from '../continuity/xml.ts';

const text = z
  .unknown()
  .optional()
  .transform((value) => textOf(value as XmlValue | undefined));
/** What a record cannot be without. */
const key = text.pipe(z.string().trim().min(1));

export const tenancyRow = z.object({
  tag_ref: key,
  prop_ref: text,
  house_ref: text,
  tenure: text,
  cot: text,
  eot: text,
  present: text,
  terminated: text,
  rent: text,
  service: text,
  cur_bal: text,
  u_saff_rentacc: text,
  tstamp: text,
});
export const propertyRow = z.object({
  prop_ref: key,
  short_address: text,
  post_code: text,
  llpg_ref: text,
  level_code: text,
  cat_type: text,
  num_bedrooms: text,
  no_lift: text,
  gas_expiry: text,
});
export const memberRow = z.object({
  house_ref: key,
  person_no: key,
  title: text,
  forename: text,
  surname: text,
  dob: text,
  responsible: text,
  vulnerable: text,
  telephone: text,
  email: text,
  pref_contact: text,
});
export const transactionRow = z.object({ post_date: text, trans_type: text, real_value: text, balance: text });
export const entryRow = z.object({ clog_date: text, clog_type: text, user_field1: text });
export const changedRow = z.object({ key, tstamp: text });
