// Which field of telephony.graphql asks which read.
import type { Resolvers } from '../../schema/generated/telephony.ts';
import type { Answer } from '../continuity/definition.ts';
import { SystemError } from '../continuity/errors.ts';
import { connectionOf, listOf, pageRequest } from '../continuity/fields.ts';
import { referenceIn, shapes } from '../continuity/form.ts';
import { ownPage } from '../continuity/ownlist.ts';
import type { Writes } from '../continuity/writes.ts';
import type { TelephonyVerbs } from './adapter.ts';
import { callbacksOf, openCallbacks, request } from './callbacks.ts';
import { allCampaigns, callsOf, campaignNamed, next, recordOutcome, ring, start } from './campaign.ts';
import type { CallValue } from './cdr.ts';

type Context = TelephonyVerbs & Writes;

export const resolvers: Resolvers<Context> = {
  Query: {
    lines: async (_parent, _args, telephony) => listOf(await telephony.lines('')),
    line: async (_parent, { name }, telephony) =>
      listOf(await telephony.lines('')).items.find((line) => line.name === name) ?? null,
    liveCalls: async (_parent, _args, telephony) => listOf(await telephony.liveCalls('')),
    callbackRequests: (_parent, { open, ...args }, { own }) => ownPage(own(), { ...openCallbacks(open), args }),
    welfareCampaigns: (_parent, _args, context) => allCampaigns(context),
    welfareCampaign: (_parent, { id }, context) => campaignNamed(referenceIn('id', id, shapes.own), context),
    async calls(_parent, { since, ...args }, telephony) {
      const page = pageRequest(args, 500);
      return connectionOf(await telephony.callsSince({ since, ...page }), page);
    },
  },
  Mutation: {
    requestCallback: (_parent, { input }, context) => request(input, context),
    startWelfareCampaign: (_parent, { input }, context) => start(input, context),
    nextWelfareCalls: (_parent, { input }, context) => next(input, context),
    ringWelfareCall: (_parent, { input }, context) => ring(input, context),
    recordWelfareOutcome: (_parent, { input }, context) => recordOutcome(input, context),
  },
  Person: {
    __resolveReference: (person) => person,
    callbackRequests: ({ personReference }, _args, context) => callbacksOf(personReference, context),
    calls: async (person, _args, telephony) => listOf(await callsOfPerson(person, telephony)),
  },
  WelfareCampaign: {
    calls: ({ id }, args, context) => callsOf(id, args, context),
  },
  Line: {
    waiting: async ({ name }, _args, telephony) => listOf(await telephony.waitingOfLine(name)),
  },
  Call: {
    queueEvents: async ({ callId }, _args, telephony) => listOf(await telephony.queueEventsOfCall(callId)),
  },
};

/** Calls of all of a person's numbers, newest first, each once. One with no number has no calls to be found. */
async function callsOfPerson(
  person: { personReference: string; telephoneNumbers?: readonly string[] | null | undefined },
  telephony: TelephonyVerbs,
): Promise<Answer<CallValue[]>> {
  const numbers = person.telephoneNumbers;
  if (!numbers) throw numbersUnknown();
  // The blank number finds nothing and asks nothing; its answer says who was not asked, and when.
  const [first, ...others] = await Promise.all([
    telephony.callsOfNumber(numbers[0] ?? ''),
    ...numbers.slice(1).map(telephony.callsOfNumber),
  ]);
  const byCall = new Map([first, ...others].flatMap(({ value }) => value).map((call) => [call.callId, call]));
  const began = ({ startedAt }: CallValue) => (startedAt ? Date.parse(startedAt) : 0);
  const value = [...byCall.values()].sort((a, b) => began(b) - began(a));
  return { value, provenance: first.provenance };
}

/** Nobody could say which numbers are the person's: that is not the same as no calls. */
function numbersUnknown(): SystemError {
  return new SystemError("The person's telephone numbers could not be had from the tenancies system.", {
    code: 'SYSTEM_DOWN',
    system: 'tenancies',
    retryable: true,
    // Whatever call failed, it was one: told once for everybody whose numbers are missing.
    failedCall: 'telephone numbers',
  });
}
