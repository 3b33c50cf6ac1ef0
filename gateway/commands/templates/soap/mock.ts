// The income system, made up: SOAP 1.1, the login in every question, and a no that comes with status 200. Made from a
// template: write it from the real wire's description, never from the adapter.
import { http } from 'msw';
import type { Mock } from './mock.ts';
import { faultResponse, fields, operationOf, readRequest, SoapFault, soapResponse, tag, text, texts } from './soap.ts';
import { addDays } from './world/calendar.ts';
import { between, pick } from './world/random.ts';
import type { World } from './world.ts';

const NAMESPACE = 'http://lintel.example/income';
const credentials = { INCOME_USER: 'lintel', INCOME_PASSWORD: 'income-demo' };
/** By which field each operation finds. */
const OPERATIONS: Readonly<Record<string, 'Ref' | 'PersonRef'>> = {
  GetRecords: 'Ref',
  GetRecordsByPerson: 'PersonRef',
};
/** The wire's own limit. */
const MOST_KEYS = 50;

/** The income mock. */
export function incomeMock(world: World): Mock {
  const records = recordsOf(world);

  const answer = async (request: Request): Promise<Response> => {
    const { operation, body } = await readRequest(request);
    const by = OPERATIONS[operation];
    if (!by) throw new SoapFault('Client', `There is no operation ${operation}.`);
    const [user, password] = [text(body, 'Login', 'User'), text(body, 'Login', 'Password')];
    if (user !== credentials.INCOME_USER || password !== credentials.INCOME_PASSWORD) return reply(operation, 'DENIED');
    const keys = new Set(texts(body, 'Keys', 'Key'));
    if (keys.size > MOST_KEYS) return reply(operation, 'TOO_MANY');
    return reply(
      operation,
      'OK',
      records.filter((record) => keys.has(record[by].trim())),
    );
  };

  return {
    system: 'income',
    backend: 'income',
    credentials,
    urlVariable: 'INCOME_URL',
    basePath: '/ws',
    handlers: [
      http.post('*/RecordService', async ({ request }) => {
        try {
          return await answer(request);
        } catch (error) {
          if (error instanceof SoapFault) return faultResponse(error.code, error.message);
          throw error;
        }
      }),
    ],
    operationOf,
    // An indexed query and a little XML; measure the real one.
    latencyMs: 200,
    duringBatch: (request) => {
      const operation = request.headers.get('soapaction')?.match(/(\w+)"?$/)?.[1] ?? 'GetRecords';
      return reply(operation, 'CLOSED');
    },
    // Every question brings its own login: there are no sessions.
    loseSessions: () => {},
  };
}

function reply(operation: string, code: string, found: Readonly<Record<string, string>>[] = []): Response {
  const rows = found.map((record) => tag('Record', fields(record)));
  return soapResponse(tag(`${operation}Response xmlns="${NAMESPACE}"`, tag('Code', code), tag('Records', ...rows)));
}

/** One in four has a record, and each of the journeys' people. Padded and written as such systems do. */
function recordsOf({ members, cast, today, random: stream }: World) {
  const random = stream('income');
  const people = new Set([cast.katy.personReference, cast.david.personReference]);
  const having = members.filter(({ personRef }) => random() < 0.25 || people.has(personRef));
  return having.map(({ personRef }, index) => ({
    Ref: `R${String(index + 1).padStart(7, '0')}  `,
    PersonRef: personRef,
    // X is a code that nobody has documented.
    Status: pick(random, ['O', 'O', 'C', 'C', 'X']),
    Opened: addDays(today, -between(random, 1, 900))
      .split('-')
      .reverse()
      .join('/'),
    Amount: (between(random, 1, 90_000) / 100).toFixed(2),
  }));
}
