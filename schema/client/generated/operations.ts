// The ready operations and their types. Written by `npm run codegen`: change operations/ instead.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentString } from '../document.ts';

/** An offer to accept. */
export type AcceptOfferInput = {
  /** Through which channel it reached us. */
  channel: Channel;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** Which. */
  offerNumber: string;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
};

/** How far an application for a home is. */
export type ApplicationStatus =
  /** 300 */
  | 'ACTIVE'
  /** 320 */
  | 'APPEAL'
  /** 100 */
  | 'AWAITING_ASSESSMENT'
  /** 200 */
  | 'CANCELLED'
  /** 600 */
  | 'DENIED'
  /** 800 */
  | 'OFFER_ACCEPTED'
  /** 900 */
  | 'REHOUSED'
  /** 700 */
  | 'REVIEW'
  /** 400 */
  | 'SHORTLISTED'
  /** A code that Lintel does not know: see `statusCode`. */
  | 'UNKNOWN'
  /** 102 */
  | 'WEB_APPLICATION'
  /** 500 */
  | 'WITHDRAWN';

/** An exchange to apply for. */
export type ApplyForExchangeInput = {
  /** Through which channel it reached us. */
  channel: Channel;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** Who moves from where to where: 2 to 5, a circle in which everybody's new home is another's old one. */
  legs: Array<ExchangeLegInput>;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
};

/** How urgent a need for a home is. */
export type Band =
  /** GEN */
  | 'GENERAL'
  /** HOM */
  | 'HOMELESS'
  /** PRY */
  | 'PRIORITY'
  /** RES */
  | 'RESERVE'
  /** A code that Lintel does not know: see `bandCode`. */
  | 'UNKNOWN'
  /** URG */
  | 'URGENT';

/** A visit to book. */
export type BookAppointmentInput = {
  /** Through which channel it reached us. */
  channel: Channel;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** Anything that whoever comes should know: at most 200 characters. */
  note?: string | null | undefined;
  /** For the work order that this report makes, by the id of its receipt. Give this or `workOrderReference`. */
  receipt?: string | null | undefined;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
  /** When somebody is to come. */
  window: TimeWindowInput;
  /** For which work order. Give this or `receipt`. */
  workOrderReference?: string | null | undefined;
};

/** How far a visit is. */
export type BookingStatus =
  /** Whoever is to come has accepted it. */
  | 'ACCEPTED'
  /** Whoever is to come has seen it. */
  | 'ACKNOWLEDGED'
  /** Somebody is at the door. */
  | 'ARRIVED'
  /** The work of this visit is done. */
  | 'COMPLETED'
  /** Sent to whoever is to come. */
  | 'DESPATCHED'
  /** Booked. */
  | 'PLANNED'
  /** A time is held, and not yet booked. */
  | 'RESERVED'
  /** The work has begun. */
  | 'STARTED'
  /** A word that Lintel does not know: see `statusCode`. */
  | 'UNKNOWN';

/** What became of a call. */
export type CallDisposition =
  /** Somebody answered. */
  | 'ANSWERED'
  /** The line was busy. */
  | 'BUSY'
  /** The call could not be made. */
  | 'FAILED'
  /** Nobody answered. */
  | 'NO_ANSWER'
  /** A word that Lintel does not know: see `dispositionCode`. */
  | 'UNKNOWN';

/** Through which channel something reached the landlord. */
export type Channel =
  /** By e-mail. */
  | 'EMAIL'
  /** At a counter or at the door. */
  | 'IN_PERSON'
  /** In writing. */
  | 'LETTER'
  /** In a chat with a person. */
  | 'LIVE_CHAT'
  /** By telephone. */
  | 'PHONE'
  /** A member of staff noticed it. */
  | 'STAFF'
  /** On a web page or in an app. */
  | 'WEB';

/** Whether a backend may be called. */
export type CircuitState =
  /** Calls go through. */
  | 'CLOSED'
  /** No call goes through; a probe looks in the background whether it is back. */
  | 'OPEN'
  /** It is back; calls go through, few at first. */
  | 'RAMPING';

