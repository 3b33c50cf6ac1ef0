// The status page in words: what stands there in every state, on London's clocks, and what it is over HTTP.
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, text } from '../../../gateway/pages/status.ts';
import { instant, moment, span } from '../../../gateway/pages/times.ts';
import { said, summary } from '../../../gateway/pages/words.ts';
import { type Estate, startEstate } from '../../estate.ts';
import { ago, backend, badWeek, dayMs, hourMs, nowMs, system } from './told.ts';

const saidOf = (...args: Parameters<typeof system>) => said(system(...args), nowMs);
const week = badWeek.map((facts) => said(facts, nowMs));

describe('times', () => {
  it('are said on London’s clocks, by the day as London counts it', () => {
    expect(moment(Date.UTC(2026, 10, 24, 9, 5), nowMs)).toBe('09:05 today');
    expect(moment(Date.UTC(2026, 10, 23, 23, 59), nowMs)).toBe('23:59 yesterday');
    expect(moment(Date.UTC(2026, 10, 25), nowMs)).toBe('00:00 tomorrow');
    expect(moment(Date.UTC(2026, 6, 2, 13), nowMs)).toBe('14:00 on Thursday 2 July');
    expect(moment(Date.UTC(2025, 11, 31, 12), nowMs)).toBe('12:00 on Wednesday 31 December 2025');
    // Half an hour before midnight in Greenwich is tomorrow in a London summer.
    const summer = Date.UTC(2026, 5, 30, 23, 30);
    expect(moment(summer, summer - hourMs)).toBe('00:30 tomorrow');
    expect(instant(nowMs)).toBe('14:05:33 on Tuesday 24 November 2026');
  });

  it('last as long as a person would say', () => {
    const spans = [59_999, 60_000, 2 * hourMs - 1, 47 * hourMs, 3 * dayMs, 13 * dayMs, 71 * dayMs].map(span);
    expect(spans).toEqual(['less than a minute', '1 minute', '1 hour', '47 hours', '3 days', '13 days', '10 weeks']);
  });
});

describe('what is said of a system', () => {
  it('is one sentence for all when all work, and when none can be asked', () => {
    const all = (state: string) => ['tenancies', 'lettings'].map((name) => saidOf(name, { state }));
    expect(summary(all('OPERATIONAL'))).toBe('All 2 systems work.');
    expect(summary(all('DOWN'))).toMatch(/^None of the 2 systems can be asked\. What was last known is given/);
    expect(summary([...all('OPERATIONAL'), saidOf('repairs', { state: 'DOWN' })])).toBe(
      'Repairs does not answer. The other 2 work.',
    );
    expect(summary(week)).toBe(
      'Lettings is back, but not relied on yet. Repairs does not answer. Telephony is cut off on purpose. Tenancies works.',
    );
  });

  it('has words of its own for every state that there is', () => {
    const states = buildSchema(readFileSync('schema/api.graphql', 'utf8')).getType('SystemState') as GraphQLEnumType;
    const values = states.getValues().map(({ name }) => name);
    const words = values.map((state) => saidOf('repairs', { state }));
    expect(new Set(words.map(({ headline }) => headline)).size).toBe(values.length);
    expect(words.map(({ headline }) => headline).join()).not.toMatch(/[A-Z]{2}|_/);
    expect(words.filter(({ sign }) => sign === 'works').map(({ state }) => state)).toEqual(['OPERATIONAL']);
  });

  it('says since when, until when, or that nobody knows', () => {
    expect(week[2]).toMatchObject({
      since: 'since 12:05 today, for 2 hours',
      back: 'Expected back by 16:05 tomorrow.',
    });
    expect(week[3]?.back).toBe('Nobody has said yet when it will be back.');
    expect(saidOf('repairs', { state: 'DOWN', expectedBack: ago(hourMs) }).back).toBe(
      'It was expected back by 13:05 today. No other time has been given.',
    );
    expect(saidOf('repairs').back).toBeNull();
    expect(saidOf('repairs', { state: 'DEGRADED' }).back).toBeNull();
    expect(saidOf('repairs', { state: 'HELD', expectedBack: ago(-hourMs) }).back).toBe(
      'Expected to be well again by 15:05 today.',
    );
  });

  it('says how old what is kept is, over all its kinds', () => {
    expect(week[2]?.kept).toBe(
      'What is kept is given instead: 60,711 records, the newest as last known at 12:05 today, the oldest at 15:05 on Saturday 5 September.',
    );
    expect(week[1]?.kept).toBe('Kept for where it cannot be relied on: 1 record, as last known at 13:05 today.');
    expect(week[3]?.kept).toBe('Nothing of it is kept: what it alone knows cannot be told.');
    expect(saidOf('repairs').kept).toBe('Nothing of it is kept yet.');
    expect(saidOf('repairs', { kept: null }).kept).toBeNull();
    expect(week[2]?.kinds[1]).toBe('repairsOfProperty: 12,500, as last known at 12:05 today.');
  });

  it('tells operators what a check on return has found', () => {
    expect(week[1]?.alarms).toEqual([
      'Lettings came back at 13:05 today after a long silence, perhaps out of a backup. Of 200 records compared with what was kept, 3 are missing, 2 are older than what was kept and 1 is another record under the same reference. 4 more differ, which people may have done meanwhile. The latest change that it tells of is of 14:05 on Friday 20 November: a backup was taken after that. Found at 13:05 today. Until an operator decides, the newer of what it says and what was kept is given.',
    ]);
    const checking = saidOf('lettings', { state: 'HELD', since: ago(60_000) });
    expect(checking.alarms.join()).toMatch(/came back at 14:04 today .* is being compared with what was kept\./);
    const one = backend('scheduler', { state: 'HELD', since: ago(60_000) });
    expect(saidOf('repairs', { state: 'HELD', backends: [backend('workOrders'), one] }).alarms.join()).toMatch(
      /^repairs\.scheduler came back/,
    );
  });

  it('says of each server why, in words', () => {
    expect(week.flatMap(({ servers }) => servers).slice(-4)).toEqual([
      'repairs.workOrders does not answer, since 12:05 today, for 2 hours. It cannot be reached.',
      'repairs.scheduler works, since 14:05 on Saturday 21 November, for 3 days.',
      'telephony.switchboard is cut off on purpose, since 14:05 on Sunday 15 November, for 9 days. Containment.',
      'telephony.records answers out of a restored copy, since 14:05 yesterday, for 24 hours. The copy was taken at 14:05 on Thursday 12 November. From tape.',
    ]);
  });
});

