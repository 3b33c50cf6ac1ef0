// How a campaign goes on: its list is made out of what is kept of people, calls are handed out in the order of need, and what
// came of them is counted. Asks the exchange for nothing but how many agents are free.
import type * as schema from '../../schema/generated/telephony.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { Known } from '../continuity/fields.ts';
import { shapes } from '../continuity/form.ts';
import { InputRefused } from '../continuity/intake.ts';
import type { Own, OwnRecord } from '../continuity/own.ts';
import { ownPage } from '../continuity/ownlist.ts';
import { ownProvenance, type Written, written } from '../continuity/receipt.ts';
import type { Writes } from '../continuity/writes.ts';
import type { TelephonyVerbs } from './adapter.ts';
import { knownLines } from './known-lines.ts';
import { needOf, reasonOf } from './need.ts';
import { type CallContent, type CampaignContent, stateOfCall } from './welfare.ts';

/** Whoever was handed a call and has not said what came of it has gone home: it is handed out again after this, in ms. */
const takenMs = 30 * 60_000;
/** As many as are worth showing at once: one a week for years. */
const mostCampaigns = 200;

/** Campaigns whose list is being made by this process. */
const listing = new WeakMap<Own, Map<string, Promise<void>>>();

/** Starts a campaign; its list is made while whoever asked goes on. */
export async function start(input: Written, context: TelephonyVerbs & Writes) {
  context.check('startWelfareCampaign', input);
  const result = await written(context, 'startWelfareCampaign', input, { lines: await knownLines(context) });
  const campaign = await context.own().find<CampaignContent>('campaign', result.receipt.id);
  if (campaign) void listed(campaign, context);
  return result;
}

/** Makes the list of a campaign, if that is not done; also where a process that had begun it has ended. Never rejects. */
function listed(campaign: OwnRecord<CampaignContent>, context: Writes): Promise<void> {
  if (campaign.content.listed) return Promise.resolve();
  const own = context.own();
  const running = listing.get(own) ?? new Map<string, Promise<void>>();
  listing.set(own, running);
  const before = running.get(campaign.id);
  if (before) return before;
  const making = makeList(campaign, own, context).then(
    () => void running.delete(campaign.id),
    // Told to the log by whoever failed; the next who looks at the campaign begins again.
    () => void running.delete(campaign.id),
  );
  running.set(campaign.id, making);
  return making;
}

async function makeList({ id, content }: OwnRecord<CampaignContent>, own: Own, { neighbours }: Writes): Promise<void> {
  const { reasons: wanted, startedAtMs } = content;
  const people = (await neighbours.inNeed()).map((person) => ({ ...person, reasons: person.reasons.map(reasonOf) }));
  const meant = people.filter(({ reasons }) => !wanted || reasons.some((reason) => wanted.includes(reason)));
  const calls = meant.map((person): { id: string; content: CallContent } => {
    const { personReference, name, telephoneNumbers, reasons, asOfMs } = person;
    const call = { campaign: id, personReference, name, telephoneNumbers, reasons, asOfMs };
    return {
      // The same each time that the list is made: who is on it already stays as they are.
      id: `${id}.${own.nameOf(`${id} ${personReference}`).slice(0, 16)}`,
      content: { ...call, need: needOf(person, startedAtMs), taken: null, tries: [] },
    };
  });
  await own.add('call', calls);
  const oldestMs = calls.reduce<number | null>(
    (oldest, call) => Math.min(oldest ?? call.content.asOfMs, call.content.asOfMs),
    null,
  );
  await own.together((drawer) => drawer.put<CampaignContent>('campaign', id, { ...content, listed: true, oldestMs }));
}

/** Hands out the next calls. */
export async function next(input: schema.NextWelfareCallsInput, context: TelephonyVerbs & Writes) {
  context.check('nextWelfareCalls', input);
  const own = context.own();
  const campaign = await own.find<CampaignContent>('campaign', input.campaign.trim());
  if (!campaign) throw new InputRefused([{ field: 'campaign', message: 'is not the id of a welfare campaign.' }]);
  const { receipt } = await written(context, 'nextWelfareCalls', input);
  void listed(campaign, context);
  const freeAgents = await freeAgentsOn(campaign.content.line, context);
  const count = Math.min(input.count ?? 1, freeAgents ?? Number.POSITIVE_INFINITY);
  const calls = campaign.content.listed
    ? await handOut(own, { receipt: receipt.id, campaign: campaign.id, count, by: input.takenBy.trim() })
    : [];
  return { receipt, calls: calls.map(callFields), freeAgents };
}

/** How many agents could take a call now; null where the exchange cannot tell, which is when they ring from other telephones. */
async function freeAgentsOn(line: string, { lines }: TelephonyVerbs): Promise<number | null> {
  const [answer] = await Promise.allSettled([lines('')]);
  // How many were free an hour ago says nothing.
  if (answer.status === 'rejected' || answer.value.provenance.source !== 'LIVE') return null;
  return answer.value.value.find(({ name }) => name === line)?.agentsAvailable ?? null;
}

interface Handout {
  receipt: string;
  campaign: string;
  count: number;
  by: string;
}

