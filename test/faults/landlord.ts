// The made-up landlord in processes of its own, one of them to be stopped, and a Lintel over it for comparison.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startLintel } from '../../gateway/lintel.ts';
import { makeWorld } from '../../mocks/world.ts';
import { ask } from '../estate.ts';
import { freePorts, type Run, run } from '../process.ts';
import { type Target, targetsOf } from './targets.ts';

/** Homes enough that hundreds of records can be asked for once each. */
export const world = { homes: 400, seed: 7 };

/** Free on each line, more than are rung in a row of the matrix: a call-back waits for a free agent. */
const agents = '200';

/** Ports of one process that plays the landlord: control, and its systems' servers. */
const portsEach = 8;

/** Processes that play the landlord. Repairs is played by one of its own, so that it alone can be stopped. */
export interface Landlord {
  /** Where its systems are, and how to get in. */
  env: Readonly<Record<string, string>>;
  targets: readonly Target[];
  /** The process that plays repairs. */
  repairsPid: number;
  /**
   * Another Lintel, over the same systems with nothing between: what its readers wait for at the same time is what a
   * machine makes everybody wait for.
   */
  controlUrl: string;
  close(): Promise<void>;
}

/** Its systems, all in one process. */
export interface Played {
  run: Run;
  env: Record<string, string>;
  controlUrl: string;
}

/** Has one process play all of its systems. */
export async function playLandlord(port?: number): Promise<Played> {
  const first = port ?? (await freePorts(portsEach));
  const flags = ['--port', String(first), '--homes', `${world.homes}`, '--seed', `${world.seed}`, '--agents', agents];
  const started = run(['mocks', ...flags]);
  const [, controlUrl = ''] = await started.prints(/control +(http\S+)/);
  const { environment } = (await (await fetch(`${controlUrl}/facts`)).json()) as {
    environment: Record<string, string>;
  };
  return { run: started, env: environment, controlUrl };
}

/** Starts them. */
export async function openLandlord(): Promise<Landlord> {
  const port = await freePorts(2 * portsEach);
  const [rest, repairs] = await Promise.all([playLandlord(port), playLandlord(port + portsEach)]);
  const env = { ...rest.env, REPAIRS_URL: repairs.env.REPAIRS_URL as string };
  const { homes, applications } = makeWorld(world);
  const targets = targetsOf({
    tenancies: homes.filter(({ kind }) => kind === 'DWELLING').map(({ propRef }) => propRef),
    lettings: applications.map(({ appRef }) => appRef),
    repairs: await workOrders(
      env,
      homes.slice(0, 200).map(({ propRef }) => propRef),
    ),
    telephony: [''],
  });
  const folder = mkdtempSync(join(tmpdir(), 'lintel-faults-'));
  const variables = { ...env, PORT: String(await freePorts(1)), STORE_FILE: join(folder, 'store'), LOG_LEVEL: 'error' };
  const control = run(['start', '--no-mocks', '--json'], variables);
  const [, controlUrl = ''] = await control.prints(/"url":"([^"]+)"/);
  return {
    env,
    targets,
    repairsPid: repairs.run.child.pid as number,
    controlUrl,
    async close() {
      const runs = [rest.run, repairs.run, control];
      for (const { child } of runs) child.kill('SIGKILL');
      await Promise.all(runs.map(({ ended }) => ended));
      rmSync(folder, { recursive: true });
    },
  };
}

/** References of work orders; the made-up world itself does not list them. */
async function workOrders(env: Record<string, string>, properties: string[]): Promise<string[]> {
  const lintel = await startLintel({ env, port: 0, host: '127.0.0.1', log: pino({ level: 'silent' }) });
  const query = `query All($ids: [ID!]!) { properties(propertyReferences: $ids) { repairs(includeClosed: true) { items { reference } } } }`;
  const { data } = await ask(lintel.url, query, { ids: properties });
  await lintel.close();
  return data.properties.flatMap((property: { repairs: { items: { reference: string }[] } }) =>
    property.repairs.items.map(({ reference }) => reference),
  );
}
