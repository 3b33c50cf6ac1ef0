// `lintel mocks`: the made-up legacy systems by themselves.
import { onStop, print } from './process.ts';

/** What `lintel mocks` needs of mocks: given by the caller, since nothing here may import them. */
interface Mocks {
  controlUrl: string;
  backends: readonly { name: string; url: string }[];
  world: { homes: readonly unknown[]; seed: number; today: string };
  close(): Promise<void>;
}

/** `lintel mocks`: the made-up legacy systems by themselves. */
export async function runMocks<Options>(
  startMocks: (options: Options) => Promise<Mocks>,
  options: Options,
): Promise<void> {
  const mocks = await startMocks(options);
  const { homes, seed, today } = mocks.world;
  print(`Made-up legacy systems: ${homes.length} homes and blocks, seed ${seed}, as of ${today}.`);
  for (const { name, url } of mocks.backends) print(`  ${name.padEnd(22)} ${url}`);
  print(`  ${'control'.padEnd(22)} ${mocks.controlUrl}`);
  process.send?.('ready');
  onStop(() => mocks.close());
}
