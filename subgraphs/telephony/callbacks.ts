// Call-backs: somebody asks to be rung, and is rung when the exchange can. The list of them is Lintel's own record. Knows no wire.
import type * as schema from '../../schema/generated/telephony.ts';
import { isoInstant } from '../continuity/clock.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';
import { openForm, shapes } from '../continuity/form.ts';
import type { Mutation, ReceiptState } from '../continuity/mutation.ts';
import type { OwnKind, OwnRecord } from '../continuity/own.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { CallMade, CallToMake } from './steps.ts';

/** Somebody who asks to be rung, checked. */
interface Request {
  /** E.164. */
  telephone: string;
  personReference: string | null;
  line: string;
  about: string | null;
}

/** A call-back as it is kept: what was asked for, and how it stands. */
interface CallbackContent extends Request {
  requestedAtMs: number;
  changedAtMs: number;
  state: ReceiptState;
}

/** Nothing more is done about these. */
const closed: readonly ReceiptState[] = ['APPLIED', 'REFUSED', 'CANCELLED', 'SETTLED'];

export const callbacks: OwnKind<CallbackContent> = {
  changedBy: ['requestCallback'],
  idOf: ({ id }) => id,
  after(before, { input, state, acceptedAtMs, changedAtMs }) {
    // Told late of how it stood before.
    if (before && before.changedAtMs > changedAtMs) return before;
    return { ...(input as Request), requestedAtMs: acceptedAtMs, changedAtMs, state };
  },
  filed: ({ state, requestedAtMs, personReference, telephone }) => ({
    state: closed.includes(state) ? 'CLOSED' : 'OPEN',
    place: requestedAtMs,
    terms: [...termsOf('person', [personReference]), ...termsOf('telephone', [telephone])],
  }),
};

export const requestCallback: Mutation<Request> = {
  check(given, { now }) {
    const form = openForm(given, now());
    const telephone = form.telephone('telephone');
    if (!form.note('telephone', 100)) form.problem('telephone', 'is blank.');
    return form.filled<Request>({
      telephone: telephone ?? '',
      personReference: form.optional('personReference', shapes.person),
      line: form.reference('line', shapes.line),
      about: form.note('about', 500),
    });
  },
  // Nobody is rung by two calls at once.
  entity: ({ telephone }) => `telephone/${telephone}`,
  terms: ({ telephone, personReference }) => [
    ...termsOf('telephone', [telephone]),
    ...termsOf('person', [personReference]),
  ],
  steps: ({ telephone, line }) => [ringing({ number: telephone, line })],
  whileDown: 'QUEUE',
  maySend: isByDay,
  sentences: () => ({
    QUEUED:
      'We have noted that you want to be called back, and will ring you when our telephones work again, between 8 in the morning and 8 in the evening. You keep your place.',
    SENDING: 'We are ringing you now.',
    APPLIED: 'We have rung you. If we missed you, please ask for a call again.',
    REFUSED: 'We could not ring this number.',
    AMBIGUOUS: 'We have tried to ring you, and do not know whether it reached you. A colleague is looking at it.',
    PARKED: 'We have noted that you want to be called back. A colleague is seeing to it.',
  }),
  says: ({ telephone, line, about }) => ({ telephone, line, ...(about && { about }) }),
  made: madeCall,
};

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

/** The call that was made. */
export function madeCall(made: readonly unknown[]): { id: string; description: string }[] {
  return made.map((each) => ({ id: (each as CallMade).callId, description: 'call' }));
}

/** A call-back in the schema's words. */
export function callbackFields({ id, content }: OwnRecord<CallbackContent>) {
  const { telephone, personReference, line, about, requestedAtMs, state } = content;
  return {
    ...{ id, telephone, line, about, state },
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
