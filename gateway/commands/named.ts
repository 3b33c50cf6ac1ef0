// Which system a command's argument means.
import type { SystemDefinition } from '../../subgraphs/continuity/definition.ts';
import { systems } from '../../subgraphs/index.ts';

/** The system of that name. Throws an error that names those there are. */
export function systemNamed(name: string): SystemDefinition {
  const found = systems.find((system) => system.name === name);
  if (found) return found;
  throw new Error(`There is no system "${name}". There are: ${systems.map((system) => system.name).join(', ')}.`);
}