/** Work that is done. */
export type CompleteWorkOrderInput = {
  /** Through which channel it reached us. */
  channel: Channel;
  /** When it was done; left out: now. */
  doneAt?: string | null | undefined;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** What was done, at most 200 characters. */
  note?: string | null | undefined;
  /** The work order that this report makes, by the id of its receipt: it is raised and completed, never left open. Give this or `workOrderReference`. */
  receipt?: string | null | undefined;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
  /** Which work order. Give this or `receipt`. */
  workOrderReference?: string | null | undefined;
};

/** How a person can be reached. */
export type ContactMethod =
  /** E */
  | 'EMAIL'
  /** L */
  | 'LETTER'
  /** S: text message. */
  | 'SMS'
  /** T */
  | 'TELEPHONE'
  /** A code that Lintel does not know: see `preferredContactCode`. */
  | 'UNKNOWN';

/** How far a contract is. */
export type ContractStatus =
  /** C */
  | 'COMPLETE'
  /** D */
  | 'DRAFTED'
  /** N */
  | 'NOT_STARTED'
  /** R */
  | 'READY_TO_SIGN'
  /** S */
  | 'SENT'
  /** A code that Lintel does not know: see `contractStatusCode`. */
  | 'UNKNOWN';

/** How an emergency stands. */
export type EmergencyState =
  /** It was raised, and the repairs system does not show it any more: its number is nobody's, or another job's. See to it, and look it up. */
  | 'NOT_FOUND_IN_SYSTEM'
  /** The repairs system has not got it yet. */
  | 'NOT_RAISED'
  /** The repairs system refuses it, or it failed too often: a person has to see to it. `receipt.message` says why. */
  | 'NOT_TAKEN_BY_SYSTEM'
  /** It was sent and no answer came: the repairs system may have it. */
  | 'PERHAPS_RAISED'
  /** It is in the repairs system, and not done as far as anybody knows. */
  | 'RAISED';

/** A question about a move. */
export type EnquireAboutMoveInput = {
  /** Through which channel it reached us. */
  channel: Channel;
  /** About which exchange, where it is about one. */
  exchangeReference?: string | null | undefined;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** About which offer, where it is about one. */
  offerNumber?: string | null | undefined;
  /** Who asks. */
  personReference: string;
  /** The question in their own words, at most 1,000 characters; left out: where does my move stand? */
  question?: string | null | undefined;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
};

/** One household's move in an exchange to apply for. */
export type ExchangeLegInput = {
  /** Whether this household has agreed. */
  agreed: boolean;
  /** The home that is left. */
  fromPropertyReference: string;
  /** Who moves. */
  personReference: string;
  /** The home that is moved into. */
  toPropertyReference: string;
};

/** How far a mutual exchange is. */
export type ExchangeStatus =
  /** 1 */
  | 'APPLIED'
  /** 4 */
  | 'APPROVED'
  /** 6 */
  | 'ASSIGNED'
  /** 2 */
  | 'INSPECTIONS'
  /** 3 */
  | 'REFERENCES'
  /** 5 */
  | 'REFUSED'
  /** A code that Lintel does not know: see `statusCode`. */
  | 'UNKNOWN'
  /** 7 */
  | 'WITHDRAWN';

/** What makes a repair a hazard. */
export type HazardInput = {
  /** How bad: it decides which clocks run. */
  severity: HazardSeverity;
  /** Under what kind of tenancy the household lives there. Left out: not known, and the law's clocks run as for a social tenancy. */
  tenancy?: HazardTenancy | null | undefined;
  /** Of what kind. */
  type: HazardType;
};

/** How bad a hazard is (SI 2025/1042). */
export type HazardSeverity =
  /** An imminent and significant risk to health or safety: within 24 hours. */
  | 'EMERGENCY'
  /** A significant risk to health or safety: by working days. */
  | 'SIGNIFICANT';

/** Whether a hazard is in the home of somebody whom SI 2025/1042 protects. The regulations cover emergencies of every kind but overcrowding, and significant damp and mould, in social tenancies. Anything else has the landlord's own standard: the same times, named as such in each deadline's `rule`, `name` and `source`. */
export type HazardTenancy =
  /** Anything else: leasehold, shared ownership, market rent, temporary accommodation under a licence, a garage. */
  | 'OTHER'
  /** Let by a social landlord at a social rent, for less than seven years at a time: secure, introductory, assured, assured shorthold. */
  | 'SOCIAL';

