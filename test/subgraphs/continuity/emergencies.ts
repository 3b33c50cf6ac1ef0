// What tests of the emergency lane have in common: emergencies, a store that takes them, and a disk that hangs.
import { execFileSync, spawn } from 'node:child_process';
import type { Cipher } from '../../../subgraphs/continuity/cipher.ts';
import { createAcceptance } from '../../../subgraphs/continuity/intake/acceptance.ts';
import type { Accepted } from '../../../subgraphs/continuity/intake/accepted.ts';
import { writeAlias } from '../../../subgraphs/continuity/intake/aliases.ts';
import { createPapers } from '../../../subgraphs/continuity/intake/entry.ts';
import type { Store } from '../../../subgraphs/continuity/store.ts';
import type { TestDisk } from '../../faults/writes/disk.ts';

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
    alias: (id: string, receipt: string) => writeAlias(store, id, receipt),
    async receipts() {
      const rows = await store.db.selectFrom('receipt').select(['id', 'state']).orderBy('seq').execute();
      return rows.map(({ id, state }) => `${id} ${state}`);
    },
  };
}

/** It goes on by itself after this, in s, whatever becomes of the test: a thread that waits for it cannot be ended. */
const longestHangS = 30;

/** Has a disk of a test's own hang: who writes to it waits. Gives what lets it go on. */
export function hang({ folder }: TestDisk): () => void {
  const stdio = 'ignore';
  execFileSync('fsfreeze', ['-f', folder], { stdio });
  spawn('sh', ['-c', `sleep ${longestHangS}; fsfreeze -u '${folder}'`], { stdio, detached: true }).unref();
  return () => void execFileSync('fsfreeze', ['-u', folder], { stdio });
}
