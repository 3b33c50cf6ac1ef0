// What the telephone exchange can be asked to do: ring somebody. Knows no URL.
import type { Step } from '../continuity/mutation.ts';

/** It rings so long before it is given up, in seconds: seven or eight rings, before most answering machines. */
export const ringSeconds = 30;

/** Somebody to be rung, and the line that they are put through to once they answer. */
export interface CallToMake {
  /** E.164. */
  number: string;
  /** The line's name, e.g. `repairs`. */
  line: string;
  /** Why. Absent in what was accepted before calls were limited: a call-back. */
  purpose?: 'CALLBACK' | 'WELFARE';
  /** Who, where that is known. */
  personReference?: string | null;
  /** The call-back that this request joined, by its id. */
  joins?: string | null;
}

/** A call that is being made, or was. */
export interface CallMade {
  /** The exchange's identifier of the call, which is the step's reference: the read `outcomeOfCall` tells how it went. */
  callId: string;
}

/** What became of a call that was made for us. */
export interface CallOutcome {
  /** ANSWERED: by whoever was rung. UNKNOWN: in a word that Lintel does not know. */
  state: 'ANSWERED' | 'NO_ANSWER' | 'BUSY' | 'FAILED' | 'UNKNOWN';
  /** Whether somebody of ours then took it from the line; null where they never came to wait there. */
  putThrough: boolean | null;
  startedAt: string | null;
  endedAt: string | null;
  /** How long was talked, in seconds; null where that is not recorded. */
  talkSeconds: number | null;
}

/** The changes by name. */
export type TelephonySteps = {
  /**
   * Backend switchboard. Nobody is rung twice by guess: where the exchange neither has the call nor recorded it, a person
   * decides.
   */
  originate: Step<CallToMake, CallMade>;
};