/** Of what kind a hazard is: the Housing Health and Safety Rating System's, in groups. */
export type HazardType =
  /** Asbestos and other fibres. */
  | 'ASBESTOS'
  /** Damp, mould and fungal growth. */
  | 'DAMP_AND_MOULD'
  /** Electrical hazards. */
  | 'ELECTRICAL'
  /** Excess cold. */
  | 'EXCESS_COLD'
  /** Excess heat. */
  | 'EXCESS_HEAT'
  /** Falls: on stairs, on the level, in baths, between levels. */
  | 'FALLS'
  /** Fire. */
  | 'FIRE'
  /** Carbon monoxide, uncombusted gas and other gases. */
  | 'GAS'
  /** Anything else. */
  | 'OTHER'
  /** Entry by intruders: a door or window that does not lock. */
  | 'SECURITY'
  /** Structural collapse and falling elements. */
  | 'STRUCTURAL'
  /** Water supply, sanitation, drainage and hygiene. */
  | 'WATER_AND_HYGIENE';

/** How far an offer is. */
export type OfferStatus =
  /** 30 */
  | 'ACCEPTED'
  /** 10 */
  | 'MADE'
  /** 40 */
  | 'REFUSED'
  /** 60 */
  | 'SIGNED_UP'
  /** A code that Lintel does not know: see `statusCode`. */
  | 'UNKNOWN'
  /** 20 */
  | 'VIEWING_BOOKED'
  /** 50 */
  | 'WITHDRAWN';

/** How soon work must be done, by the landlord's own clocks. */
export type Priority =
  /** E: within 24 hours */
  | 'EMERGENCY'
  /** I: within 2 hours */
  | 'IMMEDIATE'
  /** N: within 21 working days */
  | 'NORMAL'
  /** A code that Lintel does not know: see `priorityCode`. */
  | 'UNKNOWN'
  /** U: within 5 working days */
  | 'URGENT';

/** How a write stands. */
export type ReceiptState =
  /** Sent, and no answer came. It is looked after, and never sent twice by guess. */
  | 'AMBIGUOUS'
  /** The system has it. */
  | 'APPLIED'
  /** Taken back before it was sent. */
  | 'CANCELLED'
  /** It had been applied, and a restored backup has forgotten it. */
  | 'LOST'
  /** It failed too often, or it cannot be proved which record it is about: a person looks at it. */
  | 'PARKED'
  /** Written down, and kept until the system can take it. */
  | 'QUEUED'
  /** The system, or a rule, says no: `message` says why. */
  | 'REFUSED'
  /** Being sent just now. */
  | 'SENDING'
  /** Dealt with by a person otherwise. */
  | 'SETTLED';

/** A repair to report. */
export type ReportRepairInput = {
  /** How to get in: at most 200 characters. */
  accessNotes?: string | null | undefined;
  /** Through which channel it reached us. */
  channel: Channel;
  /** What is wrong: at most 230 characters, which is all that the repairs system takes. */
  description: string;
  /** Where people have done it by hand already: when. It is then raised and completed at once, never left as an open job. */
  doneByHandAt?: string | null | undefined;
  /** Where it is a hazard by the law (Awaab's Law): its clocks run from the moment of acceptance, whatever is down. */
  hazard?: HazardInput | null | undefined;
  /** Chosen by you; the same report sent again has the same one, and is not made twice. 1 to 200 characters. */
  idempotencyKey: string;
  /** When a visit would suit. It is booked with the scheduler as soon as the work order is raised; not confirmed before. */
  preferredWindow?: TimeWindowInput | null | undefined;
  /** Where. */
  propertyReference: string;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
  /** Who reports it, where that is known. */
  reportedBy?: string | null | undefined;
  /** How urgent it is. */
  urgency: Urgency;
};

/** Somebody who is to be rung back. */
export type RequestCallbackInput = {
  /** About what, at most 500 characters. */
  about?: string | null | undefined;
  /** Through which channel it reached us. */
  channel: Channel;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /**
   * The line that they are joined to, e.g. `repairs`: a name of `lines`. While the telephone system is down, one that it is known to
   * have; where none is known, the request waits, and is refused if there is no such line.
   */
  line: string;
  /** Who, where that is known. */
  personReference?: string | null | undefined;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
  /**
   * The number to ring, as people write it. Only numbers that the landlord allows, by default British ones that begin with 01, 02, 03
   * or 07, but not 070 or 076; never 999, 112 or another short code.
   */
  telephone: string;
};

