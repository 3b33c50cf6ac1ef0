// Plays one row of the matrix of writes on one scene: others are read all along, the row breaks what it breaks while clients
// write, all is mended, what waits is waited for, and everything is held against what those who wrote have noted.
import type { Shot } from '../../bench/outage/load.ts';
import { ask } from '../../estate.ts';
import { type Readers, readersOf, streamOf } from '../readers.ts';
import { newMemory, type Target, targetsOf } from '../targets.ts';
import { audit, type Findings, ledgerOf } from './audit.ts';
import { chance, type Random } from './chance.ts';
import type { Process, Scene } from './scene.ts';
import type { Town } from './town.ts';
import type { Writers } from './writers.ts';

/** What a row works with. */
export interface Stage extends Pick<Town, 'break' | 'mend' | 'calls' | 'effects'>, Writers {
  scene: Scene;
  random: Random;
  /** So many writes are a crowd here: tens in a test, hundreds in a soak. */
  size: number;
  /** Waits until nothing is left to be done by itself: what is left for a person may stay. */
  drained(): Promise<void>;
  /** Waits until something was asked for so many times more, or a while has passed in which nobody did. */
  asked(operation: string, times: number): Promise<void>;
  /** Says what does not hold, of which only this row knows. */
  wrong(what: string): void;
}

/** One row. */
export interface Row {
  /** As a sentence about the system, the machine or those who use it. */
  name: string;
  /** The system that is broken: the others' readers must not feel it. Null: Lintel itself, or what it stands on. */
  broken: string | null;
  play(stage: Stage): Promise<void>;
}

/** What was seen. */
export interface Seen extends Findings {
  /** Answers of the other systems: while the one was broken, and otherwise. */
  broken: Shot[];
  well: Shot[];
}

/** Hundreds of writes a row in a soak, tens otherwise. */
export const soakRounds = Number(process.env.SOAK_ROUNDS ?? 0);
const size = soakRounds ? 150 : 20;
/** How often something is killed, crashed or cut within a row of a soak; once otherwise, since each start takes seconds. */
export const blows = soakRounds ? 3 : 1;
/** Past this it is not coming any more, in ms. */
const longestDrainMs = soakRounds ? 120_000 : 30_000;
/** What is not asked for within that, in ms, has been asked for already. */
const longestAskedMs = 3_000;
/** A question that was on its way as the circuit opened comes by the proxy within that, in ms, on a machine that does much else. */
const onItsWayMs = 1_000;
/** Questions a second to each of the others; lettings allows twenty calls, of all together. */
const pace = { lettings: 5, other: 20 };
/** Few records, asked for in turn. */
const records = 8;

const nowMs = () => Date.now();
const moment = () => new Promise((resolve) => setTimeout(resolve, 25));

/** Plays it. */
export async function play(scene: Scene, row: Row, round = 0): Promise<Seen> {
  const { town, writers, notebook } = scene;
  const wrong: string[] = [];
  for (const proxy of Object.values(town.proxies)) proxy.reset();
  const lintel = scene.lintels.length === 1 ? scene.lintel() : null;
  const readers = lintel && row.broken ? readOthers(lintel.url, scene, row.broken) : null;
  let brokenMs = Number.POSITIVE_INFINITY;
  let mendedMs = Number.POSITIVE_INFINITY;
  const stage: Stage = {
    ...writers,
    scene,
    size,
    random: chance(`${row.name} ${scene.engine} ${round}`),
    async break(...given) {
      brokenMs = Math.min(brokenMs, nowMs());
      await town.break(...given);
    },
    async mend(target) {
      await town.mend(target);
      if (!target) mendedMs = nowMs();
    },
    calls: town.calls,
    effects: town.effects,
    drained: () => drain(scene, wrong),
    async asked(operation, times) {
      const before = await town.calls(operation);
      const untilMs = nowMs() + longestAskedMs;
      while ((await town.calls(operation)) < before + times && nowMs() < untilMs) await moment();
    },
    wrong: (what) => void wrong.push(what),
  };
  try {
    if (readers) await readers.until(() => readers.shots.length >= 20);
    await row.play(stage);
    await stage.mend();
    await stage.drained();
    if (readers) await readers.until(() => readers.shots.filter(({ atMs }) => atMs > mendedMs).length >= 20);
  } finally {
    await stage.mend();
    await readers?.stop();
  }
  const { ledger, wrong: found } = await audit(scene.lintel().url, notebook, await town.effects(scene.since));
  if (lintel) wrong.push(...callsToOpen(lintel, town));
  const shots = readers?.shots ?? [];
  const isBroken = ({ atMs }: Shot) => atMs >= brokenMs && atMs < mendedMs;
  return {
    ledger,
    wrong: [...wrong, ...found, ...(readers?.memory.wrong ?? [])],
    broken: shots.filter(isBroken),
    well: shots.filter((shot) => !isBroken(shot)),
  };
}

