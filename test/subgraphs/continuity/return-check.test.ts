// The check on a backend that may have come back out of a backup: what is looked at, what is looked at twice, and what it comes to.
import { describe, expect, it } from 'vitest';
import type { AppliedWrite } from '../../../subgraphs/continuity/applied-check.ts';
import type { Read } from '../../../subgraphs/continuity/definition.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import type { AppliedWrites } from '../../../subgraphs/continuity/intake/applied-writes.ts';
import type { Snapshots } from '../../../subgraphs/continuity/kept.ts';
import type { Trace } from '../../../subgraphs/continuity/look-up.ts';
import type { Steps } from '../../../subgraphs/continuity/mutation.ts';
import { checkReturn, findingsOf } from '../../../subgraphs/continuity/return-check.ts';
import type { Compared } from '../../../subgraphs/continuity/returning.ts';
import type { Finding } from '../../../subgraphs/continuity/standing.ts';
import { settled } from '../../clock.ts';
import { nothingKept } from '../../nothingkept.ts';
import { appliedWrite } from './applied-write.ts';

const write = (receipt: string, more: Partial<AppliedWrite> = {}) =>
  appliedWrite(receipt, { step: { appliedAtMs: 10 }, ...more });

/** A backend: what has become of each write and each kept person, at each look; the last look is for ever. */
function backend(writes: Record<string, readonly Trace[]>, people: Record<string, readonly unknown[]> = {}) {
  const looked: string[] = [];
  const sampled: unknown[] = [];
  const asks: string[] = [];
  const pauses: number[] = [];
  const next = <T>(looks: readonly T[] | undefined, name: string, log: string[]): T | undefined => {
    const before = log.filter((each) => each === name).length;
    log.push(name);
    // No second look before the pause is over.
    expect(pauses.length).toBeGreaterThanOrEqual(before);
    return looks?.[Math.min(before, looks.length - 1)];
  };
  const person = {
    ...{ backend: 'office', limit: 5, absent: null, ask: async () => new Map() },
    records: ({ name, at }, key) => [{ reference: key, identity: name, updatedAt: at }],
  } as Read<string, { name: string; at?: string } | null>;
  const { records: _records, ...notCompared } = person;
  const kept = Object.keys(people).map((key) => ({
    ...{ kind: 'person', key, value: { name: 'Ann' }, readAtMs: 20, changedAtMs: 20, versionMs: null },
  }));
  const snapshots: Snapshots = {
    ...nothingKept,
    flush: async () => void sampled.push('all that waits is written'),
    async sample(...given) {
      sampled.push(given);
      return kept;
    },
  };
  const newest: unknown[] = [];
  const applied = {
    async newest(...given: unknown[]) {
      newest.push(given);
      return Object.keys(writes).map((receipt) => write(receipt));
    },
  } as unknown as AppliedWrites;
  const steps = {
    note: {
      lookUp: {
        limit: 10,
        look: async (some: { reference: string }[]) =>
          some.map(({ reference }) => next(writes[reference], reference, looked) ?? 'THERE'),
      },
    },
  } as unknown as Steps;
  const outside = {
    ...{
      system: 'office',
      backend: 'office',
      source: 'desk',
      frozen: 3,
      wholeUntilMs: 0,
      atOnce: 1,
      applied,
      snapshots,
      steps,
    },
    reads: { person, other: { ...person, backend: 'another' }, remark: notCompared },
    now: () => 99,
    call: <T>(work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal),
    async pause(ms: number) {
      await settled();
      pauses.push(ms);
    },
    onFailure: () => expect.fail('nothing fails'),
    async ask(_kind: string, keys: readonly unknown[]) {
      return new Map(
        keys.flatMap((key) => {
          const found = next(people[String(key)], String(key), asks);
          if (found instanceof Error) throw found;
          return found === undefined ? [] : [[String(key), found] as const];
        }),
      );
    },
  };
  return { outside, looked, asks, pauses, sampled, newest };
}

