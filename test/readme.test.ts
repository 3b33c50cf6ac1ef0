// The README's first page, typed as it stands there, in its order: what it says comes is what comes.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeeping } from '../gateway/keeping.ts';
import { type Lintel, startLintel } from '../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../mocks/index.ts';
import { systemClock } from '../subgraphs/continuity/clock.ts';
import { ask, eventually, type Reply } from './estate.ts';

const readme = readFileSync('README.md', 'utf8');
/** What stands between two headings. */
const chapter = (title: string) => readme.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
/** Bodies that are posted there: what stands between curl's `<<'END'` and its end. */
const posted = (text: string) =>
  [...text.matchAll(/<<'END'\n(.*?)\nEND\n/gs)].map(
    ([, body = '']) => JSON.parse(body) as { query: string; variables?: Record<string, unknown> },
  );

/** The made-up landlord of the command itself takes seconds to make on a busy machine. */
describe('the README', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-readme-'));
  let mocks: StartedMocks;
  let lintel: Lintel;
  let close = async () => {};

  beforeAll(async () => {
    const log = pino({ level: 'silent' });
    mocks = await startMocks();
    const place = {
      store: { file: join(folder, 'store') },
      storeKeys: new Map([['one', Buffer.alloc(32, 1)]]),
      emergencyFile: join(folder, 'emergencies'),
    };
    const keeping = await openKeeping(place, log, systemClock);
    // Nothing is read but what is asked for: as in the first minute.
    lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, keeping });
    close = async () => {
      await lintel.close();
      await keeping.close();
      await mocks.close();
    };
  }, 120_000);
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a page, the same page with repairs down, and an error for a home that nobody has asked for', async () => {
    const text = chapter('A query to paste');
    const [page] = posted(text);
    const other = /Ask for another home, `(property\(.*)`/.exec(text)?.[1] ?? '';
    const [, json = ''] = /```json\n(.*?)\n```/s.exec(text) ?? [];
    const shown = JSON.parse(json);
    // On a busy machine a system may first be too slow: asked until each has answered.
    const answered = (query: string) =>
      eventually(
        () => ask(lintel.url, query),
        ({ errors }) => errors.length === 0,
      );
    const whole = await answered(page?.query ?? '');
    // Not the home that has just been read. Its address may have been read; its repairs have not.
    expect(JSON.stringify(whole.data)).not.toContain(shown.data.property.address);
    await answered(`{ ${other.replace(/repairs .*$/, '}')} }`);
    expect(text).toContain('npx lintel fault repairs down');
    await mocks.setFault({ target: 'repairs', fault: 'down' });
    const again = await ask(lintel.url, page?.query ?? '');
    expect(again).toMatchObject({ data: whole.data, errors: [] });

    const reply = await ask(lintel.url, `{ ${other} }`);
    // Its times are of the day on which it was written; and what is slow just now is given as it was a moment ago.
    const timeless = ({ data, errors, extensions }: Pick<Reply, 'data' | 'errors' | 'extensions'>) =>
      JSON.parse(
        JSON.stringify({ data, errors, extensions })
          .replace(/"(asOf|since)":"[^"]*"/g, '"$1":"then"')
          .replace('"SNAPSHOT"', '"LIVE"'),
      );
    expect(timeless(reply)).toEqual(timeless(shown));
    await mocks.clearFaults();
  });

  it('takes its emergency, once', async () => {
    const [report] = posted(chapter('Writing'));
    const first = await ask(lintel.url, report?.query ?? '', report?.variables);
    expect(first.errors).toEqual([]);
    const again = await ask(lintel.url, report?.query ?? '', report?.variables);
    expect(again.data.reportRepair.receipt.id).toBe(first.data.reportRepair.receipt.id);
  });
});
