// What readers are given while an operator's word, or a doubt, stands over a backend: the newer of copy and kept, each as what
// it is; also after a restart.
import { describe, expect, it } from 'vitest';
import { createAsker } from '../../../subgraphs/continuity/asker.ts';
import { settled } from '../../clock.ts';
import { createRegisters } from './register.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const start = createRegisters();
const iso = (ms: number) => new Date(ms).toISOString();

/** A system that is set READ_ONLY: its copy was taken some minutes ago. Ann was read before that, Ben after it, Cyd never. */
async function readOnly() {
  const started = await start();
  const { register, clock, given, order, snapshots } = started;
  register.people.set('ann', { name: 'Ann', telephone: 'of then' });
  await given('person', ['ann']);
  const annMs = clock.now();
  clock.leap(4 * minuteMs);
  const restorePointMs = clock.now();
  clock.leap(4 * minuteMs);
  register.people.set('ben', { name: 'Ben', telephone: 'of today' });
  await given('person', ['ben']);
  const benMs = clock.now();
  await snapshots.flush();
  await order({ order: 'ISOLATE' });
  // The copy is put back, and the system set READ_ONLY.
  register.people = new Map(
    ['ann', 'ben', 'cyd'].map((key) => [key, { name: key, telephone: 'of the copy', changedAt: iso(benMs + hourMs) }]),
  );
  await order({ order: 'READ_ONLY', restorePointMs });
  await clock.advance(minuteMs);
  register.asked.length = 0;
  return { ...started, annMs, benMs, restorePointMs };
}

describe('a system that is READ_ONLY', () => {
  it('gives the newer of copy and kept, each as of its time: the copy as of its restore point, whatever it says itself', async () => {
    const { given, register, restorePointMs, benMs } = await readOnly();
    expect(await given('person', ['ann', 'ben', 'cyd', 'dan'])).toEqual([
      `of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`,
      `of today, SNAPSHOT as of ${iso(benMs)}`,
      `of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`,
      `null, RESTORED_COPY as of ${iso(restorePointMs)}`,
    ]);
    expect(register.asked).toEqual(['person ann,ben,cyd,dan']);
  });

  it('gives the same out of what is kept of both once it does not answer, and what was in neither is an error', async () => {
    const { given, register, restorePointMs, benMs, snapshots } = await readOnly();
    await given('person', ['ann', 'ben', 'cyd']);
    await snapshots.flush();
    register.away = true;
    expect(await given('person', ['ann', 'ben', 'cyd', 'eve'])).toEqual([
      `of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`,
      `of today, SNAPSHOT as of ${iso(benMs)}`,
      `of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`,
      'SYSTEM_DOWN',
    ]);
    expect(await given('person', ['ann', 'ben'], 'only-if-cached')).toEqual([
      `of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`,
      `of today, SNAPSHOT as of ${iso(benMs)}`,
    ]);
  });

  it('gives what was kept before the copy was taken where the copy has not been asked yet', async () => {
    const { given, register, annMs } = await readOnly();
    register.away = true;
    expect(await given('person', ['ann', 'cyd'])).toEqual([`of then, SNAPSHOT as of ${iso(annMs)}`, 'SYSTEM_DOWN']);
  });

  it('gives nothing of the copy to who takes nothing as old, nor to who takes only live', async () => {
    const { given } = await readOnly();
    expect(await given('person', ['cyd'], 'max-stale=360')).toEqual([
      expect.stringMatching(/^of the copy, RESTORED_COPY/),
    ]);
    expect(await given('person', ['ben', 'cyd'], 'max-stale=120')).toEqual([
      expect.stringMatching(/^of today, SNAPSHOT/),
      'STALER_THAN_ASKED',
    ]);
    expect(await given('person', ['ben', 'cyd'], 'no-cache, stale-if-error=0')).toEqual([
      'STALER_THAN_ASKED',
      'STALER_THAN_ASKED',
    ]);
  });

  it('is so after a restart, with the date of its copy, who, why, and what was read of the copy', async () => {
    const { given, register, restart, status, restorePointMs, clock, snapshots } = await readOnly();
    await given('person', ['ann']);
    await snapshots.flush();
    const { sinceMs } = status();
    clock.leap(hourMs);
    await restart();
    expect(status()).toMatchObject({
      ...{ state: 'READ_ONLY', sinceMs },
      standing: { restorePointMs, who: 'Ann', why: 'a virus' },
    });
    expect(await given('person', ['cyd'])).toEqual([`of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`]);
    register.away = true;
    expect(await given('person', ['ann'])).toEqual([`of the copy, RESTORED_COPY as of ${iso(restorePointMs)}`]);
  });

  it('says in the response what the worst of it was, as of the oldest', async () => {
    const { name, lintel, restorePointMs } = await readOnly();
    const asker = createAsker(new AbortController().signal);
    await lintel().system.read('person', ['ann', 'ben'], asker);
    expect(asker.touched.get(name)).toEqual({ source: 'SNAPSHOT', asOf: iso(restorePointMs) });
  });

  it('overwrites nothing that was kept before, nor does its copy outlast it: released, it is checked, and the copy is gone', async () => {
    const { name, given, register, order, stands, snapshots, status } = await readOnly();
    await given('person', ['ann', 'ben', 'cyd']);
    await snapshots.flush();
    const copy = status().standing.generation;
    expect((await snapshots.find(name, 'person', ['ann', 'cyd'], { only: copy })).size).toBe(2);
    const before = await snapshots.find(name, 'person', ['ann', 'ben', 'cyd'], { upTo: 1 });
    expect([...before.values()].map(({ value }) => (value as { telephone?: string }).telephone).sort()).toEqual([
      'of then',
      'of today',
    ]);
    register.people = new Map([['ben', { name: 'Ben', telephone: 'of today' }]]);
    register.people.set('ann', { name: 'Ann', telephone: 'of now' });
    await order({ order: 'RELEASE' });
    await stands('OPERATIONAL');
    register.away = true;
    expect(await given('person', ['ben', 'cyd'])).toEqual([
      expect.stringMatching(/^of today, SNAPSHOT/),
      'SYSTEM_DOWN',
    ]);
    // Dropped behind everybody's back.
    const left = async () => (await snapshots.find(name, 'person', ['ann', 'cyd'], { only: copy })).size;
    for (let turn = 0; turn < 1_000 && (await left()) > 0; turn += 1) await settled();
    expect(await left()).toBe(0);
  });
});

