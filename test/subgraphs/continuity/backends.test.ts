// The backends of a system as what its circuit, an operator and a long silence come to together: whether writes may go to it, what is
// told of it, what is looked up, and what holds it.
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../clock.ts';
import { by, minuteMs, setup, write } from './two-backends.ts';

describe('writes', () => {
  it('go to a backend that is well, and to none that is down, cut off, read-only or held; those that waited, while it is reconciled', async () => {
    const { backends, office, call, standings } = setup();
    expect(backends.takes('desk')).toBe('TAKE');
    await backends.order('desk', { order: 'ISOLATE' }, by);
    expect([backends.takes('desk'), backends.takes('file')]).toEqual(['QUEUE', 'TAKE']);
    await backends.order('desk', { order: 'READ_ONLY', restorePointMs: 5 }, by);
    expect(backends.takes('desk')).toBe('QUEUE');
    await backends.order('desk', { order: 'RECONCILE' }, by);
    expect(backends.takes('desk')).toBe('DRAIN');
    await backends.order('desk', { order: 'RELEASE' }, by);
    office.down.add('file');
    for (let tries = 0; tries < 3; tries += 1) await call('file');
    expect(backends.takes('file')).toBe('QUEUE');
    standings.doubt('office', 'desk');
    expect(backends.takes('desk')).toBe('QUEUE');
  });

  it('wait where it has been silent for long: it is looked at, and compared, before they go', async () => {
    const { backends, silent, clock, office, of } = setup();
    await silent('desk');
    office.probes.length = 0;
    expect(backends.takes('desk')).toBe('QUEUE');
    expect(office.probes).toEqual(['desk']);
    await clock.advance(0);
    expect(of('desk').standing).toMatchObject({ state: 'AUTOMATIC', frozen: 2 });
    expect(backends.takes('desk')).toBe('TAKE');
  });
});

describe('what is told of a backend', () => {
  it('is what stood over it before this process began, since then; that is no change, and nothing is sent to one that is cut off', async () => {
    const { of, changes, backends, office, call, clock } = setup((standings, before) => {
      // Without a store a step that comes about by itself holds at once, and so does an isolation.
      void standings.order('office', ['desk'], { order: 'ISOLATE' }, { ...by, expectedBackMs: 7 });
      before.leap(minuteMs);
    });
    const sinceMs = clock.now() - minuteMs;
    expect(of('desk')).toMatchObject({ state: 'ISOLATED', sinceMs });
    expect(backends.knownOf('desk')).toEqual({ sinceMs, expectedBackMs: 7 });
    expect(backends.knownOf('file')).toEqual({ expectedBackMs: null });
    await call('desk');
    await clock.advance(60 * minuteMs);
    expect(office.probes.filter((name) => name === 'desk')).toEqual([]);
    expect(changes).toEqual([]);
  });

  it('is each change, by whom and why where an operator made it, and why the circuit opened where that did', async () => {
    const { backends, changes, office, call, clock } = setup();
    const startMs = clock.now();
    await clock.advance(minuteMs);
    await backends.order('desk', { order: 'ISOLATE' }, { ...by, expectedBackMs: startMs + 9 });
    expect(changes).toEqual([{ backend: 'desk', state: 'ISOLATED', cause: null, who: 'Ann', why: 'a virus' }]);
    expect(backends.knownOf('desk')).toEqual({ sinceMs: startMs + minuteMs, expectedBackMs: startMs + 9 });
    office.down.add('file');
    for (let tries = 0; tries < 3; tries += 1) await call('file');
    expect(changes.slice(1)).toEqual([{ backend: 'file', state: 'DOWN', cause: 'UNREACHABLE', who: null, why: null }]);
    expect(backends.knownOf('file')).toEqual({ sinceMs: startMs + minuteMs, expectedBackMs: null });
    // The same again is no change.
    await backends.order('desk', { order: 'ISOLATE' }, by);
    expect(changes).toHaveLength(2);
  });

  it('is that it is down since its last answer, where that was before this process began', async () => {
    const lastMs = createTestClock().now();
    const { call, office, of, clock } = setup((standings, before) => {
      standings.answered('office', 'file');
      before.leap(5 * minuteMs);
    });
    office.down.add('file').add('desk');
    await clock.advance(1_000);
    for (let tries = 0; tries < 3; tries += 1) await Promise.all([call('file'), call('desk')]);
    expect(of('file')).toMatchObject({ state: 'DOWN', sinceMs: lastMs });
    expect(of('desk')).toMatchObject({ state: 'DOWN', sinceMs: clock.now() });
  });
});

