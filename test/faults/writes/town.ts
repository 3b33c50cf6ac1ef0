// The made-up landlord of one store's rows, in a process of its own, with a proxy before each of its backends: broken and
// mended by its control port, and asked there what was really done.
import { Agent, request } from 'undici';
import type { Effect } from '../../../mocks/effects.ts';
import { makeWorld, type World } from '../../../mocks/world.ts';
import { type FaultProxy, startProxy } from '../../proxy.ts';
import { playLandlord, world } from '../landlord.ts';

/** One landlord. */
export interface Town {
  world: World;
  /** Where its systems are, by way of the proxies, and how to get in. */
  env: Readonly<Record<string, string>>;
  /** By backend: `repairs.workOrders`. */
  proxies: Readonly<Record<string, FaultProxy>>;
  break(target: string, fault: string, options?: Record<string, number>): Promise<void>;
  mend(target?: string): Promise<void>;
  /** All that was ever done, or after an effect's number, in its order. */
  effects(after?: number): Promise<readonly Effect[]>;
  /** How often each operation was asked for, faulty times included, by backend and operation: `repairs.workOrders.raise`. */
  calls(operation: string): Promise<number>;
  close(): Promise<void>;
}

/** The variable of each backend. */
const variables = {
  'tenancies.tenancies': 'TENANCIES_URL',
  'lettings.lettings': 'LETTINGS_URL',
  'repairs.workOrders': 'REPAIRS_URL',
  'repairs.scheduler': 'REPAIRS_SCHEDULER_URL',
  'telephony.switchboard': 'TELEPHONY_URL',
} as const;

/** Starts one. */
export async function openTown(): Promise<Town> {
  const { run, env: direct, controlUrl } = await playLandlord();
  const env: Record<string, string> = { ...direct };
  const proxies: Record<string, FaultProxy> = {};
  for (const [backend, variable] of Object.entries(variables)) {
    const proxy = await startProxy(env[variable] as string);
    proxies[backend] = proxy;
    env[variable] = proxy.url;
  }

  // A connection for each question: one that is kept may be closed by the other side just as it is used again.
  const dispatcher = new Agent({ pipelining: 0 });
  async function control(path: string, method = 'GET', body?: object): Promise<unknown> {
    const sent = { method, dispatcher, ...(body && { body: JSON.stringify(body) }) };
    const reply = await request(`${controlUrl}${path}`, sent);
    const told = await reply.body.json();
    if (reply.statusCode !== 200) throw new Error(`The mocks refuse ${method} ${path}: ${JSON.stringify(told)}`);
    return told;
  }

  return {
    world: makeWorld(world),
    env,
    proxies,
    break: async (target, fault, options = {}) => {
      await control('/faults', 'POST', { target, fault, options });
    },
    mend: async (target) => {
      await control(`/faults${target ? `?target=${target}` : ''}`, 'DELETE');
    },
    effects: async (after = 0) => (await control(`/effects?after=${after}`)) as Effect[],
    async calls(name) {
      const calls = (await control('/calls')) as Record<string, { operations: Record<string, number> }>;
      const [operation = '', ...backend] = name.split('.').reverse();
      return calls[backend.reverse().join('.')]?.operations[operation] ?? 0;
    },
    async close() {
      await dispatcher.close();
      run.child.kill('SIGKILL');
      await run.ended;
      for (const proxy of Object.values(proxies)) await proxy.close();
    },
  };
}
