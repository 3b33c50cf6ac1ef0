import { describe, expect, it } from 'vitest';
import { watchSilence } from '../../../subgraphs/continuity/silence.ts';
import { type Findings, noWrites } from '../../../subgraphs/continuity/standing.ts';
import { createStandings } from '../../../subgraphs/continuity/standings.ts';
import { createTestClock, settled } from '../../clock.ts';

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

function setup(findings: () => Findings = () => clean) {
  const clock = createTestClock();
  const standings = createStandings({ store: null, clock, onFailure: () => expect.fail('no store can fail') });
  const seen: string[] = [];
  standings.listen((_system, _backend, { state, alarm }) => seen.push(alarm ? `${state} with an alarm` : state));
  const compared: number[] = [];
  let looks = 0;
  const silence = watchSilence({
    system: 'lettings',
    backend: 'lettings',
    clock,
    standings,
    keeps: true,
    async look() {
      looks += 1;
    },
    async compare(frozen) {
      compared.push(frozen);
      return findings();
    },
  });
  const standing = () => standings.of('lettings', 'lettings');
  return { clock, standings, silence, seen, compared, standing, looks: () => looks };
}

describe('a backend that was silent', () => {
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
    const { clock, standings, silence, standing } = setup(() => lost);
    silence.heard();
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', frozen: 1, generation: 2, alarm: { missing: 1 } });
    await clock.advance(60 * minuteMs);
    silence.heard();
    await settled();
    expect(standing()).toMatchObject({ state: 'HELD', alarm: { missing: 1 } });
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
    await clock.advance(10_000);
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

  it('is not released by a check that ends after an operator has decided otherwise', async () => {
    let finish = (_: Findings) => {};
    const slow = new Promise<Findings>((resolve) => {
      finish = resolve;
    });
    const { clock, standings, silence, standing } = setup(() => slow as never);
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
