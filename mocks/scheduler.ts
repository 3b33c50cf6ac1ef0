// The scheduler, SOAP as its WSDL has it: the wire of the repairs system's second backend.
// Knows sessions, operations and how it fails; what is planned is diary.ts's, how an order looks as XML is orders.ts's.
import { randomUUID } from 'node:crypto';
import { http } from 'msw';
import { effectsOf } from './effects.ts';
import type { Mock } from './mock.ts';
import { moveVisits } from './repairs/clerk.ts';
import { type Clock, localFrom } from './repairs/clock.ts';
import { openDiary } from './repairs/diary.ts';
import { identityOf } from './repairs/jobs.ts';
import { NAMESPACE, orderFrom, orderXml, slotsXml } from './repairs/orders.ts';
import { registerOf } from './repairs/register.ts';
import {
  child,
  type Element,
  faultResponse,
  operationOf,
  readRequest,
  SoapFault,
  soapResponse,
  tag,
  text,
  texts,
  type Xml,
} from './soap.ts';
import { addDays, daysBefore } from './world/calendar.ts';
import type { World } from './world.ts';

const LOGIN = 'LINTEL';
const PASSWORD = 'mock-scheduler-password';
/** A session dies after 15 idle minutes, and not a second later. */
const IDLE_MS = 15 * 60_000;
/** orderComments is one column of 250 characters. */
const MOST_COMMENTS = 250;
/** Days in one answer of checkAvailability; more would hold up the optimiser. */
const MOST_DAYS = 92;

/** A refusal by a rule: status `failure`. */
class Failure extends Error {}
/** The scheduler's own trouble: status `error`, with a stack trace as only the worst servers send. */
class Trouble extends Error {}

