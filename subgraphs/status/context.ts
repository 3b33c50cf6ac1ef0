// What the status subgraph is given: what runs in this process, as far as it can be looked at and ordered about.
import type { GraphQLError } from 'graphql';
import type { Events } from '../continuity/events.ts';
import type { Forgotten } from '../continuity/forgetting.ts';
import type { Intake } from '../continuity/intake.ts';
import type { Notices } from '../continuity/notices.ts';
import type { SystemWords } from '../continuity/sentence.ts';
import type { Coverage } from '../continuity/snapshots.ts';
import type { System } from '../continuity/system.ts';
import type { Unlinked } from '../continuity/unlinked.ts';
import type { Walks as AllWalks } from '../continuity/warm.ts';
import type { Replays } from './replays.ts';

/** The walks of this process, as far as they can be looked at and ordered about. */
export type Walks = Pick<AllWalks, 'of' | 'start' | 'stop'>;

/** Who forgets people in what is kept. Rejects where the store fails. */
export interface PersonData {
  forget(personReference: string): Promise<Forgotten>;
  /** Finds what no kept record of a person leads to; forgets it where that is wished. Takes minutes where much is kept. */
  unlinked(forget: boolean): Promise<Unlinked>;
}

/** A system as status knows it: not to be asked, only looked at and ordered about. */
export type Attended = Pick<System, 'name' | 'status' | 'order' | 'tryAgain' | 'explain' | 'waiting'>;

/** What resolvers of status are given. */
export interface StatusContext {
  systems: readonly Attended[];
  /** What each system says of itself to residents, by its name. */
  words: ReadonlyMap<string, SystemWords>;
  events: Events;
  notices: Notices;
  walks: Walks;
  /** What has been written. Null: nothing can be, since nothing is kept. */
  intake: Intake | null;
  /** Replays that operators ask for. Null as above. */
  replays: Replays | null;
  /** Who forgets people. Null: nothing is kept. */
  personData: PersonData | null;
  /** What is kept of a system; empty where nothing is. */
  coverage(system: string): Promise<readonly Coverage[]>;
  /** Ms since 1970. */
  now(): number;
  /** Told of what goes wrong in Lintel itself, for the log; who asked is told without its particulars. */
  onFailure(what: string, error: unknown): void;
  /** Who gives orders in this request: an operator's name, or the error for who may not. */
  operator: string | GraphQLError;
}
