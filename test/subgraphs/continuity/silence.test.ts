import { describe, expect, it } from 'vitest';
import { watchSilence } from '../../../subgraphs/continuity/silence.ts';
import { type Findings, noWrites } from '../../../subgraphs/continuity/standing.ts';
import { createStandings, type Standings } from '../../../subgraphs/continuity/standings.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';

const minuteMs = 60_000;
const clean: Findings = {
  seen: 'RETURN',
  compared: 9,
  ...{ missing: 0, older: 0, reissued: 0, changed: 2 },
  writes: noWrites,
  items: [],
  provenMs: null,
  atMs: 0,
};
const lost: Findings = { ...clean, missing: 1 };

/** A watch over a backend that is kept of. `before`: what stood when the watch began. */
function setup(
  findings: () => Findings | Promise<Findings> = () => clean,
  { keeps = true, before }: { keeps?: boolean; before?(standings: Standings, clock: TestClock): unknown } = {},
) {
  const clock = createTestClock();
  const standings = createStandings({ store: null, clock, onFailure: () => expect.fail('no store can fail') });
  before?.(standings, clock);
  const seen: string[] = [];
  standings.listen((_system, _backend, { state, alarm }) => seen.push(alarm ? `${state} with an alarm` : state));
  const compared: number[] = [];
  const heardAt: (number | null)[] = [];
  const looks: (() => void)[] = [];
  const silence = watchSilence({
    system: 'lettings',
    backend: 'lettings',
    ...{ clock, standings, keeps },
    look: () => new Promise((resolve) => looks.push(resolve)),
    async compare(frozen, heardMs) {
      compared.push(frozen);
      heardAt.push(heardMs);
      return findings();
    },
  });
  const standing = () => standings.of('lettings', 'lettings');
  return {
    clock,
    standings,
    silence,
    seen,
    compared,
    heardAt,
    standing,
    looks: () => looks.length,
    ends: () => looks.at(-1)?.(),
  };
}

