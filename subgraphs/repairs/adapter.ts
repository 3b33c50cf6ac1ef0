// The repairs system: which question of its two wires answers which read. Work orders are asked for in desk.ts, bookings in
// scheduler.ts; the words are in order.ts and booking.ts.
import { z } from 'zod';
import type { Clock } from '../continuity/clock.ts';
import {
  type Adapter,
  type Connection,
  type Elsewhere,
  keyOf,
  type Read,
  type Recorded,
} from '../continuity/definition.ts';
import { recordOfKept, toldBy } from '../continuity/derived.ts';
import { londonTime, londonWallClock } from '../continuity/dirt.ts';
import { shapes } from '../continuity/form.ts';
import { readByReference, readOne } from '../continuity/keys.ts';
import type { Verbs } from '../continuity/loaders.ts';
import { termsOf } from '../continuity/terms.ts';
import { checked } from '../continuity/wire.ts';
import type { Booked, Slot } from './booking.ts';
import { closingSteps } from './closing.ts';
import { newestFirst, openDesk, pageSize } from './desk.ts';
import type { SlotsKey } from './diary.ts';
import { explainsNoVisit, repairsLookUps } from './look-ups.ts';
import { type WorkOrderRecord, wireChange } from './order.ts';
import { openPlans, planningSteps } from './planning.ts';
import { raisingSteps } from './raising.ts';
import { openScheduler } from './scheduler.ts';
import type { RepairsSteps } from './steps.ts';

/** A property's work orders. */
export interface RepairsKey {
  propertyReference: string;
  /** Whether those complete or cancelled come too. */
  includeClosed: boolean;
}

/** All of a property's work orders. */
export const allOf = (propertyReference: string): RepairsKey => ({ propertyReference, includeClosed: true });

/** Statuses in which nothing is to be done any more. Locked ones came over from an earlier system, and cannot be worked on. */
const over: ReadonlySet<WorkOrderRecord['status']> = new Set(['COMPLETE', 'CANCELED', 'LOCKED']);

/** Whether there is still something to be done. One whose code is not known may well be open. */
export function isOpen({ status }: WorkOrderRecord): boolean {
  return !over.has(status);
}

/** A part of a contractor's work orders; `first` at most 50. */
export interface ContractorKey {
  contractorReference: string;
  offset: number;
  first: number;
}

/** A part of a list, and whether there is more of it. */
export interface Part<T> {
  items: T[];
  hasMore: boolean;
}

/** A work order that has changed. */
export interface Change {
  reference: string;
  lastUpdatedAt: string | null;
}

/** 25 properties' closed work orders are a dozen pages, one after the other, at 200 ms or so each. */
const pagesTimeoutMs = 5_000;
/** The WSDL sets no limit. A page of work orders has 50, and so costs one question for its appointments. */
const ordersACall = 50;
/** Where one order that it does not know costs the answer for all, each is asked by itself: 16 at a time, 200 ms or so. */
const ordersTimeoutMs = 5_000;

