// `lintel forget`: forgets one person in what is kept.
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { createIntake } from '../../subgraphs/continuity/intake/index.ts';
import { createOwn } from '../../subgraphs/continuity/owner.ts';
import { createSnapshots } from '../../subgraphs/continuity/snapshots.ts';
import { type Environment, readConfig } from '../config.ts';
import { forgetPerson } from '../forgetting.ts';
import { unlock } from '../keeping.ts';
import { createLog } from '../log.ts';
import { print, printJson } from './terminal.ts';

/** What nobody can forget from here. */
export const notForgotten =
  'Not forgotten: what the legacy systems themselves have (it is kept again when it is read again), and backups made before.';

/** Forgets a person in the configured store. */
export async function forget(env: Environment, person: string, json = false): Promise<void> {
  const reference = person.trim();
  const config = readConfig(env);
  const log = createLog(config.logLevel);
  const { store, cipher } = await unlock(config, log, true);
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `the store failed at ${what}`);
  const snapshots = createSnapshots({ store, cipher, clock: systemClock, onFailure });
  // Serves no system: nothing is sent from here.
  const intake = createIntake({ store, cipher, clock: systemClock, onFailure });
  const own = createOwn({ store, cipher, clock: systemClock, onFailure });
  try {
    const forgotten = await forgetPerson(snapshots, intake, own, reference);
    if (json) return printJson({ personReference: reference, ...forgotten });
    const { records, telephoneNumbers, writes, openWrites } = forgotten;
    print(
      records + writes === 0
        ? `Nothing is kept of ${reference}${openWrites ? ' but what is still to be done' : ''}.`
        : `Forgotten: ${counted(records, 'kept record')} of ${reference}, found by reference and ${counted(telephoneNumbers, 'telephone number')}${writes ? `, and what ${counted(writes, 'finished write')} said` : ''}.`,
    );
    if (openWrites) {
      print(`Kept: ${counted(openWrites, 'write')} still to be done. Forget again when they are: npx lintel receipts`);
    }
    print(notForgotten);
  } finally {
    await own.close();
    await intake.close();
    await snapshots.close();
    await store.close();
  }
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