/** How Lintel came by an answer. */
export type Source =
  /** Written through Lintel and not yet in the legacy system. */
  | 'INTAKE'
  /** The legacy system gave it for this request. */
  | 'LIVE'
  /** From a system that answers out of a restored backup, or may do so: true as of the restore point, as far as that is known. */
  | 'RESTORED_COPY'
  /** Kept from an earlier answer, because the system could not be asked, was too slow, or is not to be believed just now. */
  | 'SNAPSHOT';

/** Whether a system can be asked. */
export type SystemState =
  /** It fails or is slow more than it should, or is being let back in step by step. */
  | 'DEGRADED'
  /** It cannot be asked. */
  | 'DOWN'
  /** It answers again after a long silence, and may have come back out of a backup: it is being compared with what was kept, or an operator has to decide. */
  | 'HELD'
  /** An operator has cut it off on purpose: nothing is sent to it, not even to look. */
  | 'ISOLATED'
  /** It answers. */
  | 'OPERATIONAL'
  /** An operator says that it answers out of a restored copy, taken at its restore point: each answer is labelled, the newer of copy and kept one is given. */
  | 'READ_ONLY'
  /** After a restoration: it answers out of the copy, and the writes that waited are sent to it. What the copy lacks besides is not there yet. */
  | 'RECONCILING';

/** Under what right the household lives there. */
export type Tenure =
  /** ASY */
  | 'ASSURED'
  /** AST */
  | 'ASSURED_SHORTHOLD'
  /** DEC: decant, while the household's own home is repaired */
  | 'DECANT'
  /** TGA: garage */
  | 'GARAGE'
  /** INT */
  | 'INTRODUCTORY'
  /** LEA */
  | 'LEASEHOLD'
  /** LTA: licence to occupy, temporary accommodation */
  | 'LICENCE_TEMPORARY_ACCOMMODATION'
  /** MPA: mesne profit account */
  | 'MESNE_PROFIT'
  /** NON: non-secure */
  | 'NON_SECURE'
  /** SEC */
  | 'SECURE'
  /** SHO */
  | 'SHARED_OWNERSHIP'
  /** A code that Lintel does not know: see `tenureCode`. */
  | 'UNKNOWN';

/** Between when and when. */
export type TimeWindowInput = {
  /** To this instant: after `start`, on the same or the next day. */
  end: string;
  /** From this instant, ISO 8601 with its offset. */
  start: string;
};

/** How a person can be reached. At least one thing besides who it is; what is left out stays as it is. */
export type UpdateContactDetailsInput = {
  /** Through which channel it reached us. */
  channel: Channel;
  /** An e-mail address, at most 254 characters. */
  email?: string | null | undefined;
  /** Chosen by you; the same write sent again has the same one. 1 to 200 characters. */
  idempotencyKey: string;
  /** Whose. */
  personReference: string;
  /** How the person wants to be reached; UNKNOWN is not a way. */
  preferredContact?: ContactMethod | null | undefined;
  /** When it reached the landlord, where that was before it is written here: a letter's or an e-mail's arrival. Statutory clocks run from here; its place among other writes is that of its acceptance. At most a year ago. */
  receivedAt?: string | null | undefined;
  /** A telephone number as people write it: `01632 960123`, `+441632960123`. */
  telephone?: string | null | undefined;
};

/** How urgent a repair is, as whoever reports it sees it. */
export type Urgency =
  /** Somebody may come to harm, or the home to serious damage: within 24 hours. */
  | 'EMERGENCY'
  /** Anything else. */
  | 'ROUTINE';

/** How far a work order is. */
export type WorkOrderStatus =
  /** 30 */
  | 'CANCELED'
  /** 50 */
  | 'COMPLETE'
  /** 1090 */
  | 'HOLD'
  /** 80: migrated data, locked */
  | 'LOCKED'
  /** 1000 */
  | 'NO_ACCESS'
  /** 10 */
  | 'OPEN'
  /** 1010 */
  | 'PENDING_MATERIAL'
  /** 90 */
  | 'SCHEDULED'
  /** A code that Lintel does not know: see `statusCode`. */
  | 'UNKNOWN';

