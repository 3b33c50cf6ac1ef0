// One walk through a made-up system, whose calls answer at once, on a clock under the test's control.
import { describe, expect, it } from 'vitest';
import type { BackendStatus } from '../../../subgraphs/continuity/backends.ts';
import type { Reads } from '../../../subgraphs/continuity/definition.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createGate } from '../../../subgraphs/continuity/warmgate.ts';
import type { Source, WalkPlan } from '../../../subgraphs/continuity/warmplan.ts';
import { beginning, type Place, WalkFailed, walk } from '../../../subgraphs/continuity/warmwalk.ts';
import { createTestClock } from '../../clock.ts';

const backends: Record<string, string> = { home: 'homes', feed: 'homes', visit: 'visits' };

/** Homes `h0` to `h<n>` out of a feed of 400 a page; each leads to a visit of its own. */
function planOf(homes: number): WalkPlan {
  return {
    gentleness: {
      homes: { atOnce: 4, callsASecond: 1_000 },
      visits: { atOnce: 4, callsASecond: 1_000 },
    },
    stages: [
      {
        async page(from, { ask }) {
          const [keys = []] = (await ask('feed', [from || '0'])) as string[][];
          const next = Number(from || '0') + keys.length;
          return { keys: { home: keys }, next: next < homes ? String(next) : null };
        },
        leadsTo: (kind, value, extent) =>
          kind === 'home' && extent === 'WHOLE' ? { visit: [`visit of ${value}`] } : {},
      },
    ],
  };
}

/** Sets out; `answer` may throw for keys that it does not like. */
function setOut(homes: number, answer: (kind: string, keys: readonly string[]) => void = () => {}) {
  const clock = createTestClock();
  const states: Record<string, BackendStatus> = {};
  for (const name of ['homes', 'visits']) {
    states[name] = { name, state: 'OPERATIONAL', figures: { limit: 16, background: 4, waiting: 0 } } as BackendStatus;
  }
  const plan = planOf(homes);
  const gates = new Map(
    Object.entries(plan.gentleness).map(([name, gentleness]) => [
      name,
      createGate({ clock, gentleness, status: () => states[name] as BackendStatus }),
    ]),
  );
  const end = new AbortController();
  const read: Record<string, string[]> = { home: [], visit: [], feed: [] };
  const batches: Record<string, number[]> = { home: [], visit: [], feed: [] };
  const places: Place[] = [];
  const progress: [number, number][] = [];
  const go = (from: Place = beginning, source: Partial<Source<Reads>> = {}) =>
    walk(
      {
        plan,
        gates,
        signal: end.signal,
        source: { sinceMs: null, keysOf: async () => null, ...source },
        system: {
          limitOf: (kind) => (kind === 'feed' ? 1 : 50),
          backendOf: (kind) => backends[kind as string] as string,
          async fetch(kind, keys) {
            const some = keys as string[];
            await new Promise<void>((resolve) => clock.after(10, resolve));
            answer(kind as string, some);
            read[kind as string]?.push(...some);
            batches[kind as string]?.push(some.length);
            const found = (key: string) => {
              if (kind !== 'feed') return key;
              const first = Number(key);
              return Array.from({ length: Math.min(400, homes - first) }, (_, i) => `h${first + i}`);
            };
            return new Map(some.map((key) => [key, found(key)]));
          },
        },
        onProgress: (done, total) => progress.push([done, total]),
        async onReached(place) {
          places.push(place);
        },
      },
      from,
    );
  /** Lets it go on until it ends. */
  async function ended<T>(walked: Promise<T>): Promise<T> {
    let over = false;
    walked.then(
      () => (over = true),
      () => (over = true),
    );
    while (!over) await clock.advance(1_000);
    return walked;
  }
  return { clock, states, end, read, batches, places, progress, go, ended };
}

const each = (homes: number) => Array.from({ length: homes }, (_, i) => `h${i}`).sort();

