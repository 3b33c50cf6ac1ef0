// `lintel fault`: breaks and mends the mocks through their control port.
import { control, nameOfMocks } from './control.ts';
import type { MocksHere } from './here.ts';
import { paint, print, printJson, remark } from './terminal.ts';

/** Options of a fault, as given on the command line. */
export type FaultFlags = Partial<Record<'ms' | 'every' | 'times' | 'late', number>>;

/** Sets, clears or lists faults, and says at which mocks. Throws an error with the mocks' own sentence where they refuse. */
export async function fault(
  mocks: MocksHere,
  target: string,
  kind: string | undefined,
  flags: FaultFlags,
  json = false,
): Promise<void> {
  const standing = await changed(mocks.controlPort, target, kind, flags);
  remark(`${target === 'list' ? 'These are' : 'Changed'}: ${await nameOfMocks(mocks)}.`);
  if (json) printJson(standing);
  else show(standing);
}

/** Does what is asked; gives the faults that stand then. */
async function changed(port: number, target: string, kind: string | undefined, flags: FaultFlags) {
  if (target === 'list') return control<StandingFault[]>(port, 'GET', '/faults');
  if (target === 'clear') {
    return control<StandingFault[]>(port, 'DELETE', `/faults${kind ? `?target=${encodeURIComponent(kind)}` : ''}`);
  }
  if (!kind) {
    throw new Error('Say how it is broken, e.g. npx lintel fault repairs hung. To mend it: npx lintel fault clear.');
  }
  return control<StandingFault[]>(port, 'POST', '/faults', { target, fault: kind, options: flags });
}

interface StandingFault {
  target: string;
  fault: string;
  options: Record<string, number>;
}

function show(faults: readonly StandingFault[]): void {
  if (!faults.length) print(paint('good', 'Nothing is broken.'));
  for (const { target, fault: kind, options } of faults) {
    const set = Object.entries(options).filter(([, value]) => value !== 0);
    const detail = set.length ? ` (${set.map(([name, value]) => `${name} ${value}`).join(', ')})` : '';
    print(`${target}: ${paint('bad', kind)}${detail}`);
  }
}
