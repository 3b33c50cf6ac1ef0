import fc from 'fast-check';
import { buildSchema, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { announcedBy } from '../../../subgraphs/continuity/holidays.ts';
import { limitInWords } from '../../../subgraphs/continuity/london.ts';
import { hazardRule, type Rule, type RuleId, rules } from '../../../subgraphs/continuity/rules.ts';
import { countdown, type Deadline, deadlineFields, deadlinesOf } from '../../../subgraphs/continuity/statutory.ts';
import { subgraphSdl } from '../../../subgraphs/subgraph.ts';
import { dayByLooking, endByLooking, londonDay, workedByLooking } from './calendar.ts';

const at = (iso: string) => Temporal.Instant.from(iso).epochMilliseconds;
const hourMs = 3_600_000;
const ids = Object.keys(rules) as RuleId[];
const all: [RuleId, Rule][] = Object.entries(rules) as [RuleId, Rule][];

/** The one deadline of a step. */
function deadline(rule: RuleId, step: string, startedMs: number, done?: Record<string, number>): Deadline {
  const found = deadlinesOf(rule, startedMs, done).find((each) => each.step === step);
  if (!found) throw new Error(`${rule} has no step ${step}`);
  return found;
}

const due = (...args: Parameters<typeof deadline>) => deadlineFields(deadline(...args)).dueAt;

describe('the table of rules', () => {
  it.each(all)(
    '%s names its source, its first day and its steps, and starts each clock with what stands before',
    (id, rule) => {
      expect(id).toMatch(/^[A-Z0-9_]+$/);
      expect(rule.source).not.toBe('');
      expect(Temporal.PlainDate.from(rule.since).toString()).toBe(rule.since);
      const before: string[] = [];
      for (const step of rule.steps) {
        expect(step.id).toMatch(/^[A-Z_]+$/);
        expect(before).not.toContain(step.id);
        for (const { after } of step.clocks) if (after) expect(before).toContain(after);
        before.push(step.id);
      }
    },
  );

  it('holds every row of the domain, to the number', () => {
    const table = all.map(([id, { steps }]) => [
      id,
      ...steps.map(
        ({ id, within }) => `${id} ${within.count} ${within.unit}${within.beginningWith ? ' beginning with' : ''}`,
      ),
    ]);
    const after = [
      'WRITTEN_SUMMARY 3 workingDays',
      'BEGIN_FURTHER_WORK 5 workingDays',
      'BEGIN_FURTHER_WORK_LATEST 12 weeks',
    ];
    expect(table).toEqual([
      ['EMERGENCY_HAZARD', 'INVESTIGATE 24 hours', 'MAKE_SAFE 24 hours', ...after],
      ['SIGNIFICANT_HAZARD', 'INVESTIGATE 10 workingDays', 'MAKE_SAFE 5 workingDays', ...after],
      ['EMERGENCY_HAZARD_OWN_STANDARD', 'INVESTIGATE 24 hours', 'MAKE_SAFE 24 hours', ...after],
      ['SIGNIFICANT_HAZARD_OWN_STANDARD', 'INVESTIGATE 10 workingDays', 'MAKE_SAFE 5 workingDays', ...after],
      ['RIGHT_TO_REPAIR_1', 'COMPLETE 1 workingDays'],
      ['RIGHT_TO_REPAIR_3', 'COMPLETE 3 workingDays'],
      ['RIGHT_TO_REPAIR_7', 'COMPLETE 7 workingDays'],
      ['MUTUAL_EXCHANGE', 'DECIDE 42 days beginning with'],
      ['COMPLAINT_STAGE_1', 'ACKNOWLEDGE 5 workingDays', 'ANSWER 10 workingDays'],
      ['COMPLAINT_STAGE_2', 'ACKNOWLEDGE 5 workingDays', 'ANSWER 20 workingDays'],
      ['GAS_SAFETY', 'CHECK 12 months'],
      ['PERSONAL_DATA_BREACH', 'NOTIFY_ICO 72 hours'],
    ]);
  });

  it('has the law for emergencies and for damp and mould of social tenancies, and the own standard, named as that, for the rest', () => {
    const by = (...of: Parameters<typeof hazardRule>) => hazardRule(...of);
    for (const tenancy of ['SOCIAL', null, undefined] as const) {
      expect(by('EMERGENCY', false, tenancy)).toBe('EMERGENCY_HAZARD');
      expect(by('EMERGENCY', true, tenancy)).toBe('EMERGENCY_HAZARD');
      expect(by('SIGNIFICANT', true, tenancy)).toBe('SIGNIFICANT_HAZARD');
      expect(by('SIGNIFICANT', false, tenancy)).toBe('SIGNIFICANT_HAZARD_OWN_STANDARD');
    }
    for (const damp of [true, false]) {
      expect(by('EMERGENCY', damp, 'OTHER')).toBe('EMERGENCY_HAZARD_OWN_STANDARD');
      expect(by('SIGNIFICANT', damp, 'OTHER')).toBe('SIGNIFICANT_HAZARD_OWN_STANDARD');
    }
    for (const [id, { name, source }] of all.filter(([id]) => id.includes('HAZARD'))) {
      const own = id.endsWith('OWN_STANDARD');
      expect(/the landlord's own standard/.test(name)).toBe(own);
      expect(/^The landlord's own standard/.test(source)).toBe(own);
      expect(/Awaab's Law/.test(name)).toBe(!own);
    }
  });

  it('starts nothing before its rule is in force', () => {
    expect(deadlinesOf('EMERGENCY_HAZARD', at('2025-10-26T23:59:59Z'))).toEqual([]);
    expect(deadlinesOf('EMERGENCY_HAZARD', at('2025-10-27T00:00:00Z'))).not.toEqual([]);
    // Midnight in London is the evening before in UTC: the Code's first day had begun.
    expect(deadlinesOf('COMPLAINT_STAGE_1', at('2024-03-31T22:59:59Z'))).toEqual([]);
    expect(deadlinesOf('COMPLAINT_STAGE_1', at('2024-03-31T23:00:00Z'))).not.toEqual([]);
  });
});

describe('a deadline', () => {
  it('is 24 elapsed hours for an emergency, on a Sunday night and when the clocks change', () => {
    expect(due('EMERGENCY_HAZARD', 'INVESTIGATE', at('2026-07-05T23:10:00+01:00'))).toBe('2026-07-06T23:10:00+01:00');
    expect(due('EMERGENCY_HAZARD', 'INVESTIGATE', at('2026-03-28T18:00:00Z'))).toBe('2026-03-29T19:00:00+01:00');
    expect(due('EMERGENCY_HAZARD', 'INVESTIGATE', at('2026-10-24T18:00:00+01:00'))).toBe('2026-10-25T17:00:00+00:00');
  });

  it('is the end of the last working day: neither the day of awareness, nor Christmas, nor its substitute counts', () => {
    // Wednesday 23 December 2026, late: 24, 29, 30, 31 December; 4 to 8 and 11 January.
    expect(due('SIGNIFICANT_HAZARD', 'INVESTIGATE', at('2026-12-23T23:59:00Z'))).toBe('2027-01-12T00:00:00+00:00');
    expect(due('RIGHT_TO_REPAIR_1', 'COMPLETE', at('2026-07-03T08:00:00+01:00'))).toBe('2026-07-07T00:00:00+01:00');
    expect(due('RIGHT_TO_REPAIR_3', 'COMPLETE', at('2022-06-01T12:00:00+01:00'))).toBe('2022-06-09T00:00:00+01:00');
    expect(due('RIGHT_TO_REPAIR_1', 'COMPLETE', at('2022-09-16T12:00:00+01:00'))).toBe('2022-09-21T00:00:00+01:00');
    expect(due('RIGHT_TO_REPAIR_7', 'COMPLETE', at('2023-04-28T12:00:00+01:00'))).toBe('2023-05-12T00:00:00+01:00');
  });

  it('is the end of the 42nd day of an application, of which the day of receipt is the first, in London', () => {
    expect(due('MUTUAL_EXCHANGE', 'DECIDE', at('2026-11-28T12:00:00Z'))).toBe('2027-01-09T00:00:00+00:00');
    const { dueMs } = deadline('MUTUAL_EXCHANGE', 'DECIDE', at('2026-11-28T12:00:00Z'));
    expect(limitInWords(dueMs, dueMs)).toBe('the end of Friday 8 January');
    expect(due('MUTUAL_EXCHANGE', 'DECIDE', at('2026-03-02T16:00:00Z'))).toBe('2026-04-13T00:00:00+01:00');
    // Half an hour before midnight in Greenwich is the next day in a London summer, and the same in winter.
    expect(due('MUTUAL_EXCHANGE', 'DECIDE', at('2026-07-01T23:30:00Z'))).toBe('2026-08-13T00:00:00+01:00');
    expect(due('MUTUAL_EXCHANGE', 'DECIDE', at('2026-12-01T23:30:00Z'))).toBe('2027-01-12T00:00:00+00:00');
  });

  it('is the end of the same date a year on, and of 28 February for what was checked on the 29th', () => {
    expect(due('GAS_SAFETY', 'CHECK', at('2026-07-31T10:00:00+01:00'))).toBe('2027-08-01T00:00:00+01:00');
    expect(due('GAS_SAFETY', 'CHECK', at('2028-02-29T10:00:00Z'))).toBe('2029-03-01T00:00:00+00:00');
  });

  it('is 72 elapsed hours for a breach, over a weekend as in the week', () => {
    expect(due('PERSONAL_DATA_BREACH', 'NOTIFY_ICO', at('2026-12-24T15:00:00Z'))).toBe('2026-12-27T15:00:00+00:00');
  });

  it('says which calendar it was counted by', () => {
    expect(deadline('EMERGENCY_HAZARD', 'MAKE_SAFE', at('2026-07-05T22:10:00Z')).calendar).toBe(
      'every hour, day and night',
    );
    expect(deadline('MUTUAL_EXCHANGE', 'DECIDE', at('2026-07-05T22:10:00Z')).calendar).toBe(
      'every day, London time, beginning with the day of receipt',
    );
    const { calendar } = deadline('COMPLAINT_STAGE_1', 'ANSWER', at('2026-07-05T22:10:00Z'));
    expect(calendar).toBe(`working days of England and Wales (bank holidays as announced by ${announcedBy})`);
  });
});

describe('a chain of steps', () => {
  const awareMs = at('2026-07-01T09:00:00+01:00');

  it('starts a later clock at the end of the earlier step', () => {
    const done = { INVESTIGATE: at('2026-07-03T15:00:00+01:00') };
    const dues = Object.fromEntries(
      deadlinesOf('SIGNIFICANT_HAZARD', awareMs, done).map((each) => [each.step, deadlineFields(each).dueAt]),
    );
    expect(dues).toEqual({
      INVESTIGATE: '2026-07-16T00:00:00+01:00',
      MAKE_SAFE: '2026-07-11T00:00:00+01:00',
      WRITTEN_SUMMARY: '2026-07-09T00:00:00+01:00',
      BEGIN_FURTHER_WORK: '2026-07-11T00:00:00+01:00',
      BEGIN_FURTHER_WORK_LATEST: '2026-09-26T00:00:00+01:00',
    });
    expect(deadline('SIGNIFICANT_HAZARD', 'MAKE_SAFE', awareMs, done)).toMatchObject({
      startedBy: 'the investigation ends',
      startsMs: done.INVESTIGATE,
      projected: false,
    });
  });

  it('is projected from the last day of the earlier step while that is not done', () => {
    const safe = deadline('SIGNIFICANT_HAZARD', 'MAKE_SAFE', awareMs);
    expect(safe).toMatchObject({ projected: true, doneMs: null });
    // Investigated on Wednesday 15 July at the latest: the five days are 16, 17, 20, 21 and 22 July.
    expect(deadlineFields(safe)).toMatchObject({
      startsAt: '2026-07-15T23:59:59+01:00',
      dueAt: '2026-07-23T00:00:00+01:00',
    });
  });

  it("counts a complaint's answer from its acknowledgement", () => {
    const done = { ACKNOWLEDGE: at('2026-08-27T10:00:00+01:00') };
    // Over the bank holiday of 31 August.
    expect(due('COMPLAINT_STAGE_1', 'ANSWER', at('2026-08-24T10:00:00+01:00'), done)).toBe('2026-09-12T00:00:00+01:00');
    expect(due('COMPLAINT_STAGE_2', 'ANSWER', at('2026-08-24T10:00:00+01:00'), done)).toBe('2026-09-26T00:00:00+01:00');
  });

  it('keeps both readings of an emergency and counts by the stricter', () => {
    const open = deadline('EMERGENCY_HAZARD', 'MAKE_SAFE', awareMs);
    expect(open).toMatchObject({ dueMs: awareMs + 24 * hourMs, projected: false });
    expect(open.otherReadings).toEqual([
      {
        startedBy: 'the investigation ends',
        startsMs: awareMs + 24 * hourMs,
        dueMs: awareMs + 48 * hourMs,
        projected: true,
      },
    ]);
    const investigated = deadline('EMERGENCY_HAZARD', 'MAKE_SAFE', awareMs, { INVESTIGATE: awareMs + 2 * hourMs });
    expect(investigated.dueMs).toBe(open.dueMs);
    expect(investigated.otherReadings).toMatchObject([{ dueMs: awareMs + 26 * hourMs, projected: false }]);
  });
});

describe('a countdown', () => {
  const awareMs = at('2026-07-05T22:10:00Z');
  const open = deadline('EMERGENCY_HAZARD', 'INVESTIGATE', awareMs);

  it('says how much time is left, and from the deadline on by how much it has passed', () => {
    expect(countdown(open, awareMs + hourMs)).toEqual({ state: 'RUNNING', leftMs: 23 * hourMs });
    expect(countdown(open, open.dueMs - 1)).toEqual({ state: 'RUNNING', leftMs: 1 });
    expect(countdown(open, open.dueMs)).toEqual({ state: 'OVERDUE', overdueMs: 0 });
    expect(countdown(open, open.dueMs + hourMs)).toEqual({ state: 'OVERDUE', overdueMs: hourMs });
  });

  it('says of a step that is done how late it was, whatever the time is now', () => {
    const done = (doneMs: number) => deadline('EMERGENCY_HAZARD', 'INVESTIGATE', awareMs, { INVESTIGATE: doneMs });
    expect(countdown(done(awareMs + hourMs), awareMs + 100 * hourMs)).toEqual({ state: 'DONE', lateMs: 0 });
    expect(countdown(done(awareMs + 25 * hourMs), awareMs + 100 * hourMs)).toEqual({ state: 'DONE', lateMs: hourMs });
  });
});

describe('every deadline, against a calendar that looks at every day', () => {
  const from = at('2018-01-01T00:00:00Z');
  const to = at('2040-01-01T00:00:00Z');
  const anyTime = fc.integer({ min: from / 1000, max: to / 1000 }).map((seconds) => seconds * 1000);
  const edges = [
    // The clocks go forward and back; Christmases at weekends; the Jubilee, the funeral and the coronation; leap days.
    ...['2019-03-31', '2026-03-29', '2039-03-27', '2018-10-28', '2026-10-25', '2039-10-30'],
    ...['2020-12-26', '2021-12-25', '2022-12-25', '2026-12-26', '2027-12-25', '2032-12-25', '2033-12-25', '2022-01-01'],
    ...['2020-05-08', '2022-06-02', '2022-09-19', '2023-05-08', '2020-02-29', '2028-02-29'],
  ].map((day) => at(`${day}T00:00:00Z`));
  const nearEdge = fc
    .tuple(fc.constantFrom(...edges), fc.integer({ min: -20 * 86_400, max: 86_400 }))
    .map(([edgeMs, seconds]) => edgeMs + seconds * 1000);
  const starts = fc.oneof(anyTime, nearEdge);

  const everyDay = () => true;
  const daysIn = { days: 1, weeks: 7 } as const;

  function dueByLooking({ count, unit, beginningWith }: Rule['steps'][number]['within'], startMs: number): number {
    const day = londonDay(startMs);
    // The day itself is the first: one less is looked for.
    if (beginningWith) return endByLooking(dayByLooking(day, count - 1, everyDay));
    if (unit === 'hours') return startMs + count * hourMs;
    if (unit === 'workingDays') return endByLooking(dayByLooking(day, count, workedByLooking));
    if (unit !== 'months') return endByLooking(dayByLooking(day, count * daysIn[unit], everyDay));
    const [year = 0, month = 0, ofMonth = 0] = day.split('-').map(Number);
    const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
    const same = new Date(Date.UTC(year, month - 1 + count, Math.min(ofMonth, last)));
    return endByLooking(same.toISOString().slice(0, 10));
  }

  it.each(ids)('%s is due when it says, from 2018 to 2040', (id) => {
    const { since, steps }: Rule = rules[id];
    fc.assert(
      fc.property(
        starts,
        fc.array(fc.integer({ min: 0, max: 40 * 24 * 3600 }), { maxLength: 3 }),
        (startMs, delays) => {
          const done = Object.fromEntries(delays.map((seconds, index) => [steps[index]?.id, startMs + seconds * 1000]));
          const deadlines = deadlinesOf(id, startMs, done);
          const inForce = londonDay(startMs) >= since;
          expect(deadlines.map(({ step }) => step)).toEqual(inForce ? steps.map((step) => step.id) : []);
          if (!inForce) return;
          for (const [index, { within, clocks }] of steps.entries()) {
            const expected = clocks.map(({ after }) => {
              const earlier = deadlines.find(({ step }) => step === after);
              const lastMs = earlier && (earlier.calendar.includes('hour') ? earlier.dueMs : earlier.dueMs - 1);
              return dueByLooking(within, earlier?.doneMs ?? lastMs ?? startMs);
            });
            const { dueMs, otherReadings } = deadlines[index] as Deadline;
            expect([dueMs, ...otherReadings.map((other) => other.dueMs)]).toEqual(expected.sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("the schema's words for a deadline", () => {
  it.each(['Deadline', 'DeadlineReading'])('are all there, and no others: %s', (name) => {
    const type = buildSchema(subgraphSdl('status'), { assumeValid: true }).getType(name);
    const given = deadlineFields(deadline('EMERGENCY_HAZARD', 'MAKE_SAFE', at('2026-07-05T22:10:00Z')));
    const words = name === 'Deadline' ? given : given.otherReadings[0];
    expect(Object.keys(words ?? {}).sort()).toEqual(isObjectType(type) ? Object.keys(type.getFields()).sort() : []);
  });
});
