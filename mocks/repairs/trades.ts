// What a repairs service calls things: trades, what goes wrong, who mends it, how urgent it is, and how often.
// Made-up words only; knows no job and no wire.
import { weighted } from '../world/random.ts';

/** A trade with its schedule-of-rates item, what residents report and the contractor who takes it. */
export interface Trade {
  readonly code: string;
  readonly sor: string;
  readonly sorName: string;
  readonly contractor: string;
  readonly troubles: readonly string[];
}

/** Contractor codes. H01 is the landlord's own workforce, H09 the partner of the journeys. */
export const CONTRACTORS: readonly string[] = ['H01', 'H03', 'H04', 'H06', 'H09', 'H12'];

export const TRADES: readonly Trade[] = [
  {
    code: 'PL',
    sor: '61010501',
    sorName: 'PLUMBING: TRACE AND REMEDY LEAK',
    contractor: 'H01',
    troubles: [
      'Kitchen tap drips and will not turn off',
      'WC does not flush',
      'Leak under the bath, water through ceiling',
    ],
  },
  {
    code: 'HE',
    sor: '62020103',
    sorName: 'HEATING: INSPECT AND REPAIR BOILER',
    contractor: 'H04',
    troubles: ['No heating or hot water', 'Boiler loses pressure every few days', 'Radiator in bedroom stays cold'],
  },
  {
    code: 'EL',
    sor: '63030207',
    sorName: 'ELECTRICAL: TEST AND REPAIR CIRCUIT',
    contractor: 'H06',
    troubles: ['Sockets in lounge dead', 'Hall light flickers & buzzes', 'Extractor fan in bathroom does not run'],
  },
  {
    code: 'CC',
    sor: '64040310',
    sorName: 'CARPENTRY: EASE AND ADJUST DOOR',
    contractor: 'H09',
    troubles: [
      'Front door sticks, cannot be locked',
      'Kitchen unit door off its hinges',
      'Floorboards loose on landing',
    ],
  },
  {
    code: 'PT',
    sor: '65050402',
    sorName: 'DAMP AND MOULD: TREAT AND MAKE GOOD',
    contractor: 'H09',
    troubles: [
      'Mould on bedroom wall, comes back after cleaning',
      'Damp patch spreading under window',
      'Ceiling plaster is cracked',
    ],
  },
  {
    code: 'GL',
    sor: '66060111',
    sorName: 'GLAZING: RENEW SEALED UNIT',
    contractor: 'H09',
    troubles: [
      'Window pane cracked',
      'Double glazing is misted',
      'Window will not shut (resident says "since winter")',
    ],
  },
  {
    code: 'RF',
    sor: '67070220',
    sorName: 'ROOFING: REFIX SLIPPED TILES',
    contractor: 'H12',
    troubles: ['Gutter overflows at the rear', 'Roof leaks into loft', 'Slipped tiles after the storm'],
  },
  {
    code: 'DE',
    sor: '68080115',
    sorName: 'DOOR ENTRY: REPAIR SYSTEM',
    contractor: 'H03',
    troubles: ['Door entry handset dead', 'Communal front door does not close', 'Lift stops between floors'],
  },
];

/** How urgent: the system's letter, HACT's WorkPriorityCode, and the time allowed in hours or in weekdays. */
export interface Priority {
  readonly letter: string;
  readonly code: number;
  readonly hours?: number;
  readonly weekdays?: number;
}

/** P and V are in no handbook: planned works and empty homes, as somebody once set them up. */
export const PRIORITIES = {
  I: { letter: 'I', code: 1, hours: 2 },
  E: { letter: 'E', code: 2, hours: 24 },
  U: { letter: 'U', code: 3, weekdays: 5 },
  N: { letter: 'N', code: 4, weekdays: 21 },
  P: { letter: 'P', code: 5, weekdays: 60 },
  V: { letter: 'V', code: 4, weekdays: 10 },
} as const satisfies Record<string, Priority>;

/** Status codes that are documented. */
export const STATUS = {
  open: 10,
  cancelled: 30,
  complete: 50,
  locked: 80,
  scheduled: 90,
  noAccess: 1000,
  pendingMaterial: 1010,
  hold: 1090,
} as const;
/** Mostly routine; one in twenty has a priority that is in no handbook. */
export const anyPriority = weighted<Priority>([
  [PRIORITIES.I, 3],
  [PRIORITIES.E, 12],
  [PRIORITIES.U, 25],
  [PRIORITIES.N, 55],
  [PRIORITIES.P, 2.5],
  [PRIORITIES.V, 2.5],
]);
/** How open work stands; 95 and 1110 are codes that nobody can explain. */
export const anyOpenStatus = weighted<number>([
  [STATUS.scheduled, 65],
  [STATUS.open, 20],
  [STATUS.noAccess, 5],
  [STATUS.pendingMaterial, 4],
  [STATUS.hold, 4],
  [95, 1],
  [1110, 1],
]);
/** How finished work ended. */
export const anyClosedStatus = weighted<number>([
  [STATUS.complete, 80],
  [STATUS.cancelled, 10],
  [STATUS.locked, 10],
]);

/** Finished with, so that only `includeClosed` shows it. */
export function isClosed(statusCode: number): boolean {
  return statusCode === STATUS.cancelled || statusCode === STATUS.complete || statusCode === STATUS.locked;
}

/** Who took the report, as the old system signs. */
export const RAISERS = ['CALLCENTRE', 'jbaker', 'SELFSERVE', 'ESTATE OFFICE', 'OOH TEAM'] as const;
/** Who comes. */
export const OPERATIVES = ['A. Mensah', 'R. Kaur', 'T. Obi', 'S. Novak', 'P. Hughes'] as const;
/** HACT alerts on a work order: type code and the only words an operative needs. */
export const PERSON_ALERTS = [
  { type: '20-10', comments: 'Allow time to answer the door' },
  { type: '30', comments: 'Two operatives to attend' },
] as const;
/** HACT location alerts. */
export const LOCATION_ALERTS = [
  { type: '10', comments: 'Asbestos register: ask before drilling' },
  { type: '40', comments: 'Dog on the premises' },
] as const;
