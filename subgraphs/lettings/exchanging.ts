// Mutual exchanges: to apply for one, whose 42 days run from receipt whatever is down; and to have one completed, which a person
// must be able to check first. Knows no wire.

import { GraphQLError } from 'graphql';
import type * as schema from '../../schema/generated/lettings.ts';
import { type FailedCall, systemError, WireError } from '../continuity/errors.ts';
import type { Known } from '../continuity/fields.ts';
import { type Form, openForm, shapes } from '../continuity/form.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { foundBy, receiptsMade, written } from '../continuity/receipt.ts';
import { deadlineFields, deadlinesOf } from '../continuity/statutory.ts';
import { termsOf } from '../continuity/terms.ts';
import type { MovesContext } from './moves.ts';
import type { ExchangeRecord } from './records.ts';
import { type ExchangeApplication, exchangeLegs } from './steps.ts';
import { compareExchanges, type ExchangeTarget, targetOfExchange } from './targets.ts';

/** An exchange that is to be completed, checked. */
interface Completion {
  exchangeReference: string;
  /** What is known of the exchange, for whoever completes it. */
  target: ExchangeTarget | null;
}

export const applyForExchange: Mutation<ExchangeApplication> = {
  check(given, { now }) {
    const form = openForm(given, now());
    const legs = form.each('legs').map((leg) => ({
      personReference: leg.reference('personReference', shapes.person),
      fromPropertyReference: leg.reference('fromPropertyReference', shapes.property),
      toPropertyReference: leg.reference('toPropertyReference', shapes.property),
      agreed: leg.value<boolean>('agreed') ?? false,
    }));
    checkCircle(legs, form);
    return form.filled<ExchangeApplication>({ legs });
  },
  // Whoever of them moves first, it is one exchange.
  entity: ({ legs }) =>
    `exchange/${legs
      .map(({ personReference }) => personReference)
      .sort()
      .join(' ')}`,
  terms: ({ legs }) => [
    ...termsOf(
      'person',
      legs.map(({ personReference }) => personReference),
    ),
    ...termsOf(
      'property',
      legs.map(({ fromPropertyReference }) => fromPropertyReference),
    ),
  ],
  steps: (input) => [{ kind: 'applyForExchange', title: 'apply for the exchange', input }],
  whileDown: 'QUEUE',
  sentences: () => ({
    QUEUED:
      'We have your application for an exchange. We must decide within 42 days, and the day on which we received it is the first of them. We will enter it as soon as our lettings system is back. Please do not move, or book a removal, before we have given our consent.',
    SENDING:
      'We have your application for an exchange, and are entering it now. We must decide within 42 days, and the day on which we received it is the first of them.',
    APPLIED:
      'Your application for an exchange is on record. We must decide within 42 days, and the day on which we received it is the first of them.',
    REFUSED: 'Your application for an exchange could not be entered as it is.',
    AMBIGUOUS:
      'We have your application for an exchange, and are checking that it has been entered. You need not apply again. We must decide within 42 days, and the day on which we received it is the first of them.',
  }),
  says: ({ legs }) =>
    Object.fromEntries(
      legs.map((leg, index) => [`move ${index + 1}`, `${leg.fromPropertyReference} to ${leg.toPropertyReference}`]),
    ),
  clocks: () => ['MUTUAL_EXCHANGE'],
  made: (made) =>
    made.map((each) => ({ id: (each as { exchangeReference: string }).exchangeReference, description: 'exchange' })),
  still: {
    read: 'mutualExchange',
    compare: (application, _steps, record: ExchangeRecord) =>
      compareExchanges(targetOfApplied(application), targetOfExchange(record)),
  },
};

/** An exchange that was applied for through us. The day on which it was entered the system sets itself. */
function targetOfApplied({ legs }: ExchangeApplication): ExchangeTarget {
  return { appliedOn: null, people: legs.map(({ personReference }) => personReference) };
}

/** Exchanges that wait for the landlord's decision. */
const undecided: readonly (string | null | undefined)[] = ['APPLIED', 'INSPECTIONS', 'REFERENCES'];

/** By when an exchange is to be decided by law. Null: it is decided, or nobody knows since when it is to be. */
export function decisionDeadline({ appliedOn, status }: Pick<Known<schema.MutualExchange>, 'appliedOn' | 'status'>) {
  if (!appliedOn || !undecided.includes(status)) return null;
  const startedMs = Temporal.PlainDate.from(appliedOn).toZonedDateTime('Europe/London').epochMilliseconds;
  const [deadline] = deadlinesOf('MUTUAL_EXCHANGE', startedMs);
  return deadline ? deadlineFields(deadline) : null;
}

