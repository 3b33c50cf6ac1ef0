// The watch over applied writes in normal running: what is due is looked at, a miss is believed at the second look, the newest are
// looked at again and again.
import { describe, expect, it } from 'vitest';
import type { AppliedWrite, Looked } from '../../../subgraphs/continuity/applied-check.ts';
import { watchApplied } from '../../../subgraphs/continuity/applied-watch.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import type { AppliedWrites } from '../../../subgraphs/continuity/intake/applied-writes.ts';
import type { Trace } from '../../../subgraphs/continuity/look-up.ts';
import { createTestClock } from '../../clock.ts';
import { appliedWrite } from './applied-write.ts';

const minuteMs = 60_000;

const write = (receipt: string, suspectSinceMs: number | null = null) => appliedWrite(receipt, { suspectSinceMs });

/** A watch over writes; `due` are given at each look, once, and `newest` whenever they are asked for. */
function setup({
  newest = [] as AppliedWrite[],
  traces = {} as Record<string, Trace>,
  unexplained = new Set<string>(),
} = {}) {
  const clock = createTestClock();
  const is = { asked: true, fails: null as Error | null, storeFails: false };
  const due: AppliedWrite[] = [];
  const log: string[] = [];
  const names = (some: readonly AppliedWrite[]) => some.map(({ receipt }) => receipt).join();
  const noted = (some: readonly Looked[]) => some.map((each) => `${each.write.receipt} ${each.trace}`).join();
  let meanwhile: () => unknown = () => {};
  const applied = {
    async due(_system: string, _backend: string, most: number) {
      log.push(`due ${most}`);
      if (is.storeFails) throw new Error('SQLITE_IOERR');
      return due.splice(0);
    },
    async newest(...[, , most, backMs]: [string, string, number, number]) {
      log.push(`newest ${most} of ${backMs}`);
      return newest;
    },
    note: async (looked: readonly Looked[]) => void (looked.length > 0 && log.push(`noted ${noted(looked)}`)),
    suspect: async (some: readonly AppliedWrite[], afterMs: number) =>
      void (some.length > 0 && log.push(`suspected ${names(some)} for ${afterMs}`)),
  } as unknown as AppliedWrites;
  const failures: string[] = [];
  const end = watchApplied({
    ...{ system: 'office', backend: 'desk', clock, applied },
    asked: () => is.asked,
    async lookUp(writes) {
      log.push(`looked at ${names(writes)}`);
      await meanwhile();
      if (is.fails) throw is.fails;
      return writes.map((each) => ({
        ...{ write: each, trace: traces[each.receipt] ?? 'THERE' },
        ...(unexplained.has(each.receipt) && { unexplained: true as const }),
      }));
    },
    onLoss: async (lost) => void log.push(`lost ${names(lost.map((each) => each.write))}`),
    onFailure: (what, error) => failures.push(`${what}: ${error}`),
  });
  /** What has happened since this was asked last. */
  const happened = () => log.splice(0).filter((each) => !each.startsWith('due'));
  return {
    clock,
    is,
    due,
    traces,
    unexplained,
    log,
    happened,
    failures,
    end,
    during: (work: () => unknown) => (meanwhile = work),
  };
}

describe('what is due', () => {
  it('is looked at every quarter of a minute, fifteen at a time; what is there is noted', async () => {
    const { clock, due, log } = setup();
    due.push(write('R1'), write('R2'));
    await clock.advance(14_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['due 15', 'looked at R1,R2', 'noted R1 THERE,R2 THERE']);
    log.length = 0;
    await clock.advance(30_000);
    expect(log).toEqual(['due 15', 'due 15']);
  });

  it('and is missed is looked at again a minute later, before it is said to be lost', async () => {
    const { clock, due, traces, happened } = setup();
    traces.R1 = 'MISSING';
    due.push(write('R1'), write('R2'));
    await clock.advance(15_000);
    expect(happened()).toEqual(['looked at R1,R2', 'noted R2 THERE', 'suspected R1 for 60000']);
    const suspectedMs = clock.now();
    // Half a minute later is no second look.
    due.push(write('R1', suspectedMs));
    await clock.advance(30_000);
    expect(happened()).toEqual(['looked at R1', 'suspected R1 for 60000']);
    await clock.advance(25_000);
    due.push(write('R1', suspectedMs));
    await clock.advance(5_000);
    expect(happened()).toEqual(['looked at R1', 'lost R1', 'noted R1 MISSING']);
  });

  it.each<[Trace, boolean]>([
    ['MISSING', true],
    ['OLDER', true],
    ['REISSUED', true],
    ['CHANGED', false],
    ['UNTOLD', false],
    ['THERE', false],
  ])('and is %s at its second look: it is a loss: %s', async (trace, isLost) => {
    const { clock, due, traces, happened } = setup();
    traces.R1 = trace;
    due.push(write('R1', clock.now() - minuteMs));
    await clock.advance(15_000);
    expect(happened()).toEqual(['looked at R1', ...(isLost ? ['lost R1'] : []), `noted R1 ${trace}`]);
  });

  it('and is missed, while what may explain that cannot be asked, is looked at again until it can', async () => {
    const { clock, due, traces, unexplained, happened } = setup();
    traces.R1 = 'MISSING';
    unexplained.add('R1');
    due.push(write('R1', clock.now() - minuteMs));
    await clock.advance(15_000);
    expect(happened()).toEqual(['looked at R1', 'suspected R1 for 60000']);
    unexplained.clear();
    due.push(write('R1', clock.now() - minuteMs));
    await clock.advance(15_000);
    expect(happened()).toEqual(['looked at R1', 'lost R1', 'noted R1 MISSING']);
  });

  it('is looked at a minute after a miss to the second, also between two rounds', async () => {
    const { clock, due, traces, happened } = setup();
    traces.R1 = 'MISSING';
    await clock.advance(5_000);
    due.push(write('R1'));
    await clock.advance(10_000);
    happened();
    const suspectedMs = clock.now();
    await clock.advance(59_999);
    due.push(write('R1', suspectedMs));
    await clock.advance(1);
    expect(happened()).toEqual(['looked at R1', 'lost R1', 'noted R1 MISSING']);
  });
});

