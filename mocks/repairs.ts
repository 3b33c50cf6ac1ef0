// Work orders over REST, in HACT's words: the wire of the repairs system's first backend.
// Knows parameters, messages, limits and the dirt of its records; the jobs themselves are register.ts's.
import { http } from 'msw';
import { type Effect, effectsOf } from './effects.ts';
import type { Mock } from './mock.ts';
import { correctJob, takeReports, typeIn } from './repairs/clerk.ts';
import { type Clock, localFrom } from './repairs/clock.ts';
import { type Booking, identityOf, isOpen, type Job, WINDOWS } from './repairs/jobs.ts';
import { completion, Refused, raising, statusUpdate } from './repairs/messages.ts';
import { registerOf } from './repairs/register.ts';
import { daysBefore } from './world/calendar.ts';
import type { World } from './world.ts';

const API_KEY = 'mock-repairs-key';
/** Property references in one call, before the query gets too long for the old proxy in front. */
const MOST_PROPERTIES = 25;
const PAGE_SIZE = 50;
/** Larger pages are refused, not shortened: a short page means the end. */
const MOST_PAGE_SIZE = 500;
const MOST_CHANGES = 500;

/** The work orders backend of repairs. Shares its jobs with the scheduler of the same world. */
export function workOrdersMock(world: World, clock: Clock = Date.now): Mock {
  const register = registerOf(world, clock);
  const effects = effectsOf(world);
  const note = (operation: string, effect: Pick<Effect, 'about' | 'reference' | 'says' | 'made'>) =>
    effects.note({ target: 'repairs.workOrders', operation, ...effect });

  /** Every call: the key first, then the work; refusals and errors are plain text. */
  const guarded =
    (work: (request: Request, url: URL) => Promise<Response>) =>
    async ({ request }: { request: Request }): Promise<Response> => {
      if (request.headers.get('x-api-key') !== API_KEY) return text(401, 'Access denied: API key is missing or wrong');
      try {
        return await work(request, new URL(request.url));
      } catch (error) {
        if (error instanceof Refused) return text(error.status, error.message);
        throw error;
      }
    };

  async function list({ searchParams: query }: URL): Promise<Job[]> {
    const pageNumber = wholeNumber(query, 'pageNumber', 1, Number.MAX_SAFE_INTEGER);
    const pageSize = wholeNumber(query, 'pageSize', PAGE_SIZE, MOST_PAGE_SIZE);
    const offset = (pageNumber - 1) * pageSize;
    const contractor = query.get('contractorReference')?.trim() || undefined;
    const includeClosed = query.get('includeClosed')?.toLowerCase() === 'true';
    const external = query.get('externalReference')?.trim();
    if (external) return register.byExternalReference(external).slice(offset, offset + pageSize);
    const properties = query.getAll('propertyReference').map((reference) => reference.trim());
    if (properties.length > MOST_PROPERTIES) {
      throw new Refused(
        400,
        `At most ${MOST_PROPERTIES} property references in a call, there were ${properties.length}`,
      );
    }
    if (properties.length === 0) return register.page({ contractor, includeClosed }, offset, pageSize);
    return [...new Set(properties)]
      .flatMap((reference) => register.ofProperty(reference))
      .filter((job) => (includeClosed || isOpen(job)) && (contractor ?? job.contractor) === job.contractor)
      .slice(offset, offset + pageSize);
  }

  return {
    system: 'repairs',
    backend: 'workOrders',
    credentials: { REPAIRS_API_KEY: API_KEY },
    urlVariable: 'REPAIRS_URL',
    basePath: '/api/v2',
    latencyMs: 120,
    handlers: [
      http.get(
        '*/workOrders',
        guarded(async (_, url) => Response.json((await list(url)).map(workOrder))),
      ),
      http.get(
        '*/workOrders/:reference',
        guarded(async (_, url) => {
          const reference = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
          const job = register.byReference(reference);
          return job ? Response.json(workOrder(job)) : text(404, `Unable to locate work order ${reference}`);
        }),
      ),
      http.post(
        '*/workOrders/raise',
        guarded(async (request) => {
          const job = register.raise(raising(await message(request), world));
          const { propRef: about, externalReference: reference, description: says, reference: made } = job;
          note('raise', { about, reference, says, made });
          return Response.json({
            id: job.reference,
            statusCode: job.statusCode,
            statusCodeDescription: 'Open',
            // Emergencies are sent out by telephone; everything else is booked in the scheduler.
            externallyManagedAppointment: job.priorityCode > 2,
          });
        }),
      ),
      http.post(
        '*/jobStatusUpdate',
        guarded(async (request) => {
          const body = await message(request);
          const { reference, change } = statusUpdate(body, register.byReference);
          register.change(reference, change);
          note('jobStatusUpdate', { about: reference, reference: null, says: JSON.stringify(body), made: null });
          return new Response(null, { status: 200 });
        }),
      ),
      http.post(
        '*/workOrderComplete',
        guarded(async (request) => {
          const body = await message(request);
          const { reference, change } = completion(body, register.byReference);
          register.change(reference, change);
          note('workOrderComplete', { about: reference, reference: null, says: JSON.stringify(body), made: null });
          return new Response(null, { status: 200 });
        }),
      ),
      http.get(
        '*/changes',
        guarded(async (_, { searchParams }) => {
          const since = localFrom(searchParams.get('since') ?? '');
          if (since === undefined) throw new Refused(400, 'since must be an ISO 8601 date-time');
          const changes = await register.changedSince(since, MOST_CHANGES);
          return Response.json(changes.map(({ reference, updatedAt }) => ({ reference, lastUpdated: updatedAt })));
        }),
      ),
    ],
    operationOf: (request) => {
      const words = new URL(request.url).pathname.replace(/^\/api\/v2/, '').split('/');
      // The one write under workOrders/ has a name of its own, so that it can fail alone.
      return words[2] === 'raise' ? 'raise' : words[1] || 'unknown';
    },
    duringBatch: () => text(503, 'Repairs overnight batch is running. Please try again later.'),
    // There are no sessions: the key is all.
    loseSessions: () => undefined,
    prepare: register.prepare,
    holdings: {
      copy: register.copy,
      goBack: (days) => register.goBack(daysBefore(register.now(), days)),
      change: (count, random) => takeReports(world, register, count, random),
      look: (reference) => {
        const job = register.byReference(reference);
        return job ? { identity: identityOf(job), content: JSON.stringify(job) } : null;
      },
      correct: (reference, random) => correctJob(register, reference, random),
      enter: (count, random) => typeIn(world, register, count, random),
    },
  };
}

