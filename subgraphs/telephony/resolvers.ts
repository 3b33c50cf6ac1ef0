// Which field of telephony.graphql asks which read.
import type { Resolvers } from '../../schema/generated/telephony.ts';
import type { Answer } from '../continuity/definition.ts';
import { SystemError } from '../continuity/errors.ts';
import { connectionOf, listOf, pageRequest } from '../continuity/fields.ts';
import type { TelephonyVerbs } from './adapter.ts';
import type { CallValue } from './cdr.ts';

export const resolvers: Resolvers<TelephonyVerbs> = {
  Query: {
    lines: async (_parent, _args, telephony) => listOf(await telephony.lines('')),
    line: async (_parent, { name }, telephony) =>
      listOf(await telephony.lines('')).items.find((line) => line.name === name) ?? null,
    liveCalls: async (_parent, _args, telephony) => listOf(await telephony.liveCalls('')),
    async calls(_parent, { since, ...args }, telephony) {
      const page = pageRequest(args, 500);
      return connectionOf(await telephony.callsSince({ since, ...page }), page);
    },
  },
  Person: {
    __resolveReference: (person) => person,
    calls: async (person, _args, telephony) => listOf(await callsOfPerson(person, telephony)),
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
