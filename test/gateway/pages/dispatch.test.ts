// The dispatch list: what it says of each emergency, on a page, on paper and as text; what it says where Lintel's own store
// cannot be read; and how it is followed in a browser.
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../gateway/http.ts';
import { assets } from '../../../gateway/pages/assets.ts';
import {
  dispatch,
  dispatchOf,
  dispatchPage,
  dispatchText,
  type Journalled,
  partialSentence,
} from '../../../gateway/pages/dispatch.ts';
import { type EmergencyFacts, emergenciesSaid, emergenciesSummary } from '../../../gateway/pages/emergencies.ts';
import { pageRoute, type Route } from '../../../gateway/pages/page.ts';
import { limit } from '../../../gateway/pages/times.ts';
import { barriers, executable, launch, visit } from '../../browser.ts';
import { ago, emergency, hourMs, nowMs } from './told.ts';

/** A browser takes seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;
const soon = <T>(asked: () => Promise<T>) => expect.poll(asked, { timeout: patientMs });

/** One as usual, one that is overdue and old, one that the repairs system refuses, one that somebody sees to. */
const bad: readonly EmergencyFacts[] = [
  emergency(1),
  emergency(30, {
    accessNotes: `Ring <twice> ${'x'.repeat(60)}`,
    property: {
      propertyReference: '000030',
      address: '30 Ferry Road',
      postcode: null,
      provenance: { source: 'SNAPSHOT', asOf: ago(50 * hourMs) },
    },
    reportedBy: { personReference: '0000122-1', name: 'Ms Katy Alderton', telephoneNumbers: ['+447700900017'] },
    hazard: { nextDeadline: { name: "Emergency hazard (Awaab's Law)", stepName: 'Make safe', dueAt: ago(6 * hourMs) } },
  }),
  emergency(2, {
    state: 'NOT_TAKEN_BY_SYSTEM',
    receipt: { id: 'R2', message: 'There is no such property.' },
    property: null,
  }),
  emergency(3, {
    state: 'RAISED',
    workOrder: { reference: '10003488' },
    taken: { by: 'Team North', at: ago(hourMs), note: 'Bring a ladder' },
  }),
];
const said = emergenciesSaid(bad, nowMs);

describe('what the dispatch list says', () => {
  it('begins with the most urgent, and sums up', () => {
    expect(said.map(({ id }) => id)).toEqual(['R30', 'R3', 'R2', 'R1']);
    expect(emergenciesSummary(said)).toBe('4 emergencies are open. 1 is overdue. 3 are not in the repairs system.');
    expect(emergenciesSummary([])).toBe('No emergency is open.');
    expect(emergenciesSummary(emergenciesSaid([emergency(1)], nowMs))).toBe(
      '1 emergency is open. It is not in the repairs system.',
    );
  });

  it('gives every time with its day, since paper is read on another', () => {
    expect(said[0]).toMatchObject({
      due: 'Make safe by 8:05am on Tuesday 24 November',
      left: 'OVERDUE, by 6 hours',
      rule: "Emergency hazard (Awaab's Law)",
      address: 'Address as last known at 12:05pm on Sunday 22 November.',
      reported: 'Reported at 8:05am on Monday 23 November by telephone, by Ms Katy Alderton, telephone +447700900017.',
    });
    expect(said[3]).toMatchObject({
      title: "1 Ferry Road, King's Lynn, PE30 1GF",
      due: 'See to it by 1:05pm on Wednesday 25 November',
      left: '23 hours left',
      address: null,
    });
    // Midnight is the end of a day, which nobody takes for another.
    expect(limit(Date.UTC(2026, 10, 25))).toBe('the end of Tuesday 24 November');
    expect(JSON.stringify(said)).not.toMatch(/today|tomorrow|yesterday/);
  });

  it('says whether the repairs system has it, who sees to it, and what it does not know', () => {
    expect(said[1]).toMatchObject({
      raised: 'In the repairs system, as work order 10003488.',
      taken: 'Seen to by Team North, since 1:05pm on Tuesday 24 November. Bring a ladder',
      sign: 'works',
    });
    expect(said[2]).toMatchObject({
      title: 'Property not known',
      address: 'Its address cannot be had just now: nothing is kept of it.',
      raised: 'NOT in the repairs system, and does not get there by itself: There is no such property.',
      taken: 'Nobody has said who sees to it.',
    });
  });

  it('is the same on the page and as text, holds no markup but its own, and no line that a printer cuts', () => {
    const list = { emergencies: said, partial: false };
    const [page, text] = [dispatchPage(list, nowMs), dispatchText(list, nowMs)];
    const flat = (rendered: string) => rendered.replace(/<[^>]*>|\s+/g, ' ').replace(/\s+/g, ' ');
    for (const { title, due, description, raised, taken, reported } of said) {
      for (const sentence of [title, due, description, raised, taken, reported]) {
        expect(flat(page)).toContain(sentence);
        expect(flat(text)).toContain(sentence);
      }
    }
    expect(page).toContain('Ring &#60;twice&#62;');
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|http-equiv/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is of the journal where the list cannot be had, with addresses where these can, and says so', async () => {
    const entry: Journalled = {
      id: 'R9',
      receivedAtMs: nowMs - hourMs,
      channel: 'WEB',
      propertyReference: '00009',
      description: 'No heating',
      accessNotes: 'Ring twice',
      reportedBy: '0000122-1',
    };
    const asked: unknown[] = [];
    const ask = (homes: unknown) => async (_query: string, variables?: Record<string, unknown>) => {
      asked.push(variables);
      return { dispatchList: null, properties: homes };
    };
    const options = { journal: () => [entry], now: () => nowMs };
    const home = { propertyReference: '00009', address: '9 Ferry Road', postcode: null, provenance: null };
    const found = await dispatchOf({ ...options, ask: ask([home]) });
    expect(asked).toEqual([undefined, { references: ['00009'] }]);
    expect(found).toMatchObject({
      partial: true,
      emergencies: [
        {
          title: '9 Ferry Road',
          due: 'See to it by 1:05pm on Wednesday 25 November',
          reported: 'Reported at 1:05pm on Tuesday 24 November on the web, by person 0000122-1.',
          access: 'Ring twice',
        },
      ],
    });
    const without = await dispatchOf({ ...options, ask: ask(null) });
    expect(without.emergencies[0]?.title).toBe('Property 00009');
    expect(dispatchPage(without, nowMs)).toContain(partialSentence);
    const nothing = await dispatchOf({ ...options, journal: () => [], ask: ask(null) });
    expect(dispatchText(nothing, nowMs)).toMatch(/No emergency was reported since\.\nLintel cannot read/);
  });
});

