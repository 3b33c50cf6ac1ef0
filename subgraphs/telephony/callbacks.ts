// Call-backs: somebody asks to be rung, and is rung when the exchange can and somebody is free to talk to them. Knows no wire.
import type * as schema from '../../schema/generated/telephony.ts';
import { isoInstant } from '../continuity/clock.ts';
import { londonWallClock, phoneNumber } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { inWords } from '../continuity/london.ts';
import type { Mutation, Standing } from '../continuity/mutation.ts';
import type { OwnRecord } from '../continuity/own.ts';
import { written } from '../continuity/receipt.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { TelephonyVerbs } from './adapter.ts';
import { numberProblem } from './allowed-numbers.ts';
import {
  aboutOf,
  type CallbackContent,
  type CallbackRequest,
  type Joined,
  madeCall,
  openRequestOf,
} from './callback-record.ts';
import { knownLines, lineIn, lineNamed } from './known-lines.ts';
import { switchboardSetting } from './settings.ts';
import { type CallToMake, ringSeconds } from './steps.ts';

export const requestCallback: Mutation<CallbackRequest> = {
  check(given, { now, settings }) {
    const set = settings?.switchboard;
    const form = openForm(given, now());
    const telephone = form.telephone('telephone');
    if (!form.note('telephone', 100)) form.wrong('telephone', 'is blank.');
    const problem = telephone && numberProblem(telephone, switchboardSetting('ALLOWED_NUMBERS', set));
    if (problem) form.problem('telephone', problem);
    return form.filled<CallbackRequest>({
      telephone: telephone ?? '',
      personReference: form.optional('personReference', shapes.person),
      line: lineIn(form, form.value<string[]>('lines'), set),
      about: form.note('about', 500),
      joins: form.value<Joined>('joins'),
    });
  },
  // Nobody is rung by two calls at once.
  entity: ({ telephone, joins }) => `telephone/${joins?.telephone ?? telephone}`,
  terms: ({ telephone, personReference }) => [
    ...termsOf('telephone', [telephone]),
    ...termsOf('person', [personReference]),
  ],
  steps: ({ telephone, line, personReference, joins }) => [
    ringing({
      ...{ number: joins?.telephone ?? telephone, line, personReference },
      ...{ purpose: 'CALLBACK', joins: joins?.callback ?? null },
    }),
  ],
  whileDown: 'QUEUE',
  maySend: isByDay,
  sentences: ({ joins }, at) => ({
    QUEUED: joins
      ? joinedInWords(joins, at)
      : 'You are on the list to be called back. We will ring you when our telephones work and somebody is free, between 8am and 8pm.',
    SENDING: 'We are ringing you now.',
    APPLIED: rungInWords(at),
    REFUSED: 'We could not call you back.',
    AMBIGUOUS: 'We have tried to ring you, and do not know whether it reached you. A colleague is looking at it.',
    PARKED: 'We have noted that you want to be called back. A colleague is seeing to it.',
  }),
  says: ({ telephone, line, about }) => ({ telephone, line, ...(about && { about }) }),
  made: madeCall,
};

/** What somebody is told who is on the list already. */
function joinedInWords({ sinceMs, telephone }: Joined, at: Standing | undefined): string {
  const since = at ? `, since ${inWords(sinceMs, at.nowMs)}` : '';
  // As much of the number as its owner needs to know it by.
  return `You are on the list already${since}. You keep your place, and we ring you once: at the number that ends in ${telephone.slice(-3)}.`;
}

/** What somebody is told whom the exchange rings or has rung: true as long as it rings, and afterwards. */
function rungInWords(at: Standing | undefined): string {
  const rungAtMs = at?.appliedAtMs ?? null;
  if (!at || rungAtMs === null)
    return 'Our telephone system has begun to ring you. If you miss it, please ask for a call again.';
  if (at.nowMs - rungAtMs < ringSeconds * 1_000)
    return 'We are ringing you now. If you miss it, please ask for a call again.';
  return `We rang you at ${inWords(rungAtMs, at.nowMs)}. If you missed it, please ask for a call again.`;
}

/** Asks for a call-back: for a line that there is, and together with what the same person has asked for already. */
export async function request(
  input: schema.RequestCallbackInput & { idempotencyKey: string },
  context: TelephonyVerbs & Writes,
) {
  context.check('requestCallback', input);
  const lines = await knownLines(context);
  const telephone = phoneNumber(input.telephone) ?? '';
  const personReference = input.personReference?.trim() || null;
  const line = (lines && lineNamed(input.line, lines)) ?? input.line.trim();
  const joins = await openRequestOf(context.own(), { telephone, personReference, line });
  return written(context, 'requestCallback', input, { lines, joins });
}

/** Hours of London's day in which somebody who has waited may be rung: from the first on, and no more from the second. */
const byDay = { from: 8, to: 20 };

/** Whether it is an hour at which people are rung. */
export function isByDay(nowMs: number): boolean {
  const hour = Number(londonWallClock(nowMs).slice(11, 13));
  return hour >= byDay.from && hour < byDay.to;
}

/** Rings somebody and puts them through to a line. */
export function ringing(input: CallToMake) {
  return { kind: 'originate', title: 'ring the resident', input };
}

/** A call-back in the schema's words. */
export function callbackFields({ id, content }: OwnRecord<CallbackContent>) {
  const { telephone, personReference, line, requestedAtMs, state } = content;
  return {
    ...{ id, telephone, line, about: aboutOf(content), state },
    person: personReference === null ? null : { personReference },
    requestedAt: isoInstant(requestedAtMs),
  } satisfies Known<schema.CallbackRequest>;
}

/** Those who have not been rung, or all of them, as a list is made of them. */
export function openCallbacks(open: boolean | null | undefined) {
  const filter = open === false ? {} : { states: ['OPEN'] };
  return { kind: 'callback', filter, system: 'telephony', fields: callbackFields };
}

/** A person's call-backs, newest first. */
export async function callbacksOf(personReference: string, { own }: Writes) {
  const [term] = termsOf('person', [personReference]);
  return (term ? await own().findByTerm<CallbackContent>('callback', term) : []).reverse().map(callbackFields);
}
