// `lintel keep-warm`: has everything of every system walked through and kept, and shows how that goes. Through the Lintel
// that runs on this machine; where none runs, here.
import { setTimeout as pause } from 'node:timers/promises';
import { systems as allSystems } from '../../subgraphs/index.ts';
import { type Environment, readConfig } from '../config.ts';
import { systemNamed } from './named.ts';
import { type Operator, operatorClient } from './operator.ts';
import { print, printJson, remark } from './terminal.ts';
import { barOf, createSpeeds, lineOf, type WalkShown } from './warmbar.ts';

/** Flags of the command. */
export interface KeepWarmFlags {
  stop?: boolean;
  json?: boolean;
}

/** Whoever walks: a Lintel that runs, or this process. */
export interface Walker {
  start(system: string): Promise<void>;
  stop(system: string): Promise<void>;
  look(): Promise<WalkShown[]>;
  /** What becomes of the walk when this command is interrupted. */
  afterwards: string;
  close(): Promise<void>;
}

/** A bar is drawn anew so often; a line is written so often, in ms. */
const barMs = 500;
const lineMs = 5_000;

/** `lintel keep-warm [systems...]`. */
export async function keepWarm(env: Environment, names: readonly string[], flags: KeepWarmFlags): Promise<void> {
  const chosen = names.length > 0 ? names.map((name) => systemNamed(name).name) : walkable();
  const operator = await operatorClient(readConfig(env));
  if (!operator && flags.stop) throw new Error('Lintel does not run here, so nothing is being walked through.');
  const walker = operator ? throughServer(operator) : await withoutServer(env);
  try {
    for (const name of chosen) await (flags.stop ? walker.stop(name) : walker.start(name));
    const walks = flags.stop ? await ofThese(walker, chosen) : await watched(walker, chosen);
    if (flags.json) printJson(walks);
    else for (const walk of walks) print(lineOf(walk, null));
    if (!flags.stop && walks.some(({ state }) => state !== 'DONE')) process.exitCode = 1;
  } finally {
    await walker.close();
  }
}

function walkable(): string[] {
  return allSystems.filter(({ walk }) => walk).map(({ name }) => name);
}

/** Shows how it goes until all of it has ended. */
async function watched(walker: Walker, chosen: readonly string[]): Promise<WalkShown[]> {
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const speeds = createSpeeds();
  const terminal = process.stderr.isTTY;
  let drawn = 0;
  for (;;) {
    const walks = await ofThese(walker, chosen);
    const lines = walks.map((walk): [WalkShown, number | null] => [walk, speeds.of(walk, performance.now())]);
    const ended = !walks.some(goes);
    if (terminal) {
      const bars = lines.map(([walk, aSecond]) => `\u001b[2K${barOf(walk, aSecond, process.stderr.columns - 1)}\n`);
      process.stderr.write((drawn ? `\u001b[${drawn}A` : '') + bars.join(''));
      drawn = bars.length;
    } else for (const [walk, aSecond] of lines) if (goes(walk)) remark(lineOf(walk, aSecond));
    if (ended) {
      // The result takes the bars' place.
      if (terminal) process.stderr.write(`\u001b[${drawn}A\u001b[0J`);
      return walks;
    }
    await pause(terminal ? barMs : lineMs, undefined, { signal: stop.signal }).catch(() => {});
    if (!stop.signal.aborted) continue;
    remark(walker.afterwards);
    return walks;
  }
}

function goes({ state }: WalkShown): boolean {
  return state === 'RUNNING' || state === 'WAITING';
}

async function ofThese(walker: Walker, chosen: readonly string[]): Promise<WalkShown[]> {
  return (await walker.look()).filter(({ system }) => chosen.includes(system));
}

function throughServer(operator: Operator): Walker {
  const order = (mutation: string) => async (system: string) => {
    await operator.ask(`mutation ($system: ID!) { ${mutation}(system: $system) { name } }`, { system });
  };
  return {
    start: order('startKeepWarm'),
    stop: order('stopKeepWarm'),
    async look() {
      const { systems } = await operator.ask(
        '{ systems { name keepWarm { state done total startedAt endedAt reason } } }',
      );
      return (systems as { name: string; keepWarm: Omit<WalkShown, 'system'> | null }[]).flatMap(
        ({ name, keepWarm: walk }) => (walk ? { system: name, ...walk } : []),
      );
    },
    afterwards: 'It goes on in the Lintel that runs. To stop it: npx lintel keep-warm --stop',
    async close() {},
  };
}

async function withoutServer(env: Environment): Promise<Walker> {
  remark('Lintel does not run here: this process walks by itself.');
  const { walkHere } = await import('./warmhere.ts');
  return walkHere(env);
}
