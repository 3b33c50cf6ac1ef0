import { describe, expect, it } from 'vitest';
import { relay } from '../../gateway/relay.ts';
import { settled } from '../clock.ts';

async function* two() {
  yield 1;
  yield 2;
}

describe('a relay', () => {
  it('changes each event, and says once that it is over', async () => {
    let ended = 0;
    const told: number[] = [];
    for await (const event of relay(two(), { each: (one) => one * 10, ended: () => ended++ })) told.push(event);
    expect([told, ended]).toEqual([[10, 20], 1]);
  });

  it('ends while it waits, and its source with it', async () => {
    let returned = 0;
    const never = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>(() => {}),
        return: async () => {
          returned += 1;
          return { done: true as const, value: undefined };
        },
      }),
    };
    let ended = 0;
    const events = relay(never, { each: (one) => one, ended: () => ended++ });
    events.next();
    await events.return();
    expect([returned, ended, (await events.next()).done]).toEqual([1, 1, true]);
  });

  it('gives for a source that fails what is to be given, and no more', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'fine';
      throw new Error('broken');
    }
    let ended = 0;
    const told: string[] = [];
    const steps = { each: (one: string) => one, failed: (error: unknown) => String(error), ended: () => ended++ };
    for await (const event of relay(failing(), steps)) told.push(event);
    expect([told, ended]).toEqual([['fine', 'Error: broken'], 1]);
    const bare = relay(failing(), { each: (one) => one });
    await bare.next();
    await expect(bare.next()).rejects.toThrow('broken');
  });

  it('says that it is over once, however often it is ended, and gives nothing after that', async () => {
    const late = Promise.withResolvers<number>();
    let ended = 0;
    const events = relay(two(), { each: () => late.promise, ended: () => ended++ });
    const waiting = events.next();
    await settled();
    await events.return();
    late.resolve(10);
    expect(await waiting).toEqual({ done: true, value: undefined });
    await events.return();
    expect([(await events.next()).done, ended]).toEqual([true, 1]);
  });
});
