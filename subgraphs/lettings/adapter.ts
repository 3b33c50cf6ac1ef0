// The lettings system's wire: REST and JSON behind a session, lists in pages. Which call answers which read; the records
// and their words are in records.ts, their dates in dates.ts.
import { z } from 'zod';
import type { Clock } from '../continuity/clock.ts';
import type { Adapter, Connection, Read, Recorded } from '../continuity/definition.ts';
import { listOfKept, recordOfKept } from '../continuity/derived.ts';
import { WireError } from '../continuity/errors.ts';
import { type Shape, shapes } from '../continuity/form.ts';
import { readByReference, readOne } from '../continuity/keys.ts';
import type { Verbs } from '../continuity/loaders.ts';
import { createPace } from '../continuity/pace.ts';
import { createSessions, SessionLapsed } from '../continuity/session.ts';
import { termsOf } from '../continuity/terms.ts';
import {
  changeError,
  checked,
  json,
  openWire,
  statusError,
  type Wire,
  type WireReply,
  type WireRequest,
} from '../continuity/wire.ts';
import { lettingsSteps } from './choosing.ts';
import { wireTime } from './dates.ts';
import { lettingsLookUps } from './look-ups.ts';
import { type Get, list, type Page, type PageKey, pageLimit } from './pages.ts';
import {
  type AdvertRecord,
  type ApplicationRecord,
  adverts,
  applications,
  type Change,
  changes,
  type ExchangeRecord,
  exchanges,
  type OfferRecord,
  offers,
} from './records.ts';
import type { LettingsRecords } from './targets.ts';
import { termsOfApplications, termsOfExchanges, termsOfOffers } from './terms.ts';

/** The one backend. */
const backend = 'lettings';
/** References a call, at most. */
const limit = 40;
/**
 * Past 20 calls a second it answers 429; with 18, two are left for other clients under the same login. Let out as six in
 * a third of that, so that after a burst nobody waits most of a second: a reader's patience.
 */
export const lettingsPace = { calls: 6, windowMs: 350 };
/** A login may take as long as any call: it is one. */
const loginTimeoutMs = 2_000;
/** An hour in ms. */
const hourMs = 3_600_000;

const session = z.object({ token: z.string().min(1) });
const pong = z.object({ ok: z.literal(true) });

/** What has changed, a page at a time: for whoever keeps records warm. */
export interface ChangesKey {
  /** An instant, ISO 8601. */
  since: string;
  offset: number;
}

export type LettingsReads = ReturnType<typeof readsOf>;
export type LettingsVerbs = Verbs<LettingsReads>;

/** Opens the wire. Nobody logs in before the first read. */
export function lettingsAdapter(connections: Record<string, Connection>, clock: Clock): Adapter<LettingsReads> {
  const connection = connections[backend];
  if (!connection) throw new Error(`no connection for ${backend}`);
  // Calls have waited for their turn before they come here; their logins and further pages wait for theirs here.
  const pace = createPace(lettingsPace.calls, clock, lettingsPace.windowMs);
  const wire = openWire(connection.url, { pace });

  /** What it means that a call was no success. */
  function failureOf(reply: WireReply, errorOf = statusError): WireError {
    // Locked, after too many refused logins: only a person can open it.
    if (reply.status === 423) return new WireError('CREDENTIALS', 'the account is locked');
    const failure = errorOf(reply, clock.now());
    // Other clients have used up what we left them: what would go out now would be too much as well.
    if (failure.failure === 'BUSY') pace.hold(failure.retryAfterMs ?? 1_000);
    return failure;
  }

  function contentOf(reply: WireReply): unknown {
    if (reply.status === 200) return json(reply);
    throw failureOf(reply);
  }

  const send = insideSession(wire, connection, contentOf, clock);
  const get: Get = async (path, signal) => contentOf(await send({ path, signal }));
  const reads = readsOf(get);
  const one = async <Value>(read: Read<string, Value | null>, reference: string, signal: AbortSignal) =>
    (await read.ask([reference], signal)).get(reference) ?? null;
  const found: LettingsRecords = {
    offer: (reference, signal) => one(reads.offer, reference, signal),
    application: (reference, signal) => one(reads.application, reference, signal),
  };
  return {
    reads,
    probes: {
      // Spends no login and needs no session.
      [backend]: async (signal) => {
        checked(pong, contentOf(await wire.send({ path: '/ping', signal })));
      },
    },
    checks: {
      // Adverts are nobody's personal data.
      [backend]: async (signal) => {
        await list(get, '/adverts?cycle=open', adverts, { offset: 0, limit: 1 }, signal);
      },
    },
    steps: lettingsSteps(
      backend,
      send,
      (reply) => failureOf(reply, changeError),
      found,
      lettingsLookUps(limit, reads.offer.ask, reads.mutualExchange.ask),
    ),
    wires: { [backend]: wire },
    close: () => wire.close(),
  };
}

