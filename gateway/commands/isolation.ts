// Which backends operators have cut off, as the Lintel that runs here knows it or, where none does, its store: for commands that
// would ask legacy systems by themselves.
import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { account } from '../operator.ts';
import { operatorClient } from './operator.ts';
import type { ShownSystem } from './shown.ts';

/** Who has cut a backend off, and when (ISO 8601). */
export interface Isolated {
  since: string;
  who: string | null;
  why: string | null;
}

/**
 * Isolated backends, by `system.backend`. Rejects with a sentence where that cannot be told: then nothing may be asked, since
 * every one of them may be.
 */
export async function isolatedBackends(config: Config): Promise<ReadonlyMap<string, Isolated>> {
  const query = '{ systems { name backends { name state since who why } } }';
  const { systems }: { systems: ShownSystem[] } = await asked(config, query);
  return new Map(
    systems.flatMap(({ name, backends }) =>
      backends.flatMap(({ name: backend, state, since, who, why }): [string, Isolated][] =>
        state === 'ISOLATED' ? [[`${name}.${backend}`, { since, who, why }]] : [],
      ),
    ),
  );
}

async function asked(config: Config, query: string) {
  const awake = await operatorClient(config);
  if (awake) return awake.ask(query);
  const { store: place } = config;
  // Nobody has ever run here: nobody has cut anything off.
  if ('file' in place && !existsSync(place.file)) return { systems: [] };
  const asleep = await (await import('./asleep.ts')).openAsleep(config, account());
  return asleep.ask(query).finally(asleep.close);
}
