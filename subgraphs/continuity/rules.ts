// The rules that set a landlord in England time limits: one table, each number with its source. Data alone; what a period
// means on a calendar is in statutory.ts. Not legal advice: how a rule is read here is written beside it, for a lawyer
// to check and for anybody to change. Whether a rule applies (is it a hazard, does the repair qualify) is for people.

/**
 * How long a rule gives. How each unit is read stands in statutory.ts, at `endOf`. `workingDays` are those of
 * workdays.ts.
 */
export interface Period {
  count: number;
  unit: 'hours' | 'days' | 'workingDays' | 'weeks' | 'months';
  /** The rule says "beginning with": the day on which the clock starts is the first of the days. Only for `days`. */
  beginningWith?: true;
}

/** What starts a step's clock: the event of the rule itself or, with `after`, the end of an earlier step. */
export interface ClockStart {
  /** In words for people: "when ...". */
  when: string;
  /** The id of the earlier step whose end it is. */
  after?: string;
}

/** Something to be done in time. */
export interface Step {
  /** SCREAMING_SNAKE, unique in its rule. */
  id: string;
  /** What is to be done, in words for people. */
  name: string;
  within: Period;
  /** Where sources differ on when the clock starts: one for each reading. The strictest is what counts. */
  clocks: readonly [ClockStart, ...ClockStart[]];
}

/** One rule. */
export interface Rule {
  name: string;
  source: string;
  /** The first day on which what starts it counts, `YYYY-MM-DD`. */
  since: string;
  /** Earlier ones first: a step's clock can start only after one that stands before it. */
  steps: readonly [Step, ...Step[]];
}

const aware: ClockStart = { when: 'the landlord becomes aware of it, through any channel' };
const investigated: ClockStart = { when: 'the investigation ends', after: 'INVESTIGATE' };
const acknowledged: ClockStart = { when: 'it is acknowledged', after: 'ACKNOWLEDGE' };

const hours = (count: number): Period => ({ count, unit: 'hours' });
const workingDays = (count: number): Period => ({ count, unit: 'workingDays' });

const hazards =
  'Hazards in Social Housing (Prescribed Requirements) (England) Regulations 2025, SI 2025/1042, for social tenancies';
// Phase 1: emergencies of every kind but overcrowding, and significant damp, mould and fungal growth; both in social
// tenancies alone (Landlord and Tenant Act 1985, section 10A). Later phases widen the list of significant hazards, not the
// times: `hazardRule` is what changes with them.
const hazardsSince = '2025-10-27';

// The same times for what the law does not cover, so that no tenant waits longer because of the kind of hazard or of their
// contract. It is the landlord's own promise: nobody may read it as the law's.
const ownStandard =
  "The landlord's own standard: the times of SI 2025/1042, which does not cover this hazard or tenancy";

/** Asked for after the investigation of either kind of hazard. */
const afterInvestigation: readonly Step[] = [
  { id: 'WRITTEN_SUMMARY', name: 'Give the tenant a written summary', within: workingDays(3), clocks: [investigated] },
  { id: 'BEGIN_FURTHER_WORK', name: 'Begin further work', within: workingDays(5), clocks: [investigated] },
  {
    // Where it cannot be begun in the five working days, and then as soon as it can.
    id: 'BEGIN_FURTHER_WORK_LATEST',
    name: 'Begin further work that could not be begun sooner',
    within: { count: 12, unit: 'weeks' },
    clocks: [investigated],
  },
];

/** An emergency's steps, in hours by day and night. */
const emergencySteps: Rule['steps'] = [
  { id: 'INVESTIGATE', name: 'Investigate', within: hours(24), clocks: [aware] },
  // The guidance has both done within 24 hours of awareness; commentaries read the Regulations as a second 24 hours
  // from the investigation that found what work is needed.
  { id: 'MAKE_SAFE', name: 'Make safe', within: hours(24), clocks: [aware, investigated] },
  ...afterInvestigation,
];

/** A significant hazard's steps, in working days. */
const significantSteps: Rule['steps'] = [
  { id: 'INVESTIGATE', name: 'Investigate', within: workingDays(10), clocks: [aware] },
  { id: 'MAKE_SAFE', name: 'Make safe', within: workingDays(5), clocks: [investigated] },
  ...afterInvestigation,
];

/** Which defects qualify for how many days is the schedule's list; the landlord's priority codes follow it. */
function rightToRepair(days: 1 | 3 | 7): Rule {
  return {
    name: `Right to Repair, ${days} working ${days === 1 ? 'day' : 'days'}`,
    source: 'Secure Tenants of Local Housing Authorities (Right to Repair) Regulations 1994, SI 1994/133, schedule',
    since: '1994-04-01',
    steps: [
      {
        id: 'COMPLETE',
        name: 'Complete the repair',
        within: workingDays(days),
        // An inspection that is needed first may start it later. From the report is the stricter.
        clocks: [{ when: 'the repair is reported' }],
      },
    ],
  };
}

