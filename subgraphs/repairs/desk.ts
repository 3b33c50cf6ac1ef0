// The work orders' wire: REST in HACT's words. Knows URLs, pages and statuses, and where a message goes; what is asked and told
// is elsewhere.
import { z } from 'zod';
import type { Clock } from '../continuity/clock.ts';
import type { Connection } from '../continuity/definition.ts';
import { WireError } from '../continuity/errors.ts';
import type { StepContext } from '../continuity/mutation.ts';
import { checked, json, jsonOrNothing, openWire, statusError, type WireReply } from '../continuity/wire.ts';
import { type WorkOrderRecord, wireOrder, workOrderOf } from './order.ts';

/** The largest page that the wire's description speaks of. */
export const pageSize = 50;

/** What can be asked and told of work orders. */
export type Desk = ReturnType<typeof openDesk>;

/** Opens the wire. */
export function openDesk(connection: Connection, clock: Clock) {
  const wire = openWire(connection.url);

  /** Null: 404, where `mayLack` says that it means no such record. */
  async function ask(path: string, signal: AbortSignal, mayLack = false): Promise<unknown> {
    const reply = await wire.send({ path, headers: { 'x-api-key': connection.apiKey }, signal });
    if (reply.status === 200) return json(reply);
    if (reply.status === 404 && mayLack && !isPage(reply)) return null;
    throw failureOf(reply, 'The repairs system does not take this question.');
  }

  /** Sends a message that changes something. Gives what is answered, if anything is. */
  async function post(path: string, message: object, step: StepContext, signal: AbortSignal): Promise<unknown> {
    const headers = { 'x-api-key': connection.apiKey, 'content-type': 'application/json' };
    const body = JSON.stringify(message);
    const reply = await wire.send({ method: 'POST', path, headers, body, before: step.sending, signal });
    if (reply.status === 200 || reply.status === 201) return jsonOrNothing(reply);
    // Of what a message names, 404 says that it is not there.
    if (reply.status === 404 && /^text\/plain/i.test(String(reply.headers['content-type']))) {
      throw new WireError('REFUSAL', 'status 404', { reason: 'The repairs system does not know this work order.' });
    }
    // Whatever stands in front of it says this of what may have come through: only 503 says that it has not.
    if (isPage(reply) && reply.status !== 503)
      throw new WireError('FAULT', `status ${reply.status} with a page of HTML`);
    throw failureOf(reply, 'The repairs system does not accept this.');
  }

  /** What it means that a call was no success; `reason` where it is up and says no. */
  function failureOf(reply: WireReply, reason: string): WireError {
    // Its own errors are plain text.
    if (isPage(reply)) return new WireError('UNAVAILABLE', 'a page of HTML');
    // Some gateways say so of a key that they do not know, some of an odd question: it counts, and probes look again.
    if (reply.status === 403) return new WireError('FAULT', 'status 403');
    const failure = statusError(reply, clock.now());
    return failure.failure === 'REFUSAL' ? new WireError('REFUSAL', failure.message, { reason }) : failure;
  }

  /** Work orders by a query, as one call gives them. */
  async function list(query: Record<string, string | string[]>, signal: AbortSignal): Promise<WorkOrderRecord[]> {
    const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
    const reply = await ask(`/workOrders?${new URLSearchParams(pairs)}`, signal);
    return checked(z.array(wireOrder), reply).map(workOrderOf);
  }

  /** Pages until a short one, or one that brings nothing new: the wire does not page after all. */
  async function all(query: Record<string, string | string[]>, signal: AbortSignal): Promise<WorkOrderRecord[]> {
    const found = new Map<string, WorkOrderRecord>();
    for (let pageNumber = 1; ; pageNumber++) {
      const before = found.size;
      const page = await list({ ...query, pageNumber: `${pageNumber}`, pageSize: `${pageSize}` }, signal);
      for (const order of page) found.set(order.reference, order);
      if (page.length < pageSize || found.size === before) return [...found.values()];
    }
  }

  /** One work order; null: there is none. */
  async function orderOf(reference: string, signal: AbortSignal): Promise<WorkOrderRecord | null> {
    // Dots alone would be another path.
    if (/^\.+$/.test(reference)) return null;
    const reply = await ask(`/workOrders/${encodeURIComponent(reference)}`, signal, true);
    return reply === null ? null : workOrderOf(checked(wireOrder, reply));
  }

  /** Every work order under an external reference, in the order in which they were raised. */
  async function raisedAs(externalReference: string, signal: AbortSignal): Promise<WorkOrderRecord[]> {
    const orders = await list({ externalReference, includeClosed: 'true' }, signal);
    return orders
      .sort(newestFirst)
      .reverse()
      .filter((each) => each.externalReference === externalReference);
  }

  return { wire, ask, post, list, all, orderOf, raisedAs };
}

/** A page of HTML is from something that stands in front of it. */
function isPage({ headers }: WireReply): boolean {
  return /html/i.test(String(headers['content-type']));
}

/** Work orders by when they were raised. */
export function newestFirst(a: WorkOrderRecord, b: WorkOrderRecord): number {
  const raised = (order: WorkOrderRecord) => (order.raisedAt ? Date.parse(order.raisedAt) : 0);
  return raised(b) - raised(a) || (a.reference < b.reference ? 1 : -1);
}
