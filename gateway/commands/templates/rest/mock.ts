// The income system, made up: REST and JSON, the login with every call. Made from a template: write it from the real
// wire's description, never from the adapter.
import { HttpResponse, http } from 'msw';
import type { Mock } from './mock.ts';
import { addDays } from './world/calendar.ts';
import { between, pick } from './world/random.ts';
import type { World } from './world.ts';

const credentials = { INCOME_USER: 'lintel', INCOME_PASSWORD: 'income-demo' };
/** The wire's own limit. */
const MOST_KEYS = 50;

/** The income mock. */
export function incomeMock(world: World): Mock {
  const records = recordsOf(world);
  const expected = Buffer.from(`${credentials.INCOME_USER}:${credentials.INCOME_PASSWORD}`).toString('base64');

  const list = (request: Request): Response => {
    if (request.headers.get('authorization') !== `Basic ${expected}`) {
      return HttpResponse.json({ error: 'Unauthorized' }, { status: 401 });
    }
    const query = new URL(request.url).searchParams;
    const keys = new Set((query.get('refs') ?? query.get('people') ?? '').split(','));
    if (keys.size > MOST_KEYS) return HttpResponse.json({ error: `At most ${MOST_KEYS} keys.` }, { status: 400 });
    const by = query.has('refs') ? 'ref' : 'person';
    return HttpResponse.json({ records: records.filter((record) => keys.has(record[by].trim())) });
  };

  return {
    system: 'income',
    backend: 'income',
    credentials,
    urlVariable: 'INCOME_URL',
    basePath: '/api',
    handlers: [http.get('*/records', ({ request }) => list(request))],
    operationOf: (request) => new URL(request.url).pathname.split('/').at(-1) ?? '',
    // An indexed query and a little JSON; measure the real one.
    latencyMs: 100,
    duringBatch: () =>
      new HttpResponse('<html><h1>Closed until 6am</h1></html>', {
        status: 503,
        headers: { 'content-type': 'text/html' },
      }),
    // Every call brings its own login: there are no sessions.
    loseSessions: () => {},
  };
}

/** One in four has a record, and each of the journeys' people. Padded and written as such systems do. */
function recordsOf({ members, cast, today, random: stream }: World) {
  const random = stream('income');
  const people = new Set([cast.katy.personReference, cast.david.personReference]);
  const having = members.filter(({ personRef }) => random() < 0.25 || people.has(personRef));
  return having.map(({ personRef }, index) => ({
    ref: `R${String(index + 1).padStart(7, '0')}  `,
    person: personRef,
    // X is a code that nobody has documented.
    status: pick(random, ['O', 'O', 'C', 'C', 'X']),
    opened: addDays(today, -between(random, 1, 900))
      .split('-')
      .reverse()
      .join('/'),
    amount: (between(random, 1, 90_000) / 100).toFixed(2),
  }));
}
