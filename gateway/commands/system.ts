// `lintel system`: how systems stand, and orders about them. `lintel notice`: what residents are told. To the Lintel that
// runs here or, where none does, to its store.
import type { Environment } from '../config.ts';
import { attended } from './attended.ts';
import { systemNamed } from './named.ts';
import type { Operator } from './operator.ts';
import { type OrderName, orders, outcome } from './outcome.ts';
import { type Showing, type ShownSystem, showNotice, shown, showSystem, showTable } from './shown.ts';
import { paint, print, printJson } from './terminal.ts';

/** Flags of both commands. Times ISO 8601. */
export interface OrderFlags {
  why?: string;
  expectedBack?: string;
  restorePoint?: string;
  backend?: string;
  as?: string;
  clear?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** As people may write what they mean. */
const synonyms: Readonly<Record<string, OrderName>> = {
  isolated: 'isolate',
  readonly: 'read-only',
  reconciling: 'reconcile',
  released: 'release',
  expected: 'expect',
  'expected-back': 'expect',
  retry: 'try-again',
};

const setState: Partial<Record<OrderName, string>> = {
  isolate: 'ISOLATED',
  'read-only': 'READ_ONLY',
  reconcile: 'RECONCILING',
  release: 'RELEASED',
};

/** `lintel system`: without an order shows how all systems stand, or one; with one, gives it. */
export async function system(
  env: Environment,
  target: string | undefined,
  order: string | undefined,
  time: string | undefined,
  flags: OrderFlags,
): Promise<void> {
  const given = order === undefined ? null : { ...named(target ?? '', flags), order: orderNamed(order) };
  if (given) checkFlags(given.order, time, flags);
  const name = target === undefined ? null : named(target, flags).name;
  await attended(env, flags, async (operator, showing) => {
    if (given) return give(operator, given, time, flags, showing);
    if (name === null) {
      const { systems } = await operator.ask(`{ systems { ...Shown } } ${shown}`);
      if (flags.json) return printJson({ running: showing.running, systems });
      return showTable(systems, showing);
    }
    const { system: found } = await operator.ask(
      `query($name: ID!) { system(name: $name) { ...Shown history(first: 10) { backend at state cause who why } kept { kind count oldest newest } } } ${shown}`,
      { name },
    );
    if (flags.json) return printJson({ running: showing.running, system: found });
    return showSystem(found, showing);
  });
}

/** `lintel notice`: what residents are told of a system; with a text, writes it; with --clear, takes it back. */
export async function notice(
  env: Environment,
  target: string,
  text: string | undefined,
  flags: OrderFlags,
): Promise<void> {
  const { name } = systemNamed(target);
  if (flags.clear && text !== undefined) throw new Error('Give either a text or --clear.');
  await attended(env, flags, async (operator, showing) => {
    const field =
      text !== undefined
        ? 'setNotice(input: $input)'
        : flags.clear
          ? 'clearNotice(system: $name)'
          : 'system(name: $name)';
    const ask =
      text !== undefined ? 'mutation($input: SetNoticeInput!)' : `${flags.clear ? 'mutation' : 'query'}($name: ID!)`;
    const variables = text !== undefined ? { input: { system: name, text } } : { name };
    const { told } = await operator.ask(`${ask} { told: ${field} { ...Shown } } ${shown}`, variables);
    if (flags.json) return printJson({ running: showing.running, system: told });
    showNotice((told as ShownSystem).notice, showing);
    if (text !== undefined) print(`To take it back: npx lintel notice ${name} --clear`);
  });
}

interface Given {
  target: string;
  name: string;
  backend: string | null;
  order: OrderName;
}

/** `repairs`, or one of its backends: `repairs.scheduler`, or with --backend. */
function named(target: string, { backend }: OrderFlags): Omit<Given, 'order'> {
  const [systemName = '', part] = target.split('.');
  const { name } = systemNamed(systemName);
  const chosen = part ?? backend ?? null;
  return { target: chosen === null ? name : `${name}.${chosen}`, name, backend: chosen };
}

function orderNamed(text: string): OrderName {
  const plain = text.toLowerCase().replace(/_/g, '-');
  const found = orders.find((order) => order === plain) ?? synonyms[plain];
  if (found) return found;
  throw new Error(`"${text}" cannot be ordered. What can: ${orders.join(', ')}.`);
}

/** What is missing is said before anything is asked or opened. */
function checkFlags(order: OrderName, time: string | undefined, { why, restorePoint, expectedBack }: OrderFlags): void {
  if (setState[order] && !why?.trim()) {
    throw new Error(`Say why, for the record and for colleagues: --why "..."`);
  }
  if (order === 'read-only' && !restorePoint) {
    throw new Error('Say when the copy was taken that it answers out of: --restore-point "2026-11-20 02:00"');
  }
  if (order === 'expect' && !time && !expectedBack) {
    throw new Error('Say when, e.g. expect "2026-11-24 14:00", or expect unknown.');
  }
  if (order !== 'expect' && time) throw new Error(`A time goes with expect alone, not with ${order}.`);
}

async function give(operator: Operator, given: Given, time: string | undefined, flags: OrderFlags, showing: Showing) {
  const { name, backend, order } = given;
  const { before } = await operator.ask(`query($name: ID!) { before: system(name: $name) { ...Shown } } ${shown}`, {
    name,
  });
  if (order === 'release' && !flags.yes) mustKnowWhatWaits(before, backend, given.target);
  const { after } = await operator.ask(...mutationOf(given, time, flags));
  if (flags.json) return printJson({ running: showing.running, system: after });
  const [first, ...rest] = outcome({ order, target: given.target, backend, before, after }, showing).split('\n');
  print(paint('loud', first ?? ''));
  for (const line of rest) print(line);
}

/** What would be sent at once, about records that are lost or another's, an operator has to know of first. */
function mustKnowWhatWaits({ backends }: ShownSystem, backend: string | null, target: string): void {
  const concerned = backends.filter(({ name, state }) => (backend === null || name === backend) && state === 'HELD');
  const waiting = concerned.flatMap(({ alarm }) => alarm?.waiting ?? []);
  const about = waiting.flatMap((each) => each.about);
  if (about.length === 0) return;
  const count = waiting.reduce((sum, each) => sum + each.count, 0);
  throw new Error(
    `${count} write${count === 1 ? ' waits' : 's wait'} for ${target}, and ${about.length} of them ${about.length === 1 ? 'is' : 'are'} about what it has lost or given to another: ${about.join(', ')}.\n` +
      'Look at each first (npx lintel receipt ID); cancel what must not go out. Then release it with --yes.',
  );
}

function mutationOf(
  { name, backend, order }: Given,
  time: string | undefined,
  flags: OrderFlags,
): [string, Record<string, unknown>] {
  const { why, restorePoint, expectedBack } = flags;
  const fragment = `{ ...Shown } } ${shown}`;
  if (order === 'try-again') return [`mutation($name: ID!) { after: tryAgain(system: $name) ${fragment}`, { name }];
  const about = { system: name, backend };
  if (order === 'expect') {
    const when = time ?? expectedBack;
    return [
      `mutation($input: SetExpectedBackInput!) { after: setExpectedBack(input: $input) ${fragment}`,
      { input: { ...about, expectedBack: when === 'unknown' ? null : when } },
    ];
  }
  return [
    `mutation($input: SetSystemStateInput!) { after: setSystemState(input: $input) ${fragment}`,
    { input: { ...about, state: setState[order], why, restorePoint, expectedBack } },
  ];
}