describe.runIf(executable)('the dispatch list in a browser', { timeout: patientMs }, () => {
  let browser: Browser;
  let shown: Listening;
  let facts: readonly EmergencyFacts[] | null = bad;
  beforeAll(async () => {
    browser = await launch();
    const pages = new Map<string, Route>(assets.map(({ path, page }) => [path, pageRoute(page)]));
    const ask = async () => ({ dispatchList: facts && { items: facts } });
    pages.set('/dispatch', dispatch({ ask, journal: () => [], now: () => nowMs }));
    shown = await listen({ server: {} as never, context: () => ({}), pages }, 0, '127.0.0.1');
  }, patientMs);
  afterAll(async () => {
    await browser?.close();
    await shown?.close();
  });
  const open = (options: BrowserContextOptions = {}) => visit(browser, `${shown.url}/dispatch`, options);

  it('is read without script', async () => {
    const { page, outside, complaints } = await open({ javaScriptEnabled: false });
    expect(await page.title()).toMatch(/^4 emergencies are open\. 1 is overdue\./);
    expect(await page.getByRole('article', { name: '30 Ferry Road' }).innerText()).toMatch(
      /Make safe by .*OVERDUE.*Water comes through the ceiling of number 30/s,
    );
    expect([outside, complaints]).toEqual([[], []]);
    await page.context().close();
  });

  it.each([
    ['light', 1280, true],
    ['dark', 1280, false],
    ['light', 320, false],
    ['dark', 320, true],
  ] as const)(
    'has no barrier and nothing that sticks out (%s, %i pixels wide, whole: %s)',
    async (colorScheme, width, whole) => {
      facts = whole ? bad : null;
      const { page } = await open({ colorScheme, viewport: { width, height: 800 } });
      facts = bad;
      expect(await barriers(page, { include: ['html'] })).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.context().close();
    },
  );

  it('prints room to tick, and no time that is another tomorrow; black on white', async () => {
    const { page } = await open({ colorScheme: 'dark' });
    const first = page.getByRole('article').first();
    expect(await first.getByText('Made safe', { exact: true }).isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await first.getByText('Made safe', { exact: true }).isVisible()).toBe(true);
    expect(await first.getByText('OVERDUE').isVisible()).toBe(false);
    expect(await first.getByText('Receipt R30').isVisible()).toBe(true);
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    const colours = `['body', '.state strong', '.receipt'].map((one) => getComputedStyle(document.querySelector(one)).color)`;
    expect(new Set(await page.evaluate<string[]>(colours))).toEqual(new Set(['rgb(0, 0, 0)']));
    await page.context().close();
  });

  it('takes in what comes and drops what is done in its place, says so, and leaves the rest alone', async () => {
    const { page } = await open();
    await page.evaluate(`document.getElementById('R1').mine = 'untouched'`);
    facts = [...bad.filter(({ receipt }) => receipt.id !== 'R30'), emergency(20)];
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    const ids = () => page.evaluate<string[]>(`[...document.querySelectorAll('article')].map(({ id }) => id)`);
    await soon(ids).toEqual(['R20', 'R3', 'R2', 'R1']);
    expect(await page.getByRole('status').innerText()).toMatch(
      /30 Ferry Road: no longer on the list\. 20 Ferry Road, .*: Water comes through the ceiling of number 20\./,
    );
    expect(await page.evaluate(`document.getElementById('R1').mine`)).toBe('untouched');
    expect(await page.title()).toMatch(/^4 emergencies are open\. 3 are not/);
    facts = bad;
    await page.context().close();
  });
});
