// When somebody comes, as it is shown of a work order: confirmed only where the scheduler says so now, and nobody has asked for
// another time meanwhile.
import { describe, expect, it } from 'vitest';
import { repairsOfSuite } from './landlord.ts';
import { booking, order } from './wire.ts';

const repairs = await repairsOfSuite();

const hourMs = 3_600_000;
const utc = (window: { start: string; end: string }) =>
  Object.values(window).map((each) => new Date(each).toISOString());
// biome-ignore lint/suspicious/noExplicitAny: an answer.
const shown = ({ window, confirmed, provenance }: any) => ({
  window: utc(window),
  confirmed,
  source: provenance.source,
});

let numbers = 20_000_000;
/** A work order with a visit in the diary: on Saturday from 08:00 to noon, or none. */
function workOrder(visit: string | null = '2022-07-02T08:00:00') {
  const number = String(++numbers);
  const { landlord } = repairs;
  landlord.orders.set(number, order(number, { propertyReference: `${numbers}` }));
  const others = landlord.bookings ?? (() => '');
  landlord.bookings = (asked) => (asked === number ? (visit === null ? '' : booking(visit)) : others(asked));
  return number;
}

async function look(number: string) {
  const { data, errors } = await repairs.ask(
    `{ workOrder(reference: "${number}") {
      appointment { window { start end } confirmed provenance { source asOf } } pending { receipt { id } }
    } }`,
  );
  return { ...data.workOrder, errors };
}
const saturday = ['2022-07-02T07:00:00.000Z', '2022-07-02T11:00:00.000Z'];
const monday = { start: '2022-07-04T08:00:00+01:00', end: '2022-07-04T12:00:00+01:00' };
const tuesday = { start: '2022-07-05T08:00:00+01:00', end: '2022-07-05T12:00:00+01:00' };
const write = (mutation: string, number: string, more: object) =>
  repairs.write(mutation, { workOrderReference: number, channel: 'PHONE', ...more });

describe('the appointment of a work order', () => {
  it('is confirmed while the scheduler says so, and not once that is only kept: it may have moved', async () => {
    const { clock, landlord } = repairs;
    const number = workOrder();
    expect(shown((await look(number)).appointment)).toEqual({ window: saturday, confirmed: true, source: 'LIVE' });
    const readAt = new Date(clock.now()).toISOString();
    const { bookings } = landlord;
    landlord.bookings = null;
    clock.leap(hourMs);
    const { appointment } = await look(number);
    expect(shown(appointment)).toEqual({ window: saturday, confirmed: false, source: 'SNAPSHOT' });
    expect(appointment.provenance.asOf).toBe(readAt);
    landlord.bookings = bookings;
  });

  it('is the visit that was asked for last, unconfirmed, until the scheduler has it; and the write is shown beside it', async () => {
    const { landlord } = repairs;
    const number = workOrder(null);
    await look(number);
    const { bookings } = landlord;
    landlord.bookings = null;
    const first = await write('bookAppointment', number, { window: monday });
    expect(shown((await look(number)).appointment)).toEqual({
      ...{ window: utc(monday), confirmed: false, source: 'INTAKE' },
    });
    const second = await write('moveAppointment', number, { window: tuesday });
    const { appointment, pending } = await look(number);
    expect(shown(appointment)).toEqual({ window: utc(tuesday), confirmed: false, source: 'INTAKE' });
    expect(pending).toEqual([{ receipt: { id: first.id } }, { receipt: { id: second.id } }]);
    // That nobody was let in is no other time.
    landlord.way = 'AWAY';
    await write('reportNoAccess', number, {});
    expect(shown((await look(number)).appointment)).toEqual({
      ...{ window: utc(tuesday), confirmed: false, source: 'INTAKE' },
    });
    const gone = await write('cancelAppointment', number, {});
    const after = await look(number);
    expect(after.appointment).toBeNull();
    expect(after.pending.at(-1)).toEqual({ receipt: { id: gone.id } });
    landlord.bookings = bookings;
  });

  it.each(['REFUSED', 'CANCELLED'])(
    'is not confirmed while another time was asked for, and is again where that is %s',
    async (state) => {
      const number = workOrder();
      await look(number);
      const { landlord, reaches, intake } = repairs;
      const { bookings } = landlord;
      landlord.bookings = null;
      const { id } = await write('moveAppointment', number, { window: tuesday });
      if (state === 'CANCELLED') await intake.cancel(id, 'Ann', 'They stay in on Saturday.');
      // The scheduler does not know the work order when it is asked for the other time.
      else landlord.bookings = () => null;
      if (state === 'REFUSED') await reaches({ id }, state);
      landlord.bookings = bookings;
      expect(shown((await look(number)).appointment)).toEqual({ window: saturday, confirmed: true, source: 'LIVE' });
    },
  );

  it('is confirmed once it is booked, also where the work order is only kept from before', async () => {
    const number = workOrder(null);
    await look(number);
    const { landlord, clock, reaches } = repairs;
    const bookings = landlord.bookings ?? (() => '');
    clock.leap(1_000);
    await reaches(await write('bookAppointment', number, { window: monday }), 'APPLIED');
    landlord.bookings = (asked) => (asked === number ? booking('2022-07-04T08:00:00') : bookings(asked));
    landlord.way = 'AWAY';
    expect(shown((await look(number)).appointment)).toEqual({ window: utc(monday), confirmed: true, source: 'LIVE' });
  });

  it('that is booked is not confirmed while another time was asked for', async () => {
    const number = workOrder();
    await look(number);
    const { landlord, intake } = repairs;
    const { bookings } = landlord;
    landlord.bookings = null;
    const { id } = await write('moveAppointment', number, { window: tuesday });
    landlord.bookings = bookings;
    expect(shown((await look(number)).appointment)).toEqual({ window: saturday, confirmed: false, source: 'LIVE' });
    await intake.cancel(id, 'Ann', 'They stay in on Saturday.');
  });

  it('is what the work order says, unconfirmed, where nobody can ask the scheduler and nothing is kept of it', async () => {
    const number = workOrder();
    const { landlord } = repairs;
    const { bookings } = landlord;
    landlord.orders.set(number, {
      ...landlord.orders.get(number),
      appointment: { date: '2022-07-06', timeOfDay: { earliestArrivalTime: '08:00', latestArrivalTime: '12:00' } },
    });
    landlord.bookings = null;
    const { window, confirmed } = shown((await look(number)).appointment);
    expect({ window, confirmed }).toEqual({
      window: ['2022-07-06T07:00:00.000Z', '2022-07-06T11:00:00.000Z'],
      confirmed: false,
    });
    landlord.bookings = bookings;
  });

  it('is not that of another job that has the number now: what was asked for the one before is not shown with it', async () => {
    const number = workOrder(null);
    await look(number);
    const { landlord } = repairs;
    const { bookings } = landlord;
    landlord.bookings = null;
    await write('bookAppointment', number, { window: monday });
    landlord.bookings = bookings;
    landlord.orders.set(number, order(number, { propertyReference: 'ANOTHER', dateRaised: '2022-06-27T08:00:00' }));
    const { appointment, pending } = await look(number);
    expect([appointment, pending]).toEqual([null, []]);
  });
});
