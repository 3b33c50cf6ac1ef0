// The scheduler's bookings and slots as its SOAP gives them.
import { describe, expect, it } from 'vitest';
import { askedNumbers, booked, booking, json, operationIn, order, run, scheduler, schedulerOf } from './wire.ts';

describe('an appointment', () => {
  it('is the next that is not completed, else the latest', async () => {
    const status = (word: string) => `<bookingLifeCycleStatus>${word}</bookingLifeCycleStatus>`;
    // It is 09:00 on 27 June 2022.
    const diary: Record<string, string> = {
      next: [
        booking('2022-07-09T08:00:00', status('PLANNED')),
        booking(
          '2022-07-02T08:00:00',
          `${status('DESPATCHED')}<theResources><resourceName>Ann  </resourceName></theResources>`,
        ),
        booking('2022-06-02T08:00:00', status('PLANNED')),
        booking('2022-06-30T08:00:00', status('COMPLETED')),
      ].join(''),
      // Somebody waits at home for it just now.
      now: booking('2022-07-04T08:00:00', status('PLANNED')) + booking('2022-06-27T08:00:00', status('PLANNED')),
      late: [
        booking('2022-06-01T08:00:00', status('PLANNED')),
        booking('2022-05-01T08:00:00', status('PLANNED')),
        booking('2022-06-20T08:00:00', status('COMPLETED')),
      ].join(''),
      done: booking('2022-05-01T08:00:00', status('COMPLETED')) + booking('2022-05-20T08:00:00', status('COMPLETED')),
      new: booking('2022-07-02T08:00:00', status('undefined')),
      odd: booking('1900-01-01T00:00:00', `${status('SUSPENDED')}<uniqueBookingId>U-9</uniqueBookingId>`),
      // Until when is not known: nobody can wait for it.
      half: '<theBookings><planningWindowStart>2022-07-02T08:00:00</planningWindowStart></theBookings>',
      none: '<theBookings/>',
    };
    const { values } = await run(
      undefined,
      schedulerOf((number) => booked(number, diary[number] ?? '')),
    );
    const visits = await values('appointment', Object.keys(diary));
    expect(visits).toEqual([
      {
        window: { start: '2022-07-02T08:00:00+01:00', end: '2022-07-02T12:00:00+01:00' },
        confirmed: true,
        status: 'DESPATCHED',
        statusCode: 'DESPATCHED',
        bookingReference: '7',
        operatives: ['Ann'],
      },
      expect.objectContaining({ window: expect.objectContaining({ start: '2022-06-27T08:00:00+01:00' }) }),
      expect.objectContaining({ window: expect.objectContaining({ start: '2022-06-01T08:00:00+01:00' }) }),
      expect.objectContaining({ window: expect.objectContaining({ start: '2022-05-20T08:00:00+01:00' }) }),
      expect.objectContaining({ status: null, statusCode: null }),
      expect.objectContaining({ window: null, status: 'UNKNOWN', statusCode: 'SUSPENDED', bookingReference: 'U-9' }),
      expect.objectContaining({ window: null }),
      null,
    ]);
  });

  it('finds its order where the answer has lost the leading zeros', async () => {
    const { values } = await run(
      undefined,
      schedulerOf((number) => booked(String(Number(number)), booking('2022-07-02T08:00:00'))),
    );
    const visits = await values('appointment', ['00012', '7']);
    expect(visits).toEqual([
      expect.objectContaining({ confirmed: true }),
      expect.objectContaining({ confirmed: true }),
    ]);
  });

  it('of one order is never that of another whose number is equal but for its zeros', async () => {
    const hours: Record<string, string> = { '0012': '08', '12': '09' };
    const { values, diary } = await run(
      undefined,
      schedulerOf((number) => booked('12', booking(`2022-07-02T${hours[number]}:00:00`))),
    );
    const visits = await values('appointment', ['0012', '12']);
    expect(visits).toMatchObject([
      { window: { start: '2022-07-02T08:00:00+01:00' } },
      { window: { start: '2022-07-02T09:00:00+01:00' } },
    ]);
    expect(diary.asked.filter((asked) => operationIn(asked) === 'selectOrder')).toHaveLength(2);
  });

  it('of many is not lost because one of the orders is not found', async () => {
    const { values } = await run(
      undefined,
      scheduler((_operation, asked) => {
        const numbers = askedNumbers(asked);
        if (numbers.includes('404')) return '<status>failure</status><errorMsg>Order not found</errorMsg>';
        return numbers.map((number) => booked(number, booking('2022-07-02T08:00:00'))).join('');
      }),
    );
    const visits = await values('appointment', ['1', '404', '2']);
    const visit = expect.objectContaining({ confirmed: true });
    expect(visits).toEqual([visit, null, visit]);
  });
});

