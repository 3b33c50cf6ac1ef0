// What a work order says of a visit that the scheduler does not have any more, and what is concluded from that.
import { describe, expect, it } from 'vitest';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import type { AppliedStep } from '../../../subgraphs/continuity/look-up.ts';
import { explainsNoVisit, repairsLookUps } from '../../../subgraphs/repairs/look-ups.ts';
import type { WorkOrderRecord } from '../../../subgraphs/repairs/order.ts';
import type { VisitBooked, VisitToBook } from '../../../subgraphs/repairs/steps.ts';

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

describe('a visit that is not there', () => {
  const booked = (orderOf: () => Promise<WorkOrderRecord | null>, signal = new AbortController().signal) => {
    const { scheduleBooking } = repairsLookUps({ orderOf, raisedAs: async () => [], planOf: async () => undefined });
    const window = { start: '2026-09-16T08:00:00+01:00', end: '2026-09-16T12:00:00+01:00' };
    const step: AppliedStep<VisitToBook, VisitBooked> = {
      ...{
        input: { workOrder: { reference: '7' }, window },
        reference: 'L1',
        acceptedAtMs: bookedMs,
        appliedAtMs: bookedMs,
      },
      made: { workOrderReference: '7', window, bookingReference: null },
      ...{ superseded: false, seen: true, wholeUntilMs: bookedMs },
    };
    return scheduleBooking.look([step], signal);
  };

  it.each([
    ['says that it was cancelled', at('CANCELED', bookedMs + hourMs), 'CHANGED'],
    ['counts on it', at('SCHEDULED', bookedMs), 'MISSING'],
    ['is not there either', null, 'MISSING'],
    ['cannot be asked', new WireError('UNREACHABLE', 'down'), 'UNEXPLAINED'],
    ['has no place for a question', new WireError('BUSY', 'full'), 'UNEXPLAINED'],
    ['is cut off', new WireError('ISOLATED', 'cut off'), 'UNEXPLAINED'],
    ['cannot be read', new WireError('GARBLED', 'no JSON'), 'MISSING'],
  ])('where its work order %s', async (_how, order, trace) => {
    const orderOf = async () => {
      if (order instanceof Error) throw order;
      return order;
    };
    expect(await booked(orderOf)).toEqual([trace]);
  });

  it('and a fault of ours is told as one', async () => {
    await expect(booked(() => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
  });

  it('and a question that nobody waits for is given up', async () => {
    const asked = booked(
      () => Promise.reject(new WireError('UNREACHABLE', 'down')),
      AbortSignal.abort(new Error('over')),
    );
    await expect(asked).rejects.toThrow('over');
  });
});
