// A made-up system for the bench of the intake: sixteen workers that take 20 ms for whatever they are asked, so that one who
// asks too much makes others wait. Behind Lintel's own guard, as any system is.
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../../subgraphs/continuity/clock.ts';
import type { Read, SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { createEvents } from '../../../subgraphs/continuity/events.ts';
import type { Intake } from '../../../subgraphs/continuity/intake.ts';
import type { Mutation, Step } from '../../../subgraphs/continuity/mutation.ts';
import { createStandings } from '../../../subgraphs/continuity/standings.ts';
import { createSystem, type System } from '../../../subgraphs/continuity/system.ts';

/** As many as a wire opens connections. */
const workers = 16;
const workMs = 20;

/** What is noted. */
export interface Note {
  about: string;
  text: string;
}

const note: Mutation<Note> = {
  check: (given) => given as Note,
  entity: ({ about }) => about,
  terms: ({ about }) => [`property\n${about}`],
  steps: (input) => [{ kind: 'note', title: 'note it', input }],
  whileDown: 'QUEUE',
  sentences: () => ({ QUEUED: 'Noted.', APPLIED: 'Done.' }),
  says: ({ text }) => ({ text }),
};

/** The system, and how often it was written to. */
export interface Office {
  system: System;
  applied(): number;
  close(): Promise<void>;
}

/** Starts it over an intake. */
export function startOffice(intake: Pick<Intake, 'serve'>): Office {
  let busy = 0;
  let applied = 0;
  const waiting: (() => void)[] = [];
  async function work(): Promise<void> {
    if (busy >= workers) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
    await pause(workMs);
    busy -= 1;
    waiting.shift()?.();
  }

  const name: Read<string, string | null> = {
    backend: 'desk',
    limit: 1,
    absent: null,
    async ask(keys) {
      await work();
      return new Map(keys.map((key) => [key, 'there']));
    },
  };
  const noting: Step<Note, null> = {
    backend: 'desk',
    repeat: 'KEY',
    async apply(_note, context) {
      await context.sending();
      await work();
      applied += 1;
      return null;
    },
  };
  const definition: SystemDefinition = {
    name: 'office',
    backends: { desk: { variable: 'OFFICE', credentials: 'PASSWORD' } },
    mutations: { note },
    adapter: () => ({ reads: { name }, steps: { note: noting }, probes: { desk: work }, close: async () => {} }),
    resolvers: {},
  };
  const onFailure = (what: string, error: unknown) => console.error(what, error);
  const standings = createStandings({ store: null, clock: systemClock, onFailure });
  const events = createEvents({ store: null, clock: systemClock, process: 'bench', onFailure });
  let ids = 0;
  const system = createSystem(definition, {
    clock: systemClock,
    random: Math.random,
    id: () => `${++ids}`,
    connections: {},
    standings,
    events,
    intake,
  });
  return {
    system,
    applied: () => applied,
    async close() {
      await system.close();
      await Promise.all([events.close(), standings.close()]);
    },
  };
}

/** A submission of a note. */
export function submission(about: string, key: string) {
  const text = `The tap in the kitchen has dripped since Monday, ${key}. `.repeat(6);
  return {
    client: 'bench',
    system: 'office',
    mutation: 'note',
    idempotencyKey: key,
    input: { about, text },
    channel: 'WEB',
  };
}

/** How long things took, in ms: half of them, and all but one in a hundred, at most. */
export function quantiles(tookMs: readonly number[]): { p50: number; p99: number; most: number } {
  const sorted = [...tookMs].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? 0 };
}