/** The scheduler of repairs. Shares its jobs with the work orders of the same world. `clock` ages sessions. */
export function schedulerMock(world: World, clock: Clock = Date.now): Mock {
  const register = registerOf(world, clock);
  const diary = openDiary(world, register);
  const effects = effectsOf(world);
  const note = (operation: string, about: string, says: string, made: string | null = null) =>
    effects.note({ target: 'repairs.scheduler', operation, about, reference: null, says, made });
  /** The one session of each login. */
  const sessions = new Map<string, { id: string; usedAt: number }>();

  function checkSession(id: string): void {
    const session = [...sessions.values()].find((one) => one.id === id);
    if (!session || clock() - session.usedAt >= IDLE_MS) throw new Trouble('session expired');
    session.usedAt = clock();
  }

  const operations: Record<string, (command: Element) => Xml[]> = {
    openSession: (command) => {
      const login = text(command, 'login');
      if (login !== LOGIN || text(command, 'password') !== PASSWORD) throw new Trouble('login or password is wrong');
      const session = { id: randomUUID(), usedAt: clock() };
      sessions.set(login, session);
      return [tag('sessionId', session.id)];
    },
    closeSession: () => {
      sessions.clear();
      return [];
    },
    createOrder: (command) => {
      const wish = orderFrom(part(command, 'theOrder'));
      if (wish.comments.length > MOST_COMMENTS)
        throw new Failure(`orderComments is longer than ${MOST_COMMENTS} characters`);
      for (const [name, value] of Object.entries({
        primaryOrderNumber: wish.number,
        contract: wish.contract,
        locationID: wish.locationId,
        priority: wish.priority,
        targetDate: wish.targetAt,
      })) {
        if (value === '') throw new Failure(`${name} is missing or cannot be read`);
      }
      const order = diary.create(wish);
      if (!order) throw new Failure('order already exists');
      note('createOrder', order.number, order.comments, String(order.orderId));
      return [orderXml('theOrder', order, true)];
    },
    checkAvailability: (command) => {
      const from = dayIn(command, 'periodBegin') ?? world.today;
      const to = dayIn(command, 'periodEnd') ?? addDays(from, 14);
      if (to < from || to > addDays(from, MOST_DAYS))
        throw new Failure(`The period has to be 0 to ${MOST_DAYS} days long`);
      return diary.days(from, to, text(command, 'theOrder', 'contract')).map(slotsXml);
    },
    scheduleBooking: (command) => {
      const wish = part(command, 'theBooking');
      const number = text(wish, 'primaryOrderNumber');
      const order = diary.order(number);
      if (!order) throw new Failure(`order ${number} does not exist`);
      const id = text(wish, 'bookingId');
      const booking =
        order.bookings.find((one) => String(one.bookingId) === id) ?? (Number(id) ? undefined : order.bookings[0]);
      if (!booking || booking.lifeCycle === 'COMPLETED') throw new Failure(`booking ${id} cannot be planned`);
      const start = localFrom(text(wish, 'planningWindowStart'));
      const end = localFrom(text(wish, 'planningWindowEnd'));
      if (!start || !end) throw new Failure('planningWindowStart or planningWindowEnd is missing or cannot be read');
      const refusal = diary.book(order, booking, { start, end }, text(command, 'force') === 'true');
      if (refusal !== null) throw new Failure(refusal);
      note('scheduleBooking', number, `${start} ${end}`, String(booking.bookingId));
      return [];
    },
    selectOrder: (command) => {
      const numbers = texts(command, 'primaryOrderNumber');
      if (numbers.length === 0) throw new Failure('No selection was given');
      const completed = text(command, 'includeCompletedBookings') === 'true';
      const orders = numbers.flatMap((number) => diary.order(number) ?? []);
      return orders.map((order) => orderXml('theOrders', order, completed));
    },
    deleteOrder: (command) => {
      const number = text(command, 'theOrder', 'primaryOrderNumber');
      const order = diary.remove(number);
      if (!order) throw new Failure(`order ${number} does not exist`);
      note('deleteOrder', number, '');
      return [orderXml('theOrder', order, true)];
    },
  };

  async function answer(request: Request): Promise<Response> {
    const { operation, namespace, body } = await readRequest(request);
    const run = operations[operation];
    if (namespace !== NAMESPACE || !Object.hasOwn(operations, operation) || !run) {
      throw new SoapFault('Client', `Cannot find dispatch method for {${namespace}}${operation}`);
    }
    refuseQualified(body.children);
    const command = part(body, operation);
    const id = text(command, 'id') || '0';
    const reply = (status: string, errorMsg: string | null, content: Xml[], stack = ''): Response => {
      const head = [tag('id', id), tag('status', status)];
      if (errorMsg !== null) head.unshift(tag('errorMsg', errorMsg));
      if (stack) head.unshift(tag('debugStackTrace', stack));
      const name = `ns2:${operation}Response`;
      return soapResponse(tag(`${name} xmlns:ns2="${NAMESPACE}"`, tag('return', ...head, ...content)));
    };
    try {
      if (operation !== 'openSession') checkSession(text(command, 'sessionId'));
      return reply('success', null, run(command));
    } catch (error) {
      if (error instanceof Failure) return reply('failure', error.message, []);
      if (error instanceof Trouble) return reply('error', error.message, [], stackTrace(operation, error.message));
      throw error;
    }
  }

  return {
    system: 'repairs',
    backend: 'scheduler',
    credentials: { REPAIRS_SCHEDULER_USER: LOGIN, REPAIRS_SCHEDULER_PASSWORD: PASSWORD },
    urlVariable: 'REPAIRS_SCHEDULER_URL',
    basePath: '',
    latencyMs: 350,
    handlers: [
      http.post('*/OTWebServiceGateway', async ({ request }) => {
        try {
          return await answer(request);
        } catch (error) {
          if (error instanceof SoapFault) return faultResponse(error.code, error.message);
          throw error;
        }
      }),
    ],
    operationOf,
    duringBatch: () =>
      faultResponse('Server', 'OTWebServiceApi: nightly optimisation is running', stackTrace('nightly', 'locked')),
    loseSessions: () => sessions.clear(),
    // What it has passed on to the work orders stays there: the two are restored one without the other.
    holdings: {
      copy: diary.copy,
      goBack: (days) => diary.goBack(daysBefore(register.now(), days)),
      change: (count, random) => moveVisits(world, register, diary, count, random),
      look: (reference) => {
        const [order, job] = [diary.order(reference), register.byReference(reference)];
        // Whose it is, is the work order's to say: an order is for a number.
        return order ? { identity: job ? identityOf(job) : 'nobody', content: JSON.stringify(order) } : null;
      },
    },
  };
}

/** A part that has to be there: without it the server runs into its own null. */
function part(element: Element, name: string): Element {
  const found = child(element, name);
  if (!found) throw new SoapFault('Server', `java.lang.NullPointerException: ${name}`);
  return found;
}

/** The schema's elements are unqualified; one with a namespace is not the element that is expected. */
function refuseQualified(elements: readonly Element[]): void {
  for (const { name, namespace, children } of elements) {
    if (namespace !== '') throw new SoapFault('Client', `unexpected element (uri:"${namespace}", local:"${name}")`);
    refuseQualified(children);
  }
}

function dayIn(command: Element, name: string): string | undefined {
  const given = text(command, name);
  if (given === '') return undefined;
  const time = localFrom(given);
  if (time === undefined) throw new Failure(`${name} cannot be read`);
  return time.slice(0, 10);
}

/** What such a server gives away: paths, classes, a host. Never to be shown to anyone. */
function stackTrace(operation: string, message: string): string {
  return [
    `com.xmbrace.otwebserviceapi.ServiceException: ${message}`,
    `\tat com.xmbrace.otwebserviceapi.Gateway.${operation}(Gateway.java:412)`,
    '\tat sun.reflect.NativeMethodAccessorImpl.invoke0(Native Method)',
    '\tat org.jboss.ws.invocation.InvocationHandler.invoke(DB=jdbc:oracle:thin:@ot-db-01:1521:OTPROD)',
  ].join('\n');
}
