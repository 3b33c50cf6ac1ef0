// The lettings system: choice-based lettings and mutual exchange as JSON behind a session.
// Knows its routes; forms.ts knows how it writes a record, choices.ts what it holds, turnstile.ts whom it lets in.
import { HttpResponse, http } from 'msw';
import { copyAll } from './book.ts';
import { effectsOf } from './effects.ts';
import { choices } from './lettings/choices.ts';
import { correctRecord, makeOffers, moveThingsOn } from './lettings/clerk.ts';
import { advertForm, applicationForm, exchangeForm, offerForm, readClock } from './lettings/forms.ts';
import { swagger } from './lettings/swagger.ts';
import { Problem, refuse, turnstile } from './lettings/turnstile.ts';
import type { Mock } from './mock.ts';
import { daysBefore, worldClock } from './world/calendar.ts';
import type { Exchange, World } from './world.ts';

const credentials = { LETTINGS_USER: 'lintel-api', LETTINGS_PASSWORD: 'keys-on-friday-9' };
/** The wire's own limits. */
const LONGEST_PAGE = 100;
const MOST_REFS = 40;
const LEGS = { fewest: 2, most: 5 };
/** A page's length where the caller names none. */
const DEFAULT_PAGE = 25;

/** The lettings mock. `nowMs` is the wall clock, in ms since 1970. */
export function lettingsMock(world: World, nowMs: () => number = Date.now): Mock {
  const held = choices(world, worldClock(world.today, nowMs));
  const effects = effectsOf(world);
  const note = (operation: string, about: string, reference: string, says: string, made: string) =>
    effects.note({ target: 'lettings', operation, about, reference, says, made });
  const gate = turnstile(credentials.LETTINGS_USER, credentials.LETTINGS_PASSWORD, nowMs);

  /** Counts the call and turns a thrown `Problem` into its answer. */
  const counted = async (work: () => unknown, status = 200) => {
    try {
      gate.count();
      return HttpResponse.json((await work()) as object, { status });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const body = { code: error.code, message: error.message, ...error.extra };
      return HttpResponse.json(body, { status: error.status, headers: error.headers });
    }
  };
  /** The same, for whoever has a session. */
  const admitted = (request: Request, work: (query: URLSearchParams) => unknown, status = 200) =>
    counted(() => {
      gate.admit(request);
      return work(new URL(request.url).searchParams);
    }, status);

  const handlers = [
    http.post('*/session', ({ request }) =>
      counted(async () => {
        const { username, password } = await members(request);
        return gate.login(username, password);
      }),
    ),
    http.get('*/applications', ({ request }) =>
      admitted(request, (query) => {
        const asked = oneOf(query, { refs: held.applicationsByRef, person: held.applicationsOf });
        return page(query, asked, applicationForm);
      }),
    ),
    http.get('*/offers', ({ request }) =>
      admitted(request, (query) =>
        page(query, oneOf(query, { refs: held.offersByRef, app: held.offersOf }), offerForm),
      ),
    ),
    http.post('*/offers/:offerNo/acceptance', ({ request, params }) =>
      admitted(request, async () => {
        const clientRef = required(await members(request), 'clientRef');
        const { offerNo, status } = held.accept(String(params.offerNo));
        note('offers', offerNo, clientRef, String(status), offerNo);
        return { offerNo, status };
      }),
    ),
    http.get('*/exchanges', ({ request }) =>
      admitted(request, (query) => {
        const asked = oneOf(query, { refs: held.exchangesByRef, person: held.exchangesOf });
        return page(query, asked, exchangeForm);
      }),
    ),
    http.post('*/exchanges', ({ request }) =>
      admitted(
        request,
        async () => {
          const body = await members(request);
          const clientRef = required(body, 'clientRef');
          const { exchRef, legs } = held.apply(clientRef, legsOf(world, body.legs));
          const people = legs.map(({ personRef }) => personRef).join(' ');
          note('exchanges', people, clientRef, JSON.stringify(legs), exchRef);
          return { exchRef };
        },
        201,
      ),
    ),
    http.get('*/adverts', ({ request }) =>
      admitted(request, (query) => {
        const cycle = query.get('cycle');
        return page(query, held.adverts(cycle === null ? undefined : cycle === 'open'), advertForm);
      }),
    ),
    http.post('*/bids', ({ request }) =>
      admitted(
        request,
        async () => {
          const body = await members(request);
          const [clientRef, appRef] = [required(body, 'clientRef'), required(body, 'appRef')];
          const advertNo = required(body, 'advertNo');
          const bid = held.bid(clientRef, appRef, advertNo);
          note('bids', appRef, clientRef, advertNo, bid.bidNo);
          return bid;
        },
        201,
      ),
    ),
    http.get('*/changes', ({ request }) =>
      admitted(request, (query) => {
        const since = readClock(query.get('since') ?? '') ?? refuse(400, 'VALIDATION', 'since is not a date and time.');
        return page(query, held.changedSince(since), ({ kind, ref }) => ({ kind, ref }));
      }),
    ),
    http.get('*/ping', () => HttpResponse.json({ ok: true })),
    http.get('*/swagger.json', () => HttpResponse.json(swagger)),
  ];

  return {
    system: 'lettings',
    backend: 'lettings',
    credentials,
    urlVariable: 'LETTINGS_URL',
    basePath: '',
    handlers,
    operationOf: (request) => new URL(request.url).pathname.split('/')[1] ?? '',
    latencyMs: 120, // a hosted product across the internet: a look-up of the session, then one indexed query
    duringBatch: () =>
      new Response(MAINTENANCE_PAGE, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } }),
    loseSessions: gate.revoke,
    prepare: async () => {
      held.changedSince(held.now());
    },
    holdings: {
      copy: () => copyAll([held, gate]),
      goBack: (days) => {
        held.goBack(daysBefore(held.now(), days));
        gate.forgive();
      },
      change: (count, random) => moveThingsOn(world, held, count, random),
      look: (reference) => {
        const [offer] = held.offersByRef([reference]);
        if (offer) return { identity: `${offer.appRef} ${offer.propRef}`, content: JSON.stringify(offer) };
        const [exchange] = held.exchangesByRef([reference]);
        if (exchange) return { identity: JSON.stringify(exchange.legs), content: JSON.stringify(exchange) };
        const [application] = held.applicationsByRef([reference]);
        return application ? { identity: application.personRef, content: JSON.stringify(application) } : null;
      },
      correct: (reference, random) => correctRecord(held, reference, random),
      enter: (count, random) => makeOffers(world, held, count, random),
    },
  };
}

