// What tests of the emergency lane have in common: emergencies, a store that takes them, and a disk that is full.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cipher } from '../../../subgraphs/continuity/cipher.ts';
import { createAcceptance } from '../../../subgraphs/continuity/intake/acceptance.ts';
import type { Accepted } from '../../../subgraphs/continuity/intake/accepted.ts';
import { writeDouble } from '../../../subgraphs/continuity/intake/double.ts';
import { createPapers } from '../../../subgraphs/continuity/intake/entry.ts';
import type { Store } from '../../../subgraphs/continuity/store.ts';

/** An emergency by its number. */
export function emergency(number: number, other: Partial<Accepted> = {}): Accepted {
  return {
    id: `R${number}`,
    key: `key ${number}`,
    content: `content ${number}`,
    entity: `${number}`.padStart(16, '0'),
    terms: [`term ${number}`],
    follows: null,
    client: 'tests',
    system: 'repairs',
    mutation: 'reportRepair',
    lane: 'EMERGENCY',
    channel: 'PHONE',
    acceptedAtMs: 1_782_000_000_000 + number,
    input: { description: descriptionOf(number) },
    steps: [
      {
        kind: 'raise',
        title: 'raise the work order',
        backend: 'workOrders',
        reference: `L-${other.id ?? number}`,
        input: {},
      },
    ],
    ...other,
  };
}

/** What is wrong there. */
export function descriptionOf(number: number): string {
  return `the ceiling of number ${number} has come down, and there is water in the lights`;
}

/** A store as the lane has it, and what is in it: ids in their order, with how each stands. */
export function takingOf(store: Store, cipher: Cipher) {
  const papers = createPapers(cipher);
  return {
    ...createAcceptance(store, papers, () => {}),
    double: (accepted: Accepted, first: string) => writeDouble(store, papers, accepted, first),
    async receipts() {
      const rows = await store.db.selectFrom('receipt').select(['id', 'state']).orderBy('seq').execute();
      return rows.map(({ id, state }) => `${id} ${state}`);
    },
  };
}

/** A small disk of its own, that can be filled to its last byte. */
export interface FullDisk {
  folder: string;
  fill(): void;
  /** Takes away what it was filled with. */
  empty(): void;
  /** Makes it larger, in MB. */
  grow(megabytes: number): void;
  close(): void;
}

/** Why there can be none here, for a test that has to skip; null where there can. */
export function whyNoFullDisk(): string | null {
  try {
    fullDisk(1).close();
    return null;
  } catch {
    const reason = 'nothing can be mounted here (it takes root, on Linux)';
    if (process.env.CI) throw new Error(reason);
    return reason;
  }
}

/** Mounts one in memory. */
export function fullDisk(megabytes: number): FullDisk {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-disk-'));
  const stdio = 'ignore';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'lintel-test', folder], { stdio });
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  const filling = join(folder, 'filling');
  return {
    folder,
    fill() {
      const file = openSync(filling, 'w');
      // In ever smaller pieces, until there is no byte left.
      for (let bytes = 65_536; bytes >= 1; ) {
        try {
          writeSync(file, Buffer.alloc(bytes, 1));
        } catch {
          bytes = Math.floor(bytes / 2);
        }
      }
      closeSync(file);
    },
    empty: () => rmSync(filling),
    grow: (to) => void execFileSync('mount', ['-o', `remount,size=${to}m`, folder], { stdio }),
    close() {
      execFileSync('umount', ['-l', folder], { stdio });
      rmSync(folder, { recursive: true });
    },
  };
}
