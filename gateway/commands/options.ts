// What may be given to options on the command line: each reads its text, or says what is allowed.
import { type Command, InvalidArgumentError } from 'commander';
import { isoInstant } from '../../subgraphs/continuity/clock.ts';
import { readInstant } from '../../subgraphs/continuity/london.ts';
import type { Config } from '../config.ts';

/** A whole number in a range. */
export function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A number that is not negative. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

/** A calendar day. */
export function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It must be a day, like 2026-07-02.');
}

/** An instant, as ISO 8601 in UTC: given with an offset, or as London time. */
export function instant(text: string): string {
  const atMs = readInstant(text);
  if (atMs !== null) return isoInstant(atMs);
  throw new InvalidArgumentError('It must be a time, like "2026-11-24 14:00" (London) or 2026-11-24T14:00:00Z.');
}

/** The same, or `unknown`. */
export function instantOrUnknown(text: string): string {
  return text === 'unknown' ? text : instant(text);
}

/** A port to listen on; 0 is any that is free. */
export const port = whole(0, 65_535);

/** What shapes the made-up world. */
export interface WorldFlags {
  homes?: number;
  seed?: number;
  today?: string;
  agents?: number;
}

/** The options that shape the made-up world; the same wherever one is made. The defaults are the world's own. */
export function withWorld(command: Command): Command {
  return command
    .optionsGroup('The made-up landlord:')
    .option('--homes <count>', 'how many homes it has, 100 to 500000 (default: 2000)', whole(100, 500_000))
    .option('--seed <number>', 'same seed and same day, same world (default: 20220620)', whole(0, 2 ** 31))
    .option('--today <day>', 'its present day, like 2026-07-02 (default: today)', day)
    .optionsGroup('Options:');
}

/** `--json`, worded alike wherever there is one. */
export function withJson(command: Command, what: string): Command {
  return command.option('--json', `${what} as JSON`);
}

/** What may be said of documents on the command line, over what is configured. */
export interface DocumentFlags {
  trustedDocuments?: string[];
  trustedOnly?: boolean;
}

/** Which documents are trusted, and whether they alone are answered. */
export function documentsOf(flags: DocumentFlags, { documents }: Pick<Config, 'documents'>): Config['documents'] {
  return { files: flags.trustedDocuments ?? documents.files, only: flags.trustedOnly ?? documents.only };
}