describe('a system that is ISOLATED', () => {
  it('is not asked after a restart either, not even a probe: what is kept is given, and an error says why there is no more', async () => {
    const { register, given, order, restart, status, clock } = await start();
    register.people.set('ann', { name: 'Ann' });
    await given('person', ['ann']);
    const readMs = clock.now();
    await order({ order: 'ISOLATE' });
    const { sinceMs } = status();
    clock.leap(hourMs);
    await restart();
    register.asked.length = 0;
    register.probes = 0;
    expect(status()).toMatchObject({ state: 'ISOLATED', sinceMs, standing: { who: 'Ann', why: 'a virus' } });
    expect(await given('person', ['ann', 'ben'])).toEqual([`Ann, SNAPSHOT as of ${iso(readMs)}`, 'SYSTEM_ISOLATED']);
    await clock.advance(3 * hourMs);
    expect(await given('person', ['ben'], 'no-cache')).toEqual(['SYSTEM_ISOLATED']);
    expect([register.asked, register.probes]).toEqual([[], 0]);
  });

  it('is checked before it is believed once it is released, however short that was', async () => {
    const { register, given, order, passes, status } = await start();
    register.people.set('ann', { name: 'Ann', changedAt: '2022-06-26T10:00:00Z' });
    await given('person', ['ann']);
    await order({ order: 'ISOLATE' });
    register.people.clear();
    await order({ order: 'RELEASE' });
    await passes(() => status().standing.alarm !== null);
    expect(status().state).toBe('HELD');
    expect(status().standing.alarm).toMatchObject({ missing: 1, compared: 1 });
  });
});

