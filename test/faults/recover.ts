// Plays a backend that hangs under many readers and comes back while they all still ask. Gives what came to it then.
import { type BackAgain, lettingIn } from '../bench/outage/figures.ts';
import type { Answer } from '../bench/outage/streams.ts';
import type { FaultProxy } from '../proxy.ts';
import { readersOf, streamOf } from './readers.ts';
import type { Site } from './site.ts';
import { newMemory, type Target } from './targets.ts';

/** What was seen at one site. */
export interface Recovered {
  engine: Site['engine'];
  /** Answers that may never be, in words. */
  wrong: string[];
  /** What readers were told from the mending on. */
  told: Set<Answer>;
  /** Users' questions to the backend from then on. */
  back: BackAgain[];
}

/** Records asked for in turn: so many that few questions can be shared. */
const records = 60;
/** Questions a second; with an answer that takes so long, in ms, three are under way at any time, and more after a silence. */
const perSecond = 60;
const well = { kind: 'DELAY', ms: 50 } as const;

/** Plays it. */
export async function recover({ engine, landlord, lintel, proxies }: Site): Promise<Recovered> {
  const target = landlord.targets.find(({ system }) => system === 'repairs') as Target;
  const proxy = proxies.repairs as FaultProxy;
  const system = lintel.systems.find(({ name }) => name === 'repairs');
  const circuit = () => system?.status().find(({ circuit: { kind } }) => kind !== 'CLOSED')?.circuit.kind ?? 'CLOSED';
  const memory = newMemory();
  await proxy.set(well);
  const keyOf = (turn: number) => target.keys[turn % records] as string;
  const readers = readersOf(lintel.url, [streamOf('all', perSecond, target, keyOf, memory)], memory);
  const since = (atMs: number) => readers.shots.filter((shot) => shot.atMs >= atMs);
  try {
    await readers.until(() => memory.known.size === records && circuit() === 'CLOSED');
    await proxy.set({ kind: 'HANG' });
    await readers.until(() => circuit() === 'OPEN');
    proxy.reset();
    const mendedAtMs = Date.now();
    await proxy.set(well);
    await readers.until(
      () =>
        circuit() === 'CLOSED' &&
        since(mendedAtMs)
          .slice(-records)
          .every(({ answer }) => answer === 'LIVE'),
    );
    await readers.stop();
    const asked = proxy.questions().map(({ text, ...when }) => ({ ...when, probe: target.isProbe(text) }));
    return {
      engine,
      wrong: [...memory.wrong],
      told: new Set(since(mendedAtMs).map(({ answer }) => answer)),
      back: lettingIn(asked, mendedAtMs, Date.now()),
    };
  } finally {
    await proxy.set(null);
    await readers.stop();
  }
}