/** Everybody moves once, into the home that another leaves: anything else leaves somebody without one, or two in one. */
function checkCircle(legs: ExchangeApplication['legs'], form: Form): void {
  const { fewest, most } = exchangeLegs;
  if (legs.length < fewest || legs.length > most) {
    form.wrong('legs', `has ${legs.length}; an exchange has ${fewest} to ${most}.`);
  }
  const times = (field: 'personReference' | 'fromPropertyReference' | 'toPropertyReference', value: string) =>
    legs.filter((leg) => leg[field] === value).length;
  for (const [index, leg] of legs.entries()) {
    const { personReference, fromPropertyReference, toPropertyReference } = leg;
    const place = `legs.${index}`;
    if (times('personReference', personReference) > 1) {
      form.wrong(`${place}.personReference`, 'is in more than one leg; everybody moves once.');
    }
    if (times('fromPropertyReference', fromPropertyReference) > 1) {
      form.wrong(`${place}.fromPropertyReference`, 'is left in more than one leg.');
    }
    if (fromPropertyReference && fromPropertyReference === toPropertyReference) {
      form.wrong(`${place}.toPropertyReference`, 'is the home that is left.');
    } else if (toPropertyReference && times('fromPropertyReference', toPropertyReference) !== 1) {
      form.wrong(`${place}.toPropertyReference`, 'must be the home that one of the others leaves.');
    } else if (times('toPropertyReference', toPropertyReference) > 1) {
      form.wrong(`${place}.toPropertyReference`, 'is moved into in more than one leg.');
    }
  }
}

export const completeExchange: Mutation<Completion> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Completion>({
      exchangeReference: form.reference('exchangeReference', shapes.exchange),
      target: form.value<ExchangeTarget>('target'),
    });
  },
  entity: ({ exchangeReference }) => `exchange/${exchangeReference}`,
  terms: ({ exchangeReference }) => termsOf('exchange', [exchangeReference]),
  // No wire assigns tenancies: a person does, with this in hand.
  steps: () => [],
  whileDown: 'QUEUE',
  sentences: () => ({
    QUEUED: 'We have noted that your exchange is ready to be completed.',
    APPLIED:
      'We have noted that your exchange is ready to be completed. A colleague checks it, and agrees the day of the move with all of you. Please do not move before that.',
  }),
  says: () => ({ exchange: 'ready to be completed' }),
};

/** Why an exchange is not completed while nobody can check it. */
const nobodyCanCheck =
  'An exchange cannot be completed just now: until our systems are back nobody can check the tenancies and that everybody has agreed. It stays agreed, and you lose nothing. Please do not move before we have told you the day.';

/**
 * Asks for an exchange to be completed.
 * @throws GraphQLError SYSTEM_DOWN while the lettings or the tenancies system cannot be asked; SYSTEM_REFUSED where the exchange
 *   is not approved, or its reference is known to have been another's; BAD_USER_INPUT where there is none.
 */
export async function complete(input: schema.CompleteExchangeInput, context: MovesContext) {
  context.check('completeExchange', input);
  const tenancies = context.neighbours.stateOf('tenancies');
  if (tenancies && tenancies !== 'OPERATIONAL' && tenancies !== 'DEGRADED') throw refused('tenancies', 'UNAVAILABLE');
  const reference = input.exchangeReference.trim();
  // Looked at first: a live answer takes its place.
  const kept = await foundBy(() => context.kept.mutualExchange(reference));
  const [answer] = await Promise.allSettled([context.mutualExchange(reference)]);
  // What is kept, or a copy says, is what was once: nothing to move house on.
  if (answer.status === 'rejected' || answer.value.provenance.source !== 'LIVE')
    throw refused('lettings', 'UNAVAILABLE');
  const { value } = answer.value;
  if (!value) {
    throw new GraphQLError('`exchangeReference` is not the reference of an exchange.', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  const agreed = (value.legs ?? []).every((leg) => leg.agreed);
  if (value.status !== 'APPROVED' || !agreed) {
    throw refused(
      'lettings',
      'REFUSAL',
      'This exchange cannot be completed yet: it must be approved, and everybody must have agreed.',
    );
  }
  const target = targetOfExchange(value);
  const applied = await receiptsMade(context, reference, 'applyForExchange');
  const known = [
    ...(kept ? [targetOfExchange(kept)] : []),
    ...applied.flatMap(({ input: of }) => (of ? targetOfApplied(of as ExchangeApplication) : [])),
  ];
  if (known.some((other) => compareExchanges(other, target) === 'OTHER')) throw refused('lettings', 'REFUSAL', another);
  return written(context, 'completeExchange', input, { target });
}

/** Why an exchange is not completed whose reference has been another's. */
const another =
  'This reference has been given to another exchange since: the lettings system has come back from a backup. A colleague has to look at it. Please do not move before we have told you the day.';

/** Whether a completion is of this exchange, and not of another one that has had its reference. */
export function isAboutExchange(completion: unknown, record: ExchangeRecord): boolean {
  const target = (completion as Completion | null)?.target;
  return target != null && compareExchanges(target, targetOfExchange(record)) === 'SAME';
}

function refused(system: FailedCall['system'], failure: 'UNAVAILABLE' | 'REFUSAL', reason = nobodyCanCheck) {
  return systemError(new WireError(failure, 'an exchange is not completed', { reason }), { system, id: 'completion' });
}
