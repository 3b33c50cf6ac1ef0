// Applied writes looked up again: many a call, a few calls at once, each told by itself; and what a failure says of them.
import { describe, expect, it } from 'vitest';
import {
  type AppliedWrite,
  type LookingUp,
  lookUpApplied,
  patiently,
  several,
} from '../../../subgraphs/continuity/applied-check.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import type { AppliedStep, LookUp, Trace } from '../../../subgraphs/continuity/look-up.ts';
import type { Steps } from '../../../subgraphs/continuity/mutation.ts';
import { appliedWrite } from './applied-write.ts';

type Look = LookUp<string, unknown>;

const write = (kind: string, input: string, later: AppliedWrite['later'] = []) =>
  appliedWrite(`of ${input}`, { mutation: kind, kind, later, step: { input, reference: input } });

/** Looks `writes` up with these ways to, by kind. Gives what became of each by its input, and how it was asked. */
async function lookUp(
  writes: readonly AppliedWrite[],
  looks: Record<string, Partial<Look> & { look: Look['look'] }>,
  more: Partial<LookingUp> = {},
) {
  const steps = Object.fromEntries(
    Object.entries(looks).map(([kind, look]) => [kind, { timeoutMs: 700, lookUp: { limit: 2, ...look } }]),
  ) as unknown as Steps;
  const timeouts: unknown[] = [];
  const failures: string[] = [];
  const looked = await lookUpApplied(writes, {
    ...{ steps, wholeUntilMs: 0, atOnce: 1, pause: async () => {} },
    call(work, timeoutMs) {
      timeouts.push(timeoutMs);
      return work(new AbortController().signal);
    },
    onFailure: (what, error) => failures.push(`${what}: ${error}`),
    ...more,
  });
  const traces = Object.fromEntries(looked.map((each) => [each.write.step.input as string, each.trace]));
  return { traces, looked, timeouts, failures };
}

const there = async (some: readonly AppliedStep[]) => some.map((): Trace => 'THERE');

