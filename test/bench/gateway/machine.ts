// The machine that is measured on: which core a program runs on, what it has used of it, and the load that is put on it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { command } from '../../process.ts';

const found = (program: string) => {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Whether programs can be kept apart: gateways on the first core, all others on the second. */
export const pinned = availableParallelism() > 1 && found('taskset');

/** Whether there is anything to put a load on with. */
export const hasLoad = found('wrk');

/** A command, kept to one core where that can be. */
export function onCore(core: 0 | 1, words: readonly string[]): string[] {
  return pinned ? ['taskset', '-c', String(core), ...words] : [...words];
}

/** The process, and all that it has started. */
function tree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children.flatMap((child) => tree(Number(child)))];
}

/** How often the kernel counts, per second: what /proc tells of processor time is in this. */
const ticksASecond = 100;

/** Processor time that a program has used so far, in ms. */
export function processorMs(pid: number): number {
  const ticks = tree(pid).map((each) => {
    const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1_000) / ticksASecond;
}

/** The most memory that a program has had so far, in MB. */
export function peakMb(pid: number): number {
  const peaks = tree(pid).map((each) =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1]),
  );
  return peaks.reduce((sum, each) => sum + each, 0) / 1_024;
}

/** What came of a load. */
export interface Load {
  requests: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers with a status of 400 and more, and connections that broke. */
  failures: number;
}

/** Writes what wrk is told for these bodies; gives the file. */
export function loadScript(folder: string, name: string, bodies: readonly string[]): string {
  const file = join(folder, `${name}.lua`);
  const list = bodies.map((body) => `[==[${body}]==]`).join(',\n');
  const script = `
local bodies = { ${list} }
local ready, at = {}, 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
function init() for index, body in ipairs(bodies) do ready[index] = wrk.format(nil, nil, nil, body) end end
function request() at = at % #ready + 1; return ready[at] end
function done(summary, latency)
  local e = summary.errors
  print(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failures":%d}', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`;
  writeFileSync(file, script);
  return file;
}

/** Asks as fast as it is answered, over so many connections. */
export async function load(url: string, script: string, connections: number, seconds: number): Promise<Load> {
  const words = onCore(1, ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url]);
  const wrk = command(words[0] ?? '', words.slice(1), {}, '/');
  const [line] = await wrk.prints(/^\{"requests".*\}$/m);
  await wrk.ended;
  const { requests, us, p50, p99, failures } = JSON.parse(line);
  return { requests, seconds: us / 1e6, p50Ms: p50 / 1e3, p99Ms: p99 / 1e3, failures };
}
