// What an alarm names, with what was known and what is there now; and which writes wait behind it.
import { expect, it } from 'vitest';
import { explainAlarm, waitingBehind } from '../../../subgraphs/continuity/alarm-details.ts';
import type { AboutLosses } from '../../../subgraphs/continuity/intake/applied-writes.ts';
import type { Snapshots } from '../../../subgraphs/continuity/kept.ts';
import { type Finding, noWrites, type Standing, unattended } from '../../../subgraphs/continuity/standing.ts';
import { nothingKept } from '../../nothingkept.ts';

const record = (kind: string, key: string, verdict: Finding['verdict'] = 'MISSING'): Finding => ({
  ...{ of: 'RECORD', verdict, kind, key, reference: `ref of ${key}`, atMs: 5 },
});
const write = (receipt: string, verdict: Finding['verdict'] = 'MISSING'): Finding => ({
  ...{ of: 'WRITE', verdict, kind: 'note', receipt, position: 0, emergency: false, atMs: 5 },
});
const alarmed = (items: Finding[]): Standing => ({
  ...unattended,
  ...{ state: 'HELD', frozen: 4, generation: 7 },
  alarm: {
    ...{ seen: 'RETURN', compared: 1, missing: 1, older: 0, reissued: 0, changed: 0 },
    ...{ writes: noWrites, items, provenMs: null, atMs: 1 },
  },
});

it('says of each record what was kept before the break and what has been read since, each of its own kind', async () => {
  const asked: unknown[] = [];
  const snapshots: Snapshots = {
    ...nothingKept,
    async find(system, kind, keys, generations) {
      asked.push([system, kind, keys, generations]);
      const when = generations && 'only' in generations ? 'now' : 'known';
      return new Map(
        keys
          .filter((key) => key !== 'b' || when === 'known')
          .map((key) => [key, { value: `${kind} ${key} ${when}`, readAtMs: 1 }]),
      );
    },
  };
  const items = [record('person', 'a'), write('R1'), record('home', 'a', 'CHANGED'), record('person', 'b')];
  expect(await explainAlarm('office', alarmed(items), snapshots)).toEqual([
    { finding: items[0], known: 'person a known', now: 'person a now' },
    { finding: items[1], known: undefined, now: undefined },
    { finding: items[2], known: 'home a known', now: 'home a now' },
    { finding: items[3], known: 'person b known', now: undefined },
  ]);
  expect(asked).toEqual([
    ['office', 'person', ['a', 'b'], { upTo: 4 }],
    ['office', 'person', ['a', 'b'], { only: 7 }],
    ['office', 'home', ['a'], { upTo: 4 }],
    ['office', 'home', ['a'], { only: 7 }],
  ]);
});

it('names what it names where nothing is kept, and nothing where there is no alarm', async () => {
  const [item] = await explainAlarm('office', alarmed([record('person', 'a')]), undefined);
  expect(item).toMatchObject({ finding: { key: 'a' }, known: undefined, now: undefined });
  expect(await explainAlarm('office', unattended, nothingKept)).toEqual([]);
});

it('asks for the writes that wait about what is lost: by receipt and by reference, not about what people have changed', async () => {
  const asked: [string, string, AboutLosses][] = [];
  const applied = {
    async waiting(system: string, backend: string, about: AboutLosses) {
      asked.push([system, backend, about]);
      return { count: 3, about: ['R9'] };
    },
  };
  const items = [
    ...[record('person', 'a'), record('person', 'b', 'CHANGED'), record('person', 'c', 'REISSUED')],
    ...[write('R1'), write('R2', 'CHANGED'), write('R3', 'OLDER')],
  ];
  expect(await waitingBehind('office', 'desk', alarmed(items), applied)).toEqual({ count: 3, about: ['R9'] });
  const references = new Set(['ref of a', 'ref of c']);
  expect(asked).toEqual([['office', 'desk', { receipts: new Set(['R1', 'R3']), references }]]);
  expect(await waitingBehind('office', 'desk', unattended, applied)).toEqual({ count: 3, about: ['R9'] });
  expect(asked[1]?.[2]).toEqual({ receipts: new Set(), references: new Set() });
  expect(await waitingBehind('office', 'desk', alarmed(items), null)).toEqual({ count: 0, about: [] });
});
