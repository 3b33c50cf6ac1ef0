// What a gateway that is measured is started with: one argument, as JSON.
import { readFileSync } from 'node:fs';

/** Where it listens, and what it is over. */
export interface Settings {
  port: number;
  /** The file of the supergraph. */
  supergraph: string;
  /** Addresses by subgraph. */
  subgraphs: Record<string, string>;
}

/** The settings of this process. */
export function settings(): Settings & { supergraphSdl: string } {
  const given = JSON.parse(process.argv[2] ?? '{}') as Settings;
  return { ...given, supergraphSdl: readFileSync(given.supergraph, 'utf8') };
}

/** A package of this folder's own; not there where types are checked. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
export const peer = (name: string): Promise<any> => import(name);
