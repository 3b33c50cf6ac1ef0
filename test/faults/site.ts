// A Lintel in this process over the landlord, with a fault proxy in front of each system and a store of its own.
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createKeeping } from '../../gateway/keeping.ts';
import { type Lintel, startLintel } from '../../gateway/lintel.ts';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { openStore, type Store, type StorePlace } from '../../subgraphs/continuity/store.ts';
import { type FaultProxy, startProxy } from '../proxy.ts';
import type { Landlord } from './landlord.ts';
import type { Target } from './targets.ts';

/** A Lintel that can be watched while its systems are broken. */
export interface Site {
  engine: Store['engine'];
  landlord: Landlord;
  lintel: Lintel;
  /** Where the systems are, by way of the proxies, and how to get in. */
  env: Readonly<Record<string, string>>;
  /** By system. */
  proxies: Readonly<Record<string, FaultProxy>>;
  /** What the store has failed at, or was too slow for. */
  failures: string[];
  /** How many fresh records of each target have been asked for: none twice. */
  freshTurns: Map<Target, number>;
  close(): Promise<void>;
}

/** Starts one. */
export async function openSite(landlord: Landlord, place: StorePlace): Promise<Site> {
  const proxies: Record<string, FaultProxy> = {};
  const env: Record<string, string> = { ...landlord.env };
  for (const { system, variable } of landlord.targets) {
    const proxy = await startProxy(env[variable] as string);
    proxies[system] = proxy;
    env[variable] = proxy.url;
  }
  const store = await openStore(place);
  const failures: string[] = [];
  const said = 'the store failed at ';
  const note = (line: string) => {
    const { msg } = JSON.parse(line) as { msg: string };
    if (msg.startsWith(said)) failures.push(msg.slice(said.length));
  };
  const log = pino({ level: 'error' }, { write: note });
  const cipher = createCipher(new Map([['test', randomBytes(32)]]));
  const keeping = createKeeping({ store, cipher }, log, systemClock);
  const lintel = await startLintel({ env, port: 0, host: '127.0.0.1', log, keeping });
  return {
    engine: store.engine,
    landlord,
    lintel,
    env,
    proxies,
    failures,
    freshTurns: new Map(),
    async close() {
      await lintel.close();
      await keeping.close();
      for (const proxy of Object.values(proxies)) await proxy.close();
    },
  };
}