/** The one way to ask: within the session that all calls share. */
function insideSession(
  wire: Wire,
  { user, password }: Connection,
  contentOf: (reply: WireReply) => unknown,
  clock: Clock,
): (request: WireRequest) => Promise<WireReply> {
  const sessions = createSessions(
    async (signal) => {
      const reply = await wire.send({
        method: 'POST',
        path: '/session',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username: user, password }),
        signal,
      });
      // However it says that it does not take this login: six tries lock the account.
      if ([400, 403, 422].includes(reply.status)) throw new WireError('CREDENTIALS', `status ${reply.status}`);
      return checked(session, contentOf(reply)).token;
    },
    loginTimeoutMs,
    clock,
  );
  return (request) =>
    sessions.use(async (token) => {
      const headers = { ...request.headers, Authorization: `Bearer ${token}` };
      const reply = await wire.send({ ...request, headers });
      // Let in or not is asked first: nothing has been done.
      if (reply.status === 401) throw new SessionLapsed();
      return reply;
    }, request.signal);
}

function readsOf(get: Get) {
  /** A read of the records that a call lists for references; `gather` puts them under those that they belong to. */
  function records<Item, Value>(
    query: string,
    shape: Shape,
    row: z.ZodType<Item>,
    absent: Value,
    gather: (items: Item[]) => ReadonlyMap<string, Value>,
    kept: Pick<Read<string, Value>, 'terms' | 'fromKept' | 'records'>,
  ) {
    return readByReference<Value>({
      backend,
      limit,
      shape,
      absent,
      ...kept,
      async ask(references, signal) {
        const path = `${query}=${references.map(encodeURIComponent).join(',')}`;
        const all = { offset: 0, limit: Number.POSITIVE_INFINITY };
        return gather((await list(get, path, row, all, signal)).items);
      },
    });
  }

  const byApplication = (items: ApplicationRecord[]) => one(items, (item) => item.applicationReference);
  const byOffer = (items: OfferRecord[]) => one(items, (item) => item.offerNumber);
  const byExchange = (items: ExchangeRecord[]) => one(items, (item) => item.exchangeReference);
  return {
    application: records<ApplicationRecord, ApplicationRecord | null>(
      '/applications?refs',
      shapes.application,
      applications,
      null,
      byApplication,
      {
        terms: (item, key) => [...termsOf('application', [key]), ...termsOfApplications(item)],
        records: (found) => [recordedApplication(found)],
        fromKept: recordOfKept<ApplicationRecord>(
          ['applicationsOfPerson'],
          'application',
          ({ applicationReference }) => applicationReference,
        ),
      },
    ),
    applicationsOfPerson: records(
      '/applications?person',
      shapes.person,
      applications,
      [],
      (items) => many(byApplication(items), ({ person }) => [person?.personReference]),
      {
        terms: (items, key) => [...termsOf('person', [key]), ...termsOfApplications(items)],
        records: (items) => items.map(recordedApplication),
        fromKept: listOfKept<ApplicationRecord>({
          kind: 'application',
          term: 'person',
          belongs: ({ person }, reference) => person?.personReference === reference,
        }),
      },
    ),
    offer: records<OfferRecord, OfferRecord | null>('/offers?refs', shapes.offer, offers, null, byOffer, {
      terms: termsOfOffers,
      records: (found) => [recordedOffer(found)],
    }),
    offersOfApplication: records(
      '/offers?app',
      shapes.application,
      offers,
      [],
      (items) => many(byOffer(items), ({ application }) => [application?.applicationReference]),
      {
        terms: (items, key) => [...termsOf('application', [key]), ...termsOfOffers(items)],
        records: (items) => items.map(recordedOffer),
        fromKept: listOfKept<OfferRecord>({
          kind: 'offer',
          term: 'application',
          belongs: ({ application }, reference) => application?.applicationReference === reference,
        }),
      },
    ),
    mutualExchange: records<ExchangeRecord, ExchangeRecord | null>(
      '/exchanges?refs',
      shapes.exchange,
      exchanges,
      null,
      byExchange,
      { terms: termsOfExchanges, records: (found) => [recordedExchange(found)] },
    ),
    exchangesOfPerson: records(
      '/exchanges?person',
      shapes.person,
      exchanges,
      [],
      (items) => many(byExchange(items), ({ legs }) => legs.map(({ person }) => person?.personReference)),
      {
        terms: (items, key) => [...termsOf('person', [key]), ...termsOfExchanges(items)],
        // Who leaves a chain has it in their list no more.
        records: (items) =>
          items.map((item) => ({
            ...recordedExchange(item),
            elsewhere: { kind: 'mutualExchange', key: item.exchangeReference },
          })),
        fromKept: listOfKept<ExchangeRecord>({
          kind: 'mutualExchange',
          term: 'person',
          belongs: ({ legs }, reference) => legs.some(({ person }) => person?.personReference === reference),
        }),
      },
    ),
    adverts: readOne<PageKey, Page<AdvertRecord>>(
      backend,
      { items: [], totalCount: 0, hasMore: false },
      (key, signal) => list(get, '/adverts?cycle=open', adverts, key, signal),
      { nothingToCompare: 'An advert leaves the list when its cycle closes, and cannot be asked for by itself.' },
    ),
    changes: readOne<ChangesKey, Page<Change>>(
      backend,
      { items: [], totalCount: 0, hasMore: false },
      ({ since, offset }, signal) => {
        // An hour earlier: in October the clock shows the hour from one to two twice, and a change made in the second
        // of them must not be passed over for a `since` in the first.
        const sinceLocal = wireTime(Date.parse(since) - hourMs);
        const path = `/changes?since=${encodeURIComponent(sinceLocal)}`;
        return list(get, path, changes, { offset, limit: pageLimit }, signal);
      },
      { kept: false },
    ),
  };
}

/** An application stays that of who applied. */
function recordedApplication({ applicationReference, person }: ApplicationRecord): Recorded {
  return { reference: applicationReference, identity: person?.personReference ?? '' };
}

/** People may leave a chain and others come: when it began stays. */
function recordedExchange({ exchangeReference, appliedOn }: ExchangeRecord): Recorded {
  return { reference: exchangeReference, identity: appliedOn ?? '' };
}

/** An offer stays that of its home, to its applicant. */
function recordedOffer({ offerNumber, application, property }: OfferRecord): Recorded {
  return { reference: offerNumber, identity: `${application?.applicationReference} ${property?.propertyReference}` };
}

/** Records by their own reference: each once, though pages that shift while they are read give some twice. */
function one<Item>(items: Item[], referenceOf: (item: Item) => string): Map<string, Item> {
  return new Map(items.map((item) => [referenceOf(item), item]));
}

/** Records by what they belong to, which may be several of one kind, each once. */
function many<Item>(items: Map<string, Item>, ownersOf: (item: Item) => (string | undefined)[]): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items.values()) {
    for (const owner of new Set(ownersOf(item))) {
      if (owner !== undefined) found.set(owner, [...(found.get(owner) ?? []), item]);
    }
  }
  return found;
}
