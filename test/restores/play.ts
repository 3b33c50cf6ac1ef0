// Plays one restore: residents write and read by way of Lintel, staff work in the system itself, a backup is taken, time
// passes, the backup comes back. Then what the oracle knows is held against what Lintel says. Knows Lintel from outside.
import type { StorePlace } from '../../subgraphs/continuity/store.ts';
import { type Crowd, openCrowd } from './crowd.ts';
import { type Loss, type Oracle, openOracle } from './oracle.ts';
import { backMs, type Plan } from './plan.ts';
import { grounds } from './residents.ts';
import { openSite, type Site } from './site.ts';
import { type Staff, staffOf } from './staff.ts';

/** What does not hold, by the kind of promise. */
export interface Finding {
  kind: 'BELIEVED' | 'ANOTHERS' | 'HELD_FOR_NOTHING' | 'TWO_RECEIPTS' | 'WRITTEN_WHILE_HELD' | 'BROKEN';
  what: string;
}

/** How a play has ended. */
export interface Outcome {
  findings: Finding[];
  /** How long the system was held after a silence in which nothing was lost, in virtual ms; null: no end was seen. */
  releasedMs: number | null;
  /** How long after the restored system answered it was held with an alarm, in virtual ms; null: it never was. */
  noticedMs: number | null;
  /** Records lost, by the oracle. */
  lost: number;
}

/** A play under way. */
interface Stage {
  plan: Plan;
  site: Site;
  crowd: Crowd;
  staff: Staff;
  oracle: Oracle;
  findings: Finding[];
}

/** Monday morning: agents are at work, and the four days of the longest play end on a Friday morning. */
const startMs = Date.UTC(2027, 2, 1, 9);
/** Longer than the silence after which a system may have been restored. */
const silenceMs = 12 * 60_000;
/** A backend that answers again is heard at the next probe: in 30 s, scattered by half, at the latest. */
const heardWithinMs = 60_000;
/** By then a check on return has decided. */
const decidedMs = 30_000;
/** A restore that nobody saw is noticed when each applied write has been looked up once more: within a day, and twice. */
const noticedWithinMs = 25 * 3_600_000;
/**
 * Emergencies are looked up 1, 10 and 60 minutes after they were applied, twice where one is missing, a minute apart; the alarm
 * follows within another minute. One that was applied less than a minute before is noticed so soon, any other with the last.
 */
const urgentWithinMs = { fresh: 4 * 60_000, older: 63 * 60_000 };
/** What an index of a restored or busy system may lag behind, in ms: one look-up misses what the next one finds. */
const lagMs = 75_000;
/** Writes at most until there is one that a restore would lose: one in six books a visit, so that one play in 200 goes without. */
const mostMore = 30;
/** Over hours and days: what comes round each few seconds comes round so often. */
const strideMs = 9 * 60_000;

/** Plays one. `place`: of a new, empty store. */
export async function play(plan: Plan, place: StorePlace): Promise<Outcome> {
  const site = await openSite(place, plan.seed, startMs);
  const stage: Stage = {
    plan,
    site,
    crowd: openCrowd(site, plan),
    staff: staffOf(site, plan),
    oracle: openOracle(site, plan.system),
    findings: [],
  };
  try {
    await leaveAlone(stage);
    await beforehand(stage);
    // A store that was made slow is said to be.
    const expected = site.failures().length;
    const releasedMs = await nothingLost(stage);
    const { noticedMs, lost } = await restored(stage);
    await afterwards(stage);
    // What the log says of what was lost is no failure of Lintel's own.
    const broken = site.failures().slice(expected);
    for (const failure of broken.filter((said) => /failed/.test(said))) find(stage, 'BROKEN', failure);
    return { findings: stage.findings, releasedMs, noticedMs, lost };
  } finally {
    await site.close();
  }
}

function find({ findings }: Stage, kind: Finding['kind'], what: string): void {
  findings.push({ kind, what });
}

/** The other systems are cut off on purpose: what they would be asked over days is most of what a play would cost. */
async function leaveAlone({ plan, site }: Stage): Promise<void> {
  for (const system of Object.keys(grounds).filter((each) => each !== plan.system)) await isolate(site, system);
}

/** Residents write and read for a while, and one of them is in two minds while the store is slow. */
async function beforehand(stage: Stage): Promise<void> {
  const { plan, site, crowd, oracle } = stage;
  if (plan.warm) await keepWarm(stage);
  const twice = await crowd.sameKeyTwice();
  if (twice) find(stage, 'TWO_RECEIPTS', twice);
  await crowd.write(3);
  await site.clock.pass(20_000);
  oracle.shown(await crowd.read());
}