describe('applied writes that are looked up', () => {
  it('are asked for by kind, as many a call as its limit, each once', async () => {
    const calls: string[][] = [];
    const look = async (some: readonly AppliedStep<string>[]) => {
      calls.push(some.map(({ input }) => input));
      return some.map(({ input }): Trace => (input === 'b' ? 'MISSING' : 'THERE'));
    };
    const writes = [write('note', 'a'), write('alarm', 'x'), write('note', 'b'), write('note', 'c')];
    const { traces, timeouts } = await lookUp(writes, { note: { look }, alarm: { look, limit: 1 } });
    expect(calls).toEqual([['a', 'b'], ['c'], ['x']]);
    expect(traces).toEqual({ a: 'THERE', b: 'MISSING', c: 'THERE', x: 'THERE' });
    expect(timeouts).toEqual([700, 700, 700]);
  });

  it('are looked up with the word up to when their backend was surely whole', async () => {
    const seen: unknown[] = [];
    const look = async (some: readonly AppliedStep[]) => {
      seen.push(...some.map((step) => step.wholeUntilMs));
      return there(some);
    };
    await lookUp([write('note', 'a')], { note: { look } }, { wholeUntilMs: 7_000 });
    expect(seen).toEqual([7_000]);
  });

  it('of which another backend may say why they are missing are so, and unexplained while it cannot be asked', async () => {
    const look = async (some: readonly AppliedStep<string>[]) =>
      some.map(({ input }) => (input === 'a' ? ('UNEXPLAINED' as const) : ('MISSING' as const)));
    const { looked } = await lookUp([write('note', 'a'), write('note', 'b')], { note: { look } });
    expect(looked.map(({ trace, unexplained }) => [trace, unexplained])).toEqual([
      ['MISSING', true],
      ['MISSING', undefined],
    ]);
  });

  it('of which nobody can tell are untold: no way to look them up, or no word of them in the answer', async () => {
    const { traces } = await lookUp([write('note', 'a'), write('note', 'b'), write('gone', 'c')], {
      note: { look: async () => ['OLDER'] },
    });
    expect(traces).toEqual({ a: 'OLDER', b: 'UNTOLD', c: 'UNTOLD' });
  });

  it('say whether their record alone can be lost, as their step does', async () => {
    const { looked } = await lookUp([write('note', 'a'), write('ring', 'b')], {
      note: { look: there },
      ring: { look: there, recordOnly: true },
    });
    expect(looked.map((each) => each.write.recordOnly)).toEqual([false, true]);
  });

  it('are known as superseded where a later step about the same record can be looked up', async () => {
    const seen: Record<string, boolean> = {};
    const look = async (some: readonly AppliedStep<string>[]) => {
      for (const { input, superseded } of some) seen[input] = superseded;
      return some.map((): Trace => 'THERE');
    };
    const about = ({ input }: { input: string }) => input.slice(0, 1);
    await lookUp(
      [
        write('note', 'a1', [{ kind: 'note', input: 'a2', made: null }]),
        write('note', 'b1', [{ kind: 'note', input: 'c2', made: null }]),
        write('note', 'd1', [{ kind: 'unknown', input: 'd2', made: null }]),
        write('note', 'e1'),
        write('note', 'f1', [
          { kind: 'note', input: 'x2', made: null },
          { kind: 'note', input: 'f3', made: null },
        ]),
        write('plain', 'g1', [{ kind: 'plain', input: 'h2', made: null }]),
      ],
      { note: { look, about }, plain: { look } },
    );
    expect(seen).toEqual({ a1: true, b1: false, d1: false, e1: false, f1: true, g1: true });
  });

  it.each(['REFUSAL', 'GARBLED'] as const)(
    'in a call that came to %s are untold, and hold up no other',
    async (failure) => {
      const look = async (some: readonly AppliedStep<string>[]) => {
        if (some[0]?.input === 'a') throw new WireError(failure, 'no');
        return some.map((): Trace => 'MISSING');
      };
      const { traces, failures } = await lookUp(
        ['a', 'b', 'c'].map((input) => write('note', input)),
        { note: { look } },
      );
      expect(traces).toEqual({ a: 'UNTOLD', b: 'UNTOLD', c: 'MISSING' });
      expect(failures).toEqual([]);
    },
  );

  it('by a look that is broken are untold, and the log says so: a fault of ours keeps no backend in doubt', async () => {
    const { traces, failures } = await lookUp([write('note', 'a')], {
      note: { look: () => Promise.reject(new TypeError('x is undefined')) },
    });
    expect(traces).toEqual({ a: 'UNTOLD' });
    expect(failures).toEqual(['looking up what note has done: TypeError: x is undefined']);
  });

  it.each(['UNREACHABLE', 'TIMEOUT', 'UNAVAILABLE', 'FAULT', 'ISOLATED'] as const)(
    'say nothing at all where the backend does not answer: %s',
    async (failure) => {
      const look = () => Promise.reject(new WireError(failure, 'away'));
      await expect(lookUp([write('note', 'a')], { note: { look } })).rejects.toThrow('away');
    },
  );
});

describe('a call that has no place', () => {
  const busy = (more = {}) => new WireError('BUSY', 'no place', more);

  it('is tried again after half a second, or when it is told to, twenty times in all', async () => {
    const pauses: number[] = [];
    const pause = async (ms: number) => void pauses.push(ms);
    const failing = [busy(), busy({ retryAfterMs: 70 })];
    expect(await patiently(async () => (failing.length > 0 ? Promise.reject(failing.shift()) : 'in'), pause)).toBe(
      'in',
    );
    expect(pauses).toEqual([500, 70]);
    let tries = 0;
    const never = () => {
      tries += 1;
      return Promise.reject(busy());
    };
    await expect(patiently(never, pause)).rejects.toThrow('no place');
    expect(tries).toBe(20);
  });

  it.each([new WireError('TIMEOUT', 'late'), new TypeError('x is undefined')])(
    'is the only one that is tried again: not %s',
    async (error) => {
      let tries = 0;
      const failing = () => {
        tries += 1;
        return Promise.reject(error);
      };
      await expect(patiently(failing, async () => {})).rejects.toBe(error);
      expect(tries).toBe(1);
    },
  );
});

it('does each piece of work once, so much of it at once and no more', async () => {
  let [underWay, most] = [0, 0];
  const done: number[] = [];
  await several([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await expect(several([1], 3, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
