// Visits booked, moved and cancelled with the scheduler, over answers written here: the messages by the WSDL, numbers that
// lose their zeros, sessions that end in between, and what counts as done.
import { describe, expect, it } from 'vitest';
import { repairs } from '../../../subgraphs/repairs/index.ts';
import type { Asked } from '../wire.ts';
import { startSteps, type Told } from '../writes.ts';
import { operationIn, scheduler } from './wire.ts';

type Answer = (operation: string, asked: Asked) => string | null;

async function over(answer: Answer) {
  const wired = await startSteps(repairs, {
    workOrders: { answer: () => ({ status: 500 }) },
    scheduler: { answer: scheduler(answer), user: 'LINTEL' },
  });
  const wire = wired.wires.scheduler;
  const sent = (operation: string) => wire.asked.filter((asked) => operationIn(asked) === operation);
  return { ...wired, wire, sent, operations: () => wire.asked.map(operationIn) };
}

/** The elements of a message in their order, with their texts: of `parent` alone. */
function inOrder(asked: Asked | undefined, parent: string): string[] {
  const content = new RegExp(`<${parent}>(.*)</${parent}>`, 's').exec(asked?.body ?? '')?.[1] ?? '';
  const flat = content.replaceAll(/<(the\w+)>.*?<\/\1>/gs, '<$1>…</$1>');
  return [...flat.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, text]) => `${name}=${text}`);
}

const failing = (says: string, status = 'failure') =>
  `<debugStackTrace>at com.xmbrace.Gateway(DB=ot-db-01)</debugStackTrace><errorMsg>${says}</errorMsg><status>${status}</status>`;

const found = {
  workOrderReference: '00012',
  propertyReference: '00000017',
  contractorReference: 'H09',
  description: 'Tap drips & runs',
  priorityCode: 'N',
  targetAt: '2022-07-26T17:00:00+01:00',
  tradeCode: 'PL',
  items: [{ code: '61010501', name: null, quantity: 2 }],
};
const told: Told = { made: [found] };
const before = { workOrder: { before: true } };
const window = { start: '2022-07-05T08:00:00+01:00', end: '2022-07-05T12:00:00+01:00' };

interface VisitRow {
  id: string;
  at?: string;
  status?: string;
}
const visit = ({ id, at = '1900-01-01T00:00:00', status = 'undefined' }: VisitRow) =>
  `<theBookings><bookingId>${id}</bookingId><bookingLifeCycleStatus>${status}</bookingLifeCycleStatus>` +
  `<bookingReason>first</bookingReason><duration>90</duration><isEmergency>false</isEmergency>` +
  `<planningWindowEnd>${at.replace('08:00', '12:00')}</planningWindowEnd><planningWindowStart>${at}</planningWindowStart>` +
  `<theBookingCodes><bookingCodeSORCode>61010501</bookingCodeSORCode><quantity>2</quantity></theBookingCodes></theBookings>`;
/** An order as selectOrder gives it, its number without its zeros. */
const plan = (visits: VisitRow[], more = '') =>
  `<theOrders><contract>H09</contract><locationID>00000017</locationID><orderId>900</orderId>` +
  `<primaryOrderNumber>12</primaryOrderNumber><priority>N</priority><targetDate>2022-07-26T17:00:00</targetDate>${more}` +
  `${visits.map(visit).join('')}</theOrders>`;
const planned =
  (visits: VisitRow[]): Answer =>
  (operation) =>
    operation === 'selectOrder' ? plan(visits) : '';

