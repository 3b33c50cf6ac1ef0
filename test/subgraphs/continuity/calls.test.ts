// Which calls answer which keys; what many see of it together is in system.test.ts.
import { describe, expect, it } from 'vitest';
import { type Calls, createCalls } from '../../../subgraphs/continuity/calls.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { settled } from '../../clock.ts';

/** Calls that go out when they are told to: at once, or those that wait, one after another. */
function setup(atOnce = false) {
  const asked: string[][] = [];
  const waiting: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  let ids = 0;
  const calls = createCalls(
    (kind, take, signal) => {
      signals.push(signal);
      const go = async () => {
        const keys = take() as string[];
        asked.push([...keys]);
        await settled();
        if (keys.includes('broken')) throw new WireError('FAULT', 'broken');
        return {
          values: new Map(keys.map((key) => [key, `<${kind === 'name' ? key : `${kind} of ${key}`}>`])),
          readAtMs: 0,
        };
      };
      if (atOnce) return go();
      return new Promise((resolve, reject) => {
        waiting.push(() => go().then(resolve, reject));
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
    () => `call-${++ids}`,
  );
  const goOn = () => {
    for (const go of waiting.splice(0)) go();
  };
  return { calls, asked, goOn, signals };
}

const ask = (
  calls: Calls,
  keys: string[],
  more: Partial<{ kind: string; signal: AbortSignal; of: 'USER' | 'BACKGROUND' }> = {},
) => calls.ask(more.kind ?? 'name', keys, 3, more.signal, more.of);
const valuesOf = async (asked: ReturnType<Calls['ask']>) =>
  Object.fromEntries(
    (
      await Promise.all(
        [...asked].map(async ([call, keys]) => {
          const { values } = await call.found;
          return keys.map((key) => [key, values.get(key as string)]);
        }),
      )
    ).flat(),
  );

describe('a call that waits to go out', () => {
  it('takes on more keys, each once, and everybody gets their own', async () => {
    const { calls, asked, goOn } = setup();
    const given = [ask(calls, ['a']), ask(calls, ['b', 'a'])];
    await settled();
    given.push(ask(calls, ['c']));
    goOn();
    expect(await Promise.all(given.map(valuesOf))).toEqual([{ a: '<a>' }, { a: '<a>', b: '<b>' }, { c: '<c>' }]);
    expect(asked).toEqual([['a', 'b', 'c']]);
  });

  it('takes on as many as the wire takes; what does not fit goes in the next', async () => {
    const { calls, asked, goOn } = setup();
    const given = [ask(calls, ['a', 'b']), ask(calls, ['c', 'd', 'e']), ask(calls, ['f'])];
    goOn();
    await Promise.all(given.map(valuesOf));
    expect(asked).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
  });

  it('takes on none any more once it has gone or failed', async () => {
    const { calls, asked, goOn } = setup();
    const first = valuesOf(ask(calls, ['broken']));
    goOn();
    const second = valuesOf(ask(calls, ['a']));
    await expect(first).rejects.toMatchObject({ failure: 'FAULT' });
    goOn();
    expect(await second).toEqual({ a: '<a>' });
    expect(asked).toEqual([['broken'], ['a']]);
  });

  it('is not joined by those who are served first, until it has gone', async () => {
    const { calls, asked, goOn } = setup();
    const walk = valuesOf(ask(calls, ['a', 'b'], { of: 'BACKGROUND' }));
    const user = valuesOf(ask(calls, ['a', 'c']));
    // What a user waits for is soon enough for the walk.
    const walkAgain = valuesOf(ask(calls, ['a'], { of: 'BACKGROUND' }));
    goOn();
    const late = valuesOf(ask(calls, ['b']));
    expect(await Promise.all([walk, user, walkAgain, late])).toEqual([
      { a: '<a>', b: '<b>' },
      { a: '<a>', c: '<c>' },
      { a: '<a>' },
      { b: '<b>' },
    ]);
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('ends with the last who asked, and the next begins another', async () => {
    const { calls, asked, goOn, signals } = setup();
    const [one, other] = [new AbortController(), new AbortController()];
    const left = [valuesOf(ask(calls, ['a'], one)), valuesOf(ask(calls, ['b'], other))].map((each) =>
      each.catch((error: WireError) => error.failure),
    );
    one.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    other.abort();
    const next = valuesOf(ask(calls, ['a', 'b']));
    expect(await Promise.all(left)).toEqual(['ABANDONED', 'ABANDONED']);
    // What has ended by now takes nothing away from the other: it is joined, and takes on more.
    const joined = [valuesOf(ask(calls, ['a'])), valuesOf(ask(calls, ['c']))];
    goOn();
    expect(await next).toEqual({ a: '<a>', b: '<b>' });
    expect(await Promise.all(joined)).toEqual([{ a: '<a>' }, { c: '<c>' }]);
    // The first is the one that ended: this wire goes on regardless.
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  it('is ended at once where whoever asks has hung up already', async () => {
    const { calls, signals } = setup();
    const asked = valuesOf(ask(calls, ['a'], { signal: AbortSignal.abort() }));
    await expect(asked).rejects.toMatchObject({ failure: 'ABANDONED' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('answers for its own kind alone, though another has the same key', async () => {
    const { calls, asked, goOn } = setup();
    const both = [valuesOf(ask(calls, ['a'])), valuesOf(ask(calls, ['a', 'b'], { kind: 'age' }))];
    goOn();
    expect(await Promise.all(both)).toEqual([{ a: '<a>' }, { a: '<age of a>', b: '<age of b>' }]);
    expect(asked).toEqual([['a'], ['a', 'b']]);
  });
});

describe('a call that goes at once', () => {
  it('is joined for its keys, and for no others', async () => {
    const { calls, asked } = setup(true);
    await Promise.all([ask(calls, ['a', 'b']), ask(calls, ['b', 'c'])].map(valuesOf));
    expect(asked).toEqual([['a', 'b'], ['c']]);
  });

  it('is asked again when it is over', async () => {
    const { calls, asked } = setup(true);
    await valuesOf(ask(calls, ['a']));
    await valuesOf(ask(calls, ['a']));
    expect(asked).toEqual([['a'], ['a']]);
  });
});