describe('a check on return', () => {
  it('compares 200 kept answers of the backend’s own kinds with what was known before, and the 200 newest applied writes', async () => {
    const { outside, sampled, newest, pauses } = backend({ R1: ['THERE'] }, { ann: [{ name: 'Ann' }] });
    const { findings, looked } = await checkReturn(outside);
    expect(sampled).toEqual(['all that waits is written', ['office', ['person'], 200, { upTo: 3 }]]);
    expect(newest).toEqual([['office', 'desk', 200]]);
    expect(findings).toMatchObject({ seen: 'RETURN', compared: 1, missing: 0, items: [], atMs: 99 });
    expect(findings.writes).toMatchObject({ lookedUp: 1, missing: 0 });
    expect(looked.map(({ write: { receipt }, trace }) => [receipt, trace])).toEqual([['R1', 'THERE']]);
    // Nothing is missing: nobody waits for a second look.
    expect(pauses).toEqual([]);
  });

  it.each<[string, Record<string, Trace[]>, Record<string, unknown[]>, object]>([
    ['a write', { R1: ['MISSING', 'THERE'], R2: ['THERE'] }, {}, { writes: { lookedUp: 2, missing: 0 } }],
    ['a record', {}, { ann: [undefined, { name: 'Ann' }], ben: [{ name: 'Ann' }] }, { missing: 0, compared: 2 }],
  ])(
    'looks a second time, five seconds later, at %s that was missed, and at nothing else',
    async (_what, writes, people, expected) => {
      const { outside, looked, asks, pauses } = backend(writes, people);
      const { findings } = await checkReturn(outside);
      expect(findings).toMatchObject(expected);
      expect(findings.items).toEqual([]);
      expect(pauses).toEqual([5_000]);
      expect([...looked, ...asks].toSorted()).toEqual(looked.length > 0 ? ['R1', 'R1', 'R2'] : ['ann', 'ann', 'ben']);
    },
  );

  it.each<[string, Record<string, Trace[]>, Record<string, unknown[]>, object]>([
    ['a write that is missing', { R1: ['MISSING'], R2: ['THERE'] }, {}, { writes: { missing: 1 } }],
    ['a write that is older', { R1: ['OLDER'] }, {}, { writes: { older: 1 } }],
    ['a write whose number is another’s', { R1: ['REISSUED'] }, {}, { writes: { reissued: 1 } }],
    ['a record that is missing', {}, { ann: [undefined], ben: [{ name: 'Ann' }] }, { missing: 1 }],
    ['a record whose number is another’s', {}, { ann: [{ name: 'Ben' }] }, { reissued: 1 }],
  ])('says that %s is so once it was so twice', async (_what, writes, people, expected) => {
    const { outside, pauses } = backend(writes, people);
    const { findings, looked } = await checkReturn(outside);
    expect(findings).toMatchObject(expected);
    expect(findings.items).toHaveLength(1);
    expect(pauses).toEqual([5_000]);
    expect(looked).toHaveLength(Object.keys(writes).length);
  });

  it('takes what people have changed for no reason to look twice', async () => {
    const { outside, pauses } = backend({ R1: ['CHANGED'] }, { ann: [{ name: 'Ann', telephone: 1 }] });
    const { findings } = await checkReturn(outside);
    expect(findings).toMatchObject({ changed: 1, writes: { changed: 1 } });
    expect(pauses).toEqual([]);
  });

  it('concludes nothing where the backend does not answer', async () => {
    const { outside } = backend({}, { ann: [new WireError('UNREACHABLE', 'down')] });
    await expect(checkReturn(outside)).rejects.toThrow('down');
  });

  it('looks at what there is: kept answers alone, writes alone, or neither', async () => {
    const { outside, newest } = backend({ R1: ['MISSING'] }, { ann: [undefined] });
    expect((await checkReturn({ ...outside, source: null })).findings).toMatchObject({
      ...{ missing: 1, compared: 1 },
      writes: { lookedUp: 0 },
    });
    expect((await checkReturn({ ...outside, snapshots: null })).findings).toMatchObject({
      ...{ missing: 0, compared: 0, provenMs: null },
      writes: { lookedUp: 1, missing: 1 },
    });
    const neither = await checkReturn({ ...outside, applied: null, snapshots: null });
    expect(neither.findings).toMatchObject({ compared: 0, items: [], writes: { lookedUp: 0 } });
    expect(newest).toHaveLength(1);
  });
});