/** The Code lets an answer be put off once with reasons, which is a person's decision: no deadline here is moved by itself. */
function complaint(stage: 1 | 2, received: string, answerWithin: number): Rule {
  return {
    name: `Complaint, stage ${stage}`,
    source: `Housing Ombudsman Complaint Handling Code, April 2024, ${stage === 1 ? '6.2 and 6.3' : '6.11 and 6.14'}`,
    since: '2024-04-01',
    steps: [
      { id: 'ACKNOWLEDGE', name: 'Acknowledge it', within: workingDays(5), clocks: [{ when: received }] },
      { id: 'ANSWER', name: 'Answer in full', within: workingDays(answerWithin), clocks: [acknowledged] },
    ],
  };
}

/** Every rule, by its id. */
export const rules = {
  EMERGENCY_HAZARD: {
    name: "Emergency hazard (Awaab's Law)",
    source: hazards,
    since: hazardsSince,
    steps: emergencySteps,
  },
  SIGNIFICANT_HAZARD: {
    name: "Significant damp and mould (Awaab's Law)",
    source: hazards,
    since: hazardsSince,
    steps: significantSteps,
  },
  EMERGENCY_HAZARD_OWN_STANDARD: {
    name: "Emergency hazard (the landlord's own standard)",
    source: ownStandard,
    since: hazardsSince,
    steps: emergencySteps,
  },
  SIGNIFICANT_HAZARD_OWN_STANDARD: {
    name: "Significant hazard (the landlord's own standard)",
    source: ownStandard,
    since: hazardsSince,
    steps: significantSteps,
  },
  RIGHT_TO_REPAIR_1: rightToRepair(1),
  RIGHT_TO_REPAIR_3: rightToRepair(3),
  RIGHT_TO_REPAIR_7: rightToRepair(7),
  MUTUAL_EXCHANGE: {
    name: 'Mutual exchange',
    source:
      'Localism Act 2011, section 159(3), where section 158 applies; Housing Act 1985, section 92, for other secure tenants; else the tenancy agreement',
    since: '1986-04-01',
    steps: [
      {
        id: 'DECIDE',
        name: 'Decide, and tell the tenant why where it is refused',
        // Section 159(3): "beginning with" the day of receipt. Section 92 says "within 42 days of", which some read as a day
        // more. The shorter holds for everybody.
        within: { count: 42, unit: 'days', beginningWith: true },
        clocks: [{ when: 'a valid application is received' }],
      },
    ],
  },
  COMPLAINT_STAGE_1: complaint(1, 'the complaint is received', 10),
  COMPLAINT_STAGE_2: complaint(2, 'the request to escalate is received', 20),
  GAS_SAFETY: {
    name: 'Gas safety check',
    source: 'Gas Safety (Installation and Use) Regulations 1998, SI 1998/2451, regulations 36 and 36A',
    since: '1998-10-31',
    steps: [
      {
        id: 'CHECK',
        name: 'Check again, and record it',
        within: { count: 12, unit: 'months' },
        // Regulation 36A: a check in the last two months before its deadline counts as made on that deadline. Whoever
        // starts the clock gives the day that counts.
        clocks: [{ when: 'the last check counts from' }],
      },
    ],
  },
  PERSONAL_DATA_BREACH: {
    name: 'Personal data breach',
    source: 'UK GDPR, article 33 (where people are at risk; the loss of availability is a breach too)',
    since: '2018-05-25',
    steps: [
      {
        id: 'NOTIFY_ICO',
        name: "Notify the Information Commissioner's Office",
        within: hours(72),
        clocks: [{ when: 'the landlord becomes aware of the breach' }],
      },
    ],
  },
} as const satisfies Record<string, Rule>;

/** The id of a rule. */
export type RuleId = keyof typeof rules;

/** Who lives where a hazard is: what the law of social tenancies covers, or something else. */
export type HazardTenancy = 'SOCIAL' | 'OTHER';

/**
 * By which rule a hazard's clocks run: the law's, where that covers it, else the landlord's own standard.
 * @param damp whether it is damp, mould or fungal growth.
 * @param tenancy null: nobody has said. It is taken for a social tenancy, as nearly all are: the law's clocks are then never missed.
 */
export function hazardRule(
  severity: 'EMERGENCY' | 'SIGNIFICANT',
  damp: boolean,
  tenancy: HazardTenancy | null | undefined,
): RuleId {
  const covered = tenancy !== 'OTHER' && (severity === 'EMERGENCY' || damp);
  return covered ? `${severity}_HAZARD` : `${severity}_HAZARD_OWN_STANDARD`;
}