/** A system that came back out of a backup: Ann is not in it, and it says of Ben what was last changed at five past seven. */
async function held() {
  const started = await start();
  const { register, given, clock, silence, passes, status } = started;
  register.people.set('ann', { name: 'Ann', telephone: 'kept' });
  register.people.set('ben', { name: 'Ben', telephone: 'kept' });
  register.remarks.set('ann', 'kept');
  await given('person', ['ann', 'ben']);
  await given('remark', ['ann']);
  const keptMs = clock.now();
  await silence(hourMs, () => {
    register.people.delete('ann');
    register.people.set('ben', { name: 'Ben', telephone: 'older', changedAt: iso(keptMs - 5 * minuteMs) });
    register.remarks.set('ann', 'otherwise');
  });
  await passes(() => status().standing.alarm !== null);
  return { ...started, keptMs };
}

describe('a system that is HELD', () => {
  it('gives nothing as live: what was kept, unless the record itself says that it was changed after that', async () => {
    const { given, register, keptMs, clock } = await held();
    expect(await given('person', ['ann', 'ben'])).toEqual([
      `kept, SNAPSHOT as of ${iso(keptMs)}`,
      `kept, SNAPSHOT as of ${iso(keptMs)}`,
    ]);
    const changedMs = clock.now() - minuteMs;
    register.people.set('ben', { name: 'Ben', telephone: 'new', changedAt: iso(changedMs) });
    expect(await given('person', ['ben'])).toEqual([`new, RESTORED_COPY as of ${iso(changedMs)}`]);
    expect(await given('remark', ['ann'])).toEqual([`kept, SNAPSHOT as of ${iso(keptMs)}`]);
  });

  it('gives of what was never kept what it says, as of the latest that the check has seen there', async () => {
    const { given, register, status, keptMs } = await held();
    expect(status().standing.alarm?.provenMs).toBe(keptMs - 5 * minuteMs);
    register.remarks.set('cyd', 'never kept');
    expect(await given('remark', ['cyd'])).toEqual([`never kept, RESTORED_COPY as of ${iso(keptMs - 5 * minuteMs)}`]);
  });

  it('overwrites nothing that was kept, and is asked as before once an operator takes it as it is', async () => {
    const { given, order, register, snapshots, name, clock } = await held();
    await given('person', ['ann', 'ben']);
    await snapshots.flush();
    const kept = await snapshots.find(name, 'person', ['ann', 'ben'], { upTo: 1 });
    expect([...kept.values()].map(({ value }) => value)).toEqual([
      { name: 'Ann', telephone: 'kept' },
      { name: 'Ben', telephone: 'kept' },
    ]);
    await order({ order: 'RELEASE' });
    expect(await given('person', ['ann', 'ben'])).toEqual([
      `null, LIVE as of ${iso(clock.now())}`,
      `older, LIVE as of ${iso(clock.now())}`,
    ]);
    await snapshots.flush();
    register.away = true;
    expect(await given('person', ['ann', 'ben'])).toEqual([
      expect.stringMatching(/^null, SNAPSHOT/),
      expect.stringMatching(/^older, SNAPSHOT/),
    ]);
  });

  it('is held after a restart, with what the alarm counts and names, and no good answer releases it', async () => {
    const { given, register, restart, status, clock } = await held();
    const { alarm } = status().standing;
    expect(alarm).toMatchObject({ missing: 1, older: 0, changed: 2, compared: 3 });
    expect(alarm?.items[0]).toMatchObject({ verdict: 'MISSING', kind: 'person', reference: 'ann' });
    await restart();
    expect(status()).toMatchObject({ state: 'HELD', standing: { alarm } });
    register.people.set('ann', { name: 'Ann', telephone: 'kept' });
    for (let minute = 0; minute < 20; minute += 1) {
      await given('person', ['ann', 'ben']);
      await clock.advance(minuteMs);
    }
    expect(status()).toMatchObject({ state: 'HELD', standing: { alarm } });
  });

  it('says that it is in doubt where nothing is kept and nobody can tell how old its answer is', async () => {
    const { given, register, silence, passes, status, lintel } = await start();
    register.remarks.set('ann', 'kept');
    await given('remark', ['ann']);
    await silence(hourMs, () => {
      register.remarks.clear();
      register.remarks.set('ben', 'who knows');
    });
    await passes(() => status().standing.alarm !== null);
    expect(await given('remark', ['ben'])).toEqual(['SYSTEM_DOWN']);
    const [error] = await lintel().system.read('remark', ['ben']);
    expect(String(error)).toMatch(/answers again after a long silence.*only what was known before is given/);
  });
});