async function keepWarm({ plan, site }: Stage): Promise<void> {
  const { errors } = await site.order(`mutation { startKeepWarm(system: "${plan.system}") { name } }`);
  if (errors.length > 0) throw new Error(`Nothing is kept warm: ${errors[0]?.message}`);
  // A gentle walk over the smallest of landlords.
  await site.clock.pass(10 * 60_000, 1_000);
}

/**
 * Nothing is lost: staff correct one record in twenty, an index lags, and the system is away for a while. Gives how long it was
 * held after that, in virtual ms.
 */
async function nothingLost(stage: Stage): Promise<number | null> {
  const { plan, site, crowd, staff } = stage;
  staff.lag(lagMs);
  await crowd.write(1, 'EMERGENCY');
  await site.clock.pass(4 * 60_000, 5_000);
  staff.lag(0);
  if (await isHeld(stage)) {
    find(stage, 'HELD_FOR_NOTHING', `in normal running, its index ${lagMs / 1_000} s behind: ${await alarms(stage)}`);
    await release(stage);
  }
  await goAway(stage, plan.downtime === 'ISOLATED' ? 'ISOLATED' : 'DOWN');
  staff.correct(0.05, crowd.life.notes);
  await site.clock.pass(silenceMs, 30_000);
  await comeBack(stage, plan.downtime === 'ISOLATED' ? 'ISOLATED' : 'DOWN');
  const backAtMs = site.clock.now();
  const freed = await until(stage, decidedMs, 500, async () => !(await isHeld(stage)) && (await isUp(stage)));
  if (!freed) {
    find(stage, 'HELD_FOR_NOTHING', `after ${silenceMs / 60_000} minutes' silence: ${await alarms(stage)}`);
    await release(stage);
  }
  const releasedMs = freed ? site.clock.now() - backAtMs : null;
  await site.clock.pass(60_000, 5_000);
  return releasedMs;
}

/** The backup comes back. */
async function restored(stage: Stage): Promise<{ noticedMs: number | null; lost: number }> {
  const { plan, site, crowd, staff, oracle } = stage;
  site.mocks.backup(plan.restored);
  oracle.backedUp();
  await meanwhile(stage, backMs(plan));
  const losses = oracle.restoring(crowd.life.notes);
  if (plan.downtime !== 'NONE') {
    await goAway(stage, plan.downtime);
    // Accepted while nobody can look what they are about.
    await crowd.follow('RECEIPT', 2);
    await crowd.follow('NUMBER', 2);
    await crowd.write(1);
    await site.clock.pass(silenceMs, 30_000);
  }
  await site.mocks.restore(plan.restored);
  const lost = losses();
  if (plan.reissue) staff.enter(20);
  if (plan.downtime !== 'NONE') await comeBack(stage, plan.downtime);
  const backAtMs = site.clock.now();
  // By receipt alone: a number that is named now may be meant as it is now.
  if (plan.downtime === 'NONE') await crowd.follow('RECEIPT', 2);
  const withinMs = plan.downtime !== 'NONE' ? decidedMs : patienceOf(lost, backAtMs);
  const noticed = await until(stage, withinMs, plan.downtime === 'NONE' ? 0 : 500, () => isHeld(stage, true));
  const noticedMs = noticed ? site.clock.now() - backAtMs : null;
  if (!lost.some(({ kind }) => kind === 'WRITE')) find(stage, 'BROKEN', 'the play is worth nothing: no write was lost');
  else if (!noticed && oracle.stillLost(lost).length > 0) {
    const what = oracle.stillLost(lost).map((each) => each.what);
    find(stage, 'BELIEVED', `${what.length} lost: ${what.slice(0, 4).join('; ')}. It is ${await states(stage)}`);
  }
  return { noticedMs, lost: lost.length };
}

/** How long what was lost may go unnoticed where nobody has seen that the system was away. */
function patienceOf(lost: readonly Loss[], restoredMs: number): number {
  const urgent = lost.flatMap(({ urgentMs }) => urgentMs ?? []);
  if (urgent.length === 0) return noticedWithinMs;
  return restoredMs - Math.max(...urgent) < 60_000 ? urgentWithinMs.fresh : urgentWithinMs.older;
}

/** Between a backup and what brings it back, residents and staff go on, up to the last minute. */
async function meanwhile({ plan, site, crowd, staff, oracle }: Stage, spanMs: number): Promise<void> {
  const endMs = site.clock.now() + spanMs;
  const rounds = plan.back === 'MINUTE' ? 1 : 2;
  for (let round = 0; round < rounds; round += 1) {
    await crowd.write(2);
    await staff.work(3);
    await site.clock.pass(plan.back === 'MINUTE' ? 5_000 : 90_000, 5_000);
    crowd.know(staff.made());
    oracle.shown(await crowd.read());
    const leftMs = endMs - site.clock.now() - 40_000;
    if (round + 1 < rounds) await site.clock.pass(leftMs, strideMs);
  }
  await crowd.write(1, 'EMERGENCY');
  await crowd.write(2);
  await crowd.follow('RECEIPT', 1);
  // A window that is taken books no visit: then a minute may have passed without anything for the scheduler to lose.
  const wants = () => plan.restored === 'repairs.scheduler' && !oracle.wouldLose(plan.restored);
  for (let more = mostMore; more > 0 && wants(); more -= 1) {
    await crowd.write(1);
    await site.clock.pass(1_000, 1_000);
  }
  await site.clock.pass(Math.max(15_000, endMs - site.clock.now()), 5_000);
  crowd.know(staff.made());
  await crowd.learn();
  oracle.shown(await crowd.read());
}

