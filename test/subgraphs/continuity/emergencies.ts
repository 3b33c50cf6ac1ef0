// What tests of the emergency lane have in common: emergencies, a table that takes them, and a disk that is full.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { LaneSurroundings } from '../../../subgraphs/continuity/lane.ts';
import type { Store } from '../../../subgraphs/continuity/store.ts';

/** An emergency as these tests have it. */
export interface TestEmergency {
  id: string;
  key: string;
  content: string;
  acceptedAtMs: number;
  description: string;
}

/** One by its number. */
export function emergency(number: number): TestEmergency {
  return {
    id: `R${number}`,
    key: `key ${number}`,
    content: `content ${number}`,
    acceptedAtMs: 1_782_000_000_000 + number,
    description: `the ceiling of number ${number} has come down, and there is water in the lights`,
  };
}

/** A table in a real store that takes them as the intake does: once for an id, once for a key. */
export async function tableOf({
  db,
}: Store): Promise<LaneSurroundings<TestEmergency>['store'] & { ids(): Promise<string[]> }> {
  await sql`create table if not exists emergency (id text primary key, key text unique, content text, double text)`.execute(
    db,
  );
  const under = (key: string) =>
    sql<{ id: string; content: string }>`select id, content from emergency where key = ${key}`;
  return {
    async take({ id, key, content }) {
      await sql`insert into emergency (id, key, content) values (${id}, ${key}, ${content}) on conflict do nothing`.execute(
        db,
      );
      const { rows } = await under(key).execute(db);
      return rows[0] as { id: string; content: string };
    },
    async double({ id, content }, first) {
      await sql`insert into emergency (id, key, content, double) values (${id}, ${id}, ${content}, ${first}) on conflict do nothing`.execute(
        db,
      );
    },
    async ids() {
      const { rows } = await sql<{ id: string }>`select id from emergency order by length(id), id`.execute(db);
      return rows.map(({ id }) => id);
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
