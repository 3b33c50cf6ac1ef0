import { describe, expect, it } from 'vitest';
import { inBatches } from '../../../subgraphs/continuity/batch.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';

/** A wire whose turns are given by hand. */
function wire() {
  const asked: string[][] = [];
  const turns: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const ask = inBatches<string>(3, async (take, signal) => {
    signals.push(signal);
    await new Promise<void>((resolve, reject) => {
      turns.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    const references = take();
    asked.push(references);
    if (references.includes('broken')) throw new WireError('FAULT', 'broken');
    return new Map(references.map((reference) => [reference, reference.toUpperCase()]));
  });
  const goOn = () => {
    for (const turn of turns.splice(0)) turn();
  };
  return { ask, asked, goOn, signals };
}
const { signal } = new AbortController();
const begun = () => new Promise((resolve) => setImmediate(resolve));

describe('readers who wait at the same time', () => {
  it('go together, each reference once', async () => {
    const { ask, asked, goOn } = wire();
    const found = [ask(['a'], signal), ask(['b', 'a'], signal)];
    await begun();
    found.push(ask(['c'], signal));
    goOn();
    expect((await Promise.all(found)).map((each) => each.get('a'))).toEqual(['A', 'A', 'A']);
    expect(asked).toEqual([['a', 'b', 'c']]);
  });

  it('are as many as the wire takes, and the next go by themselves', async () => {
    const { ask, asked, goOn } = wire();
    const found = [ask(['a', 'b'], signal), ask(['c', 'd'], signal), ask(['e'], signal)];
    await begun();
    goOn();
    await Promise.all(found);
    expect(asked).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('do not join what has gone out, or has failed', async () => {
    const { ask, asked, goOn } = wire();
    const first = ask(['broken'], signal);
    await begun();
    goOn();
    await expect(first).rejects.toMatchObject({ failure: 'FAULT' });
    const second = ask(['a'], signal);
    await begun();
    goOn();
    expect(await second).toEqual(new Map([['a', 'A']]));
    expect(asked).toEqual([['broken'], ['a']]);
  });

  it('may leave; the call ends with the last of them, and the next begins another', async () => {
    const { ask, goOn, signals } = wire();
    const [one, other] = [new AbortController(), new AbortController()];
    const left = [ask(['a'], one.signal), ask(['b'], other.signal)];
    await begun();
    one.abort(new Error('gone'));
    await expect(left[0]).rejects.toThrow('gone');
    expect(signals[0]?.aborted).toBe(false);
    other.abort(new Error('gone too'));
    await expect(left[1]).rejects.toThrow('gone too');
    expect(signals[0]?.aborted).toBe(true);
    const next = ask(['c'], signal);
    await begun();
    goOn();
    expect(await next).toEqual(new Map([['c', 'C']]));
  });
});
