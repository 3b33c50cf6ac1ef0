// The tenancies system: a housing management system over SOAP 1.1, that says no with HTTP 200.
// Knows its doors: credentials, envelopes, faults; housing.ts knows the operations.
import { http } from 'msw';
import { book, copyAll } from './book.ts';
import { effectsOf } from './effects.ts';
import type { Mock } from './mock.ts';
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
  type Xml,
} from './soap.ts';
import { Refusal, refuse } from './tenancies/arguments.ts';
import { correctRecords, newDetails } from './tenancies/clerk.ts';
import { records } from './tenancies/holdings.ts';
import { housing } from './tenancies/housing.ts';
import { daysBefore, worldClock } from './world/calendar.ts';
import type { World } from './world.ts';

const NAMESPACE = 'http://lintel.example/uhweb/2013/03';
const credentials = { TENANCIES_USER: 'lintel', TENANCIES_PASSWORD: 'oak-beam-14' };
/** Bad passwords in a row that lock an account, until somebody in an office unlocks it. */
const TRIES = 6;
/** How long the overnight batch says it needs; it is often wrong. */
const BATCH_MINUTES = 35;

/** The tenancies mock. `nowMs` is the wall clock, in ms since 1970. */
export function tenanciesMock(world: World, nowMs: () => number = Date.now): Mock {
  const held = records(world, worldClock(world.today, nowMs));
  const operations = housing(world, held, effectsOf(world));
  const failures = book<number>();
  const authenticate = (body: Element) => {
    const user = child(body, 'DirectUser');
    if (!user || body.children[0] !== user) refuse(101, 'Invalid user name or password.');
    const name = text(body, 'DirectUser', 'UserName');
    const failed = failures.get(name) ?? 0;
    if (failed >= TRIES) refuse(102, 'Account locked. Contact your system administrator.');
    const known = name === credentials.TENANCIES_USER;
    if (!known || text(body, 'DirectUser', 'UserPassword') !== credentials.TENANCIES_PASSWORD) {
      failures.set(name, failed + 1, held.now());
      refuse(101, 'Invalid user name or password.');
    }
    if (failed > 0) failures.set(name, 0, held.now());
    if (text(body, 'CompanyCode') !== '001') refuse(210, 'Unknown company code.');
    if (text(body, 'SourceSystem') === '') refuse(210, 'SourceSystem is mandatory.');
  };

  const answer = async (request: Request): Promise<Response> => {
    const { operation, namespace, action, body } = await readRequest(request);
    const known = namespace === NAMESPACE && Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!known || action !== `${NAMESPACE}/${operation}`) {
      throw new SoapFault('Client', `The message with Action '${action ?? ''}' cannot be processed at the receiver.`);
    }
    try {
      authenticate(body);
      return resultResponse(operation, ...known(body));
    } catch (error) {
      if (error instanceof Refusal) return failureResponse(operation, error.code, error.message);
      throw error;
    }
  };

  return {
    system: 'tenancies',
    backend: 'tenancies',
    credentials,
    urlVariable: 'TENANCIES_URL',
    basePath: '',
    handlers: [
      http.post('*/HousingService.svc', async ({ request }) => {
        if (!request.headers.get('content-type')?.startsWith('text/xml')) return new Response(null, { status: 415 });
        try {
          return await answer(request);
        } catch (error) {
          if (error instanceof SoapFault) return faultResponse(error.code, error.message, 'at Web.Housing.Dispatch()');
          throw error;
        }
      }),
    ],
    operationOf,
    latencyMs: 200, // what such a system takes, whatever the count of keys
    duringBatch(request) {
      const action = request.headers.get('soapaction')?.replaceAll('"', '') ?? '';
      const operation = action.slice(action.lastIndexOf('/') + 1) || 'Unknown';
      const wait = tag('RetryAfterMinutes', BATCH_MINUTES);
      return failureResponse(operation, 910, 'Overnight processing in progress.', wait);
    },
    // Every request brings its own credentials, so a restart forgets nothing; locks are in the database.
    loseSessions() {},
    prepare: async () => {
      for (const log of Object.values(held.changes)) await log.prepare();
    },
    holdings: {
      copy: () => copyAll([held, failures]),
      goBack: (days) => {
        const to = daysBefore(held.now(), days);
        held.goBack(to);
        failures.goBack(to);
      },
      change: (count, random) => correctRecords(world, held, count, random),
      look: (reference) => {
        const member = held.member(world.memberByRef.get(reference));
        return member ? { identity: reference, content: JSON.stringify([member, held.logOf(reference)]) } : null;
      },
      correct: (reference, random) => {
        const member = held.member(world.memberByRef.get(reference));
        return member && newDetails(held, member, random);
      },
    },
  };
}

function envelope(operation: string, content: Xml[]): Response {
  return soapResponse(tag(`${operation}Response xmlns="${NAMESPACE}"`, tag(`${operation}Result`, ...content)));
}

function resultResponse(operation: string, ...content: Xml[]): Response {
  return envelope(operation, [tag('Success', true), tag('ErrorCode'), tag('ErrorMessage'), ...content]);
}

function failureResponse(operation: string, code: number, message: string, ...more: Xml[]): Response {
  return envelope(operation, [tag('Success', false), tag('ErrorCode', code), tag('ErrorMessage', message), ...more]);
}
