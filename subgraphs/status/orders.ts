// What operators can order through status.graphql: what is taken, what is refused and with which sentence. What an order
// does is with whoever carries it out.
import { GraphQLError } from 'graphql';
import type { MutationResolvers, OperatorState } from '../../schema/generated/status.ts';
import { badInput, storeDown } from '../continuity/errors.ts';
import { type Order, OrderRefused, OrderUnwritten } from '../continuity/standing.ts';
import type { Attended, PersonData, StatusContext } from './context.ts';
import { statusOf } from './state.ts';

/** As long as a paragraph: what is longer is a report, and belongs elsewhere. */
const longestText = 500;

/** Who gives the order. Throws where nobody may in this request. */
export function operatorOf({ operator }: StatusContext): string {
  if (operator instanceof GraphQLError) throw operator;
  return operator;
}

export function systemOf(name: string, { systems }: StatusContext): Attended {
  const found = systems.find((system) => system.name === name);
  if (found) return found;
  throw badInput(`There is no system "${name}". There are: ${systems.map((system) => system.name).join(', ')}.`);
}

function backendOf(system: Attended, name: string | null | undefined): string | null {
  if (name == null) return null;
  const names = system.status().map((backend) => backend.name);
  if (names.includes(name)) return name;
  throw badInput(`The ${system.name} system has no backend "${name}". It has: ${names.join(', ')}.`);
}

/** A text that an operator has to give. */
export function textOf(what: string, text: string): string {
  const trimmed = text.trim();
  if (!trimmed) throw badInput(`${what} is blank. Write a sentence.`);
  if (trimmed.length <= longestText) return trimmed;
  throw badInput(`${what} has ${trimmed.length} characters; at most ${longestText} are taken.`);
}

function expectationOf(text: string | null | undefined, { now }: StatusContext): number | null {
  if (text == null) return null;
  const atMs = Date.parse(text);
  if (atMs > now()) return atMs;
  throw badInput('`expectedBack` is in the past. Give the time when service is expected back, or leave it out.');
}

function orderOf(state: OperatorState, restorePoint: string | null | undefined, { now }: StatusContext): Order {
  if (restorePoint != null && state !== 'READ_ONLY') {
    throw badInput(
      '`restorePoint` goes with READ_ONLY alone: it is when the copy was taken that the system answers out of.',
    );
  }
  if (state === 'ISOLATED') return { order: 'ISOLATE' };
  if (state === 'RECONCILING') return { order: 'RECONCILE' };
  if (state === 'RELEASED') return { order: 'RELEASE' };
  if (restorePoint == null) throw badInput('READ_ONLY needs a `restorePoint`: when the copy was taken.');
  const restorePointMs = Date.parse(restorePoint);
  if (restorePointMs <= now()) return { order: 'READ_ONLY', restorePointMs };
  throw badInput('`restorePoint` is in the future. It is when the copy was taken that the system answers out of.');
}

/** Carries an order out; gives the system as it then is. What fails is told in a sentence, and says whether it holds. */
async function done(system: Attended, context: StatusContext, carryOut: () => unknown) {
  try {
    await carryOut();
  } catch (error) {
    if (error instanceof OrderRefused) throw badInput(error.message);
    context.onFailure(`an order about the ${system.name} system`, error);
    if (error instanceof OrderUnwritten) throw storeDown(error.message);
    throw storeDown("Lintel's own store cannot be written just now, so nothing has changed. Its log says why.");
  }
  return statusOf(system);
}

/** The mutations of status.graphql. */
export const mutations: MutationResolvers<StatusContext> = {
  setSystemState(_root, { input }, context) {
    const who = operatorOf(context);
    const system = systemOf(input.system, context);
    const backend = backendOf(system, input.backend);
    const why = textOf('`why`', input.why);
    const order = orderOf(input.state, input.restorePoint, context);
    const expectedBackMs = expectationOf(input.expectedBack, context);
    return done(system, context, () => system.order(backend, order, { who, why, expectedBackMs }));
  },
  setExpectedBack(_root, { input }, context) {
    const who = operatorOf(context);
    const system = systemOf(input.system, context);
    const backend = backendOf(system, input.backend);
    const expectedBackMs = expectationOf(input.expectedBack, context);
    return done(system, context, () => system.order(backend, { order: 'EXPECT' }, { who, why: '', expectedBackMs }));
  },
  setNotice(_root, { input }, context) {
    const who = operatorOf(context);
    const system = systemOf(input.system, context);
    const text = textOf('The notice', input.text);
    return done(system, context, () => context.notices.set(system.name, text, who));
  },
  clearNotice(_root, { system: name }, context) {
    operatorOf(context);
    const system = systemOf(name, context);
    return done(system, context, () => context.notices.clear(system.name));
  },
  tryAgain(_root, { system: name }, context) {
    operatorOf(context);
    const system = systemOf(name, context);
    return done(system, context, () => system.tryAgain());
  },
  startKeepWarm(_root, { system: name }, context) {
    operatorOf(context);
    const system = systemOf(name, context);
    return done(system, context, () => context.walks.start(system.name));
  },
  stopKeepWarm(_root, { system: name }, context) {
    operatorOf(context);
    const system = systemOf(name, context);
    return done(system, context, () => context.walks.stop(system.name));
  },
  async forgetPerson(_root, { input }, context) {
    operatorOf(context);
    const reference = input.personReference.trim();
    if (!reference) throw badInput('`personReference` is blank.');
    return forgotten(context, (data) => data.forget(reference));
  },
  async forgetUnlinked(_root, { input }, context) {
    operatorOf(context);
    const found = await forgotten(context, (data) => data.unlinked(input.forget));
    return { forgotten: input.forget, looked: found.looked, found: [...found.found] };
  },
};

/** What was forgotten; where the store fails, an error that says so, and the log why. */
async function forgotten<T>({ personData, onFailure }: StatusContext, work: (data: PersonData) => Promise<T>) {
  if (!personData) throw storeDown('This Lintel keeps nothing, so there is nothing to forget.');
  try {
    return await work(personData);
  } catch (error) {
    onFailure('forgetting', error);
    throw storeDown(
      "Lintel's own store failed meanwhile, so that not everything may be forgotten. Do it again; its log says why.",
    );
  }
}