async function message(request: Request): Promise<unknown> {
  const body = await request.text();
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Refused(400, `The body is not JSON: ${(error as Error).message}`);
  }
}

function wholeNumber(query: URLSearchParams, name: string, usual: number, most: number): number {
  const value = Number(query.get(name) ?? usual);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Refused(400, `${name} must be a whole number from 1 to ${most}`);
  }
  return value;
}

function text(status: number, sentence: string): Response {
  return new Response(sentence, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

/** A work order as it goes out: columns of fixed width padded, some fields that are in no document. */
function workOrder(job: Job): Record<string, unknown> {
  return {
    reference: job.reference,
    dateRaised: job.raisedAt,
    lastUpdated: job.updatedAt,
    priority: job.priority.padEnd(3),
    priorityCode: job.priorityCode,
    statusCode: job.statusCode,
    description: job.description,
    propertyReference: job.propRef.padEnd(12),
    tradeCode: job.trade.padEnd(6),
    workElements: [
      {
        rateScheduleItem: [
          { customCode: job.sor.code, customName: job.sor.name, quantity: { amount: [job.sor.amount] } },
        ],
      },
    ],
    target: job.targetAt,
    appointment: job.booking ? appointment(job.booking) : null,
    raisedBy: job.raisedBy.padEnd(20),
    externalReference: job.externalReference,
    contractorReference: job.contractor,
    personAlert: job.personAlerts,
    locationAlert: job.locationAlerts,
    budgetCode: 'H2555',
    uh_rowstamp: 'AAAAAAB8mQ0=',
  };
}

/** HACT's appointment window; the scheduler is the authority, this is what it last passed on. */
function appointment({ window, bookingId }: Booking): Record<string, unknown> | null {
  if (!window) return null;
  const name = WINDOWS.find(({ start }) => window.start.endsWith(start))?.name ?? 'All day';
  return {
    date: window.start.slice(0, 10),
    timeOfDay: {
      name,
      earliestArrivalTime: window.start.slice(11),
      latestArrivalTime: window.end.slice(11),
      latestCompletionTime: window.end.slice(11),
    },
    reference: { id: String(bookingId), allocatedBy: 'SCHEDULER' },
  };
}