describe('the page and its text', () => {
  it('say the same', () => {
    const flat = (rendered: string) => rendered.replace(/<[^>]*>|\s+/g, ' ').replace(/\s+/g, ' ');
    const [shown, written] = [flat(page(week, nowMs)), flat(text(week, nowMs))];
    for (const { since, back, kept, alarms, title } of week) {
      for (const sentence of [since, back, kept, ...alarms, title]) {
        if (!sentence) continue;
        expect(shown).toContain(sentence);
        expect(written).toContain(sentence);
      }
    }
    expect(written).toContain('Lintel, as of 14:05:33 on Tuesday 24 November 2026, London time.');
  });

  it('cannot be made to hold markup by what an operator writes', () => {
    expect(page(week, nowMs)).toContain(`&#60;${'x'.repeat(60)}&#62;`);
    expect(page(week, nowMs)).not.toContain('<xxx');
  });

  it('is text of no more than 80 signs a line, but for words that are longer', () => {
    const long = text(week, nowMs)
      .split('\n')
      .filter((line) => line.length > 80);
    expect(long).toEqual([]);
  });
});

describe('/status', () => {
  let estate: Estate;
  beforeAll(async () => {
    estate = await startEstate();
  });
  afterAll(() => estate.close());
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${estate.lintel.url}/status`, { headers, method });

  it('is made anew for each request, kept by nobody, and loads nothing from elsewhere', async () => {
    const reply = await get({ accept: 'text/html' });
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|data:|blob:/);
    const shown = await reply.text();
    expect(shown).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|http-equiv|(?:src|href)="(?:https?:)?\/\//);
    const ids = [...shown.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect((await get({}, 'POST')).status).toBe(405);
    expect(await (await get({}, 'HEAD')).text()).toBe('');
  });

  it('is text for a terminal, and found from the first page and the sandbox', async () => {
    const reply = await get();
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await reply.text()).toMatch(/^Lintel, as of .*, London time\.\nAll 4 systems work\.\n/);
    const page = async (path: string) =>
      (await fetch(`${estate.lintel.url}${path}`, { headers: { accept: 'text/html' } })).text();
    expect(await page('/')).toContain('href="/status"');
    expect(await page('/sandbox')).toContain('href="/status"');
  });

  it('asks no legacy system, and says what the API says', async () => {
    const calls = () => JSON.stringify(estate.mocks.calls());
    const before = calls();
    await get({ accept: 'text/html' });
    expect(calls()).toEqual(before);
    const { data } = await estate.ask('{ systems { name since } }');
    const shown = await (await get({ accept: 'text/html' })).text();
    for (const { name, since } of data.systems) {
      expect(shown).toContain(`<article id="${name}"`);
      expect(shown).toContain(`datetime="${since}"`);
    }
  });
});
