// Whether somebody is rung now, decided right before each call: only numbers that may be rung, only to a line that the exchange
// names, only while an agent is free, and not too often. Knows no wire: what the exchange says comes from its reads.
import type { Admission, Applicant } from '../continuity/admission.ts';
import type { AdmissionSurroundings } from '../continuity/definition.ts';
import { inWords } from '../continuity/london.ts';
import type { Drawer, Own } from '../continuity/own.ts';
import { numberProblem } from './allowed-numbers.ts';
import { callbacksFreeAtMs, countAhead, numberFreeAtMs, type Ringing, rungLately } from './call-limits.ts';
import { askerOf, type CallbackContent, isSameAsker, openStates, servedBy, stateOfRequest } from './callback-record.ts';
import { extensionProblem, lineNamed } from './known-lines.ts';
import type { lineOf } from './queue.ts';
import { switchboardSetting } from './settings.ts';
import { type CallToMake, ringSeconds } from './steps.ts';

type Line = ReturnType<typeof lineOf>;

/** How soon those who wait are looked at again where few do, in ms: an agent's breath between two calls. */
const againMs = 15_000;
/** All who wait are looked at so often a second in all, and each of them no less than every five minutes. */
const looksASecond = 5;
const longestAgainMs = 5 * 60_000;
/** What another process has just done is filed within this, in ms. */
const filedMs = 1_000;

const later = (message: string, afterMs: number): Admission => ({ admit: 'LATER', message, afterMs });
const never = (message: string): Admission => ({ admit: 'NEVER', message });

/** Decides about one call. Rejects with WireError where the exchange cannot be asked for its lines. */
export async function admitCall(
  call: CallToMake,
  applicant: Applicant,
  { nowMs, own, settings, ask }: AdmissionSurroundings,
): Promise<Admission> {
  const set = settings.switchboard;
  const isWelfare = call.purpose === 'WELFARE';
  // What was accepted before there was this rule, or under another list, is not rung either.
  const wrongNumber = numberProblem(call.number, switchboardSetting('ALLOWED_NUMBERS', set));
  if (wrongNumber) return never(`The number ${wrongNumber}`);

  const answered = isWelfare ? null : await answeredBefore(call, applicant, own);
  if (answered) return answered;

  const lines = (await ask('lines', '')) as readonly Line[];
  const line = lineOfCall(call, lines);
  if (!line) {
    if (isWelfare) return never(`The telephone system has no line called ${call.line}.`);
    // Right after its start an exchange names none.
    if (lines.length === 0)
      return later(onTheList(applicant, nowMs, 'as soon as our telephone system is ready'), againMs);
    return never(`The telephone system has no line called ${call.line}.`);
  }
  const noExtension = extensionProblem(line.name, set);
  if (noExtension) return never(`The line ${line.name} ${noExtension}`);

  const waiting = isWelfare ? 0 : (await own.list('callback', { states: ['OPEN'], first: 1, offset: 0 })).total;
  const lookAgainMs = Math.min(Math.max(againMs, (waiting / looksASecond) * 1_000), longestAgainMs);
  const mostAnHour = Number(switchboardSetting('CALLBACKS_AN_HOUR', set));
  return own.together((drawer) => taken(drawer, own, { call, applicant, line, nowMs, lookAgainMs, mostAnHour }));
}

function lineOfCall({ line }: CallToMake, lines: readonly Line[]): Line | undefined {
  const name = lineNamed(
    line,
    lines.map(({ name }) => name),
  );
  return lines.find((each) => each.name === name);
}

/** What another request of the same person's for the same line has come to, where that settles this one. */
async function answeredBefore(call: CallToMake, applicant: Applicant, own: Own): Promise<Admission | null> {
  const served = await servedBy(own, call, applicant);
  switch (served?.state) {
    case 'APPLIED':
      return { admit: 'DONE', made: { callId: served.callId }, atMs: served.atMs };
    case 'SETTLED':
      return never('A colleague has dealt with the request that this one joined.');
    default:
      return null;
  }
}

interface Considered {
  call: CallToMake;
  applicant: Applicant;
  line: Line;
  nowMs: number;
  lookAgainMs: number;
  mostAnHour: number;
}

