// The list of mocks, and the one call that puts a whole made-up landlord on real sockets.

import { randomUUID } from 'node:crypto';
import { effectsOf } from './effects.ts';
import { FAULTS } from './faults.ts';
import { lettingsMock } from './lettings.ts';
import type { Mock } from './mock.ts';
import { recordsMock } from './records.ts';
import { workOrdersMock } from './repairs.ts';
import { schedulerMock } from './scheduler.ts';
import { type ServedMocks, type ServeOptions, serveMocks } from './serve.ts';
import type { Backend } from './sockets/backend.ts';
import { telephonyMock } from './telephony.ts';
import { tenanciesMock } from './tenancies.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

/** Every backend, in the order of their ports. Mocks of one system share what they keep through the world. */
export function mocksOf(world: World, nowMs: () => number = Date.now): Mock[] {
  return [
    tenanciesMock(world, nowMs),
    lettingsMock(world, nowMs),
    workOrdersMock(world, nowMs),
    schedulerMock(world, nowMs),
    telephonyMock(world, nowMs),
    recordsMock(world, nowMs),
  ];
}

/** A landlord that listens. */
export interface StartedMocks extends ServedMocks {
  readonly world: World;
  /** Unique to this start; `GET /facts` tells it too. */
  readonly instance: string;
  /** The environment variables that point Lintel at it: base URLs and credentials. */
  readonly urls: Readonly<Record<string, string>>;
}

/** Makes a world and serves its systems; `nowMs` is their clock (sessions, rates, live calls). Rejects with a sentence for people where a port is taken. */
export async function startMocks(
  options: WorldOptions & ServeOptions & { nowMs?: () => number } = {},
): Promise<StartedMocks> {
  const world = makeWorld(options);
  const instance = randomUUID();
  const facts = (backends: readonly Backend[]) => ({
    pid: process.pid,
    // By these it is known which mocks they are: of which start, and of which folder.
    instance,
    folder: process.cwd(),
    world: `${world.homes.length} homes, seed ${world.seed}, ${world.today}`,
    environment: environmentOf(backends),
    cast: world.cast,
    backends: backends.map(({ name, mock }) => ({ system: mock.system, target: name, variable: mock.urlVariable })),
    faults: Object.fromEntries(Object.entries(FAULTS).map(([kind, { what }]) => [kind, what])),
  });
  const served = await serveMocks(mocksOf(world, options.nowMs), { ...options, facts, effects: effectsOf(world) });
  return { ...served, world, instance, urls: environmentOf(served.backends) };
}

/** Base URLs and credentials as the variables that Lintel reads. */
function environmentOf(backends: readonly Backend[]): Record<string, string> {
  return Object.assign({}, ...backends.map(({ mock, url }) => ({ ...mock.credentials, [mock.urlVariable]: url })));
}
