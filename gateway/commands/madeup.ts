// `lintel mocks backup`, `restore` and `change`: the made-up systems' backups, and their staff, through the control port.
import { inWords } from '../../subgraphs/continuity/london.ts';
import { control } from './control.ts';
import type { MocksHere } from './here.ts';
import { paint, print, printJson } from './terminal.ts';

interface Backup {
  target: string;
  takenAt: string;
}
interface StaffChange {
  target: string;
  reference: string;
  what: string;
}

const when = (instant: string) => inWords(Date.parse(instant), Date.now());

/** Takes a backup. Throws an error with the mocks' own sentence where they refuse. */
export async function takeBackup(mocks: MocksHere, target: string | undefined, json = false): Promise<void> {
  const taken = await control<Backup[]>(mocks.controlPort, 'POST', '/backups', { target });
  if (json) return printJson(taken);
  for (const one of taken) print(`${one.target}: ${paint('good', 'backed up')} at ${when(one.takenAt)}`);
}

/** Puts a backup back, or the state of so many days ago. Throws as `takeBackup`. */
export async function putBack(
  mocks: MocksHere,
  target: string | undefined,
  days: number | undefined,
  json = false,
): Promise<void> {
  const restored = await control<Backup[]>(mocks.controlPort, 'POST', '/restores', { target, days });
  if (json) return printJson(restored);
  for (const one of restored) print(`${one.target}: ${paint('strange', 'as it was')} at ${when(one.takenAt)}`);
}

/** Has staff change things. Throws as `takeBackup`. */
export async function change(
  mocks: MocksHere,
  wish: { target?: string; count?: number; seed?: number },
  json = false,
): Promise<void> {
  const changes = await control<StaffChange[]>(mocks.controlPort, 'POST', '/changes', wish);
  if (json) return printJson(changes);
  const widest = Math.max(0, ...changes.map(({ target }) => target.length));
  for (const { target, reference, what } of changes)
    print(`${target.padEnd(widest)}  ${reference.padEnd(14)}  ${what}`);
}