describe('an order for a visit', () => {
  it('is everything that the WSDL requires, in its order, its number with its zeros', async () => {
    const { apply, sent, operations } = await over(() => '');
    expect(await apply('createOrder', {}, told)).toEqual({ workOrderReference: '00012' });
    expect(operations()).toEqual(['openSession', 'createOrder']);
    expect(inOrder(sent('createOrder')[0], 'createOrder')).toEqual(['id=0', 'sessionId=s1', 'theOrder=…']);
    expect(inOrder(sent('createOrder')[0], 'theOrder')).toEqual([
      'contract=H09',
      'locationID=00000017',
      'message=false',
      'orderComments=Tap drips &#38; runs',
      'orderId=0',
      'primaryOrderNumber=00012',
      'priority=N',
      'targetDate=2022-07-26T17:00:00',
      'theBookingCodes=…',
      'theLocation=…',
      'userId=LINTEL',
    ]);
    expect(inOrder(sent('createOrder')[0], 'theBookingCodes')).toContain('quantity=2');
  });

  it('of work without a target is due when routine work is', async () => {
    const { apply, sent } = await over(() => '');
    await apply('createOrder', {}, { made: [{ ...found, targetAt: null }] });
    expect(inOrder(sent('createOrder')[0], 'theOrder')).toContain('targetDate=2022-07-26T23:59:59');
  });

  const exists =
    (location: string): Answer =>
    (operation) =>
      operation === 'createOrder' ? failing('Order already exists') : plan([]).replace('00000017', location);

  it.each(['00000017', '17'])('that is there, for %s, was made before', async (location) => {
    const { apply, sendings } = await over(exists(location));
    expect(await apply('createOrder', {}, told)).toEqual({ workOrderReference: '00012' });
    expect(sendings()).toBe(1);
  });

  it('that is there for another home is not taken for it', async () => {
    const { failure } = await over(exists('00000018'));
    const { failure: kind, reason } = await failure('createOrder', {}, told);
    expect(kind).toBe('REFUSAL');
    expect(reason).toMatch(/another home/);
  });

  it.each([
    ['contract is missing', 'failure', 'REFUSAL'],
    ['contract H09 not found', 'failure', 'REFUSAL'],
    ['ORA-01017', 'error', 'FAULT'],
    ['', 'undefined', 'GARBLED'],
  ])('that is answered with "%s" (%s) has failed by %s, and nothing internal is told', async (says, status, kind) => {
    const { failure } = await over(() => failing(says, status));
    const error = await failure('createOrder', {}, told);
    expect(error.failure).toBe(kind);
    expect(`${error.message} ${error.reason}`).not.toMatch(/xmbrace|ORA-|H09|ot-db/);
  });
});

describe('booking a visit', () => {
  it('plans the visit that the order waits for, unforced, with everything that the WSDL requires', async () => {
    const { apply, sent, operations } = await over(planned([{ id: '7' }]));
    const made = await apply('scheduleBooking', { ...before, window, note: 'Dog' }, told);
    expect(made).toEqual({ workOrderReference: '00012', window, bookingReference: '7', replaced: null });
    expect(operations()).toEqual(['openSession', 'selectOrder', 'scheduleBooking']);
    const [message] = sent('scheduleBooking');
    expect(inOrder(message, 'scheduleBooking')).toEqual([
      'id=0',
      'force=false',
      'sessionId=s1',
      'theBooking=…',
      'timeLock=false',
      'userId=LINTEL',
    ]);
    expect(inOrder(message, 'theBooking')).toEqual([
      'bookingId=7',
      'bookingReason=first',
      'contract=H09',
      'duration=90',
      'isEmergency=false',
      'isNextBooking=true',
      'locationID=00000017',
      'orderId=900',
      'plannerComments=Dog',
      'planningWindowEnd=2022-07-05T12:00:00',
      'planningWindowStart=2022-07-05T08:00:00',
      'primaryOrderNumber=00012',
      'theBookingCodes=…',
      'userId=LINTEL',
    ]);
  });

  it('moves the next visit that has not begun', async () => {
    const visits = [
      { id: '5', at: '2022-06-20T08:00:00', status: 'COMPLETED' },
      { id: '8', at: '2022-07-09T08:00:00', status: 'PLANNED' },
      { id: '6', at: '2022-07-02T08:00:00', status: 'PLANNED' },
    ];
    const { apply, sent } = await over(planned(visits));
    expect(await apply('scheduleBooking', { ...before, window }, told)).toMatchObject({ bookingReference: '6' });
    expect(inOrder(sent('scheduleBooking')[0], 'theBooking')).toContain('bookingId=6');
  });

  it('asks for a new one where every visit has begun, or there is none', async () => {
    const { apply, sent } = await over(planned([{ id: '5', at: '2022-06-20T08:00:00', status: 'STARTED' }]));
    expect(await apply('scheduleBooking', { ...before, window }, told)).toMatchObject({ bookingReference: null });
    const element = inOrder(sent('scheduleBooking')[0], 'theBooking');
    expect(element).toContain('bookingId=0');
    expect(element).toContain('theBookingCodes=…');
  });

  it('is done, and nothing sent, where the visit is at that time', async () => {
    const { apply, sendings, operations } = await over(planned([{ id: '6', at: '2022-07-05T08:00:00' }]));
    expect(await apply('scheduleBooking', { ...before, window }, told)).toMatchObject({ bookingReference: '6' });
    expect([operations(), sendings()]).toEqual([['openSession', 'selectOrder'], 0]);
  });

  it.each([
    ['The slot is no longer available', 'failure', 'REFUSAL', 'This time can no longer be booked.'],
    ['Skill matrix mismatch at PLN-7', 'failure', 'REFUSAL', 'The scheduler refused this request.'],
    ['order 12 does not exist', 'failure', 'REFUSAL', 'The scheduler does not know this work order.'],
    ['deadlock', 'error', 'FAULT', undefined],
  ])('answered with "%s" (%s) has failed by %s', async (says, status, kind, reason) => {
    const answer: Answer = (operation) => (operation === 'selectOrder' ? plan([{ id: '7' }]) : failing(says, status));
    const { failure } = await over(answer);
    expect(await failure('scheduleBooking', { ...before, window }, told)).toMatchObject({ failure: kind, reason });
  });

  it('is refused, and not sent, where the scheduler has no such order', async () => {
    const { failure, sendings } = await over(() => '');
    expect(await failure('scheduleBooking', { ...before, window }, told)).toMatchObject({ failure: 'REFUSAL' });
    expect(sendings()).toBe(0);
  });

  it('goes out once more, told of each time, where the session ends in between', async () => {
    let ended = false;
    const { apply, sent, sendings, operations } = await over((operation) => {
      if (operation === 'selectOrder') return plan([{ id: '7' }]);
      if (ended) return '';
      ended = true;
      return failing('session expired', 'error');
    });
    await apply('scheduleBooking', { ...before, window }, told);
    expect(operations()).toEqual(['openSession', 'selectOrder', 'scheduleBooking', 'openSession', 'scheduleBooking']);
    expect(sent('scheduleBooking').map(({ body }) => /<sessionId>(\w+)/.exec(body)?.[1])).toEqual(['s1', 's2']);
    expect(sendings()).toBe(2);
  });

  it.each([
    ['that time', [{ id: '6', at: '2022-07-05T08:00:00', status: 'PLANNED' }], true],
    ['another', [{ id: '6', at: '2022-07-06T08:00:00', status: 'PLANNED' }], false],
    ['none', [{ id: '6' }], false],
  ])('is found by its time: at %s', async (_when, visits, there) => {
    const { find } = await over(planned(visits));
    const made = await find('scheduleBooking', { ...before, window }, told);
    expect(made).toEqual(there ? { workOrderReference: '00012', window, bookingReference: '6' } : undefined);
  });

  it('is not found in an order of another number, and is not missing where it cannot be told', async () => {
    const other = await over(() => plan([{ id: '6', at: '2022-07-05T08:00:00' }]).replace('>12<', '>120<'));
    expect(await other.find('scheduleBooking', { ...before, window }, told)).toBeUndefined();
    const down = await over(() => failing('deadlock', 'error'));
    await expect(down.find('scheduleBooking', { ...before, window }, told)).rejects.toMatchObject({ failure: 'FAULT' });
  });
});

