// How many are told of changes at once, who makes room for whom, and who is sent away when.
import { type GraphQLRequest, HeaderMap } from '@apollo/server';
import type { ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createCrowd } from '../../gateway/crowd.ts';
import { Refusal } from '../../gateway/http/refusal.ts';
import { createStream } from '../../gateway/stream.ts';
import type { Subscriber } from '../../gateway/supergraph.ts';
import { createTestClock } from '../clock.ts';

interface Context {
  signal: AbortSignal;
  cacheControl: string | undefined;
}

/** A crowd over a server that gives two events to whoever subscribes, and one answer to anybody else. */
function gathered(most = 2) {
  const contexts: Context[] = [];
  const methods: (string | undefined)[] = [];
  let running = 0;
  function events({ next }: Subscriber<Context>): AsyncIterable<ExecutionResult> {
    let [version, over] = [0, false];
    running += 1;
    const end = async () => {
      if (!over) running -= 1;
      over = true;
      return { done: true as const, value: undefined };
    };
    const more = async () => {
      if (over || version === 2) return end();
      next();
      version += 1;
      return { done: false as const, value: { data: { version } } };
    };
    return { [Symbol.asyncIterator]: () => ({ next: more, return: end }) };
  }
  const server = {
    async executeOperation({ query, http }: GraphQLRequest, { contextValue }: { contextValue: Context }) {
      methods.push(http?.method);
      const subscriber = contextValue as Context & Subscriber<Context>;
      if (query?.startsWith('subscription')) subscriber.onEvents(events(subscriber));
      return {
        body: { kind: 'single' as const, singleResult: { data: { a: 1 } } },
        http: { status: undefined, headers: new HeaderMap() },
      };
    },
  };
  const crowd = createCrowd<Context>({
    server,
    wording: {
      error: (error) => ({ message: String(error) }),
      result: (result, context) => ({ ...result, extensions: { asker: contexts.indexOf(context) } }),
    },
    context(signal, cacheControl) {
      contexts.push({ signal, cacheControl });
      return contexts.at(-1) as Context;
    },
    most,
  });
  const stream = () => createStream({ clock: createTestClock(), random: () => 0 });
  const ask = (query: string, of = stream(), method: 'GET' | 'POST' = 'POST') =>
    crowd.perform({ query, method }, { signal: of.signal, cacheControl: 'max-stale=60' }, of);
  const subscribe = async (of = stream()) => {
    const done = await ask('subscription { changed }', of);
    return done && 'events' in done ? done.events : null;
  };
  return { crowd, contexts, methods, stream, ask, subscribe, running: () => running };
}

const refused = (crowd: ReturnType<typeof gathered>['crowd']) => {
  try {
    crowd.admit();
    return null;
  } catch (error) {
    return error;
  }
};

describe('subscriptions', () => {
  it('find room as long as there is some, and again when one is over: by itself or by who has had enough', async () => {
    const { subscribe, running } = gathered();
    const [one, other] = [await subscribe(), await subscribe()];
    expect([await subscribe(), running()]).toEqual([null, 2]);
    await one?.return(undefined);
    const third = await subscribe();
    expect([third === null, await subscribe(), running()]).toEqual([false, null, 2]);
    for await (const _event of other ?? []);
    expect([(await subscribe()) === null, await subscribe()]).toEqual([false, null]);
  });

  it('leave room for who asks but once, however many there are', async () => {
    const { subscribe, ask } = gathered(1);
    await subscribe();
    expect(await ask('{ a }')).toMatchObject({ result: { data: { a: 1 } }, status: 200 });
  });

  it('are asked anew for each event, by the words of who asked, and over GET as over POST', async () => {
    const { subscribe, contexts, ask, methods } = gathered();
    const told = [];
    for await (const { data, extensions } of (await subscribe()) ?? []) told.push([data, extensions?.asker]);
    expect(told).toEqual([
      [{ version: 1 }, 1],
      [{ version: 2 }, 2],
    ]);
    expect(new Set(contexts.map(({ cacheControl }) => cacheControl))).toEqual(new Set(['max-stale=60']));
    await ask('subscription { changed }', undefined, 'GET');
    await ask('mutation { change }', undefined, 'GET');
    await ask('{ no graphql', undefined, 'GET');
    expect(methods).toEqual(['POST', 'POST', 'GET', 'GET']);
  });
});

describe('streams', () => {
  it('find room as long as there is some, and again when one has ended or tells nothing after all', () => {
    const { crowd, stream } = gathered();
    const [one, other] = [stream(), stream()];
    crowd.hold(one);
    expect(refused(crowd)).toBeNull();
    crowd.hold(other);
    const refusal = refused(crowd) as Refusal;
    expect(refusal).toBeInstanceOf(Refusal);
    expect([refusal.status, refusal.headers, refusal.message]).toEqual([
      503,
      { 'retry-after': '60' },
      'As many are told of changes as this Lintel can tell. Come back later.',
    ]);
    one.close();
    expect(refused(crowd)).toBeNull();
    crowd.hold(stream());
    crowd.letGo(other);
    expect(refused(crowd)).toBeNull();
  });

  it('are sent away to come back where somebody subscribes over them, and others are left alone', async () => {
    const { crowd, stream, ask, subscribe } = gathered();
    const [subscribing, asking, gone] = [stream(), stream(), stream()];
    for (const each of [subscribing, asking]) crowd.hold(each);
    await subscribe(subscribing);
    await ask('{ a }', asking);
    await subscribe(gone);
    crowd.letGo(gone);
    crowd.dismiss();
    expect([subscribing, asking, gone].map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
    expect([crowd.stopping, refused(crowd)]).toEqual([false, null]);
  });

  it('are all sent away at the end, and nobody is let in any more', () => {
    const { crowd, stream } = gathered();
    const one = stream();
    crowd.hold(one);
    crowd.close();
    expect([one.signal.aborted, crowd.stopping, (refused(crowd) as Refusal).message]).toEqual([
      true,
      true,
      'Lintel is stopping.',
    ]);
  });
});