describe('available slots', () => {
  const slot = (day: string, hour: string, available: string, best = 'false') =>
    `<slotsForDay><available>${available}</available><beginDate>${day}T${hour}:00:00</beginDate><bestSlot>${best}</bestSlot>` +
    `<endDate>${day}T${hour}:59:00</endDate></slotsForDay>`;
  const query = `query ($from: Date!, $to: Date!) { workOrder(reference: "1") {
    availableSlots(from: $from, to: $to) { items { window { start } availability best } } } }`;

  it('come with those that are taken, in order, for the order as the WSDL wants it', async () => {
    const work = { rateScheduleItem: [{ customCode: 'S1', customName: 'Tap & basin', quantity: { amount: [2] } }] };
    const described = order('1', { description: 'Drips <badly>', workElements: [work] });
    const { ask, diary } = await run(
      () => json(described),
      scheduler(
        () =>
          `<theSlots><day>2022-12-02T00:00:00</day>${slot('2022-12-02', '08', 'YES', 'true')}${slot('2022-12-02', '12', 'NO')}${slot('2022-12-02', '16', '')}</theSlots>` +
          `<theSlots>${slot('2022-12-01', '08', 'MAYBE')}${slot('2022-12-01', '12', 'PERHAPS')}</theSlots>`,
      ),
    );
    const { data } = await ask(query, { from: '2022-12-01', to: '2022-12-02' });
    expect(data.workOrder.availableSlots.items).toEqual([
      { window: { start: '2022-12-01T08:00:00+00:00' }, availability: 'MAYBE', best: false },
      { window: { start: '2022-12-01T12:00:00+00:00' }, availability: 'UNKNOWN', best: false },
      { window: { start: '2022-12-02T08:00:00+00:00' }, availability: 'YES', best: true },
      { window: { start: '2022-12-02T12:00:00+00:00' }, availability: 'NO', best: false },
      { window: { start: '2022-12-02T16:00:00+00:00' }, availability: 'UNKNOWN', best: false },
    ]);
    const asked = diary.asked.at(-1)?.body ?? '';
    const names = [...asked.matchAll(/<([a-zA-Z1]+)>/g)].map(([, name]) => name);
    expect(names).toEqual(
      (
        'checkAvailability id canSelectOtherOrders checkAvailType newBooking onlyBestSlots periodBegin periodEnd sessionId ' +
        'theOrder contract locationID message orderComments orderId primaryOrderNumber priority targetDate theBookingCodes ' +
        'bookingCodeDescription bookingCodeSORCode bookingId itemNumberWithinBooking orderId primaryOrderNumber quantity ' +
        'trade theLocation address1 excludedFromMsging locationId name postCode workflowType userId'
      ).split(' '),
    );
    expect(asked).toContain('<orderComments>Drips &#60;badly&#62;</orderComments>');
    expect(asked).toContain('<targetDate>2022-06-27T17:00:00</targetDate>');
    expect(asked).toContain('<periodBegin>2022-12-01T00:00:00</periodBegin><periodEnd>2022-12-02T23:59:59</periodEnd>');
  });

  it.each([
    ['2022-12-02', '2022-12-01'],
    ['2022-12-01', '2023-01-02'],
  ])('from %s to %s are refused', async (from, to) => {
    const { ask, diary } = await run(() => json(order('1')));
    const { errors } = await ask(query, { from, to });
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(diary.asked).toHaveLength(0);
  });
});