describe('a walk', () => {
  it('reads everything that there is once, in batches as large as the wire takes, and what that leads to', async () => {
    const { go, ended, read, batches, progress } = setOut(2_500);
    const place = await ended(go());
    expect(read.home?.sort()).toEqual(each(2_500));
    expect(read.visit).toHaveLength(2_500);
    expect(Math.max(...(batches.home ?? []))).toBe(50);
    expect(batches.home?.filter((size) => size < 50).length).toBeLessThanOrEqual(3);
    expect(place).toEqual({ stage: 1, from: '', done: 5_000, missed: [] });
    expect(progress.at(-1)).toEqual([5_000, 5_000]);
  });

  it('knows how many there are long before it has read them', async () => {
    const { go, ended, progress } = setOut(4_000);
    await ended(go());
    const [done] = progress.find(([, total]) => total >= 4_000) ?? [Number.POSITIVE_INFINITY];
    expect(done).toBeLessThan(2_000);
  });

  it('goes on from any place that it has reached, and reads nothing before that again', async () => {
    const first = setOut(5_000);
    await first.ended(first.go());
    expect(first.places.length).toBeGreaterThan(3);
    for (const from of first.places.slice(0, -1)) {
      const second = setOut(5_000);
      const place = await second.ended(second.go(from));
      expect(place.done).toBe(10_000);
      const before = new Set(each(5_000).filter((key) => !second.read.home?.includes(key)));
      expect(before.size).toBe(Number(from.from));
      expect([...before].every((key) => Number(key.slice(1)) < Number(from.from))).toBe(true);
    }
  });

  it('finds the one record that cannot be read, reads all the others, and says that the kind is not whole', async () => {
    const { go, ended, read } = setOut(300, (kind, keys) => {
      if (kind === 'home' && keys.includes('h123')) throw new WireError('GARBLED', 'a row that is none');
    });
    const place = await ended(go());
    expect(read.home?.sort()).toEqual(each(300).filter((key) => key !== 'h123'));
    expect(place.missed).toEqual(['home']);
  });

  it('gives up where nothing can be read any more, with a sentence', async () => {
    const { go, ended } = setOut(300, (kind) => {
      if (kind === 'home') throw new WireError('REFUSAL', 'no');
    });
    const failed = await ended(go().catch((error: Error) => error));
    expect(failed).toBeInstanceOf(WalkFailed);
    expect((failed as Error).message).toBe('It could not be asked for 20 records in a row (home).');
  });

  it('gives up where it is not told what there is', async () => {
    const { go, ended } = setOut(300, (kind) => {
      if (kind === 'feed') throw new WireError('FAULT', 'no such operation');
    });
    await expect(ended(go())).rejects.toThrow('It does not say what there is to be kept (feed: FAULT).');
  });

  it('waits out an outage in the middle, and misses nothing', async () => {
    let outage = 0;
    const { go, ended, read } = setOut(1_000, (kind) => {
      if (kind === 'home' && ++outage > 5 && outage < 12) throw new WireError('UNREACHABLE', 'gone');
    });
    const place = await ended(go());
    expect(read.home?.sort()).toEqual(each(1_000));
    expect(place.missed).toEqual([]);
  });

  it('does without what another backend knows while that is not well, and says so', async () => {
    const { go, ended, read, states, progress } = setOut(1_200);
    (states.visits as BackendStatus).state = 'ISOLATED';
    const place = await ended(go());
    expect(read.home).toHaveLength(1_200);
    expect(read.visit).toEqual([]);
    expect(place).toMatchObject({ done: 1_200, missed: ['visit'] });
    expect(progress.at(-1)).toEqual([1_200, 1_200]);
  });

  it('tells a plan whether everything is wanted or only what has changed', async () => {
    const { go, ended, read } = setOut(100);
    await ended(go(beginning, { sinceMs: 1 }));
    expect(read.home).toHaveLength(100);
    expect(read.visit).toEqual([]);
  });

  it('ends when it is told to, with the reason', async () => {
    const { go, ended, end, clock, read } = setOut(5_000);
    const walked = go().catch((reason: Error) => reason.message);
    await clock.advance(200);
    end.abort(new Error('an operator'));
    expect(await ended(walked)).toBe('an operator');
    const { length } = read.home ?? [];
    await clock.advance(10_000);
    expect(read.home).toHaveLength(length as number);
    expect(length).toBeLessThan(5_000);
  });
});
