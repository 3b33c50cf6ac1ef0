// The status page in words: what stands there in every state, on London's clocks, and what it is over HTTP.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Facts } from '../../../gateway/pages/facts.ts';
import { page, text } from '../../../gateway/pages/status.ts';
import { instant, moment, span } from '../../../gateway/pages/times.ts';
import { type Said, saidOfAll, summary } from '../../../gateway/pages/words.ts';
import type { SystemState } from '../../../subgraphs/continuity/events.ts';
import { type Estate, startEstate } from '../../estate.ts';
import { ago, allBackends, badWeek, dayMs, hourMs, nowMs, standing, system } from './told.ts';

const saidOf = (...args: Parameters<typeof system>) => saidOfAll([system(...args)], nowMs).systems[0] as Said;
const told = saidOfAll(badWeek, nowMs);
const week = told.systems;

describe('times', () => {
  it('are said on London’s clocks, as GOV.UK writes them, by the day as London counts it', () => {
    expect(moment(Date.UTC(2026, 10, 24, 9, 5), nowMs)).toBe('9:05am today');
    expect(moment(Date.UTC(2026, 10, 23, 23, 59), nowMs)).toBe('11:59pm yesterday');
    expect(moment(Date.UTC(2026, 10, 25), nowMs)).toBe('midnight tomorrow');
    expect(moment(Date.UTC(2026, 6, 2, 13), nowMs)).toBe('2pm on Thursday 2 July');
    expect(moment(Date.UTC(2025, 11, 31, 12), nowMs)).toBe('midday on Wednesday 31 December 2025');
    // Half an hour before midnight in Greenwich is tomorrow in a London summer.
    const summer = Date.UTC(2026, 5, 30, 23, 30);
    expect(moment(summer, summer - hourMs)).toBe('12:30am tomorrow');
    expect(instant(nowMs)).toBe('2:05pm on Tuesday 24 November 2026');
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
      'Lettings is back, but not relied on yet. Repairs does not answer. Telephony is out of use. Tenancies works.',
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

  it('says since when, until when, or that nobody knows, where an operator’s words or none stand there', () => {
    expect(week[2]).toMatchObject({ since: 'since 12:05pm today', back: 'Expected back by 4:05pm tomorrow.' });
    expect(week[3]?.back).toBe('We do not know yet when it will be back.');
    expect(saidOf('repairs', { state: 'DOWN', expectedBack: ago(hourMs) }).back).toBe(
      'It was expected back by 1:05pm today. No other time has been given.',
    );
    expect(saidOf('repairs').back).toBeNull();
    // Of what works again, nobody says when it will.
    expect(saidOf('repairs', { expectedBack: ago(-hourMs) }).back).toBeNull();
    expect(saidOf('repairs', { expectedBack: ago(hourMs) }).back).toBeNull();
    expect(saidOf('repairs', { state: 'ISOLATED', expectedBack: ago(-hourMs) }).back).toBe(
      'Expected back by 3:05pm today.',
    );
    expect(saidOf('repairs', { state: 'DEGRADED' }).back).toBeNull();
    expect(saidOf('repairs', { state: 'HELD', expectedBack: ago(-hourMs) }).back).toBe(
      'Expected to be well again by 3:05pm today.',
    );
  });

  it('says of all what it would say of two: how an emergency is reported stands at the top', () => {
    const down = { 'repairs.workOrders': 'DOWN', 'telephony.switchboard': 'DOWN' } as const;
    const { shared, systems } = saidOfAll(standing(down), nowMs);
    expect(shared).toEqual([
      'Emergencies are always taken, day or night: report them online, or come to one of our offices while it is open.',
      'In danger to life call 999.',
    ]);
    expect(systems.flatMap(({ notice }) => notice).join()).not.toContain('Emergencies');
    expect(flat(page({ shared, systems }, nowMs))).toContain(shared.join(' '));
    expect(text({ shared, systems }, nowMs)).toMatch(/^Lintel, as of .*\n.*\.\nEmergencies are always taken/);
  });

  it('is that it works in part where one of its servers can be asked', () => {
    const [down, works] = [{ state: 'DOWN' }, { state: 'OPERATIONAL' }];
    expect(saidOf('repairs', { ...down, backends: [down, works] })).toMatchObject({
      ...{ sentence: 'Repairs works in part.', sign: 'care' },
    });
    expect(saidOf('repairs', { ...down, backends: [down, down] })).toMatchObject({ sign: 'fails' });
  });

  it('says since when, also where Lintel’s own words do not', () => {
    const [, lettings] = saidOfAll(standing({ 'lettings.lettings': 'HELD' }), nowMs).systems;
    expect(lettings).toMatchObject({ state: 'HELD', since: 'since 12:05pm today' });
  });

  it('leaves that to Lintel’s own words, which say it already', () => {
    const cut = {
      'repairs.workOrders': 'ISOLATED',
      'repairs.scheduler': 'ISOLATED',
      'lettings.lettings': 'HELD',
    } as const;
    const since = saidOfAll(standing(cut), nowMs).systems.map(({ name, since }) => [name, since]);
    expect(Object.fromEntries(since)).toMatchObject({ repairs: null, lettings: 'since 12:05pm today' });
    const [repairs] = saidOfAll(
      standing({ 'repairs.workOrders': 'DOWN', 'repairs.scheduler': 'DOWN' }),
      nowMs,
    ).systems.filter(({ name }) => name === 'repairs');
    expect(repairs).toMatchObject({ since: null, back: null });
    expect(repairs?.notice.join(' ')).toMatch(
      /^Our repairs system has not been working since 12:05pm on Tuesday 24 November\. .* when our repairs system will be back\.$/,
    );
  });
});

const flat = (rendered: string) =>
  rendered
    .replace(/^.*<main>|<[^>]*>/gs, ' ')
    .replace(/\s+/g, ' ')
    .trim();

describe('the page and its text', () => {
  it('say the same', () => {
    const [shown, written] = [flat(page(told, nowMs)), flat(text(told, nowMs))];
    for (const { since, back, title, notice } of week) {
      for (const sentence of [since, back, title, ...notice.map(flat)]) {
        if (!sentence) continue;
        expect(shown).toContain(sentence);
        expect(written).toContain(sentence);
      }
    }
    expect(written).toContain('Lintel, as of 2:05pm on Tuesday 24 November 2026, London time.');
  });

  it('cannot be made to hold markup by what an operator writes', () => {
    expect(page(told, nowMs)).toContain(`&#60;${'x'.repeat(60)}&#62;`);
    expect(page(told, nowMs)).not.toContain('<xxx');
  });

  it('is text of no more than 80 signs a line, but for words that are longer', () => {
    const long = text(told, nowMs)
      .split('\n')
      .filter((line) => line.length > 80);
    expect(long).toEqual([]);
  });
});

/** Words by which somebody would take to the telephone. 999 is anybody's. */
const telephoning = /\b(ring|phone|telephone|call) us\b|\bby (tele)?phone\b|\bring\b/i;

/** What holds of the page whatever works: nothing false, nothing twice, one clock, nothing for operators. */
function holds(states: Readonly<Record<string, SystemState>>): void {
  const facts = standing(states);
  const stateOf = (backend: string) => states[backend] ?? 'OPERATIONAL';
  const phoneWorks = ['OPERATIONAL', 'DEGRADED'].includes(stateOf('telephony.switchboard'));
  const concerned = ['repairs.workOrders', 'repairs.scheduler', 'telephony.switchboard'].some(
    (backend) => stateOf(backend) !== 'OPERATIONAL',
  );
  const said = saidOfAll(facts, nowMs);
  for (const shown of [flat(page(said, nowMs)), flat(text(said, nowMs))]) {
    if (!phoneWorks) expect(shown).not.toMatch(telephoning);
    const all = shown.split(/(?<=[.!?]) (?=[A-Z])/);
    expect(all.filter((one, index) => /[.!?]$/.test(one) && all.indexOf(one) !== index)).toEqual([]);
    expect(shown.match(/\d+:\d+(?!\d*[ap]m)| [ap]m\b/g)).toBeNull();
    expect(shown).not.toMatch(/alarm|operator|decide|\d records?\b|compared|missing \d|server|npx|circuit|backup/i);
    // A system of which a part can be reached is not said to be gone.
    for (const { title, sentence } of said.systems) {
      const { state, backends } = facts.find(({ name }) => name === title.toLowerCase()) as Facts;
      const whole = backends.every((one) => !['OPERATIONAL', 'DEGRADED'].includes(one.state));
      if (['DOWN', 'ISOLATED'].includes(state)) expect(/works in part/.test(sentence)).toBe(!whole);
    }
    expect(shown.includes('Emergencies are always taken')).toBe(concerned);
    if (concerned)
      expect(shown).toContain(phoneWorks ? 'ring us or report them online' : 'report them online, or come');
  }
}

describe('the page in every combination of what works', () => {
  const combinations = Array.from({ length: 2 ** allBackends.length }, (_, number) =>
    allBackends.filter((_backend, place) => number & (1 << place)),
  );

  it('names no way to us that is down, says nothing twice, has one clock, and nothing for operators', () => {
    expect(combinations).toHaveLength(64);
    for (const down of combinations) {
      holds(Object.fromEntries(down.map((backend) => [backend, 'DOWN' as const])));
    }
  });

  it('does so in every state that each can be in', () => {
    const states: SystemState[] = ['OPERATIONAL', 'DEGRADED', 'DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'];
    const all = fc.record(Object.fromEntries(allBackends.map((backend) => [backend, fc.constantFrom(...states)])));
    fc.assert(fc.property(all, holds), { numRuns: 500 });
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
