// Questions about a move: Lintel's own record, since no wire carries them. Anybody can leave one whatever is down; staff answer it
// when they can see again where the move stands.

import { GraphQLError } from 'graphql';
import type * as schema from '../../schema/generated/lettings.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { Known } from '../continuity/fields.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { InputRefused } from '../continuity/intake.ts';
import type { Mutation } from '../continuity/mutation.ts';
import type { OwnKind, OwnRecord } from '../continuity/own.ts';
import { written } from '../continuity/receipt.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';

/** A question, checked. */
interface Question {
  personReference: string;
  offerNumber: string | null;
  exchangeReference: string | null;
  question: string;
}

/** An answer, checked. */
interface Answer {
  enquiry: string;
  /** Whose question it is, by the question. */
  personReference: string | null;
  answer: string;
}

/** A question as it is kept. */
interface EnquiryContent extends Question {
  askedAtMs: number;
  channel: string;
  answered: { answer: string; atMs: number } | null;
}

export const enquiries: OwnKind<EnquiryContent> = {
  changedBy: ['enquireAboutMove', 'answerMoveEnquiry'],
  idOf: ({ id, mutation, input }) => (mutation === 'answerMoveEnquiry' ? (input as Answer).enquiry : id),
  after(before, { mutation, input, channel, acceptedAtMs }) {
    if (mutation === 'enquireAboutMove') {
      return before ?? { ...(input as Question), askedAtMs: acceptedAtMs, channel, answered: null };
    }
    // The latest answer stands: an earlier one was wrong, or is overtaken.
    if (!before || (before.answered && before.answered.atMs > acceptedAtMs)) return before;
    return { ...before, answered: { answer: (input as Answer).answer, atMs: acceptedAtMs } };
  },
  filed: ({ personReference, askedAtMs, answered }) => ({
    state: answered ? 'ANSWERED' : 'OPEN',
    place: askedAtMs,
    terms: termsOf('person', [personReference]),
  }),
};

export const enquireAboutMove: Mutation<Question> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Question>({
      personReference: form.reference('personReference', shapes.person),
      offerNumber: form.optional('offerNumber', shapes.offer),
      exchangeReference: form.optional('exchangeReference', shapes.exchange),
      question: form.note('question', 1_000) ?? 'Where does my move stand?',
    });
  },
  entity: ({ personReference }) => `enquiries/${personReference}`,
  terms: ({ personReference }) => termsOf('person', [personReference]),
  steps: () => [],
  whileDown: 'QUEUE',
  sentences: () => ({
    QUEUED: 'We have noted your question.',
    APPLIED:
      'We have noted your question, and will answer it as soon as we can see where your move stands. Please do not give notice or book a removal before we have confirmed your date.',
  }),
  says: ({ question }) => ({ question }),
};

export const answerMoveEnquiry: Mutation<Answer> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Answer>({
      enquiry: form.reference('enquiry', shapes.own),
      personReference: form.value<string>('personReference'),
      answer: form.text('answer', 2_000),
    });
  },
  entity: ({ enquiry }) => `enquiry/${enquiry}`,
  terms: ({ personReference }) => termsOf('person', [personReference]),
  steps: () => [],
  whileDown: 'QUEUE',
  sentences: () => ({
    QUEUED: 'The answer is noted.',
    APPLIED: 'The answer is on record, and the resident can read it.',
  }),
  says: ({ answer }) => ({ answer }),
};

/** Writes an answer down. Throws where whoever asks may not, or there is no such question. */
export async function answer(input: schema.AnswerMoveEnquiryInput, context: Writes) {
  if (context.operator instanceof GraphQLError) throw context.operator;
  context.check('answerMoveEnquiry', input);
  const enquiry = await context.own().find<EnquiryContent>('enquiry', input.enquiry.trim());
  if (!enquiry) throw new InputRefused([{ field: 'enquiry', message: 'is not the id of a question.' }]);
  const { personReference } = enquiry.content;
  return written(context, 'answerMoveEnquiry', input, { personReference });
}

/** A question in the schema's words. */
export function enquiryFields({ id, content }: OwnRecord<EnquiryContent>) {
  const { personReference, offerNumber, exchangeReference, question, askedAtMs, channel, answered } = content;
  return {
    ...{ id, question },
    person: { personReference },
    offer: offerNumber === null ? null : { offerNumber },
    exchange: exchangeReference === null ? null : { exchangeReference },
    askedAt: isoInstant(askedAtMs),
    channel: (channel || null) as schema.Channel | null,
    answer: answered?.answer ?? null,
    answeredAt: answered ? isoInstant(answered.atMs) : null,
  } satisfies Known<schema.MoveEnquiry>;
}

/** A question, or null where there is none. */
export function enquiryOf(record: OwnRecord<EnquiryContent> | null) {
  return record && enquiryFields(record);
}

/** Those that are not answered, or all of them, as a list is made of them. */
export function openEnquiries(open: boolean | null | undefined) {
  return {
    kind: 'enquiry',
    filter: open === false ? {} : { states: ['OPEN'] },
    system: 'lettings',
    fields: enquiryFields,
  };
}

/** A person's questions, newest first. */
export async function enquiriesOf(personReference: string, { own }: Writes) {
  const [term] = termsOf('person', [personReference]);
  return (term ? await own().findByTerm<EnquiryContent>('enquiry', term) : []).reverse().map(enquiryFields);
}
