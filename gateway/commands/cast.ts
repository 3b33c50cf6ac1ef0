// `lintel world`: who lives in the made-up world.
import { paint, print, printJson } from './terminal.ts';

/** The journeys' people, by their references. */
export interface Cast {
  katy: object;
  david: object;
  properties: readonly string[];
}

/** Prints the references of the journeys' people. */
export function showCast(cast: Cast, json = false): void {
  if (json) {
    printJson(cast);
    return;
  }
  const person = (sentence: string, references: object) => {
    print(paint('loud', sentence));
    for (const [name, value] of Object.entries(references)) print(`  ${name.padEnd(20)} ${value}`);
  };
  person('Katy waits for a move date.', cast.katy);
  person('David has agreed an exchange.', cast.david);
  print(`${paint('loud', 'Fifty homes with repairs:')} ${cast.properties.join(' ')}`);
}