describe('a backend that was silent', () => {
  it.each<[string, Partial<Findings>]>([
    ['is missing', { missing: 1 }],
    ['is older', { older: 1 }],
    ['is of another record under the same number', { reissued: 1 }],
    ['was written and is missing', { writes: { ...noWrites, missing: 1 } }],
    ['was written and is older', { writes: { ...noWrites, older: 1 } }],
    ['was written and is of another record', { writes: { ...noWrites, reissued: 1 } }],
  ])('and of which one thing alone %s is held with an alarm', async (_what, more) => {
    const { clock, silence, seen, standing } = setup(() => ({ ...clean, ...more }));
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', who: 'Lintel', alarm: more });
    expect(seen.at(-1)).toBe('HELD with an alarm');
  });

  it('and of which people have changed records and writes meanwhile is believed', async () => {
    const { clock, silence, standing } = setup(() => ({ ...clean, writes: { ...noWrites, changed: 3, untold: 2 } }));
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'AUTOMATIC', frozen: 2 });
  });

  it('is compared once, however many hear of it meanwhile', async () => {
    let finish = (_: Findings) => {};
    const { clock, silence, compared, standing } = setup(() => new Promise((resolve) => (finish = resolve)));
    silence.heard();
    await clock.advance(60 * minuteMs);
    for (let answers = 0; answers < 5; answers += 1) {
      silence.heard();
      await settled();
    }
    expect(compared).toEqual([1]);
    finish(clean);
    await settled();
    expect(standing().state).toBe('AUTOMATIC');
  });

  it('and of which nothing is kept is believed: there is nothing that it could be compared with', async () => {
    const { clock, silence, seen, compared } = setup(() => lost, { keeps: false });
    silence.heard();
    await clock.advance(60 * minuteMs);
    expect(silence.long()).toBe(false);
    silence.heard();
    await settled();
    expect([seen, compared]).toEqual([[], []]);
  });

  it('and that says itself that it is not what it was is believed too where nothing is kept of it', async () => {
    const { silence, seen, compared, standing } = setup(() => lost, { keeps: false });
    silence.heard();
    silence.doubt();
    await settled();
    expect([seen, compared, standing().state]).toEqual([[], [], 'AUTOMATIC']);
  });

  it('for ten minutes or less is believed at once', async () => {
    const { clock, silence, seen, compared } = setup();
    silence.heard();
    await clock.advance(10 * minuteMs);
    silence.heard();
    await settled();
    expect(seen).toEqual([]);
    expect(compared).toEqual([]);
  });

  it('and that says itself that it is not what it was is compared at once', async () => {
    const { silence, seen, compared } = setup(() => lost);
    silence.heard();
    silence.doubt();
    silence.doubt();
    await settled();
    expect(compared).toHaveLength(1);
    expect(seen.at(-1)).toBe('HELD with an alarm');
  });

  it('for longer is held before its first answer is used, compared, and released where nothing is missing', async () => {
    const { clock, silence, seen, standing, compared } = setup();
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    expect(standing()).toMatchObject({ state: 'HELD', frozen: 1, generation: 2, alarm: null });
    await settled();
    expect(standing()).toMatchObject({ state: 'AUTOMATIC', frozen: 2, generation: 2 });
    expect(compared).toEqual([1]);
    expect(seen).toEqual(['AUTOMATIC', 'HELD', 'AUTOMATIC']);
  });

  it('and lacks what was kept stays held, with an alarm, until an operator decides', async () => {
    let found = lost;
    const { clock, standings, silence, standing, compared } = setup(() => found);
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', frozen: 1, generation: 2, alarm: { missing: 1 } });
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', alarm: { missing: 1 } });
    // What it says now is not even compared: one good sample proves nothing.
    found = clean;
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', alarm: { missing: 1 } });
    expect(compared).toEqual([1]);
    await standings.order('lettings', ['lettings'], { order: 'RELEASE' }, { who: 'a', why: 'b', expectedBackMs: null });
    expect(standing()).toMatchObject({ state: 'AUTOMATIC', frozen: 2, generation: 2 });
  });

  it('and falls silent again while it is compared stays in doubt, and is compared again', async () => {
    let fails = 2;
    const { clock, silence, standing, compared } = setup(() => {
      if (fails-- > 0) throw new Error('gone again');
      return clean;
    });
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', alarm: null });
    await clock.advance(4_999);
    expect(compared).toEqual([1]);
    await clock.advance(5_001);
    expect(standing()).toMatchObject({ state: 'AUTOMATIC', frozen: 2 });
    expect(compared).toEqual([1, 1, 1]);
  });

  it('because an operator had isolated it is compared however short that was', async () => {
    const { standings, silence, seen } = setup();
    const by = { who: 'ann', why: 'a virus', expectedBackMs: null };
    silence.heard();
    await standings.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
    await standings.order('lettings', ['lettings'], { order: 'RELEASE' }, by);
    silence.heard();
    await settled();
    expect(seen).toEqual(['ISOLATED', 'AUTOMATIC', 'HELD', 'AUTOMATIC']);
  });

  it('is compared as it was last heard before that, however often it has answered since', async () => {
    let fails = 1;
    const { clock, standings, silence, heardAt } = setup(() => {
      if (fails-- > 0) throw new Error('gone again');
      return clean;
    });
    silence.heard();
    await clock.advance(minuteMs);
    silence.heard();
    const heardMs = clock.now();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await clock.advance(1_000);
    silence.heard();
    await clock.advance(5_000);
    expect(heardAt).toEqual([heardMs, heardMs]);
    const provenMs = clock.now();
    silence.heard();
    await clock.advance(minuteMs);
    const by = { who: 'ann', why: 'a virus', expectedBackMs: null };
    await standings.order('lettings', ['lettings'], { order: 'ISOLATE' }, by);
    await clock.advance(minuteMs);
    await standings.order('lettings', ['lettings'], { order: 'RELEASE' }, by);
    silence.heard();
    await settled();
    expect(heardAt).toEqual([heardMs, heardMs, provenMs]);
  });

  it('before this process was, is compared as it was last heard then', async () => {
    const { silence, clock, heardAt } = setup(() => clean, {
      before(standings, { leap }) {
        standings.answered('lettings', 'lettings');
        leap(60 * minuteMs);
      },
    });
    const startedMs = clock.now() - 60 * minuteMs;
    silence.heard();
    await settled();
    expect(heardAt).toEqual([startedMs]);
  });

  it('and is READ_ONLY is not compared: it is known to be a copy', async () => {
    const { clock, standings, silence, compared, standing } = setup(() => lost);
    silence.heard();
    const by = { who: 'ann', why: 'a copy of last week', expectedBackMs: null };
    await standings.order('lettings', ['lettings'], { order: 'READ_ONLY', restorePointMs: 5 }, by);
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(compared).toEqual([]);
    expect(standing()).toMatchObject({ state: 'READ_ONLY', alarm: null });
  });

  it('is not released by a check that ends after an operator has decided otherwise', async () => {
    let finish = (_: Findings) => {};
    const slow = new Promise<Findings>((resolve) => {
      finish = resolve;
    });
    const { clock, standings, silence, standing } = setup(() => slow);
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    const by = { who: 'ann', why: 'a copy of last week', expectedBackMs: null };
    await standings.order('lettings', ['lettings'], { order: 'READ_ONLY', restorePointMs: 5 }, by);
    finish(clean);
    await settled();
    expect(standing().state).toBe('READ_ONLY');
  });
});

