// What a work order says of a visit that the scheduler does not have any more.
import { describe, expect, it } from 'vitest';
import { explainsNoVisit } from '../../../subgraphs/repairs/look-ups.ts';
import type { WorkOrderRecord } from '../../../subgraphs/repairs/order.ts';

const bookedMs = Date.parse('2026-09-01T12:00:00+01:00');
const hourMs = 3_600_000;
const at = (status: WorkOrderRecord['status'], changedMs: number) =>
  ({ status, lastUpdatedAt: new Date(changedMs).toISOString() }) as WorkOrderRecord;

describe('that a visit is not there', () => {
  it.each([
    ['COMPLETE', true],
    ['CANCELED', true],
    ['LOCKED', true],
    ['NO_ACCESS', true],
    ['OPEN', true],
    ['SCHEDULED', false],
  ] as const)(
    'is explained by a work order that was %s after it was booked, as long as the scheduler was whole: %s',
    (status, explained) => {
      expect(explainsNoVisit(at(status, bookedMs + hourMs), bookedMs, bookedMs + 2 * hourMs)).toBe(explained);
    },
  );

  it.each([
    // Only others do that.
    ['CANCELED', true],
    ['LOCKED', true],
    ['OPEN', true],
    // We may have done it ourselves: the scheduler keeps a visit that somebody has been at.
    ['COMPLETE', false],
    ['NO_ACCESS', false],
  ] as const)('is explained by one that was %s since it may not be whole: %s', (status, explained) => {
    expect(explainsNoVisit(at(status, bookedMs + 2 * hourMs), bookedMs, bookedMs + hourMs)).toBe(explained);
  });

  it.each([
    ['COMPLETE', true],
    ['OPEN', false],
    ['NO_ACCESS', false],
  ] as const)('is explained by one that was %s before it was booked: %s', (status, explained) => {
    expect(explainsNoVisit(at(status, bookedMs - hourMs), bookedMs, bookedMs + hourMs)).toBe(explained);
  });

  it('is explained by nothing where there is no work order', () => {
    expect(explainsNoVisit(null, bookedMs, bookedMs)).toBe(false);
  });
});
