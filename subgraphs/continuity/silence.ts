// Whether a backend that answers is to be believed: one that was silent for long may have come back out of a backup, and
// is compared with what was kept before it is. And whether one that nobody asks is there at all. Knows no wire.
import type { Clock } from './clock.ts';
import { type Findings, type Standing, speaksForBackup, unproven } from './standing.ts';
import type { Standings } from './standings.ts';

/** What is watched, and what it needs. */
export interface SilenceSurroundings {
  system: string;
  backend: string;
  clock: Clock;
  standings: Standings;
  /** Whether anything is kept that it could be compared with: if not, its silence puts nothing in doubt. */
  keeps: boolean;
  /** Sends a probe that counts as a call of nobody's: its success is told through `heard`. Never throws. */
  look(): Promise<void>;
  /**
   * Compares it with what is kept up to a generation. Throws where it does not answer.
   * @param heardMs when it was last heard before it was doubted, ms since 1970. Null: not known.
   */
  compare(frozen: number, heardMs: number | null): Promise<Findings>;
}

/** A watch over one backend. */
export interface Silence {
  /** It has just answered somebody. Called before the answer is used. */
  heard(): void;
  /** Whether it may have been restored since anybody heard of it, and has not been looked at yet. */
  long(): boolean;
  /** It has said itself that it is not what it was: it is checked now. */
  doubt(): void;
  /** Looks at it now, if it is not being looked at: what is in doubt is checked as soon as it answers. */
  look(): void;
  close(): void;
}

/** A silence after which a backend may have been restored, in ms: nobody restores one in ten minutes. */
const doubtAfterMs = 10 * 60_000;
/** How often one that nobody asks is looked at, in ms: twice within the silence that would put it in doubt. */
const lookEveryMs = 5 * 60_000;
/** How long after a check that could not be finished the next one begins, in ms. */
const checkAgainMs = 5_000;

/** Watches from now on; looks at once where it has been silent, so that it is checked before anybody asks. */
export function watchSilence(outside: SilenceSurroundings): Silence {
  const { system, backend, clock, standings } = outside;
  let checking = false;
  let looking = false;
  let closed = false;
  let heardMs = standings.lastAnsweredMs(system, backend);
  let cancelLook = () => {};
  let cancelCheck = () => {};

  const silentMs = () => clock.now() - (standings.lastAnsweredMs(system, backend) ?? clock.now());

  const long = () => outside.keeps && silentMs() > doubtAfterMs;

  function doubt(): void {
    if (!unproven(standings.of(system, backend))) standings.doubt(system, backend);
  }

  async function check(): Promise<void> {
    if (checking || closed || !toBeChecked(standings.of(system, backend))) return;
    checking = true;
    cancelCheck();
    standings.hold(system, backend, null);
    try {
      const findings = await outside.compare(standings.of(system, backend).frozen, heardMs);
      // An operator may have decided meanwhile.
      if (!toBeChecked(standings.of(system, backend))) return;
      if (speaksForBackup(findings)) standings.hold(system, backend, findings);
      else standings.prove(system, backend, findings);
    } catch {
      // It does not answer after all: the circuit says why. It stays in doubt, and is checked when it does.
      cancelCheck = clock.after(checkAgainMs, () => void check());
    } finally {
      checking = false;
    }
  }

  function lookLater(): void {
    if (closed) return;
    cancelLook = clock.after(lookEveryMs, () => {
      if (silentMs() >= lookEveryMs || standings.lastAnsweredMs(system, backend) === null) void outside.look();
      lookLater();
    });
  }

  lookLater();
  if (silentMs() > doubtAfterMs || toBeChecked(standings.of(system, backend))) void outside.look();

  return {
    heard() {
      const silent = long();
      if (!silent && !unproven(standings.of(system, backend))) heardMs = clock.now();
      standings.answered(system, backend);
      if (silent) doubt();
      void check();
    },
    doubt() {
      if (outside.keeps) doubt();
      void check();
    },
    long,
    look() {
      if (looking) return;
      looking = true;
      void outside.look().finally(() => {
        looking = false;
      });
    },
    close() {
      closed = true;
      cancelLook();
      cancelCheck();
    },
  };
}

/** What nothing stands over but doubt. */
function toBeChecked(standing: Standing): boolean {
  const byItself = standing.state === 'AUTOMATIC' || (standing.state === 'HELD' && !standing.alarm);
  return byItself && unproven(standing);
}