describe('an order', () => {
  it('about a backend that there is not is refused with those that there are, and changes nothing', async () => {
    const { backends, changes } = setup();
    await expect(backends.order('cellar', { order: 'ISOLATE' }, by)).rejects.toThrow(
      'The office system has no backend cellar; it has desk, file.',
    );
    expect(changes).toEqual([]);
    await backends.order(null, { order: 'ISOLATE' }, by);
    expect(changes.map(({ backend }) => backend)).toEqual(['desk', 'file']);
  });

  it('to release what is held takes its losses as they are: those of where they were written', async () => {
    const { backends, office, silent, call, clock, log, of } = setup();
    office.trace = 'MISSING';
    await silent('file');
    await call('file');
    await clock.advance(10_000);
    expect(of('file')).toMatchObject({
      state: 'HELD',
      standing: { alarm: { writes: { missing: 1, emergencies: 1 } } },
    });
    expect(await backends.waiting('file')).toEqual({ count: 4, about: [] });
    expect(await backends.explain('file')).toHaveLength(1);
    await backends.order(null, { order: 'RELEASE' }, by);
    expect(log).toContain('accepts what desk of office has lost');
    expect(of('file')).toMatchObject({ state: 'OPERATIONAL', standing: { frozen: 2 } });
    // Out of any other state nothing is taken as lost.
    log.length = 0;
    await backends.order('file', { order: 'ISOLATE' }, by);
    await backends.order('file', { order: 'RELEASE' }, by);
    expect(log.filter((each) => each.startsWith('accepts'))).toEqual([]);
  });

  it('to release a copy has it looked at at once; what was read of the copy is dropped, of its own kinds alone', async () => {
    const { backends, office, log, clock, of } = setup();
    await backends.order('file', { order: 'READ_ONLY', restorePointMs: 5 }, by);
    const { generation } = of('file').standing;
    office.probes.length = 0;
    log.length = 0;
    await backends.order('file', { order: 'RELEASE' }, by);
    expect(office.probes).toEqual(['file']);
    expect(log).toContain(`drops ${generation} of office: person`);
    await clock.advance(0);
    expect(of('file').standing).toMatchObject({ state: 'AUTOMATIC', who: 'Lintel' });
    // What was proven counts from then on, and is not dropped.
    expect(log.filter((each) => each.startsWith('drops'))).toHaveLength(1);
  });

  it('to cut off ends what is under way and lets nothing through until it is lifted', async () => {
    const { backends, clock } = setup();
    const underWay = backends.of('desk').call(() => new Promise(() => {}), 1_000);
    await backends.order('desk', { order: 'ISOLATE' }, by);
    await expect(underWay).rejects.toMatchObject({ failure: 'ISOLATED' });
    const next = () => backends.of('desk').call(async () => 'in', 1_000);
    await expect(next()).rejects.toMatchObject({ failure: 'ISOLATED' });
    await backends.order('desk', { order: 'ISOLATE' }, { ...by, why: 'still' });
    await expect(next()).rejects.toMatchObject({ failure: 'ISOLATED' });
    await backends.order('desk', { order: 'RELEASE' }, by);
    // It is looked at first, and answers.
    await clock.advance(0);
    await expect(next()).resolves.toBe('in');
  });

  it('to try again looks at every backend that is down', async () => {
    const { backends, office, call, clock } = setup();
    office.down.add('file');
    for (let tries = 0; tries < 3; tries += 1) await call('file');
    office.probes.length = 0;
    backends.tryAgain();
    await clock.advance(0);
    expect(office.probes).toEqual(['file']);
  });
});