describe('what is told of what was found', () => {
  const record = (verdict: Finding['verdict'], reference: string, atMs = 5): Finding => ({
    ...{ of: 'RECORD', verdict, kind: 'person', key: 'k', reference, atMs },
  });
  const compared = (findings: Finding[], more: Partial<Compared> = {}): Compared => ({
    record: { kind: 'person', key: 'k', value: null, readAtMs: 5, changedAtMs: 5, versionMs: null },
    ...{ findings, readable: true, versionMs: null },
    ...more,
  });

  it('counts each kept answer once, by the worst of its records, and only those that could be read', () => {
    const told = findingsOf(
      'RETURN',
      [],
      [
        compared([record('CHANGED', '1'), record('OLDER', '2'), record('MISSING', '3')]),
        compared([record('OLDER', '4'), record('REISSUED', '5')]),
        compared([record('CHANGED', '6'), record('OLDER', '7')]),
        compared([record('CHANGED', '8')]),
        compared([]),
        compared([], { readable: false }),
      ],
      7,
    );
    expect(told).toMatchObject({ compared: 5, missing: 1, reissued: 1, older: 1, changed: 1 });
    expect(told.items).toHaveLength(8);
  });

  it('counts writes by what became of them, and emergencies among those that are lost', () => {
    const emergency = { lane: 'EMERGENCY' } as const;
    const { writes } = findingsOf(
      'RUNNING',
      [
        { write: write('R1', emergency), trace: 'MISSING' },
        { write: write('R2', emergency), trace: 'THERE' },
        { write: write('R3', emergency), trace: 'CHANGED' },
        { write: write('R4'), trace: 'MISSING' },
        { write: write('R5'), trace: 'OLDER' },
        { write: write('R6'), trace: 'REISSUED' },
        { write: write('R7'), trace: 'UNTOLD' },
      ],
      [],
      7,
    );
    expect(writes).toEqual({ lookedUp: 7, missing: 2, older: 1, reissued: 1, changed: 1, untold: 1, emergencies: 1 });
  });

  it('names emergencies that are lost first, then writes, then records, the newest first, and at last what was changed', () => {
    const at = (appliedAtMs: number) => ({ step: { ...write('').step, appliedAtMs } });
    const { items } = findingsOf(
      'RETURN',
      [
        { write: write('changed', { lane: 'EMERGENCY', ...at(90) }), trace: 'CHANGED' },
        { write: write('old', at(10)), trace: 'MISSING' },
        { write: write('new', at(20)), trace: 'OLDER' },
        { write: write('urgent', { lane: 'EMERGENCY', position: 1, ...at(1) }), trace: 'MISSING' },
        { write: write('there', at(30)), trace: 'THERE' },
        { write: write('untold', at(30)), trace: 'UNTOLD' },
      ],
      [compared([record('CHANGED', 'c', 80), record('MISSING', 'm', 70), record('OLDER', 'o', 75)])],
      7,
    );
    expect(items.map((item) => (item.of === 'WRITE' ? item.receipt : item.reference))).toEqual([
      ...['urgent', 'new', 'old', 'o', 'm', 'changed', 'c'],
    ]);
    expect(items[0]).toEqual({
      ...{ of: 'WRITE', verdict: 'MISSING', kind: 'note', receipt: 'urgent', position: 1, emergency: true, atMs: 1 },
    });
  });

  it('lists 200 at most; the counts are of all', () => {
    const many = Array.from({ length: 250 }, (_, index) => ({ write: write(`R${index}`), trace: 'MISSING' as const }));
    const told = findingsOf('RETURN', many, [], 7);
    expect([told.items.length, told.writes.missing]).toEqual([200, 250]);
  });

  it('is proven up to the latest that any record there says of its last change; up to nothing where none says', () => {
    const versions = [5, 40, null, 20].map((versionMs) => compared([], { versionMs }));
    expect(findingsOf('RETURN', [], versions, 7)).toMatchObject({ provenMs: 40, atMs: 7, seen: 'RETURN' });
    expect(findingsOf('RUNNING', [], [compared([])], 7)).toMatchObject({ provenMs: null, seen: 'RUNNING' });
  });
});
