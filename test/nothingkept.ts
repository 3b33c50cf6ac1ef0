// Snapshots that keep nothing, for tests to build on: they replace what they are about.
import type { Snapshots } from '../subgraphs/continuity/snapshots.ts';

/** Takes everything and gives nothing back. */
export const nothingKept: Snapshots = {
  keep: () => {},
  find: async () => new Map(),
  findByTerm: async () => [],
  byTerms: async () => new Map(),
  records: async () => ({ records: [], next: null }),
  complete: () => {},
  keys: async () => ({ keys: [], next: null }),
  sample: async () => [],
  wasFormer: async () => false,
  coverage: async () => [],
  forget: async () => 0,
  forgetKeys: async () => 0,
  expire: async () => 0,
  drop: async () => 0,
  figures: () => ({
    ...{ hits: 0, misses: 0, queued: 0, written: 0, confirmed: 0, unchanged: 0, dropped: 0, failures: 0 },
    records: null,
    bytes: null,
  }),
  room: async () => {},
  flush: async () => {},
  close: async () => {},
};
