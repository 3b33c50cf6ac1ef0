// How walks that keep everything warm look while they go: a bar for each at a terminal, a line for each elsewhere. Knows
// numbers and words; asks nobody.
import { paint } from './terminal.ts';

/** A walk, as the status of its system gives it. */
export interface WalkShown {
  system: string;
  state: 'RUNNING' | 'WAITING' | 'STOPPED' | 'DONE' | 'FAILED';
  done: number;
  total: number | null;
  startedAt: string;
  endedAt: string | null;
  reason: string | null;
}

const barLength = 24;
/** Speed is that of the last half minute: a walk that has waited is not slow for ever. */
const windowMs = 30_000;

const count = (value: number) => value.toLocaleString('en-GB');

/** Remembers how far walks had come, to tell how fast they go. */
export function createSpeeds() {
  const seen = new Map<string, { atMs: number; done: number }[]>();
  return {
    /** Records a second; null: not known yet. */
    of({ system, done }: WalkShown, nowMs: number): number | null {
      const before = (seen.get(system) ?? []).filter(({ atMs }) => nowMs - atMs <= windowMs);
      seen.set(system, [...before, { atMs: nowMs, done }]);
      const [first] = before;
      return first && nowMs > first.atMs ? ((done - first.done) * 1_000) / (nowMs - first.atMs) : null;
    },
  };
}

/** One walk in a sentence. */
export function lineOf(walk: WalkShown, aSecond: number | null): string {
  const { system, done, total, reason } = walk;
  const of = total !== null && total > done ? ` of ${count(total)}` : '';
  const so = `${system}: ${count(done)}${of} records`;
  switch (walk.state) {
    case 'RUNNING':
      return `${so}${speed(aSecond)}${remaining(walk, aSecond)}`;
    case 'WAITING':
      return `${so}. ${reason ?? 'It waits.'}`;
    case 'STOPPED':
      return `${so}, then it was stopped. It goes on where it was with: npx lintel keep-warm ${system}`;
    case 'DONE':
      return `${system}: everything is kept, ${count(done)} records${took(walk)}.${reason ? ` ${reason}` : ''}`;
    case 'FAILED':
      return `${so}, then it gave up. ${reason ?? ''}`.trimEnd();
  }
}

/** One walk as a bar, in at most `width` characters. */
export function barOf(walk: WalkShown, aSecond: number | null, width: number): string {
  const { system, done, total, state } = walk;
  if (state !== 'RUNNING' && state !== 'WAITING') return lineOf(walk, aSecond).slice(0, width);
  const share = total ? Math.min(1, done / total) : 0;
  const full = Math.round(share * barLength);
  const bar = '█'.repeat(full) + '░'.repeat(barLength - full);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const head = `${system.padEnd(10)} ${bar} ${percent}  ${count(done)}${total === null ? '' : ` of ${count(total)}`}`;
  const tail = state === 'WAITING' ? `  waits: ${walk.reason ?? ''}` : `${speed(aSecond)}${remaining(walk, aSecond)}`;
  const text = `${head}${tail}`.slice(0, width);
  return state === 'WAITING' ? paint('strange', text, process.stderr) : text;
}

function speed(aSecond: number | null): string {
  return aSecond === null ? '' : `, ${count(Math.round(aSecond))} a second`;
}

function remaining({ done, total }: WalkShown, aSecond: number | null): string {
  if (!aSecond || total === null || total <= done) return '';
  return `, ${duration((total - done) / aSecond)} left`;
}

function took({ startedAt, endedAt }: WalkShown): string {
  return endedAt === null ? '' : `, in ${duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000)}`;
}

/** `40 s`, `3 min`, `1 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
