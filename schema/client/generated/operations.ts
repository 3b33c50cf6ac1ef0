// The ready operations and their types. Written by `npm run codegen`: change operations/ instead.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentString } from '../document.ts';

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

/** Whether a backend may be called. */
export type CircuitState =
  /** Calls go through. */
  | 'CLOSED'
  /** No call goes through; a probe looks in the background whether it is back. */
  | 'OPEN'
  /** It is back; calls go through, few at first. */
  | 'RAMPING';

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
  /** After a restoration: what it lost is being brought back. */
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

export type ContractorWorkOrdersQueryVariables = Exact<{
  contractorReference: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ContractorWorkOrdersQuery = { workOrders: { edges: Array<{ node: { reference: string, description: string | null, status: WorkOrderStatus | null, priority: Priority | null, raisedAt: string | null, targetAt: string | null, tradeCode: string | null, property: { propertyReference: string, address: string | null, postcode: string | null } | null, appointment: { confirmed: boolean, window: { start: string, end: string } | null } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, provenance: { system: string, source: Source, asOf: string } } | null };

export type ExchangePageQueryVariables = Exact<{
  exchangeReference: string;
}>;


export type ExchangePageQuery = { mutualExchange: { exchangeReference: string, status: ExchangeStatus | null, appliedOn: string | null, decisionDueOn: string | null, legs: Array<{ agreed: boolean | null, person: { personReference: string, name: string | null } | null, from: { propertyReference: string, address: string | null } | null, to: { propertyReference: string, address: string | null } | null }> | null, provenance: { system: string, source: Source, asOf: string } | null } | null };

export type LinesQueryVariables = Exact<{ [key: string]: never; }>;


export type LinesQuery = { lines: { items: Array<{ name: string, open: boolean | null, waitingCallers: number | null, longestWait: number | null, agentsAvailable: number | null }>, provenance: { system: string, source: Source, asOf: string } } | null };

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


export type PropertyRepairsQuery = { property: { propertyReference: string, address: string | null, postcode: string | null, provenance: { system: string, source: Source, asOf: string } | null, repairs: { items: Array<{ reference: string, description: string | null, status: WorkOrderStatus | null, priority: Priority | null, raisedAt: string | null, targetAt: string | null, appointment: { confirmed: boolean, status: BookingStatus | null, window: { start: string, end: string } | null, provenance: { system: string, source: Source, asOf: string } } | null }>, provenance: { system: string, source: Source, asOf: string } } | null } | null };

export type SystemsQueryVariables = Exact<{ [key: string]: never; }>;


export type SystemsQuery = { systems: Array<{ name: string, state: SystemState, since: string, backends: Array<{ name: string, state: SystemState, circuit: CircuitState, cause: string | null }> }> | null };

export type WorkOrderPageQueryVariables = Exact<{
  reference: string;
}>;


export type WorkOrderPageQuery = { workOrder: { reference: string, description: string | null, status: WorkOrderStatus | null, priority: Priority | null, raisedAt: string | null, targetAt: string | null, lastUpdatedAt: string | null, tradeCode: string | null, workElements: Array<{ code: string | null, name: string | null, quantity: number | null }> | null, property: { propertyReference: string, address: string | null, postcode: string | null } | null, appointment: { confirmed: boolean, status: BookingStatus | null, operatives: Array<string> | null, window: { start: string, end: string } | null, provenance: { system: string, source: Source, asOf: string } } | null, provenance: { system: string, source: Source, asOf: string } | null } | null };

/** A contractor's work orders, a page at a time: give `pageInfo.endCursor` as `after` for the next page. */
export const ContractorWorkOrdersDocument = "query ContractorWorkOrders($contractorReference: ID!, $first: Int = 20, $after: String) {\n  workOrders(\n    contractorReference: $contractorReference\n    first: $first\n    after: $after\n  ) {\n    edges {\n      node {\n        reference\n        description\n        status\n        priority\n        raisedAt\n        targetAt\n        tradeCode\n        property {\n          propertyReference\n          address\n          postcode\n        }\n        appointment {\n          window {\n            start\n            end\n          }\n          confirmed\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<ContractorWorkOrdersQuery, ContractorWorkOrdersQueryVariables>;

/** One mutual exchange: how far it is, when it must be decided, and who moves from where to where. */
export const ExchangePageDocument = "query ExchangePage($exchangeReference: ID!) {\n  mutualExchange(exchangeReference: $exchangeReference) {\n    exchangeReference\n    status\n    appliedOn\n    decisionDueOn\n    legs {\n      agreed\n      person {\n        personReference\n        name\n      }\n      from {\n        propertyReference\n        address\n      }\n      to {\n        propertyReference\n        address\n      }\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<ExchangePageQuery, ExchangePageQueryVariables>;

/** The telephone lines: which are open, and how long one waits. */
export const LinesDocument = "query Lines {\n  lines {\n    items {\n      name\n      open\n      waitingCallers\n      longestWait\n      agentsAvailable\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<LinesQuery, LinesQueryVariables>;

/** One offer of a home, from viewing to moving in. */
export const OfferPageDocument = "query OfferPage($offerNumber: ID!) {\n  offer(offerNumber: $offerNumber) {\n    offerNumber\n    status\n    contractStatus\n    viewingAt\n    signUpDate\n    plannedMoveDate\n    actualMoveDate\n    property {\n      propertyReference\n      address\n      postcode\n      bedrooms\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<OfferPageQuery, OfferPageQueryVariables>;

/** What all four systems know of a person: tenancies with rent and home, applications with offers and move dates, exchanges, and calls. */
export const PersonPageDocument = "query PersonPage($personReference: ID!) {\n  person(personReference: $personReference) {\n    personReference\n    name\n    telephoneNumbers\n    email\n    preferredContact\n    provenance {\n      system\n      source\n      asOf\n    }\n    tenancies {\n      items {\n        tenancyReference\n        tenure\n        startDate\n        current\n        rentAccount {\n          balance {\n            pence\n          }\n          weeklyRent {\n            pence\n          }\n        }\n        property {\n          propertyReference\n          address\n          postcode\n        }\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    applications {\n      items {\n        applicationReference\n        band\n        status\n        offers {\n          items {\n            offerNumber\n            status\n            viewingAt\n            plannedMoveDate\n            actualMoveDate\n            property {\n              propertyReference\n              address\n            }\n          }\n          provenance {\n            system\n            source\n            asOf\n          }\n        }\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    exchanges {\n      items {\n        exchangeReference\n        status\n        appliedOn\n        decisionDueOn\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    calls {\n      items {\n        callId\n        startedAt\n        durationSeconds\n        disposition\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n  }\n}" as TypedDocumentString<PersonPageQuery, PersonPageQueryVariables>;

/** A home and its work orders, newest first, each with its appointment. */
export const PropertyRepairsDocument = "query PropertyRepairs($propertyReference: ID!, $includeClosed: Boolean = false) {\n  property(propertyReference: $propertyReference) {\n    propertyReference\n    address\n    postcode\n    provenance {\n      system\n      source\n      asOf\n    }\n    repairs(includeClosed: $includeClosed) {\n      items {\n        reference\n        description\n        status\n        priority\n        raisedAt\n        targetAt\n        appointment {\n          window {\n            start\n            end\n          }\n          confirmed\n          status\n          provenance {\n            system\n            source\n            asOf\n          }\n        }\n      }\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n  }\n}" as TypedDocumentString<PropertyRepairsQuery, PropertyRepairsQueryVariables>;

/** The legacy systems and whether they can be asked now. Answers when all of them are down. */
export const SystemsDocument = "query Systems {\n  systems {\n    name\n    state\n    since\n    backends {\n      name\n      state\n      circuit\n      cause\n    }\n  }\n}" as TypedDocumentString<SystemsQuery, SystemsQueryVariables>;

/** One work order: what is to be done, where, by when, and who comes when. */
export const WorkOrderPageDocument = "query WorkOrderPage($reference: ID!) {\n  workOrder(reference: $reference) {\n    reference\n    description\n    status\n    priority\n    raisedAt\n    targetAt\n    lastUpdatedAt\n    tradeCode\n    workElements {\n      code\n      name\n      quantity\n    }\n    property {\n      propertyReference\n      address\n      postcode\n    }\n    appointment {\n      window {\n        start\n        end\n      }\n      confirmed\n      status\n      operatives\n      provenance {\n        system\n        source\n        asOf\n      }\n    }\n    provenance {\n      system\n      source\n      asOf\n    }\n  }\n}" as TypedDocumentString<WorkOrderPageQuery, WorkOrderPageQueryVariables>;