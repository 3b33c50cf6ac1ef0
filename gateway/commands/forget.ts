// `lintel forget`: forgets one person in what is kept, or what no kept record of a person leads to any more. By the Lintel that
// runs here or, where none does, in its store.
import type { Environment } from '../config.ts';
import { attended } from './attended.ts';
import { print, printJson } from './terminal.ts';

/** Flags of the command. */
export interface ForgetFlags {
  sweep?: boolean;
  yes?: boolean;
  as?: string;
  json?: boolean;
}

/** What nobody can forget from here. */
export const notForgotten =
  'Not forgotten: what the legacy systems themselves have (it is kept again when it is read again), and backups made before.';

/** All that is kept is looked through twice: minutes for 125,000 homes on a busy machine. In ms. */
const sweepLimitMs = 60 * 60_000;
/** A person's records are found by index; a busy store takes its time. In ms. */
const forgetLimitMs = 10 * 60_000;

/** `lintel forget PERSON` and `lintel forget --sweep`. */
export async function forget(env: Environment, person: string | undefined, flags: ForgetFlags): Promise<void> {
  const reference = person?.trim();
  if (Boolean(reference) === Boolean(flags.sweep)) {
    throw new Error('Say whom: npx lintel forget PERSON. Or what is to be looked for: npx lintel forget --sweep.');
  }
  if (flags.yes && !flags.sweep) throw new Error('--yes goes with --sweep.');
  await (reference ? forgetOne(env, reference, flags) : sweep(env, flags));
}

async function forgetOne(env: Environment, reference: string, flags: ForgetFlags): Promise<void> {
  await attended(
    env,
    flags,
    async ({ ask }) => {
      const { forgotten } = await ask(
        `mutation($input: ForgetPersonInput!) { forgotten: forgetPerson(input: $input) {
          records ownRecords writes openWrites telephoneNumbers
        } }`,
        { input: { personReference: reference } },
        forgetLimitMs,
      );
      if (flags.json) return printJson({ personReference: reference, ...forgotten });
      const { records, ownRecords, writes, openWrites, telephoneNumbers } = forgotten as Record<string, number>;
      const what = [
        records && counted(records, 'kept record'),
        ownRecords && counted(ownRecords, "of Lintel's own records", ''),
        writes && `what ${counted(writes, 'finished write')} said`,
      ].filter(Boolean);
      print(
        what.length === 0
          ? `Nothing is kept of ${reference}${openWrites ? ' but what is still to be done' : ''}.`
          : `Forgotten of ${reference}: ${what.join(', ')}. Found by reference, ${counted(telephoneNumbers, 'telephone number')} and all that these lead to.`,
      );
      if (openWrites) {
        print(
          `Kept: ${counted(openWrites, 'write')} still to be done. Forget again when they are: npx lintel receipts`,
        );
      }
      print(notForgotten);
    },
    true,
  );
}

async function sweep(env: Environment, flags: ForgetFlags): Promise<void> {
  await attended(
    env,
    flags,
    async ({ ask }) => {
      const { swept } = await ask(
        `mutation($input: ForgetUnlinkedInput!) { swept: forgetUnlinked(input: $input) {
          forgotten looked found { system kind count }
        } }`,
        { input: { forget: flags.yes === true } },
        sweepLimitMs,
      );
      if (flags.json) return printJson(swept);
      const { forgotten, looked, found } = swept as Swept;
      const all = found.reduce((sum, { count }) => sum + count, 0);
      if (all === 0) return print(`Of ${counted(looked, 'kept record')} there is none that no person leads to.`);
      print(
        `${forgotten ? 'Forgotten: ' : ''}${counted(all, 'kept record')} of ${looked.toLocaleString('en')} that no kept record of a person leads to:`,
      );
      for (const { system, kind, count } of found) print(`  ${`${system} ${kind}`.padEnd(34)} ${count}`);
      print('They are of people who were forgotten before, or were read without whom they are about.');
      print(
        forgotten
          ? notForgotten
          : 'Nothing is forgotten yet. While a system is down they cannot be read again; to forget them: npx lintel forget --sweep --yes',
      );
    },
    true,
  );
}

interface Swept {
  forgotten: boolean;
  looked: number;
  found: { system: string; kind: string; count: number }[];
}

function counted(count = 0, what: string, plural = 's'): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : plural}`;
}