/** While it is held nothing goes to it; released by an operator, what waits goes out, and none of it to another's door. */
async function afterwards(stage: Stage): Promise<void> {
  const { plan, site, crowd, oracle } = stage;
  if (await isHeld(stage)) {
    const held = (await site.told(plan.system)).filter(({ state }) => state === 'HELD').map(({ name }) => name);
    const before = site.effects().length;
    await crowd.follow('RECEIPT', 1);
    await site.clock.pass(60_000, 5_000);
    const written = site.effects(before).filter(({ target }) => {
      const [system, backend = system] = target.split('.');
      return system === plan.system && held.includes(backend ?? '');
    });
    for (const { operation, about } of written) find(stage, 'WRITTEN_WHILE_HELD', `${operation} ${about}`);
    await release(stage);
  }
  await site.clock.pass(5 * 60_000, 5_000);
  for (const what of oracle.astray(crowd.life.notes)) find(stage, 'ANOTHERS', what);
}

async function goAway({ plan, site }: Stage, how: 'DOWN' | 'ISOLATED'): Promise<void> {
  if (how === 'DOWN') return site.mocks.setFault({ target: plan.restored, fault: 'down' });
  await isolate(site, plan.system);
}

async function isolate(site: Site, system: string): Promise<void> {
  const { errors } = await site.order(
    `mutation { setSystemState(input: { system: "${system}", state: ISOLATED, why: "a play" }) { name } }`,
  );
  if (errors.length > 0) throw new Error(`It cannot be isolated: ${errors[0]?.message}`);
}

async function comeBack(stage: Stage, how: 'DOWN' | 'ISOLATED'): Promise<void> {
  const { plan, site } = stage;
  if (how === 'ISOLATED') return release(stage);
  await site.mocks.clearFaults(plan.restored);
  // Its return begins with the probe that hears it, which may be half a minute off.
  await site.order(`mutation { tryAgain(system: "${plan.system}") { name } }`);
  const heard = await until(stage, heardWithinMs, 500, async () => !/DOWN/.test(await states(stage)));
  if (!heard) find(stage, 'BROKEN', `it answers, and is not heard: ${await states(stage)}`);
}

async function release({ plan, site }: Stage): Promise<void> {
  const { errors } = await site.order(
    `mutation { setSystemState(input: { system: "${plan.system}", state: RELEASED, why: "a play" }) { name } }`,
  );
  // Where it has just released itself there is nothing left to release.
  if (errors.length > 0 && !/Nothing is set/.test(errors[0]?.message ?? ''))
    throw new Error(`It cannot be released: ${errors[0]?.message}`);
}

/** Whether a backend is held; with `alarmed`, because something was found. */
async function isHeld({ plan, site }: Stage, alarmed = false): Promise<boolean> {
  const backends = await site.told(plan.system);
  return backends.some(({ state, alarm }) => state === 'HELD' && (!alarmed || alarm !== null));
}

async function isUp({ plan, site }: Stage): Promise<boolean> {
  const backends = await site.told(plan.system);
  return backends.every(({ state }) => state === 'OPERATIONAL' || state === 'DEGRADED');
}

async function states({ plan, site }: Stage): Promise<string> {
  return (await site.told(plan.system)).map(({ name, state }) => `${name} ${state}`).join(', ');
}

async function alarms({ plan, site }: Stage): Promise<string> {
  return (await site.told(plan.system)).map((backend) => JSON.stringify(backend)).join(' ');
}

/** Lets time pass until something is so; false: it never was. Looks every `everyMs`; 0: finely at first, then at the longest stride. */
async function until(
  { site }: Stage,
  withinMs: number,
  everyMs: number,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const [beginMs, endMs] = [site.clock.now(), site.clock.now() + withinMs];
  for (;;) {
    if (await isSo()) return true;
    if (site.clock.now() >= endMs) return false;
    const goneMs = site.clock.now() - beginMs;
    const stepMs = everyMs || (goneMs < 3 * 60_000 ? 5_000 : goneMs < 65 * 60_000 ? 60_000 : strideMs);
    await site.clock.pass(stepMs, stepMs > 5_000 ? stepMs : 1_000);
  }
}
