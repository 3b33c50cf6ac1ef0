// HACT's repair messages as the work orders backend takes them: checked as strictly as it does, turned into changes of a job.
// Knows the fields that are required and the codes that have an effect; knows no HTTP.
import { z } from 'zod';
import type { World } from '../world.ts';
import { localFrom } from './clock.ts';
import { isOpen, type Job } from './jobs.ts';
import type { NewJob } from './register.ts';
import { STATUS } from './trades.ts';

/** The backend says no; answered as plain text with this status. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** A description fills one column of 230 characters. */
const MOST_DESCRIPTION = 230;
/** The column that keeps a caller's own reference. */
const MOST_EXTERNAL_REFERENCE = 20;

/** HACT's codes are text; callers that send numbers are understood. */
const code = z.union([z.string().trim().min(1), z.number()]).transform(String);
const dateTime = z.string().transform((text, context) => {
  const time = localFrom(text);
  if (time === undefined) context.addIssue('must be a date-time');
  return time ?? z.NEVER;
});
const reference = z.object({ id: z.string().trim().min(1) });
const alerts = z.array(z.object({ type: z.string(), comments: z.string().default('') })).default([]);
const amount = z.union([z.number(), z.array(z.number()).min(1)]).default(1);
const rateScheduleItem = z.object({
  customCode: z.string().min(1),
  customName: z.string().default(''),
  quantity: z.object({ amount }).default({ amount: 1 }),
});
const workElement = z.object({
  trade: z.array(z.object({ code: z.string().optional(), customCode: z.string().optional() })).default([]),
  rateScheduleItem: z.array(rateScheduleItem).min(1),
});
const raiseRepair = z.object({
  descriptionOfWork: z.string().trim().min(1).max(MOST_DESCRIPTION, `is longer than ${MOST_DESCRIPTION} characters`),
  priority: z.object({
    priorityCode: code.pipe(z.enum(['1', '2', '3', '4', '5'])),
    requiredCompletionDateTime: dateTime,
  }),
  workClass: z.object({ workClassCode: code }),
  workElement: z.array(workElement).min(1),
  sitePropertyUnit: z.array(z.object({ reference: z.array(reference).min(1) })).min(1),
  dateReported: dateTime.optional(),
  externalReference: z.string().trim().max(MOST_EXTERNAL_REFERENCE).nullish(),
  personAlert: alerts,
  locationAlert: alerts,
});
const jobStatusUpdate = z.object({
  relatedWorkOrderReference: reference,
  typeCode: code,
  otherType: z.string().optional(),
  moreSpecificSORCode: workElement.optional(),
});
const workOrderComplete = z.object({
  workOrderReference: reference,
  jobStatusUpdates: z.array(z.object({ typeCode: code.optional(), otherType: z.string().optional() })).default([]),
});

function check<Message>(shape: z.ZodType<Message>, body: unknown): Message {
  const checked = shape.safeParse(body);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new Refused(400, `Bad request: ${issue?.path.join('.') || 'the message'}: ${issue?.message}`);
}

/** RaiseRepair: a new job for the register. */
export function raising(body: unknown, world: World): NewJob {
  const repair = check(raiseRepair, body);
  const propRef = repair.sitePropertyUnit[0]?.reference[0]?.id ?? '';
  if (!world.homeByRef.has(propRef)) throw new Refused(400, `Property ${propRef} is not known`);
  const element = repair.workElement[0] as z.infer<typeof workElement>;
  return {
    propRef,
    description: repair.descriptionOfWork,
    priorityCode: Number(repair.priority.priorityCode),
    raisedAt: repair.dateReported ?? null,
    targetAt: repair.priority.requiredCompletionDateTime,
    ...worksOf(element),
    externalReference: repair.externalReference || null,
    raisedBy: 'LINTEL',
    personAlerts: repair.personAlert,
    locationAlerts: repair.locationAlert,
  };
}

function worksOf({ trade, rateScheduleItem: [item] }: z.infer<typeof workElement>): Pick<Job, 'trade' | 'sor'> {
  const { customCode = '', customName = '', quantity } = item ?? {};
  const [count = 1] = [quantity?.amount ?? 1].flat();
  return {
    trade: trade[0]?.customCode ?? trade[0]?.code ?? '',
    sor: { code: customCode, name: customName, amount: count },
  };
}

/** A change that a message asks for. */
interface Change {
  readonly reference: string;
  readonly change: Partial<Job>;
}
type Find = (reference: string) => Job | undefined;

function openJob(reference: string, find: Find): Job {
  const job = find(reference);
  if (!job) throw new Refused(404, `Unable to locate work order ${reference}`);
  if (!isOpen(job)) throw new Refused(400, `Work order ${reference} is closed (status ${job.statusCode})`);
  return job;
}

/** JobStatusUpdate: the type codes that this backend acts on. */
export function statusUpdate(body: unknown, find: Find): Change {
  const update = check(jobStatusUpdate, body);
  const { reference, sor } = openJob(update.relatedWorkOrderReference.id, find);
  const changes: Record<string, Partial<Job>> = {
    // Other: a note on the file, unless nobody was in.
    '0': update.otherType === 'noAccess' ? { statusCode: STATUS.noAccess } : {},
    '10': {},
    '80': { sor: update.moreSpecificSORCode ? worksOf(update.moreSpecificSORCode).sor : sor },
    '120': { statusCode: STATUS.hold },
    '120-20': { statusCode: STATUS.pendingMaterial },
  };
  const change = changes[update.typeCode];
  if (!change) throw new Refused(400, `Job status update type ${update.typeCode} is not supported`);
  return { reference, change };
}

/** WorkOrderComplete: done, or cancelled where an update in it says so. A second one is refused: the order is closed. */
export function completion(body: unknown, find: Find): Change {
  const complete = check(workOrderComplete, body);
  const job = openJob(complete.workOrderReference.id, find);
  const cancelled = complete.jobStatusUpdates.some((update) => update.otherType === 'cancelled');
  if (cancelled) return { reference: job.reference, change: { statusCode: STATUS.cancelled, booking: null } };
  const booking = job.booking && { ...job.booking, lifeCycle: 'COMPLETED' as const };
  return { reference: job.reference, change: { statusCode: STATUS.complete, booking } };
}
