// Bookings and the times that are free, as the scheduler writes them and in the schema's words. Knows no session.
import { z } from 'zod';
import type { Appointment, AppointmentSlot, Availability, BookingStatus } from '../../schema/generated/repairs.ts';
import { flag, londonTime, trimmed, word } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';
import { textOf, type XmlValue } from '../continuity/xml.ts';

// --- The wire's own types. An element may be missing, empty or nil; of many there may be one.

/** An element's text. */
export const text = z
  .unknown()
  .optional()
  .transform((value) => trimmed(textOf(value as XmlValue | undefined)));

/** Elements that may be none, one or many. */
export const elements = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => {
    if (value === undefined || value === '') return [];
    return [value].flat().map((each) => (each === '' ? {} : each));
  }, z.array(item));

const wireBooking = z.object({
  bookingId: text,
  uniqueBookingId: text,
  bookingLifeCycleStatus: text,
  assignedStart: text,
  assignedEnd: text,
  planningWindowStart: text,
  planningWindowEnd: text,
  theResources: elements(z.object({ resourceName: text })),
});

/** What selectOrder answers. */
export const wireOrders = z.object({
  theOrders: elements(z.object({ primaryOrderNumber: text, theBookings: elements(wireBooking) })),
});

export type WireOrders = z.output<typeof wireOrders>['theOrders'];

/** What checkAvailability answers. */
export const wireSlots = z.object({
  theSlots: elements(
    z.object({ slotsForDay: elements(z.object({ available: text, beginDate: text, endDate: text, bestSlot: text })) }),
  ),
});

// --- Translators.

const bookingStatuses: Record<string, BookingStatus> = {
  RESERVED: 'RESERVED',
  PLANNED: 'PLANNED',
  DESPATCHED: 'DESPATCHED',
  ACKNOWLEDGED: 'ACKNOWLEDGED',
  ACCEPTED: 'ACCEPTED',
  ARRIVED: 'ARRIVED',
  STARTED: 'STARTED',
  COMPLETED: 'COMPLETED',
};

const availabilities: Record<string, Availability> = { YES: 'YES', NO: 'NO', MAYBE: 'MAYBE' };

/** An appointment without its provenance. */
export type Booked = Omit<Known<Appointment>, 'provenance'>;

/** A time in the schema's words. */
export type Slot = Known<AppointmentSlot>;

function windowOf(begin: string | null, end: string | null) {
  const [startsAt, endsAt] = [londonTime(begin), londonTime(end)];
  return startsAt === null || endsAt === null ? null : { start: startsAt, end: endsAt };
}

function bookedOf(booking: z.output<typeof wireBooking>): Booked {
  // The WSDL's own word for no status at all.
  const status = booking.bookingLifeCycleStatus === 'undefined' ? null : booking.bookingLifeCycleStatus;
  return {
    // The planning window is what residents are told; the assigned time is the planner's own and moves all day.
    window:
      windowOf(booking.planningWindowStart, booking.planningWindowEnd) ??
      windowOf(booking.assignedStart, booking.assignedEnd),
    confirmed: true,
    status: word(bookingStatuses, status),
    statusCode: status,
    bookingReference: booking.uniqueBookingId ?? booking.bookingId,
    operatives: booking.theResources.flatMap(({ resourceName }) => resourceName ?? []),
  };
}

/** The booking that matters: the next that is not completed, else the latest not completed, else the latest. */
export function mattering(bookings: z.output<typeof wireBooking>[], nowMs: number): Booked | null {
  // One without a time is the last resort: nobody can wait for it.
  const begins = ({ window }: Booked) => (window ? Date.parse(window.start) : 0);
  const inOrder = bookings.map(bookedOf).sort((a, b) => begins(a) - begins(b));
  const open = inOrder.filter(({ status }) => status !== 'COMPLETED');
  const next = open.find(({ window }) => window && Date.parse(window.end) >= nowMs);
  return next ?? open.at(-1) ?? inOrder.at(-1) ?? null;
}

/** Every time of an answer, free or not, in order. One that does not say when is none. */
export function slotsOf({ theSlots }: z.output<typeof wireSlots>): Slot[] {
  return theSlots
    .flatMap(({ slotsForDay }) => slotsForDay)
    .flatMap(({ available, beginDate, endDate, bestSlot }): Slot[] => {
      const window = windowOf(beginDate, endDate);
      const availability = word(availabilities, available?.toUpperCase()) ?? 'UNKNOWN';
      return window ? [{ window, availability, best: flag(bestSlot) === true }] : [];
    })
    .sort((a, b) => Date.parse(a.window.start) - Date.parse(b.window.start));
}

// --- Order numbers.

/** An order number as some answers give it: without its leading zeros. */
export function bare(orderNumber: string): string {
  return orderNumber.replace(/^0+(?=\d+$)/, '');
}

/** Groups of order numbers in none of which two are equal without their leading zeros: each is asked by itself. */
export function unmistakable(orderNumbers: readonly string[]): string[][] {
  const groups: Map<string, string>[] = [];
  for (const orderNumber of orderNumbers) {
    const number = bare(orderNumber);
    const free = groups.find((group) => !group.has(number));
    if (free) free.set(number, orderNumber);
    else groups.push(new Map([[number, orderNumber]]));
  }
  return groups.map((group) => [...group.values()]);
}
