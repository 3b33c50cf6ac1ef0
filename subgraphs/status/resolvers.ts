// Which field of status.graphql says what, over every system that runs in this process. Asks no legacy system.
import type { Resolvers, SystemResolvers } from '../../schema/generated/status.ts';
import { changes } from '../continuity/changes.ts';
import { isoInstant } from '../continuity/clock.ts';
import { badInput, storeDown } from '../continuity/errors.ts';
import { sentences, waysOf } from '../continuity/sentence.ts';
import { worst } from '../continuity/standing.ts';
import { alarmFields } from './alarms.ts';
import type { Attended, StatusContext } from './context.ts';
import { mutations } from './orders.ts';
import { receiptMutations, receiptQueries, receiptSubscriptions } from './receipts.ts';
import { instant, statusOf } from './state.ts';

/** The most that is given of a history at once. */
const mostChanges = 500;

/** How a system's backends stand, and what it says of itself. */
function conditionsOf({ name, status }: Attended, { words }: Pick<StatusContext, 'words'>) {
  const backends = status().map(({ name, state, sinceMs, standing: { expectedBackMs, restorePointMs } }) => ({
    name,
    state,
    sinceMs,
    expectedBackMs,
    restorePointMs,
  }));
  return { words: words.get(name) ?? { name, backends: {} }, backends };
}

/** What is told about a system: an operator's words, else ours, which name only ways to us that work now. */
function noticeOf(name: string, context: StatusContext) {
  const written = context.notices.of(name);
  if (written) {
    return { text: written.text, sentences: [written.text], written: true, at: isoInstant(written.atMs) };
  }
  const all = context.systems.map((system) => conditionsOf(system, context));
  const own = all.find(({ words }) => words.name === name);
  const told = own ? sentences(own.words, own.backends, waysOf(all), context.now()) : [];
  if (!own || !told.length) return null;
  return { text: told.join(' '), sentences: told, written: false, at: isoInstant(worst(own.backends).sinceMs) };
}

/**
 * Names of systems of which something else is told now, where one has changed: itself, and those that name the ways to us
 * which it carries.
 */
function toldAnew(name: string, { systems, words }: Pick<StatusContext, 'systems' | 'words'>): readonly string[] {
  const carries = Object.values(words.get(name)?.backends ?? {}).some((backend) => backend.carries);
  const unwell = carries ? systems.filter((one) => one.status().some(({ state }) => state !== 'OPERATIONAL')) : [];
  return [name, ...unwell.map((one) => one.name).filter((other) => other !== name)];
}

/** What the store says; where it does not, an error that says so, and the log why. */
async function stored<T>(what: string, onFailure: StatusContext['onFailure'], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    onFailure(what, error);
    throw storeDown(`Lintel's own store cannot be read just now (${what}).`);
  }
}

const system: SystemResolvers<StatusContext> = {
  notice: ({ name }, _args, context) => noticeOf(name, context),
  async history({ name }, { first }, { events, onFailure }) {
    if (first < 1 || first > mostChanges)
      throw badInput(`\`first\` is ${first}; it must be between 1 and ${mostChanges}.`);
    const found = await stored('reading what has changed', onFailure, () => events.history(name, first));
    return found.map(({ backend, atMs, state, cause, who, why }) => ({
      backend,
      at: isoInstant(atMs),
      state,
      cause,
      who,
      why,
    }));
  },
  async kept({ name }, _args, { coverage, onFailure }) {
    const found = await stored('counting what is kept', onFailure, () => coverage(name));
    return found.map(({ kind, count, oldestMs, newestMs }) => ({
      kind,
      count,
      oldest: isoInstant(oldestMs),
      newest: isoInstant(newestMs),
    }));
  },
  keepWarm({ name }, _args, { walks }) {
    const walk = walks.of(name);
    if (!walk) return null;
    const { startedAtMs, endedAtMs, ...rest } = walk;
    return { ...rest, startedAt: isoInstant(startedAtMs), endedAt: instant(endedAtMs) };
  },
};

export const statusResolvers: Resolvers<StatusContext> = {
  Query: {
    systems: (_root, _args, { systems }) => systems.map(statusOf),
    ...receiptQueries,
    system(_root, { name }, { systems }) {
      const found = systems.find((each) => each.name === name);
      return found ? statusOf(found) : null;
    },
  },
  Mutation: { ...mutations, ...receiptMutations },
  Subscription: {
    ...receiptSubscriptions,
    systemChanged: {
      subscribe(_root, _args, context) {
        const { systems, events } = context;
        const byName = new Map(systems.map((each) => [each.name, each]));
        const now = (name: string) => ({ systemChanged: statusOf(byName.get(name) as Attended) });
        const listen: typeof events.listen = (listener) =>
          events.listen((name) => {
            for (const each of toldAnew(name, context)) if (byName.has(each)) listener(each);
          });
        return changes([...byName.keys()], { listen }, now);
      },
    },
  },
  System: system,
  ReturnAlarm: alarmFields,
};