describe('a backend that is not well, or not believed', () => {
  it('is not asked', async () => {
    const { clock, is, due, log } = setup();
    is.asked = false;
    due.push(write('R1'));
    await clock.advance(5 * minuteMs);
    expect(log).toEqual([]);
  });

  it('and was so only by the time it answered, has said nothing', async () => {
    const { clock, is, due, traces, happened, during } = setup();
    traces.R1 = 'MISSING';
    due.push(write('R1', clock.now() - minuteMs));
    during(() => {
      is.asked = false;
    });
    await clock.advance(15_000);
    expect(happened()).toEqual(['looked at R1']);
  });

  it('and does not answer is asked again in the next round, and the log is told nothing; of our own store’s failures it is', async () => {
    const { clock, is, due, failures, happened } = setup();
    is.fails = new WireError('UNREACHABLE', 'down');
    due.push(write('R1'));
    await clock.advance(15_000);
    expect([happened(), failures]).toEqual([['looked at R1'], []]);
    is.fails = null;
    is.storeFails = true;
    await clock.advance(15_000);
    expect(failures).toEqual(['looking up applied writes: Error: SQLITE_IOERR']);
    is.storeFails = false;
    due.push(write('R1'));
    await clock.advance(15_000);
    expect(happened()).toEqual(['looked at R1', 'noted R1 THERE']);
  });
});

describe('the newest five of a week', () => {
  const weekMs = 7 * 24 * 60 * minuteMs;

  it('are looked at every ten minutes, besides what is due; one that waits for its second look is left to that', async () => {
    const newest = [write('R9'), write('R8', 5), write('R7')];
    const { clock, due, happened } = setup({ newest });
    await clock.advance(10 * minuteMs - 1);
    expect(happened()).toEqual([]);
    due.push(write('R7'), write('R1'));
    await clock.advance(1);
    expect(happened()).toEqual([`newest 5 of ${weekMs}`, 'looked at R7,R1,R9', 'noted R7 THERE,R1 THERE,R9 THERE']);
    await clock.advance(10 * minuteMs - 1);
    expect(happened()).toEqual([]);
    await clock.advance(1);
    expect(happened()[0]).toBe(`newest 5 of ${weekMs}`);
  });
});

it('one look at a time, however long it takes: also where the second look at a miss falls due meanwhile', async () => {
  const { clock, due, traces, log, happened, during } = setup();
  traces.R1 = 'MISSING';
  due.push(write('R1'));
  await clock.advance(45_000);
  log.length = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  during(() => promise);
  due.push(write('R2'));
  await clock.advance(15_000);
  due.push(write('R3'));
  await clock.advance(60_000);
  expect(log).toEqual(['due 15', 'looked at R2']);
  resolve();
  await clock.advance(15_000);
  expect(happened()).toEqual(['looked at R2', 'noted R2 THERE', 'looked at R3', 'noted R3 THERE']);
});

it('a look that fails because it has ended is no failure', async () => {
  const { clock, due, failures, happened, end, during } = setup();
  const { promise, reject } = Promise.withResolvers<void>();
  during(() => promise);
  due.push(write('R1'));
  await clock.advance(15_000);
  end();
  reject(new Error('the store is closed'));
  await clock.advance(15_000);
  expect([happened(), failures]).toEqual([['looked at R1'], []]);
});

it('no look once it has ended', async () => {
  const { clock, due, traces, happened, end, during } = setup();
  traces.R1 = 'MISSING';
  due.push(write('R1'));
  await clock.advance(15_000);
  expect(happened()).toHaveLength(2);
  during(end);
  due.push(write('R2'));
  await clock.advance(15_000);
  // It ended while this look was under way: nothing is concluded, nothing more is looked at, the second look neither.
  expect(happened()).toEqual(['looked at R2']);
  due.push(write('R3'));
  await clock.advance(10 * minuteMs);
  expect(happened()).toEqual([]);
});