describe('cancelling a visit', () => {
  it('takes its order out of the diary, by its number with its zeros', async () => {
    const { apply, sent } = await over(planned([{ id: '6', at: '2022-07-05T08:00:00', status: 'PLANNED' }]));
    const replaced = { window, bookingReference: '6' };
    expect(await apply('cancelBooking', before, told)).toEqual({ workOrderReference: '00012', replaced });
    expect(inOrder(sent('deleteOrder')[0], 'deleteOrder')).toEqual(['id=0', 'sessionId=s1', 'theOrder=…']);
    const order = inOrder(sent('deleteOrder')[0], 'theOrder');
    expect(order).toContain('primaryOrderNumber=00012');
    expect(order).toContain('contract=H09');
  });

  it.each([
    ['none is booked', () => '', 'No visit is booked for this work order.'],
    [
      'it has begun',
      planned([{ id: '6', at: '2022-06-27T08:00:00', status: 'ARRIVED' }]),
      'The visit has begun or is over, and can no longer be cancelled.',
    ],
  ])('is refused, and not sent, where %s', async (_why, answer, reason) => {
    const { failure, sendings } = await over(answer);
    expect(await failure('cancelBooking', before, told)).toMatchObject({ failure: 'REFUSAL', reason });
    expect(sendings()).toBe(0);
  });

  it('is done where the order goes in between', async () => {
    const { apply } = await over((operation) =>
      operation === 'selectOrder' ? plan([{ id: '6' }]) : failing('order 12 does not exist'),
    );
    expect(await apply('cancelBooking', before, told)).toEqual({ workOrderReference: '00012', replaced: null });
  });

  it.each([
    ['there is no order', () => '', true],
    ['the scheduler says that there is none', () => failing('order not found'), true],
    ['its order has no visit with a time', planned([{ id: '6' }]), true],
    ['it is there', planned([{ id: '6', at: '2022-07-05T08:00:00' }]), false],
  ])('is found done where %s: %j', async (_where, answer: Answer, done) => {
    const { find } = await over(answer);
    expect(await find('cancelBooking', before, told)).toEqual(done ? { workOrderReference: '00012' } : undefined);
  });
});
