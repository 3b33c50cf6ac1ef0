// `lintel mocks`: the made-up legacy systems by themselves.
import { announce } from '../running.ts';
import { onStop } from './process.ts';
import { print, printJson, progress } from './terminal.ts';

/** What `lintel mocks` needs of mocks: given by the caller, since nothing here may import them. */
export interface Mocks {
  controlUrl: string;
  /** Unique to this start; the control port tells it too. */
  instance: string;
  backends: readonly { name: string; url: string }[];
  world: { homes: readonly unknown[]; seed: number; today: string };
  close(): Promise<void>;
}

/** `lintel mocks`: the made-up legacy systems by themselves. */
export async function runMocks<Options>(
  startMocks: (options: Options) => Promise<Mocks>,
  options: Options,
  json = false,
): Promise<void> {
  const done = progress('Making up a landlord');
  const mocks = await startMocks(options).finally(done);
  const { homes, seed, today } = mocks.world;
  const backends = mocks.backends.map(({ name, url }) => ({ name, url }));
  if (json) printJson({ controlUrl: mocks.controlUrl, backends, world: { homes: homes.length, seed, today } });
  else {
    print(`Made-up legacy systems: ${homes.length} homes and blocks, seed ${seed}, as of ${today}.`);
    for (const { name, url } of backends) print(`  ${name.padEnd(22)} ${url}`);
    print(`  ${'control'.padEnd(22)} ${mocks.controlUrl}`);
  }
  announce({
    kind: 'mocks',
    instance: mocks.instance,
    pid: process.pid,
    port: null,
    mocksPort: Number(new URL(mocks.controlUrl).port),
    operatorSocket: null,
    store: null,
    emergencyFile: null,
    mocked: [],
  });
  process.send?.('ready');
  onStop(() => mocks.close());
}