describe('a backend that was never away', () => {
  it('is held at once where applied writes are gone, and then compared with all that is known of it', async () => {
    const { office, clock, of, log, call } = setup();
    office.trace = 'MISSING';
    office.person = null;
    await call('file');
    await clock.advance(20_000);
    expect(of('file').state).toBe('OPERATIONAL');
    office.due.push({ ...write, suspectSinceMs: clock.now() - minuteMs });
    await clock.advance(10_000);
    expect(of('file')).toMatchObject({
      state: 'HELD',
      standing: { frozen: 1, alarm: { seen: 'RUNNING', compared: 0 } },
    });
    await clock.advance(5_000);
    expect(of('file').standing.alarm).toMatchObject({
      seen: 'RUNNING',
      compared: 1,
      missing: 1,
      writes: { missing: 1 },
    });
    expect(log).toContain(`looks at all of office,desk,${7 * 24 * 60 * minuteMs}`);
  });

  it.each([
    ['nothing else is found', 'THERE'],
    ['it does not answer then', 'AWAY'],
  ] as const)('keeps its alarm where %s; an operator’s order is not undone', async (_where, then) => {
    const { office, clock, of, call, backends } = setup();
    await call('file');
    office.trace = 'MISSING';
    office.due.push({ ...write, suspectSinceMs: clock.now() - minuteMs });
    await clock.advance(15_000);
    office.trace = then;
    const { looked } = office;
    await clock.advance(10_000);
    // It was looked at again.
    expect(office.looked).toBeGreaterThan(looked);
    expect(of('file').standing).toMatchObject({ state: 'HELD', alarm: { writes: { missing: 1 } } });
    await backends.order('file', { order: 'RELEASE' }, by);
    office.trace = 'MISSING';
    office.due.push({ ...write, suspectSinceMs: clock.now() - minuteMs });
    await clock.advance(15_000);
    await backends.order('file', { order: 'READ_ONLY', restorePointMs: 5 }, by);
    await clock.advance(10_000);
    expect(of('file').standing).toMatchObject({ state: 'READ_ONLY', alarm: null });
  });

  it.each(['it is down', 'an operator’s word stands over it'])(
    'is not asked for its applied writes while %s',
    async (why) => {
      const { office, clock, backends, call, of, log } = setup();
      office.trace = 'CHANGED';
      if (why === 'it is down') {
        office.down.add('file');
        for (let tries = 0; tries < 3; tries += 1) await call('file');
      } else await backends.order('file', { order: 'READ_ONLY', restorePointMs: 5 }, by);
      expect(of('file').state).toBe(why === 'it is down' ? 'DOWN' : 'READ_ONLY');
      office.due.push(write);
      await clock.advance(2 * minuteMs);
      expect([office.due.length, office.looked, log]).toEqual([1, 0, []]);
    },
  );
});

describe('a backend whose own answer shows that it was set back', () => {
  it('is held at once, takes no writes, and is compared: believed where nothing is missing', async () => {
    const { backends, office, of, call, clock } = setup();
    await call('file');
    await call('desk');
    office.setBack('file');
    expect(of('file')).toMatchObject({ state: 'HELD', standing: { who: 'Lintel', frozen: 1, generation: 2 } });
    expect([backends.takes('file'), backends.takes('desk')]).toEqual(['QUEUE', 'TAKE']);
    await clock.advance(0);
    expect(of('file')).toMatchObject({ state: 'OPERATIONAL', standing: { frozen: 2 } });
    expect(backends.takes('file')).toBe('TAKE');
  });

  it('stays held where something is missing, with the alarm', async () => {
    const { backends, office, of, call, clock } = setup();
    await call('file');
    office.trace = 'MISSING';
    office.setBack('file');
    await clock.advance(10_000);
    expect(of('file')).toMatchObject({ state: 'HELD', standing: { alarm: { writes: { missing: 1 } } } });
    expect(backends.takes('file')).toBe('QUEUE');
  });
});

describe('a backend that came back after a long silence', () => {
  it('is compared with what is kept of it and what was written, and what is read for that is kept', async () => {
    const { silent, call, clock, log, office, of } = setup();
    await silent('file');
    await call('file');
    await clock.advance(0);
    expect(office.sampled).toBe(true);
    expect(log).toContain('keeps person k: Ann');
    expect(log).toContain('noted THERE');
    expect(of('file').standing).toMatchObject({
      who: 'Lintel',
      why: expect.stringMatching(/1 kept answer and 1 applied write/),
    });
  });
});