const MAINTENANCE_PAGE = `<!DOCTYPE html>
<html><head><title>Scheduled maintenance</title></head>
<body><h1>We'll be back soon</h1><p>This site is being updated.<br>Please try again later.</body></html>
`;

/** The members of a JSON object body. */
async function members(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = await request.json().catch(() => refuse(400, 'MALFORMED', 'The body is not JSON.'));
  if (typeof body !== 'object' || body === null) return refuse(400, 'MALFORMED', 'The body is not an object.');
  return body as Record<string, unknown>;
}

/** A member that must be a text with something in it. */
function required(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  return typeof value === 'string' && value.trim() !== ''
    ? value.trim()
    : refuse(400, 'VALIDATION', `${name} is required.`);
}

/** Asks by the one filter that the query names: `{ refs: byRef, person: ofPerson }`. */
function oneOf<T>(query: URLSearchParams, filters: Record<string, (refs: readonly string[]) => T[]>): T[] {
  for (const [name, ask] of Object.entries(filters)) {
    const given = query.get(name);
    if (given === null) continue;
    const refs = given.split(',').map((ref) => ref.trim());
    if (refs.length > MOST_REFS) refuse(400, 'TOO_MANY_REFS', `At most ${MOST_REFS} references a call.`);
    return ask(refs);
  }
  return refuse(400, 'VALIDATION', `One of ${Object.keys(filters).join(', ')} is required.`);
}

/** One page of results, cut by `offset` and `limit`; `count` is that of all the pages. */
function page<Result>(query: URLSearchParams, results: readonly Result[], form: (result: Result) => object) {
  const whole = (name: string, otherwise: number) => {
    const given = query.get(name) ?? String(otherwise);
    return /^\d{1,9}$/.test(given) ? Number(given) : refuse(400, 'VALIDATION', `${name} is not a number.`);
  };
  const offset = whole('offset', 0);
  const limit = whole('limit', DEFAULT_PAGE);
  if (limit < 1 || limit > LONGEST_PAGE) refuse(400, 'VALIDATION', `limit is from 1 to ${LONGEST_PAGE}.`);
  const metadata = { resultset: { count: results.length, offset, limit } };
  return { metadata, results: results.slice(offset, offset + limit).map(form) };
}

/** The legs of a new exchange: two to five, of people and homes that exist. */
function legsOf(world: World, given: unknown): Exchange['legs'] {
  if (!Array.isArray(given) || given.length < LEGS.fewest || given.length > LEGS.most) {
    return refuse(400, 'VALIDATION', `An exchange has ${LEGS.fewest} to ${LEGS.most} legs.`);
  }
  return given.map((one: Record<string, unknown> | null) => {
    const leg = one ?? {};
    const personRef = required(leg, 'personRef');
    const fromPropRef = required(leg, 'fromPropRef');
    const toPropRef = required(leg, 'toPropRef');
    const known =
      world.memberByRef.has(personRef) && world.homeByRef.has(fromPropRef) && world.homeByRef.has(toPropRef);
    if (!known) refuse(400, 'VALIDATION', 'A leg names a person or a property that is not on record.');
    return { personRef, fromPropRef, toPropRef, agreed: leg.agreed === 'Y' || leg.agreed === true };
  });
}