/** Opens the wires of both backends. */
export function repairsAdapter(connections: Record<string, Connection>, clock: Clock) {
  const connection = connections.workOrders as Connection;
  const desk = openDesk(connection, clock);
  const { ask, list, all, orderOf, raisedAs } = desk;
  const scheduler = openScheduler(connections.scheduler as Connection, clock);

  const workOrder = readByReference<WorkOrderRecord | null>({
    shape: shapes.workOrder,
    backend: 'workOrders',
    limit: 1,
    absent: null,
    records: (order) => [recorded(order)],
    terms: (order, key) => [...termsOf('workOrder', [key]), ...termsOfOrders(order ? [order] : [])],
    fromKept: recordOfKept<WorkOrderRecord>(['repairsOfProperty'], 'workOrder', ({ reference }) => reference),
    async ask(references, signal) {
      const found = new Map<string, WorkOrderRecord>();
      for (const reference of references) {
        const order = await orderOf(reference, signal);
        if (order) found.set(reference, order);
      }
      return found;
    },
  });

  /** The work orders of up to 25 properties, newest first, by property reference. */
  const ofProperties = (includeClosed: boolean) =>
    readByReference<WorkOrderRecord[]>({
      shape: shapes.property,
      backend: 'workOrders',
      limit: 25,
      absent: [],
      async ask(propertyReference, signal) {
        const orders = await all({ propertyReference, includeClosed: String(includeClosed) }, signal);
        return Map.groupBy(orders.sort(newestFirst), ({ property }) => property?.propertyReference ?? '');
      },
    });
  const [openOnly, withClosed] = [ofProperties(false), ofProperties(true)];

  const repairsOfProperty: Read<RepairsKey, WorkOrderRecord[]> = {
    backend: 'workOrders',
    limit: openOnly.limit,
    absent: [],
    reference: { shape: shapes.property, of: ({ propertyReference }) => propertyReference },
    timeoutMs: pagesTimeoutMs,
    terms: (orders, key) => [
      ...termsOf('property', [(JSON.parse(key) as RepairsKey).propertyReference]),
      ...termsOfOrders(orders),
    ],
    // Of open ones alone, one that is not there any more may be complete: it is asked for by itself.
    records: (orders, key) => orders.map((JSON.parse(key) as RepairsKey).includeClosed ? recorded : recordedAlone),
    // The open ones out of all of them.
    fromKept: toldBy<RepairsKey, WorkOrderRecord[], WorkOrderRecord[]>(
      'repairsOfProperty',
      (key) => (key.includeClosed ? null : keyOf(allOf(key.propertyReference.trim()))),
      (orders) => orders.filter(isOpen),
    ),
    async ask(keys, signal) {
      const references = (closed: boolean) =>
        keys.filter(({ includeClosed }) => includeClosed === closed).map(({ propertyReference }) => propertyReference);
      const [open, both] = await Promise.all([
        openOnly.ask(references(false), signal),
        withClosed.ask(references(true), signal),
      ]);
      const answerTo = (key: RepairsKey) => (key.includeClosed ? both : open).get(keyOf(key.propertyReference)) ?? [];
      return new Map(keys.map((key) => [keyOf(key), answerTo(key)]));
    },
  };

  const workOrdersOfContractor = readOne<ContractorKey, Part<WorkOrderRecord>>(
    'workOrders',
    { items: [], hasMore: false },
    async ({ contractorReference, offset, first }, signal) => {
      // Blank, it would be no filter at all.
      if (contractorReference.trim() === '') return { items: [], hasMore: false };
      // One more than asked for, to see whether there is more: on one page of the wire, or two.
      const firstPage = Math.floor(offset / pageSize);
      const skipped = offset - firstPage * pageSize;
      const orders: WorkOrderRecord[] = [];
      for (let page = firstPage; orders.length < skipped + first + 1; page++) {
        const paging = { includeClosed: 'true', pageNumber: `${page + 1}`, pageSize: `${pageSize}` };
        const found = await list({ contractorReference, ...paging }, signal);
        orders.push(...found);
        if (found.length < pageSize) break;
      }
      return { items: orders.slice(skipped, skipped + first), hasMore: orders.length > skipped + first };
    },
    {
      terms: ({ items }) => termsOfOrders(items),
      reference: { shape: shapes.contractor, of: ({ contractorReference }) => contractorReference },
      // Pages shift as work orders are raised.
      records: ({ items }) => items.map(recordedAlone),
    },
  );

  const workOrderByExternalReference = readByReference<WorkOrderRecord | null>({
    shape: shapes.external,
    backend: 'workOrders',
    limit: 1,
    absent: null,
    terms: (order) => termsOfOrders(order ? [order] : []),
    records: (order) => [recorded(order)],
    async ask(references, signal) {
      const found = new Map<string, WorkOrderRecord>();
      for (const externalReference of references) {
        // Of several, the first that was raised: the others are repeats of it.
        const [order] = await raisedAs(externalReference, signal);
        if (order) found.set(externalReference, order);
      }
      return found;
    },
  });

  /** What changed since an instant, oldest first, 500 at most: the last one's instant asks for the rest. */
  const workOrderChanges = readOne<{ since: string }, Change[]>(
    'workOrders',
    [],
    async (key, signal) => {
      const since = londonWallClock(Temporal.Instant.from(key.since).epochMilliseconds);
      const reply = await ask(`/changes?${new URLSearchParams({ since })}`, signal);
      const changes = checked(z.array(wireChange), reply);
      return changes.map(({ reference, lastUpdated }) => ({ reference, lastUpdatedAt: londonTime(lastUpdated) }));
    },
    { kept: false },
  );

  const appointment: Read<string, Booked | null> = {
    ...readByReference<Booked | null>({
      shape: shapes.workOrder,
      backend: 'scheduler',
      limit: ordersACall,
      absent: null,
      // A booking that is moved is the same; one that is gone is missed, unless its work order says why.
      records: (_booked, key) => [{ reference: key, identity: '', elsewhere: workOrderOfVisit(key) }],
      terms: (_booked, key) => termsOf('workOrder', [key]),
      ask: scheduler.bookings,
    }),
    timeoutMs: ordersTimeoutMs,
  };

  // A time that was free once can be promised to nobody: while the scheduler is down there are none, and an error says why.
  const availableSlots = readOne<SlotsKey, Slot[] | null>('scheduler', null, scheduler.slots, { kept: false });

  const reads = {
    workOrder,
    repairsOfProperty,
    workOrdersOfContractor,
    workOrderByExternalReference,
    workOrderChanges,
    appointment,
    availableSlots,
  };
  const planOf = openPlans(scheduler.ask);
  const lookUps = repairsLookUps({ orderOf, raisedAs, planOf });
  const steps: RepairsSteps = {
    ...raisingSteps(desk, connection, lookUps),
    ...closingSteps(desk, lookUps),
    ...planningSteps(scheduler, desk, planOf, lookUps),
  };
  return {
    reads,
    steps,
    probes: {
      async workOrders(signal: AbortSignal) {
        // What changed since this instant is nothing, or next to it.
        await workOrderChanges.ask([{ since: new Date(clock.now()).toISOString() }], signal);
      },
      scheduler: scheduler.probe,
    },
    wires: { workOrders: desk.wire, scheduler: scheduler.wire },
    async close() {
      await Promise.all([desk.wire.close(), scheduler.close()]);
    },
  } satisfies Adapter<typeof reads>;
}

