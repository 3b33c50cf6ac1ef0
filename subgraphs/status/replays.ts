// Replays that an operator asks for: what waits is sent at once, and not when its turn would come. One at a time in a process.
// Knows how far it has come; what is sent, and how, is the intake's.
import type { Intake } from '../continuity/intake.ts';

/** A replay that was asked for, under way or ended. Times in ms since 1970. */
export interface Replay {
  /** Of which system; null: of all. */
  system: string | null;
  /** At most so many attempts a second; null: as many as usual. */
  perSecond: number | null;
  state: 'RUNNING' | 'DONE' | 'FAILED';
  /** Attempts that have ended, whatever came of them. */
  done: number;
  /** What waited when it began. */
  total: number;
  startedAtMs: number;
  endedAtMs: number | null;
}

/** Replays of this process. */
export interface Replays {
  /** The one under way, or the last. */
  last(): Replay | null;
  /** Begins one. Gives the one that is under way where there is one. */
  start(system: string | null, perSecond: number | null): Promise<Replay>;
}

/** What replays need. */
export interface ReplaySurroundings {
  intake: Pick<Intake, 'replay' | 'ledger'>;
  now(): number;
  onFailure(what: string, error: unknown): void;
}

/** No replay yet. */
export function createReplays({ intake, now, onFailure }: ReplaySurroundings): Replays {
  let last: Replay | null = null;
  return {
    last: () => last,
    async start(system, perSecond) {
      const { byState } = await intake.ledger(system ?? undefined);
      if (last?.state === 'RUNNING') return last;
      const total = byState.QUEUED + byState.AMBIGUOUS;
      const mine: Replay = { system, perSecond, state: 'RUNNING', done: 0, total, startedAtMs: now(), endedAtMs: null };
      last = mine;
      const end = (state: Replay['state']) => Object.assign(mine, { state, endedAtMs: now() });
      const onProgress = (done: number) => Object.assign(mine, { done });
      const options = { ...(system !== null && { system }), ...(perSecond !== null && { perSecond }), onProgress };
      intake.replay(options).then(
        () => end('DONE'),
        (error: unknown) => {
          onFailure('a replay', error);
          end('FAILED');
        },
      );
      return mine;
    },
  };
}