/** Reads of every system but the broken one. */
function readOthers(url: string, { stock }: Scene, broken: string): Readers {
  const memory = newMemory();
  const targets = targetsOf({
    tenancies: stock.properties,
    lettings: stock.world.applications.slice(0, records).map(({ appRef }) => appRef),
    telephony: [''],
  }).filter(({ system, keys }) => system !== broken && keys.length > 0);
  const inTurn =
    ({ keys }: Target) =>
    (turn: number) =>
      keys[turn % keys.length] as string;
  const streams = targets.map((target) =>
    streamOf('other', target.system === 'lettings' ? pace.lettings : pace.other, target, inTurn(target), memory),
  );
  return readersOf(url, streams, memory);
}

/**
 * What is left for a person to decide stays open for good. Each Lintel is asked: an emergency that one has in its journal, and
 * has not yet brought to the store they share, is known to that one alone.
 */
async function drain(scene: Scene, wrong: string[]): Promise<void> {
  const untilMs = nowMs() + longestDrainMs;
  for (;;) {
    const ledgers = await Promise.all(scene.lintels.map(({ url }) => ledgerOf(url)));
    const moving = ledgers
      .flatMap(({ byState }) => byState)
      .filter(({ state }) => ['QUEUED', 'SENDING', 'AMBIGUOUS'].includes(state));
    const left = moving.reduce((sum, { count }) => sum + count, 0);
    if (left === 0) return;
    if (nowMs() > untilMs) {
      const { data } = await ask(
        scene.lintel().url,
        '{ systems { backends { name state circuit alarm { compared missing older reissued changed } } } }',
      );
      const how = data?.systems.flatMap(({ backends }: { backends: object[] }) =>
        backends.map((each) => JSON.stringify(each)),
      );
      wrong.push(`Left undone: ${moving.map(({ state, count }) => `${count} ${state}`).join(', ')}. ${how?.join(' ')}`);
      return;
    }
    await moment();
  }
}

const isProbe: Record<string, (text: string) => boolean> = {
  ...Object.fromEntries(
    targetsOf({}).map(({ system, isProbe: probe }) => [
      { repairs: 'repairs.workOrders', telephony: 'telephony.switchboard' }[system] ?? `${system}.${system}`,
      probe,
    ]),
  ),
  // It asks for an order that nobody has, in a session of its own where none is open.
  'repairs.scheduler': (text) => /:(selectOrder|openSession)\b/.test(text),
};

/** Questions that reached a backend while this Lintel's circuit before it was open, but for its own probes. */
function callsToOpen(lintel: Process, { proxies }: Town): string[] {
  const changes = lintel.circuits();
  return Object.entries(proxies).flatMap(([backend, proxy]) => {
    const own = changes.filter((change) => change.backend === backend);
    const open = own.flatMap(({ circuit, atMs }, index) =>
      circuit === 'OPEN' ? [{ from: atMs + onItsWayMs, to: own[index + 1]?.atMs ?? Number.POSITIVE_INFINITY }] : [],
    );
    const users = proxy
      .questions()
      .filter(({ atMs, text }) => !isProbe[backend]?.(text) && open.some(({ from, to }) => atMs > from && atMs < to));
    return users.map(({ text }) => `A call to ${backend}, whose circuit was open: ${text.split('\r\n')[0]}`);
  });
}
