// What the dispatch list says of each emergency, in words for staff who have nothing else: at a screen, on paper, at a
// terminal. Knows neither HTML nor where the facts come from.
import { dated, limit, span } from './times.ts';
import type { Sign } from './words.ts';

/** What the page asks for. The tenancies system is asked for addresses, or what is kept of it. */
export const dispatchQuestion = `{
  dispatchList {
    items {
      receipt { id message }
      state description accessNotes reportedAt channel dueAt
      property { propertyReference address postcode provenance { source asOf } }
      reportedBy { personReference name telephoneNumbers }
      hazard { nextDeadline { name stepName dueAt } }
      taken { by at note }
      workOrder { reference }
    }
  }
}`;

/** What the page subscribes to. */
export const dispatchChanges = 'subscription { dispatchListChanged { items { receipt { id state } } } }';

/** Where the list cannot be had: what is asked of the homes of what the journal has. */
export const homesQuestion = `query ($references: [ID!]!) {
  properties(propertyReferences: $references) { propertyReference address postcode provenance { source asOf } }
}`;

/** A home as it is answered. */
export interface HomeFacts {
  propertyReference: string;
  address: string | null;
  postcode: string | null;
  provenance: { source: string; asOf: string } | null;
}

/** An emergency as it is answered. Instants are ISO 8601. */
export interface EmergencyFacts {
  receipt: { id: string; message: string };
  state: string;
  description: string;
  accessNotes: string | null;
  reportedAt: string;
  channel: string | null;
  dueAt: string;
  property: HomeFacts | null;
  reportedBy: { personReference: string; name: string | null; telephoneNumbers: readonly string[] | null } | null;
  hazard: { nextDeadline: { name: string; stepName: string; dueAt: string } | null } | null;
  taken: { by: string; at: string; note: string | null } | null;
  workOrder: { reference: string } | null;
}

/** What is said of one emergency. Sentences are plain text. */
export interface EmergencySaid {
  id: string;
  sign: Sign;
  /** Where. */
  title: string;
  /** How old the address is, or that it is not known; null where the tenancies system has just said so. */
  address: string | null;
  /** `Make safe by 02:14 on Sunday 29 November` */
  due: string;
  dueAt: string;
  overdue: boolean;
  /** `12 hours left`, `OVERDUE, by 3 hours` */
  left: string;
  /** Whose time limit it is. */
  rule: string;
  description: string;
  access: string | null;
  reported: string;
  raised: string;
  inSystem: boolean;
  taken: string;
  /** All of it in a sentence, for who listens. */
  spoken: string;
}

const channels: Readonly<Record<string, string>> = {
  PHONE: 'by telephone',
  LIVE_CHAT: 'in a chat',
  WEB: 'on the web',
  EMAIL: 'by e-mail',
  LETTER: 'in writing',
  IN_PERSON: 'in person',
  STAFF: 'by staff',
};

/** Our own clock, where no law sets one. */
const ownRule = 'our own limit for an emergency, 24 hours from the report';

/** Everything that is said of each, the most urgent first. */
export function emergenciesSaid(all: readonly EmergencyFacts[], nowMs: number): EmergencySaid[] {
  return all
    .map((one) => emergencySaid(one, nowMs))
    .sort((one, other) => Date.parse(one.dueAt) - Date.parse(other.dueAt));
}

function emergencySaid(facts: EmergencyFacts, nowMs: number): EmergencySaid {
  const { receipt, property, hazard, taken, state, description, accessNotes } = facts;
  const next = hazard?.nextDeadline ?? { name: ownRule, stepName: 'See to it', dueAt: facts.dueAt };
  const dueMs = Date.parse(next.dueAt);
  const overdue = nowMs >= dueMs;
  const title = property?.address
    ? [property.address, property.postcode].filter(Boolean).join(', ')
    : `Property ${property?.propertyReference ?? 'not known'}`;
  const due = `${next.stepName} by ${limit(dueMs)}`;
  const left = overdue ? `OVERDUE, by ${span(nowMs - dueMs)}` : `${span(dueMs - nowMs)} left`;
  return {
    id: receipt.id,
    sign: overdue ? 'fails' : taken ? 'works' : 'care',
    title,
    address: addressOf(property),
    due,
    dueAt: next.dueAt,
    overdue,
    left,
    rule: `${next.name.charAt(0).toUpperCase()}${next.name.slice(1)}`,
    description,
    access: accessNotes,
    reported: reportedOf(facts),
    raised: raisedOf(facts),
    inSystem: state === 'RAISED',
    taken: taken
      ? `Seen to by ${taken.by}, since ${dated(Date.parse(taken.at))}.${taken.note ? ` ${taken.note}` : ''}`
      : 'Nobody has said who sees to it.',
    spoken: `${title}: ${description}. ${due}.`,
  };
}

function addressOf(home: HomeFacts | null): string | null {
  if (!home?.address) return 'Its address cannot be had just now: nothing is kept of it.';
  if (!home.provenance || home.provenance.source === 'LIVE') return null;
  return `Address as last known at ${dated(Date.parse(home.provenance.asOf))}.`;
}

function reportedOf({ reportedAt, channel, reportedBy }: EmergencyFacts): string {
  const how = channel ? ` ${channels[channel] ?? channel}` : '';
  const when = `Reported at ${dated(Date.parse(reportedAt))}${how}`;
  if (!reportedBy) return `${when}.`;
  const { name, personReference, telephoneNumbers } = reportedBy;
  const numbers = telephoneNumbers?.length ? `, telephone ${telephoneNumbers.join(' or ')}` : '';
  return `${when}, by ${name ?? `person ${personReference}`}${numbers}.`;
}

function raisedOf({ state, receipt, workOrder }: EmergencyFacts): string {
  switch (state) {
    case 'RAISED':
      return `In the repairs system${workOrder ? `, as work order ${workOrder.reference}` : ''}.`;
    case 'PERHAPS_RAISED':
      return 'Perhaps in the repairs system: it was sent, and no answer came. It is being looked after.';
    case 'NOT_TAKEN_BY_SYSTEM':
      return `NOT in the repairs system, and does not get there by itself: ${receipt.message}`;
    case 'NOT_FOUND_IN_SYSTEM':
      return 'NOT found in the repairs system: it was raised there, and is no longer there under its number. See to it from this list.';
    default:
      return 'Not in the repairs system yet. It is passed on by itself as soon as that takes it.';
  }
}

/** All emergencies in a sentence or two. */
export function emergenciesSummary(all: readonly EmergencySaid[], partial = false): string {
  if (!all.length) return partial ? 'No emergency was reported since.' : 'No emergency is open.';
  const counted = (some: readonly unknown[], what: string) => {
    if (!some.length) return '';
    if (some.length === all.length) return all.length === 1 ? ` It is ${what}.` : ` All are ${what}.`;
    return ` ${some.length} ${some.length === 1 ? 'is' : 'are'} ${what}.`;
  };
  const open = all.length === 1 ? '1 emergency is open.' : `${all.length} emergencies are open.`;
  const overdue = all.filter((one) => one.overdue);
  const outside = all.filter(({ inSystem }) => !inSystem);
  return open + counted(overdue, 'overdue') + counted(outside, 'not in the repairs system');
}