export type AcceptOfferMutationVariables = Exact<{
  input: AcceptOfferInput;
}>;


export type AcceptOfferMutation = { acceptOffer: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type ApplyForExchangeMutationVariables = Exact<{
  input: ApplyForExchangeInput;
}>;


export type ApplyForExchangeMutation = { applyForExchange: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type BookAppointmentMutationVariables = Exact<{
  input: BookAppointmentInput;
}>;


export type BookAppointmentMutation = { bookAppointment: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type RequestCallbackMutationVariables = Exact<{
  input: RequestCallbackInput;
}>;


export type RequestCallbackMutation = { requestCallback: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type CompleteWorkOrderMutationVariables = Exact<{
  input: CompleteWorkOrderInput;
}>;


export type CompleteWorkOrderMutation = { completeWorkOrder: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type UpdateContactDetailsMutationVariables = Exact<{
  input: UpdateContactDetailsInput;
}>;


export type UpdateContactDetailsMutation = { updateContactDetails: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type ContractorWorkOrdersQueryVariables = Exact<{
  contractorReference: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ContractorWorkOrdersQuery = { workOrders: { edges: Array<{ node: { reference: string, description: string | null, status: WorkOrderStatus | null, priority: Priority | null, raisedAt: string | null, targetAt: string | null, tradeCode: string | null, property: { propertyReference: string, address: string | null, postcode: string | null } | null, appointment: { confirmed: boolean, window: { start: string, end: string } | null } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, provenance: { system: string, source: Source, asOf: string } } | null };

export type DispatchListQueryVariables = Exact<{ [key: string]: never; }>;


export type DispatchListQuery = { dispatchList: { items: Array<{ state: EmergencyState, description: string, accessNotes: string | null, reportedAt: string, dueAt: string, receipt: { id: string, state: ReceiptState, message: string }, property: { propertyReference: string, address: string | null, postcode: string | null } | null, hazard: { type: HazardType, severity: HazardSeverity, nextDeadline: { stepName: string, dueAt: string } | null } | null, taken: { by: string, at: string, note: string | null } | null, workOrder: { reference: string } | null }>, provenance: { system: string, source: Source, asOf: string } } | null };

export type ExchangePageQueryVariables = Exact<{
  exchangeReference: string;
}>;


export type ExchangePageQuery = { mutualExchange: { exchangeReference: string, status: ExchangeStatus | null, appliedOn: string | null, decisionDueOn: string | null, legs: Array<{ agreed: boolean | null, person: { personReference: string, name: string | null } | null, from: { propertyReference: string, address: string | null } | null, to: { propertyReference: string, address: string | null } | null }> | null, provenance: { system: string, source: Source, asOf: string } | null } | null };

export type LinesQueryVariables = Exact<{ [key: string]: never; }>;


export type LinesQuery = { lines: { items: Array<{ name: string, open: boolean | null, waitingCallers: number | null, longestWait: number | null, agentsAvailable: number | null }>, provenance: { system: string, source: Source, asOf: string } } | null };

export type EnquireAboutMoveMutationVariables = Exact<{
  input: EnquireAboutMoveInput;
}>;


export type EnquireAboutMoveMutation = { enquireAboutMove: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type OfferPageQueryVariables = Exact<{
  offerNumber: string;
}>;


export type OfferPageQuery = { offer: { offerNumber: string, status: OfferStatus | null, contractStatus: ContractStatus | null, viewingAt: string | null, signUpDate: string | null, plannedMoveDate: string | null, actualMoveDate: string | null, property: { propertyReference: string, address: string | null, postcode: string | null, bedrooms: number | null } | null, provenance: { system: string, source: Source, asOf: string } | null } | null };

export type PersonPageQueryVariables = Exact<{
  personReference: string;
}>;


export type PersonPageQuery = { person: { personReference: string, name: string | null, telephoneNumbers: Array<string> | null, email: string | null, preferredContact: ContactMethod | null, provenance: { system: string, source: Source, asOf: string } | null, tenancies: { items: Array<{ tenancyReference: string, tenure: Tenure | null, startDate: string | null, current: boolean | null, rentAccount: { balance: { pence: number } | null, weeklyRent: { pence: number } | null } | null, property: { propertyReference: string, address: string | null, postcode: string | null } | null }>, provenance: { system: string, source: Source, asOf: string } } | null, applications: { items: Array<{ applicationReference: string, band: Band | null, status: ApplicationStatus | null, offers: { items: Array<{ offerNumber: string, status: OfferStatus | null, viewingAt: string | null, plannedMoveDate: string | null, actualMoveDate: string | null, property: { propertyReference: string, address: string | null } | null }>, provenance: { system: string, source: Source, asOf: string } } | null }>, provenance: { system: string, source: Source, asOf: string } } | null, exchanges: { items: Array<{ exchangeReference: string, status: ExchangeStatus | null, appliedOn: string | null, decisionDueOn: string | null }>, provenance: { system: string, source: Source, asOf: string } } | null, calls: { items: Array<{ callId: string, startedAt: string | null, durationSeconds: number | null, disposition: CallDisposition | null }>, provenance: { system: string, source: Source, asOf: string } } | null } | null };

export type PropertyRepairsQueryVariables = Exact<{
  propertyReference: string;
  includeClosed?: boolean | null | undefined;
}>;


export type PropertyRepairsQuery = { property: { propertyReference: string, address: string | null, postcode: string | null, provenance: { system: string, source: Source, asOf: string } | null, pendingRepairs: Array<{ says: Array<{ name: string, value: string }>, receipt: { id: string, state: ReceiptState, message: string } }> | null, repairs: { items: Array<{ reference: string, description: string | null, status: WorkOrderStatus | null, priority: Priority | null, raisedAt: string | null, targetAt: string | null, appointment: { confirmed: boolean, status: BookingStatus | null, window: { start: string, end: string } | null, provenance: { system: string, source: Source, asOf: string } } | null }>, provenance: { system: string, source: Source, asOf: string } } | null } | null };

export type ReceiptPageQueryVariables = Exact<{
  id: string;
}>;


export type ReceiptPageQuery = { receipt: { id: string, mutation: string, system: string, state: ReceiptState, message: string, acceptedAt: string, changedAt: string, steps: Array<{ title: string, state: ReceiptState, message: string | null, appliedAt: string | null }>, made: Array<{ id: string, description: string | null }> } | null };

export type ReportRepairMutationVariables = Exact<{
  input: ReportRepairInput;
}>;


export type ReportRepairMutation = { reportRepair: { receipt: { id: string, state: ReceiptState, message: string, acceptedAt: string, deadlines: Array<{ name: string, stepName: string, dueAt: string }>, steps: Array<{ title: string, state: ReceiptState, message: string | null }>, made: Array<{ id: string, description: string | null }> } } | null };

export type SystemsQueryVariables = Exact<{ [key: string]: never; }>;


export type SystemsQuery = { systems: Array<{ name: string, state: SystemState, since: string, backends: Array<{ name: string, state: SystemState, circuit: CircuitState, cause: string | null }> }> | null };

export type WorkOrderPageQueryVariables = Exact<{
  reference: string;
}>;


export type WorkOrderPageQuery = { workOrder: { reference: string, description: string | null, status: WorkOrderStatus | null, priority: Priority | null, raisedAt: string | null, targetAt: string | null, lastUpdatedAt: string | null, tradeCode: string | null, workElements: Array<{ code: string | null, name: string | null, quantity: number | null }> | null, property: { propertyReference: string, address: string | null, postcode: string | null } | null, appointment: { confirmed: boolean, status: BookingStatus | null, operatives: Array<string> | null, window: { start: string, end: string } | null, provenance: { system: string, source: Source, asOf: string } } | null, provenance: { system: string, source: Source, asOf: string } | null } | null };

/** Accepts an offer of a home. */
export const AcceptOfferDocument = "mutation AcceptOffer($input: AcceptOfferInput!) {\n  acceptOffer(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<AcceptOfferMutation, AcceptOfferMutationVariables>;

/** Applies for a mutual exchange: the landlord has 42 days to decide, beginning with today or `receivedAt`. */
export const ApplyForExchangeDocument = "mutation ApplyForExchange($input: ApplyForExchangeInput!) {\n  applyForExchange(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<ApplyForExchangeMutation, ApplyForExchangeMutationVariables>;

/** Books a visit, for a work order or for a report that has none yet. Not confirmed until its state is APPLIED. */
export const BookAppointmentDocument = "mutation BookAppointment($input: BookAppointmentInput!) {\n  bookAppointment(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<BookAppointmentMutation, BookAppointmentMutationVariables>;

/** Asks for a call-back. */
export const RequestCallbackDocument = "mutation RequestCallback($input: RequestCallbackInput!) {\n  requestCallback(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<RequestCallbackMutation, RequestCallbackMutationVariables>;

/** Says that work is done. */
export const CompleteWorkOrderDocument = "mutation CompleteWorkOrder($input: CompleteWorkOrderInput!) {\n  completeWorkOrder(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<CompleteWorkOrderMutation, CompleteWorkOrderMutationVariables>;

/** Changes how a person can be reached; only what is given changes. */
export const UpdateContactDetailsDocument = "mutation UpdateContactDetails($input: UpdateContactDetailsInput!) {\n  updateContactDetails(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<UpdateContactDetailsMutation, UpdateContactDetailsMutationVariables>;

/** A contractor's work orders, a page at a time: give `pageInfo.endCursor` as `after` for the next page. */
export const ContractorWorkOrdersDocument = "query ContractorWorkOrders($contractorReference: ID!, $first: Int = 20, $after: String) {\n  workOrders(\n    contractorReference: $contractorReference\n    first: $first\n    after: $after\n  ) {\n    edges {\n      node {\n        reference\n        description\n        status\n        priority\n        raisedAt\n        targetAt\n        tradeCode\n        property {\n          propertyReference\n          address\n          postcode\n        }\n        appointment {\n          window {\n            start\n            end\n          }\n          confirmed\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<ContractorWorkOrdersQuery, ContractorWorkOrdersQueryVariables>;

/** Emergencies that are not dealt with: what people can work from without the repairs system. */
export const DispatchListDocument = "query DispatchList {\n  dispatchList {\n    items {\n      receipt {\n        id\n        state\n        message\n      }\n      state\n      description\n      accessNotes\n      reportedAt\n      dueAt\n      property {\n        propertyReference\n        address\n        postcode\n      }\n      hazard {\n        type\n        severity\n        nextDeadline {\n          stepName\n          dueAt\n        }\n      }\n      taken {\n        by\n        at\n        note\n      }\n      workOrder {\n        reference\n      }\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<DispatchListQuery, DispatchListQueryVariables>;

/** One mutual exchange: how far it is, when it must be decided, and who moves from where to where. */
export const ExchangePageDocument = "query ExchangePage($exchangeReference: ID!) {\n  mutualExchange(exchangeReference: $exchangeReference) {\n    exchangeReference\n    status\n    appliedOn\n    decisionDueOn\n    legs {\n      agreed\n      person {\n        personReference\n        name\n      }\n      from {\n        propertyReference\n        address\n      }\n      to {\n        propertyReference\n        address\n      }\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<ExchangePageQuery, ExchangePageQueryVariables>;

/** The telephone lines: which are open, and how long one waits. */
export const LinesDocument = "query Lines {\n  lines {\n    items {\n      name\n      open\n      waitingCallers\n      longestWait\n      agentsAvailable\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<LinesQuery, LinesQueryVariables>;

/** Asks where a move stands; staff answer it, after an outage too. */
export const EnquireAboutMoveDocument = "mutation EnquireAboutMove($input: EnquireAboutMoveInput!) {\n  enquireAboutMove(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<EnquireAboutMoveMutation, EnquireAboutMoveMutationVariables>;

/** One offer of a home, from viewing to moving in. */
export const OfferPageDocument = "query OfferPage($offerNumber: ID!) {\n  offer(offerNumber: $offerNumber) {\n    offerNumber\n    status\n    contractStatus\n    viewingAt\n    signUpDate\n    plannedMoveDate\n    actualMoveDate\n    property {\n      propertyReference\n      address\n      postcode\n      bedrooms\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<OfferPageQuery, OfferPageQueryVariables>;

/** What all four systems know of a person: tenancies with rent and home, applications with offers and move dates, exchanges, and calls. */
export const PersonPageDocument = "query PersonPage($personReference: ID!) {\n  person(personReference: $personReference) {\n    personReference\n    name\n    telephoneNumbers\n    email\n    preferredContact\n    provenance {\n      system\n      source\n      asOf\n    }\n    tenancies {\n      items {\n        tenancyReference\n        tenure\n        startDate\n        current\n        rentAccount {\n          balance {\n            pence\n          }\n          weeklyRent {\n            pence\n          }\n        }\n        property {\n          propertyReference\n          address\n          postcode\n        }\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    applications {\n      items {\n        applicationReference\n        band\n        status\n        offers {\n          items {\n            offerNumber\n            status\n            viewingAt\n            plannedMoveDate\n            actualMoveDate\n            property {\n              propertyReference\n              address\n            }\n          }\n          provenance {\n            system\n            source\n            asOf\n          }\n        }\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    exchanges {\n      items {\n        exchangeReference\n        status\n        appliedOn\n        decisionDueOn\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    calls {\n      items {\n        callId\n        startedAt\n        durationSeconds\n        disposition\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n  }\n}" as TypedDocumentString<PersonPageQuery, PersonPageQueryVariables>;

/** A home and its work orders, newest first, each with its appointment; and what was reported and is not among them yet. */
export const PropertyRepairsDocument = "query PropertyRepairs($propertyReference: ID!, $includeClosed: Boolean = false) {\n  property(propertyReference: $propertyReference) {\n    propertyReference\n    address\n    postcode\n    provenance {\n      system\n      source\n      asOf\n    }\n    pendingRepairs {\n      says {\n        name\n        value\n      }\n      receipt {\n        id\n        state\n        message\n      }\n    }\n    repairs(includeClosed: $includeClosed) {\n      items {\n        reference\n        description\n        status\n        priority\n        raisedAt\n        targetAt\n        appointment {\n          window {\n            start\n            end\n          }\n          confirmed\n          status\n          provenance {\n            system\n            source\n            asOf\n          }\n        }\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n  }\n}" as TypedDocumentString<PropertyRepairsQuery, PropertyRepairsQueryVariables>;

/** How a write stands since, by the id of its receipt. */
export const ReceiptPageDocument = "query ReceiptPage($id: ID!) {\n  receipt(id: $id) {\n    id\n    mutation\n    system\n    state\n    message\n    acceptedAt\n    changedAt\n    steps {\n      title\n      state\n      message\n      appliedAt\n    }\n    made {\n      id\n      description\n    }\n  }\n}" as TypedDocumentString<ReceiptPageQuery, ReceiptPageQueryVariables>;

/** Reports a repair. Give each report a key of its own: sent again with the same one, it is made once. */
export const ReportRepairDocument = "mutation ReportRepair($input: ReportRepairInput!) {\n  reportRepair(input: $input) {\n    receipt {\n      id\n      state\n      message\n      acceptedAt\n      deadlines {\n        name\n        stepName\n        dueAt\n      }\n      steps {\n        title\n        state\n        message\n      }\n      made {\n        id\n        description\n      }\n    }\n  }\n}" as TypedDocumentString<ReportRepairMutation, ReportRepairMutationVariables>;

/** The legacy systems and whether they can be asked now. Answers when all of them are down. */
export const SystemsDocument = "query Systems {\n  systems {\n    name\n    state\n    since\n    backends {\n      name\n      state\n      circuit\n      cause\n    }\n  }\n}" as TypedDocumentString<SystemsQuery, SystemsQueryVariables>;

/** One work order: what is to be done, where, by when, and who comes when. */
export const WorkOrderPageDocument = "query WorkOrderPage($reference: ID!) {\n  workOrder(reference: $reference) {\n    reference\n    description\n    status\n    priority\n    raisedAt\n    targetAt\n    lastUpdatedAt\n    tradeCode\n    workElements {\n      code\n      name\n      quantity\n    }\n    property {\n      propertyReference\n      address\n      postcode\n    }\n    appointment {\n      window {\n        start\n        end\n      }\n      confirmed\n      status\n      operatives\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<WorkOrderPageQuery, WorkOrderPageQueryVariables>;