/** Takes a place among those that are rung, if there is one. */
async function taken(drawer: Drawer, own: Own, considered: Considered): Promise<Admission> {
  const { call, applicant, line, nowMs, lookAgainMs, mostAnHour } = considered;
  const { receipt, acceptedAtMs } = applicant;
  const isWelfare = call.purpose === 'WELFARE';
  const lately = await rungLately(drawer, own, call.number, applicant.reference, nowMs);
  if (!isWelfare && (await isBeingTold(drawer, lately.ofNumber, call, applicant))) {
    return later(onTheList(applicant, nowMs, 'as soon as somebody on this line is free'), filedMs);
  }
  const numberAtMs = numberFreeAtMs(lately, nowMs);
  if (numberAtMs !== null) {
    const when = inWords(numberAtMs, nowMs);
    if (isWelfare)
      return never(
        `This number has been rung as often as we may. Please ring from another telephone, or after ${when}.`,
      );
    const why = `but we have rung this number several times already, and may not ring it again before ${when}`;
    return later(onTheList(applicant, nowMs, why), Math.min(numberAtMs - nowMs, longestAgainMs));
  }
  const free = freeAgents(line, lately.ofAll, nowMs);
  // Who asked before goes before: an agent who is free now is for them. A welfare call is made by an agent who is there already.
  const ahead = isWelfare ? 0 : countAhead(lately, line.name, applicant);
  if (free - ahead < 1) {
    if (isWelfare)
      return never('No agent is free on this line just now. Please ring from another telephone, or try again soon.');
    const untilMs = nowMs + 2 * lookAgainMs;
    await lately.noteWaiting({ receipt, acceptedAtMs, line: line.name, untilMs });
    return later(onTheList(applicant, nowMs, 'as soon as somebody on this line is free'), lookAgainMs);
  }
  const allAtMs = isWelfare ? null : callbacksFreeAtMs(lately, mostAnHour, nowMs);
  if (allAtMs !== null) {
    const why = 'but so many people are waiting for a call that it will take longer than usual';
    return later(onTheList(applicant, nowMs, why), Math.max(lookAgainMs, Math.min(allAtMs - nowMs, longestAgainMs)));
  }
  await lately.note(ringingOf(considered));
  return { admit: 'NOW' };
}

function ringingOf({ call, applicant, line, nowMs }: Considered): Ringing {
  const { purpose = 'CALLBACK', joins = null } = call;
  const callback = purpose === 'WELFARE' ? null : (joins ?? applicant.receipt);
  const { reference, receipt } = applicant;
  return { reference, receipt, atMs: nowMs, line: line.name, purpose, callback };
}

/**
 * Whether the number was rung for the same line since this was asked for, by a request of which is not written down yet how it went:
 * two that were asked for at once do not know of each other.
 */
async function isBeingTold(
  drawer: Drawer,
  rung: readonly Ringing[],
  call: CallToMake,
  { receipt, acceptedAtMs }: Applicant,
): Promise<boolean> {
  for (const each of rung) {
    const { callback, line, atMs } = each;
    if (callback === null || each.receipt === receipt || line !== call.line || atMs < acceptedAtMs) continue;
    const content = (await drawer.find<CallbackContent>('callback', callback))?.content;
    // Of what is forgotten nothing is told any more.
    if (!content) continue;
    // Rung meanwhile: the next look finds it so.
    const isServed = content.state === 'APPLIED' && isSameAsker(content, askerOf(call));
    if (isServed || openStates.has(stateOfRequest(content, callback, each.receipt))) return true;
  }
  return false;
}

/**
 * How many agents nobody is about to be joined to: who is being rung now is with one of them in a moment. Where the exchange does not
 * tell how many are free, that is no reason to wait.
 */
function freeAgents({ name, agentsAvailable, open }: Line, rung: readonly Ringing[], nowMs: number): number {
  if (open === false) return 0;
  if (agentsAvailable === null || agentsAvailable === undefined) return Number.POSITIVE_INFINITY;
  const onTheirWay = rung.filter((each) => each.line === name && each.atMs > nowMs - ringSeconds * 1_000);
  return agentsAvailable - onTheirWay.length;
}

/** What whoever waits is told. */
function onTheList({ acceptedAtMs }: Applicant, nowMs: number, when: string): string {
  const since = inWords(acceptedAtMs, nowMs);
  return when.startsWith('but ')
    ? `You are on the list to be called back, since ${since}, ${when}. You need not ask again.`
    : `You are on the list to be called back, since ${since}: we ring you ${when}, between 8am and 8pm. You need not ask again.`;
}
