// The repairs wires as strangers may build them: what their descriptions leave open, answered in another way than usual.
import { describe, expect, it } from 'vitest';
import { askedNumbers, booked, booking, json, order, run, scheduler } from './wire.ts';

describe('a work order', () => {
  it('without a word of an appointment is a work order', async () => {
    const { appointment: _leftOut, ...rest } = order('1');
    const { value } = await run(() => json(rest));
    expect(await value('workOrder', '1')).toMatchObject({ reference: '1', recordedAppointment: null });
  });

  it.each([
    [{ start: '1900-01-01T00:00:00', end: '1900-01-01T00:00:00' }],
    [{ date: '1900-01-01', start: '00:00', end: '00:00' }],
  ])('with the appointment %j has none', async (appointment) => {
    const { value } = await run(() => json(order('1', { appointment })));
    expect(await value('workOrder', '1')).toMatchObject({ recordedAppointment: null });
  });
});

describe('an order that the scheduler does not know', () => {
  it.each([
    'Order not found',
    'The order could not be found.',
    'ORDER DOES NOT EXIST',
    'Unknown order 404',
    'No such order',
    'no orders selected',
  ])('in the words "%s" has no appointment, and costs the others none', async (says) => {
    const diary = scheduler((_operation, asked) => {
      const numbers = askedNumbers(asked);
      if (numbers.includes('404')) return `<status>failure</status><errorMsg>${says}</errorMsg>`;
      return numbers.map((number) => booked(number, booking('2022-07-02T08:00:00'))).join('');
    });
    const { values } = await run(undefined, diary);
    expect(await values('appointment', ['1', '404'])).toEqual([expect.objectContaining({ confirmed: true }), null]);
  });
});

describe('a scheduler that answers for no order where it does not know one', () => {
  it('is asked for many at once a single time', async () => {
    const asked: number[] = [];
    const diary = scheduler((_operation, question) => {
      const numbers = askedNumbers(question);
      asked.push(numbers.length);
      if (numbers.includes('404')) return '<status>failure</status><errorMsg>Order not found</errorMsg>';
      return numbers.map((number) => booked(number, booking('2022-07-02T08:00:00'))).join('');
    });
    const { values } = await run(undefined, diary);
    for (let i = 0; i < 2; i++) {
      expect(await values('appointment', ['1', '404'])).toEqual([expect.objectContaining({ confirmed: true }), null]);
    }
    expect(asked).toEqual([2, 1, 1, 1, 1]);
  });

  it('is asked for many at once again where it knew none of them', async () => {
    const asked: number[] = [];
    const diary = scheduler((_operation, question) => {
      asked.push(askedNumbers(question).length);
      return '<status>failure</status><errorMsg>Order not found</errorMsg>';
    });
    const { values } = await run(undefined, diary);
    for (let i = 0; i < 2; i++) expect(await values('appointment', ['404', '405'])).toEqual([null, null]);
    expect(asked).toEqual([2, 1, 1, 2, 1, 1]);
  });
});