it('may have been restored after more than ten minutes, until it has been heard of', async () => {
  const { clock, silence } = setup();
  silence.heard();
  clock.leap(10 * minuteMs);
  expect(silence.long()).toBe(false);
  clock.leap(1);
  expect(silence.long()).toBe(true);
  silence.heard();
  expect(silence.long()).toBe(false);
});

describe('a watch that begins', () => {
  const heardBefore = (agoMs: number) => (standings: Standings, clock: TestClock) => {
    standings.answered('lettings', 'lettings');
    clock.leap(agoMs);
  };

  const doubted = (standings: Standings) => standings.doubt('lettings', 'lettings');
  const alarmed = (standings: Standings) => {
    doubted(standings);
    standings.hold('lettings', 'lettings', lost);
  };

  it.each([
    ['has been silent for over ten minutes', 1, heardBefore(10 * minuteMs + 1)],
    ['has been heard of lately', 0, heardBefore(10 * minuteMs)],
    ['is in doubt', 1, doubted],
    ['has an alarm, which an operator decides on', 0, alarmed],
    ['nobody has ever heard of', 0, () => {}],
  ] as const)('over a backend that %s looks at it %s times at once', (_which, times, before) => {
    expect(setup(() => clean, { before }).looks()).toBe(times);
  });

  it('looks once where several want it looked at, and again once that has ended', async () => {
    const { silence, looks, ends } = setup();
    silence.look();
    silence.look();
    expect(looks()).toBe(1);
    ends();
    await settled();
    silence.look();
    expect(looks()).toBe(2);
  });

  it('ends when it is closed: nothing is looked at or compared any more', async () => {
    const { clock, silence, looks, compared } = setup(() => {
      throw new Error('gone again');
    });
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    const before = looks();
    silence.close();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect([looks(), compared]).toEqual([before, [1]]);
  });
});

it('a backend that answered once is looked at twice within the silence that would put it in doubt', async () => {
  const { clock, silence, looks } = setup();
  silence.heard();
  await clock.advance(5 * minuteMs);
  expect(looks()).toBe(1);
  await clock.advance(5 * minuteMs);
  expect(looks()).toBe(2);
});

it('a backend that nobody asks is looked at every five minutes; one that somebody asks is not', async () => {
  const { clock, silence, looks } = setup();
  await clock.advance(15 * minuteMs);
  expect(looks()).toBe(3);
  for (let i = 0; i < 15; i++) {
    silence.heard();
    await clock.advance(minuteMs);
  }
  expect(looks()).toBe(3);
});
