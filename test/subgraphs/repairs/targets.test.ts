// How a work order is known again by what was known of it; an edited description is not another job, and is not looked at.
import { expect, it } from 'vitest';
import { compareWorkOrders, targetOfReport, type WorkOrderTarget } from '../../../subgraphs/repairs/targets.ts';

const raisedAt = '2026-09-01T12:00:00+01:00';
const later = '2026-09-01T12:05:00+01:00';
/** One that was read, raised by nobody's reference; and one that is of our report. */
const read: WorkOrderTarget = { propertyReference: 'A', raisedAt, externalReference: null, ours: false };
const ours: WorkOrderTarget = { ...read, externalReference: 'L1' };
const report = targetOfReport('A', 'L1');

it.each<[string, WorkOrderTarget, WorkOrderTarget, string]>([
  ['read, and is as it was', read, read, 'SAME'],
  ['read, and is of another home', read, { ...read, propertyReference: 'B' }, 'OTHER'],
  ['read, and was raised at another time', read, { ...read, raisedAt: later }, 'OTHER'],
  ['read without a time, which proves nothing', { ...read, raisedAt: null }, read, 'UNKNOWN'],
  ['read without a home, which proves nothing', { ...read, propertyReference: null }, read, 'UNKNOWN'],
  ['read with a reference, and has none', ours, read, 'OTHER'],
  ['read with a reference, and has it at another time', ours, { ...ours, raisedAt: later }, 'UNKNOWN'],
  ['reported through us, and has our reference', report, ours, 'SAME'],
  ['reported through us, and was raised again later', report, { ...ours, raisedAt: later }, 'SAME'],
  ['reported through us, and has no reference', report, read, 'OTHER'],
  ['reported through us, and has another of our references', report, { ...ours, externalReference: 'L2' }, 'OTHER'],
  ['reported through us, and is of another home', report, { ...ours, propertyReference: 'B' }, 'OTHER'],
  ['known to have had the number of another', { ...report, disputed: true }, ours, 'UNKNOWN'],
])('one that was %s', (_how, meant, found, comparison) => {
  expect(compareWorkOrders(meant, found)).toBe(comparison);
});