/** Work orders by themselves and by their home. They name no resident. */
function termsOfOrders(orders: readonly WorkOrderRecord[]): string[] {
  return [
    ...termsOf(
      'workOrder',
      orders.map(({ reference }) => reference),
    ),
    ...termsOf(
      'property',
      orders.map(({ property }) => property?.propertyReference),
    ),
  ];
}

/** A restored number sequence gives tomorrow's work order yesterday's number: where and when it was raised tells them apart. */
function recorded({ reference, property, raisedAt, lastUpdatedAt }: WorkOrderRecord): Recorded {
  return { reference, identity: `${property?.propertyReference} ${raisedAt}`, updatedAt: lastUpdatedAt };
}

/** The same, where it may have left the list: it can be asked for by itself. */
function recordedAlone(order: WorkOrderRecord): Recorded {
  return { ...recorded(order), elsewhere: { kind: 'workOrder', key: order.reference } };
}

/** What says why a work order has no visit any more. */
function workOrderOfVisit(reference: string): Elsewhere {
  return {
    kind: 'workOrder',
    key: reference,
    explains: (order, ...since) => explainsNoVisit(order as WorkOrderRecord | null, ...since),
  };
}

/** This system's reads. */
export type RepairsReads = ReturnType<typeof repairsAdapter>['reads'];

/** This system's reads as its resolvers call them. */
export type RepairsVerbs = Verbs<RepairsReads>;
