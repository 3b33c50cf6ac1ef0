// `lintel dispatch`: prints the emergencies to see to. From the Lintel that runs here; where none does, from its store; and
// where that cannot be read, from the emergency journal alone.
import { existsSync } from 'node:fs';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { readJournal } from '../../subgraphs/continuity/journal.ts';
import { type Config, type Environment, readConfig } from '../config.ts';
import { journalled } from '../journalled.ts';
import { keysOf } from '../keeping.ts';
import { createLog } from '../log.ts';
import { type DispatchOptions, dispatchOf, dispatchText, type Journalled } from '../pages/dispatch.ts';
import { operatorClient } from './operator.ts';
import { print, printJson, remark } from './terminal.ts';

/** `lintel dispatch`: the list as text, at most 80 characters a line. */
export async function dispatch(env: Environment, { json = false }: { json?: boolean }): Promise<void> {
  const config = readConfig(env);
  const { now } = systemClock;
  const source = (await running(config)) ?? (await stored(env, config));
  try {
    const waiting = await journalOf(config);
    const list = await dispatchOf({ ask: source.ask, journal: () => waiting, now });
    if (json) printJson(list);
    else print(dispatchText(list, now()).trimEnd());
    // Who prints it by a timer is to know that it is not whole.
    if (list.partial) process.exitCode = 1;
  } finally {
    await source.close();
  }
}

/** Who can be asked for the list. */
export interface Source {
  ask: DispatchOptions['ask'];
  close(): Promise<void>;
}

async function running(config: Config): Promise<Source | null> {
  const operator = await operatorClient(config);
  return operator && { ask: asked(operator.ask), close: async () => {} };
}

/** Where the store cannot be opened, the journal may still be read. */
async function stored(env: Environment, config: Config): Promise<Source> {
  try {
    return await (await import('./dispatchhere.ts')).listHere(env);
  } catch (error) {
    if (!existsSync(config.emergencyFile)) throw error;
    return { ask: asked(() => Promise.reject(error)), close: async () => {} };
  }
}

/** What cannot be given is null, and why is remarked. */
export function asked(ask: DispatchOptions['ask']): DispatchOptions['ask'] {
  return async (query, variables) => {
    try {
      return await ask(query, variables);
    } catch (error) {
      remark(`lintel: ${(error as Error).message}`);
      return { dispatchList: null, properties: null };
    }
  };
}

/** What the journal has, as far as its key is here. */
async function journalOf(config: Config): Promise<Journalled[]> {
  const { emergencyFile: file, logLevel } = config;
  if (!existsSync(file)) return [];
  const log = createLog(logLevel);
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `Lintel failed at ${what}`);
  return journalled(await readJournal({ file, cipher: keysOf(config, log), onFailure }));
}
