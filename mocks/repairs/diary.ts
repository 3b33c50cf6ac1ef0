// The scheduler's diary: its orders with their bookings, and which windows of a day are still free.
// Knows what is planned; knows no SOAP and no session. Orders of made-up jobs are made up with them.
import { book, copyAll, horizon, type Kept, sequence } from '../book.ts';
import { addDays } from '../world/calendar.ts';
import type { Day, LocalTime, World } from '../world.ts';
import { isWeekend } from './clock.ts';
import { type Booking, isOpen, isOrdered, type Job, NUMBERS_PER_HOME, WINDOWS } from './jobs.ts';
import type { Register } from './register.ts';
import { OPERATIVES, STATUS } from './trades.ts';

/** An order as the scheduler keeps it, beside the work order that it is for. */
export interface Order {
  readonly orderId: number;
  /** The work order's reference as it was given, leading zeros and all. */
  readonly number: string;
  readonly contract: string;
  readonly locationId: string;
  readonly address: string;
  readonly postcode: string;
  readonly comments: string;
  readonly priority: string;
  readonly targetAt: LocalTime;
  readonly codes: readonly { readonly sor: string; readonly quantity: string }[];
  readonly bookings: readonly Booking[];
}

/** One window of one day. */
export interface Slot {
  readonly start: LocalTime;
  readonly end: LocalTime;
  readonly available: 'YES' | 'NO' | 'MAYBE';
}
/** A day with its slots; a day off has none. */
export interface DiaryDay {
  readonly day: Day;
  readonly dayOff: 'weekend' | 'holiday' | null;
  readonly slots: readonly Slot[];
}

/** The diary of a world. */
export interface Diary extends Kept {
  order(number: string): Order | undefined;
  /** Null where there is one already, with or without its leading zeros. */
  create(order: Omit<Order, 'orderId' | 'bookings'>): Order | null;
  remove(number: string): Order | undefined;
  /** Puts a booking in a window, or moves it there. A sentence says why not. */
  book(order: Order, booking: Booking, window: { start: LocalTime; end: LocalTime }, force: boolean): string | null;
  days(from: Day, to: Day, contract: string): DiaryDay[];
}

/** Visits that fit a window after those that were there already. */
const SEATS_LEFT = 2;
/** Bookings made through the wire are numbered after every made-up one. */
const FIRST_NEW_BOOKING = 10_000_001;
/** Days on which nobody works although they are weekdays. */
const HOLIDAYS = ['01-01', '12-25', '12-26'];

/** Opens the diary over a world's jobs; a booking or its end is told to the work orders at once. */
export function openDiary(world: World, register: Register): Diary {
  /** Orders that callers have made, changed or (null) deleted, by number without leading zeros. */
  const kept = book<Order | null>();
  /** Windows booked by callers: how often. */
  const taken = book<number>();
  const bookingIds = sequence((count) => FIRST_NEW_BOOKING + count);
  /** How far the diary's own made-up orders reach: it may come from an older backup than the work orders do. */
  const past = horizon();

  function order(number: string): Order | undefined {
    const found = kept.get(keyOf(number));
    if (found !== undefined) return found?.number === number ? found : undefined;
    const job = register.asMade(number, past.at());
    return job && isOrdered(job) ? orderOf(world, job) : undefined;
  }

  function keep(number: string, order: Order | null): void {
    kept.set(keyOf(number), order, register.now());
  }

  // Work orders tell the scheduler what is over: a finished visit is closed, that of a cancelled job is struck out.
  register.onClosed(({ reference, statusCode }) => {
    const order = anySpelling(reference);
    if (!order) return;
    const bookings = order.bookings.map((booking): Booking => ({ ...booking, lifeCycle: 'COMPLETED' }));
    keep(order.number, statusCode === STATUS.cancelled ? null : { ...order, bookings });
  });

  /** The same order under any spelling of its number. */
  function anySpelling(number: string): Order | undefined {
    return kept.get(keyOf(number)) ?? order(number) ?? order(keyOf(number).padStart(8, '0'));
  }

  function days(from: Day, to: Day, contract: string): DiaryDay[] {
    const list: DiaryDay[] = [];
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const holiday = HOLIDAYS.includes(day.slice(5)) ? 'holiday' : null;
      const dayOff = isWeekend(day) ? 'weekend' : holiday;
      list.push({ day, dayOff, slots: dayOff ? [] : WINDOWS.map((window) => slot(day, window, contract)) });
    }
    return list;
  }

  function slot(day: Day, window: (typeof WINDOWS)[number], contract: string): Slot {
    const [start, end] = [`${day}T${window.start}`, `${day}T${window.end}`];
    const chance = world.random(`slot:${start}:${contract}`)();
    const full = day <= world.today || (taken.get(`${start}:${contract}`) ?? 0) >= SEATS_LEFT;
    const free = chance < 0.15 ? 'MAYBE' : 'YES';
    return { start, end, available: full || chance > 0.75 ? 'NO' : free };
  }

  return {
    order,
    days,
    create: (wish) => {
      if (anySpelling(wish.number)) return null;
      const bookingId = bookingIds.next();
      const booking: Booking = { bookingId, window: null, assigned: null, lifeCycle: 'undefined', operative: '' };
      const order: Order = { ...wish, orderId: bookingId, bookings: [booking] };
      keep(wish.number, order);
      return order;
    },
    remove: (number) => {
      const gone = anySpelling(number);
      if (!gone) return undefined;
      keep(gone.number, null);
      const job = register.byReference(gone.number);
      if (job && isOpen(job)) register.change(job.reference, { booking: null, statusCode: STATUS.open });
      return gone;
    },
    book: (order, booking, { start, end }, force) => {
      const offered = days(start.slice(0, 10), start.slice(0, 10), order.contract)[0]?.slots;
      const found = offered?.find((slot) => slot.start === start && slot.end === end);
      if (!force && !found) return 'The planning window is not one of the slots on offer';
      if (!force && found?.available === 'NO') return 'The slot is no longer available';
      const seat = `${start}:${order.contract}`;
      taken.set(seat, (taken.get(seat) ?? 0) + 1, register.now());
      const operative = OPERATIVES[booking.bookingId % OPERATIVES.length] ?? '';
      const planned: Booking = {
        ...booking,
        window: { start, end },
        assigned: { start, end },
        lifeCycle: 'PLANNED',
        operative,
      };
      const bookings = [...order.bookings.filter((one) => one.bookingId !== booking.bookingId), planned];
      keep(order.number, { ...order, bookings });
      const job = register.byReference(order.number);
      if (job && isOpen(job)) register.change(job.reference, { booking: planned, statusCode: STATUS.scheduled });
      return null;
    },
    copy: () => copyAll([kept, taken, bookingIds, past]),
    goBack: (to) => {
      for (const one of [kept, taken, past]) one.goBack(to);
    },
  };
}

function keyOf(number: string): string {
  return number.replace(/^0+(?=.)/, '');
}

/** The order that goes with a made-up job. */
function orderOf(world: World, job: Job): Order {
  const home = world.homeByRef.get(job.propRef);
  return {
    orderId: Number(job.reference) + NUMBERS_PER_HOME,
    number: job.reference,
    contract: job.contractor,
    locationId: job.propRef,
    address: home?.address ?? '',
    postcode: home?.postcode ?? '',
    comments: job.description,
    priority: job.priority,
    targetAt: job.targetAt,
    codes: [{ sor: job.sor.code, quantity: String(job.sor.amount) }],
    bookings: job.booking ? [job.booking] : [],
  };
}