function handOut(own: Own, { receipt, campaign, count, by }: Handout): Promise<OwnRecord<CallContent>[]> {
  return own.together(async (drawer) => {
    const before = await drawer.find<{ calls: string[] }>('handout', receipt);
    if (before) {
      const same = await Promise.all(before.content.calls.map((id) => drawer.find<CallContent>('call', id)));
      return same.filter((call) => call !== null);
    }
    const nowMs = own.now();
    const within = { within: campaign };
    const left = { ...within, states: ['TAKEN'], unchangedSinceMs: nowMs - takenMs, first: count };
    const dropped = count > 0 ? await drawer.first<CallContent>('call', left) : [];
    const more = count - dropped.length;
    const waiting =
      more > 0 ? await drawer.first<CallContent>('call', { ...within, states: ['WAITING'], first: more }) : [];
    const taken = [...dropped, ...waiting].map((call) => ({
      ...call,
      state: 'TAKEN',
      content: { ...call.content, taken: { by, atMs: nowMs } },
    }));
    for (const { id, content } of taken) await drawer.put('call', id, content);
    if (taken.length > 0) await drawer.put('handout', receipt, { calls: taken.map(({ id }) => id), campaign });
    return taken;
  });
}

/** Rings the resident of a call that was handed out. */
export async function ring(input: schema.RingWelfareCallInput, context: Writes) {
  context.check('ringWelfareCall', input);
  const call = await callNamed(input.call, context);
  const campaign = await context.own().find<CampaignContent>('campaign', call.content.campaign);
  const [number, ...others] = call.content.telephoneNumbers;
  if (call.state !== 'TAKEN')
    throw new InputRefused([{ field: 'call', message: 'is not handed out to anybody just now.' }]);
  if (!number || !campaign) {
    throw new InputRefused([{ field: 'call', message: 'has no telephone number: somebody has to call on them.' }]);
  }
  const { personReference } = call.content;
  return written(context, 'ringWelfareCall', input, { number, others, line: campaign.content.line, personReference });
}

/** Writes down what came of a call. */
export async function recordOutcome(input: schema.RecordWelfareOutcomeInput, context: Writes) {
  context.check('recordWelfareOutcome', input);
  const { personReference } = (await callNamed(input.call, context)).content;
  return written(context, 'recordWelfareOutcome', input, { personReference });
}

async function callNamed(given: string, { own }: Writes): Promise<OwnRecord<CallContent>> {
  const id = given.trim();
  const call = shapes.own.pattern.test(id) ? await own().find<CallContent>('call', id) : null;
  if (call) return call;
  throw new InputRefused([{ field: 'call', message: 'is not the id of a welfare call.' }]);
}

/** Every campaign, newest first. */
export async function allCampaigns(context: Writes) {
  const own = context.own();
  const { items } = await own.list<CampaignContent>('campaign', { first: mostCampaigns, offset: 0 });
  const fields = await Promise.all(items.map((campaign) => campaignFields(campaign, context)));
  return { items: fields, provenance: ownProvenance('telephony', own.now()) };
}

/** One campaign; null where there is none. */
export async function campaignNamed(id: string, context: Writes) {
  const campaign = await context.own().find<CampaignContent>('campaign', id);
  return campaign && campaignFields(campaign, context);
}

/** A page of a campaign's calls, in the order in which they are handed out. */
export function callsOf(campaign: string, { state, ...args }: schema.WelfareCampaignCallsArgs, { own }: Writes) {
  const filter = { within: campaign, ...(state && { states: [state] }) };
  return ownPage(own(), { kind: 'call', filter, args, system: 'telephony', fields: callFields });
}

async function campaignFields(campaign: OwnRecord<CampaignContent>, context: Writes) {
  const { id, content } = campaign;
  void listed(campaign, context);
  const counts = await context.own().count('call', id);
  const of = (state: schema.WelfareCallState) => counts.get(state) ?? 0;
  const progress = { waiting: of('WAITING'), taken: of('TAKEN'), done: of('DONE') };
  const left = progress.waiting + progress.taken;
  return {
    ...{ id, name: content.name, line: content.line },
    startedAt: isoInstant(content.startedAtMs),
    state: !content.listed ? 'LISTING' : left > 0 ? 'CALLING' : 'DONE',
    progress: { ...progress, total: left + progress.done },
    oldestAsOf: content.oldestMs === null ? null : isoInstant(content.oldestMs),
  } satisfies Known<schema.WelfareCampaign>;
}

/** A call in the schema's words. */
function callFields({ id, content }: OwnRecord<CallContent>) {
  const { personReference, name, telephoneNumbers, reasons, need, asOfMs, taken, tries } = content;
  const last = tries.at(-1);
  return {
    ...{ id, name, need },
    person: { personReference },
    telephoneNumbers: [...telephoneNumbers],
    reasons: [...reasons],
    asOf: isoInstant(asOfMs),
    state: stateOfCall(content),
    takenBy: taken?.by ?? null,
    attempts: tries.length,
    outcome: last?.outcome ?? null,
    note: last?.note ?? null,
    calledAt: last ? isoInstant(last.atMs) : null,
  } satisfies Known<schema.WelfareCall>;
}
