// `lintel replay`: has what waits sent at once, and shows how that goes. Through the Lintel that runs on this machine; where
// none runs, here.
import { setTimeout as pause } from 'node:timers/promises';
import { type Environment, readConfig } from '../config.ts';
import { bar } from './bar.ts';
import { systemNamed } from './named.ts';
import { type Operator, operatorClient } from './operator.ts';
import { print, printJson, remark } from './terminal.ts';

/** Flags of the command. */
export interface ReplayFlags {
  rate?: number;
  json?: boolean;
}

/** A replay, as status.graphql tells of it. */
export interface ShownReplay {
  system: string | null;
  state: 'RUNNING' | 'DONE' | 'FAILED';
  done: number;
  total: number;
  startedAt: string;
  endedAt: string | null;
}

/** Whoever sends: a Lintel that runs, or this process. */
export interface Sender {
  start(system: string | null, perSecond: number | null): Promise<ShownReplay>;
  look(): Promise<ShownReplay>;
  /** What still waits, of that system or of all. */
  open(system: string | null): Promise<number>;
  /** What becomes of the replay when this command is interrupted. */
  afterwards: string;
  close(): Promise<void>;
}

/** How often it is looked at, in ms. */
const lookMs = 500;
const fields = '{ system state done total startedAt endedAt }';

/** `lintel replay [system]`. */
export async function replay(env: Environment, name: string | undefined, flags: ReplayFlags): Promise<void> {
  const system = name === undefined ? null : systemNamed(name).name;
  const operator = await operatorClient(readConfig(env));
  if (!operator) remark('Lintel does not run here: this process sends by itself.');
  const sender = operator ? throughServer(operator) : await (await import('./replayhere.ts')).replayHere(env);
  try {
    const ended = await watched(sender, await sender.start(system, flags.rate ?? null));
    const open = await sender.open(system);
    if (flags.json) printJson({ ...ended, open });
    else print(outcome(ended, open));
    if (ended.state !== 'DONE') process.exitCode = 1;
  } finally {
    await sender.close();
  }
}

function outcome({ state, done }: ShownReplay, open: number): string {
  const tries = `${done.toLocaleString('en')} ${done === 1 ? 'attempt was' : 'attempts were'} made.`;
  if (state === 'FAILED')
    return `${tries} Then Lintel's own store failed; its log says why. What waits goes on waiting.`;
  if (state === 'RUNNING') return `${tries} It is not over.`;
  if (open === 0) return `${tries} Nothing waits any more.`;
  return `${tries} ${open.toLocaleString('en')} cannot be sent yet, or need a decision: npx lintel receipts --state queued --state ambiguous --state parked`;
}

/** Shows how it goes until it has ended, or this command is interrupted. */
async function watched(sender: Sender, started: ShownReplay): Promise<ShownReplay> {
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const shown = bar('Replay', 'writes');
  let now = started;
  while (now.state === 'RUNNING' && !stop.signal.aborted) {
    shown.at(Math.min(now.done, now.total), now.total);
    await pause(lookMs, undefined, { signal: stop.signal }).catch(() => {});
    now = await sender.look();
  }
  if (now.state !== 'RUNNING') shown.at(Math.min(now.done, now.total), now.total);
  shown.end();
  if (now.state === 'RUNNING') remark(sender.afterwards);
  return now;
}

function throughServer(operator: Operator): Sender {
  return {
    async start(system, perSecond) {
      const { startReplay } = await operator.ask(
        `mutation($system: ID, $perSecond: Float) { startReplay(system: $system, perSecond: $perSecond) ${fields} }`,
        { system, perSecond },
      );
      return startReplay;
    },
    look: async () => (await operator.ask(`{ replay ${fields} }`)).replay,
    open: async (system) =>
      (await operator.ask('query($system: ID) { ledger(system: $system) { open } }', { system })).ledger.open,
    afterwards: 'It goes on in the Lintel that runs.',
    async close() {},
  };
}
