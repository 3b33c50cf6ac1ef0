// What is said of an emergency on the dispatch list, word by word: whoever reads it has nothing else, and acts on it.
import { describe, expect, it } from 'vitest';
import {
  dispatchOf,
  dispatchPage,
  dispatchText,
  type Journalled,
  partialSentence,
} from '../../../gateway/pages/dispatch.ts';
import { type EmergencyFacts, emergenciesSaid, emergenciesSummary } from '../../../gateway/pages/emergencies.ts';
import { limit } from '../../../gateway/pages/times.ts';
import { ago, emergency, hourMs, nowMs } from './told.ts';

const minuteMs = 60_000;

function said(number: number, more: Partial<EmergencyFacts> = {}) {
  const [one] = emergenciesSaid([emergency(number, more)], nowMs);
  if (!one) throw new Error('nothing is said of it');
  return one;
}
const dueAt = (awayMs: number, stepName = 'Make safe') => ({
  hazard: { nextDeadline: { name: 'a rule', stepName, dueAt: ago(-awayMs) } },
});

describe('the time limit of an emergency', () => {
  it.each([
    [2 * hourMs, '2 hours left', false],
    [1, 'less than a minute left', false],
    [0, 'OVERDUE, by less than a minute', true],
    [-90_000, 'OVERDUE, by 1 minute', true],
    [-59 * minuteMs, 'OVERDUE, by 59 minutes', true],
    [-50 * hourMs, 'OVERDUE, by 2 days', true],
  ])('that is %i ms away: %s', (awayMs, left, overdue) => {
    for (const more of [{ dueAt: ago(-awayMs) }, dueAt(awayMs)]) {
      const one = said(1, more);
      expect(one).toMatchObject({ left, overdue, sign: overdue ? 'fails' : 'care' });
      expect(emergenciesSummary([one]).includes('overdue')).toBe(overdue);
    }
  });

  it('is that of its hazard where it has one with a limit to come, and else the landlord’s own, named as that', () => {
    expect(said(1, dueAt(-hourMs, 'Investigate'))).toMatchObject({ rule: 'A rule', dueAt: ago(hourMs), overdue: true });
    const own = 'Our own limit for an emergency, 24 hours from the report';
    for (const hazard of [null, { nextDeadline: null }]) {
      expect(said(1, { hazard })).toMatchObject({
        rule: own,
        due: expect.stringMatching(/^See to it by /),
        overdue: false,
      });
    }
  });

  it('puts the one that is due first at the top, whether by its hazard or by the landlord’s own limit', () => {
    const all = [emergency(1), emergency(2, dueAt(hourMs)), emergency(3), emergency(4, dueAt(30 * hourMs))];
    expect(emergenciesSaid(all, nowMs).map(({ id }) => id)).toEqual(['R2', 'R3', 'R1', 'R4']);
  });

  it('at midnight is the end of the day before, in summer too', () => {
    expect(limit(Date.UTC(2026, 6, 1, 23))).toBe('the end of Wednesday 1 July');
    expect(limit(Date.UTC(2026, 6, 1, 23, 1))).toBe('12:01am on Thursday 2 July');
  });

  it('that has passed shows before all else, also where somebody sees to it', () => {
    const taken = { by: 'Team North', at: ago(hourMs), note: null };
    expect(said(1, { taken }).sign).toBe('works');
    expect(said(1, { taken, ...dueAt(-1) }).sign).toBe('fails');
  });
});

describe('whether the repairs system has an emergency', () => {
  it.each([
    ['NOT_RAISED', /^Not in the repairs system yet\. It is passed on by itself/],
    ['PERHAPS_RAISED', /^Perhaps in the repairs system: it was sent, and no answer came\./],
    ['NOT_TAKEN_BY_SYSTEM', /^NOT in the repairs system, and does not get there by itself: We have your emergency/],
    ['NOT_FOUND_IN_SYSTEM', /^NOT found in the repairs system: .* See to it from this list\.$/],
    ['RAISED', /^In the repairs system, as work order 10003488\.$/],
  ])('where it is %s', (state, sentence) => {
    const workOrder = state === 'RAISED' ? { reference: '10003488' } : null;
    const one = said(1, { state, workOrder });
    expect(one.raised).toMatch(sentence);
    expect(one.inSystem).toBe(state === 'RAISED');
    expect(emergenciesSummary([one]).includes('not in the repairs system')).toBe(state !== 'RAISED');
  });

  it('names no number that it has not got', () => {
    expect(said(1, { state: 'RAISED' }).raised).toBe('In the repairs system.');
  });
});

describe('who told of an emergency, and who sees to it', () => {
  it.each([
    ['PHONE', ' by telephone'],
    ['LIVE_CHAT', ' in a chat'],
    ['WEB', ' on the web'],
    ['EMAIL', ' by e-mail'],
    ['LETTER', ' in writing'],
    ['IN_PERSON', ' in person'],
    ['STAFF', ' by staff'],
    [null, ''],
  ])('through %s', (channel, how) => {
    expect(said(1, { channel }).reported).toBe(`Reported at 1:05pm on Tuesday 24 November${how}.`);
  });

  it('is by name and every number that is known, and by reference where no name is', () => {
    const by = (more: object) =>
      said(1, { reportedBy: { personReference: '1-1', name: null, telephoneNumbers: null, ...more } }).reported;
    expect(by({})).toMatch(/, by person 1-1\.$/);
    expect(by({ name: 'Ms A', telephoneNumbers: [] })).toMatch(/, by Ms A\.$/);
    expect(by({ name: 'Ms A', telephoneNumbers: ['+441', '+442'] })).toMatch(/, by Ms A, telephone \+441 or \+442\.$/);
  });

  it('is said with what colleagues should know, or that nobody has said so', () => {
    expect(said(1).taken).toBe('Nobody has said who sees to it.');
    expect(said(1, { taken: { by: 'Anna', at: ago(hourMs), note: null } }).taken).toBe(
      'Seen to by Anna, since 1:05pm on Tuesday 24 November.',
    );
  });

  it('is told to whoever listens with where, what and by when', () => {
    const one = said(1);
    expect(one.spoken).toBe(`${one.title}: ${one.description}. ${one.due}.`);
  });
});

describe('where an emergency is', () => {
  it('is the address, with its age where it is not of just now; and the reference where no address is known', () => {
    const home = emergency(1).property;
    if (!home) throw new Error('it has a home');
    const at = (property: EmergencyFacts['property']) => {
      const { title, address } = said(1, { property });
      return [title, address];
    };
    const kept = { source: 'SNAPSHOT', asOf: ago(hourMs) };
    expect(at({ ...home, postcode: null })).toEqual(["1 Ferry Road, King's Lynn", null]);
    expect(at({ ...home, provenance: { ...kept, source: 'RESTORED_COPY' } })[1]).toMatch(
      /^Address as last known at 1:05pm/,
    );
    expect(at({ ...home, address: null })).toEqual([
      'Property 00001',
      'Its address cannot be had just now: nothing is kept of it.',
    ]);
  });
});

describe('emergencies in a sentence', () => {
  const sentence = (...all: Partial<EmergencyFacts>[]) =>
    emergenciesSummary(
      emergenciesSaid(
        all.map((one, index) => emergency(index + 1, one)),
        nowMs,
      ),
    );

  it('are counted, those that are overdue and those that the repairs system has not got', () => {
    const [raised, late] = [{ state: 'RAISED' }, dueAt(-1)];
    expect(sentence(raised)).toBe('1 emergency is open.');
    expect(sentence({ ...raised, ...late })).toBe('1 emergency is open. It is overdue.');
    expect(sentence(raised, raised)).toBe('2 emergencies are open.');
    expect(sentence(late, late)).toBe('2 emergencies are open. All are overdue. All are not in the repairs system.');
    expect(sentence(raised, late, { ...raised, ...late })).toBe(
      '3 emergencies are open. 2 are overdue. 1 is not in the repairs system.',
    );
  });
});

describe('the list where Lintel cannot read its own records', () => {
  const waiting = (number: number): Journalled => ({
    ...{ id: `R${number}`, receivedAtMs: nowMs - number * hourMs, channel: '', propertyReference: `0000${number}` },
    ...{ description: `Flood ${number}`, accessNotes: null, reportedBy: null },
  });
  const options = {
    now: () => nowMs,
    journal: () => [waiting(1), waiting(25), { ...waiting(2), propertyReference: '00001' }],
  };

  it('has each emergency at its own home, due a day after it was told, and asks for each home once', async () => {
    let asked: unknown;
    const found = await dispatchOf({
      ...options,
      async ask(_query, variables) {
        if (variables) asked = variables;
        const homes = ['000025', '00001'].map((propertyReference) => ({
          ...{ propertyReference, address: `Home ${propertyReference}`, postcode: null, provenance: null },
        }));
        return { dispatchList: null, properties: [null, ...homes] };
      },
    });
    expect(asked).toEqual({ references: ['00001', '000025'] });
    expect(found.emergencies.map(({ id, title, left }) => [id, title, left])).toEqual([
      ['R25', 'Home 000025', 'OVERDUE, by 1 hour'],
      ['R2', 'Home 00001', '22 hours left'],
      ['R1', 'Home 00001', '23 hours left'],
    ]);
    expect(found.emergencies.map(({ inSystem }) => inSystem)).toEqual([false, false, false]);
  });

  it('says so on the page and as text, and nothing of it where the list is whole', () => {
    const emergencies = [said(1)];
    for (const render of [dispatchPage, dispatchText]) {
      const flat = (partial: boolean) => render({ emergencies, partial }, nowMs).replace(/\s+/g, ' ');
      expect(flat(true)).toContain(partialSentence);
      expect(flat(false)).not.toContain(partialSentence);
    }
  });

  it('is not meant where it can: then the journal is left alone, and all of it is as it was answered', async () => {
    const asked: unknown[] = [];
    const found = await dispatchOf({
      ...options,
      async ask(_query, variables) {
        asked.push(variables);
        return { dispatchList: { items: [emergency(7)] } };
      },
    });
    expect(found).toEqual({ emergencies: [said(7)], partial: false });
    expect(asked).toEqual([undefined]);
  });

  it('asks nobody for homes where the journal has nothing', async () => {
    const asked: unknown[] = [];
    const found = await dispatchOf({
      ...{ now: () => nowMs, journal: () => [] },
      async ask(_query, variables) {
        asked.push(variables);
        return { dispatchList: null };
      },
    });
    expect(found).toEqual({ emergencies: [], partial: true });
    expect(asked).toEqual([undefined]);
  });
});

describe('an emergency on paper', () => {
  it('says how old its address is, and holds no markup but its own', () => {
    const property = { ...emergency(1).property, provenance: { source: 'SNAPSHOT', asOf: ago(hourMs) } };
    const one = said(1, { property: property as EmergencyFacts['property'], description: '<b>Water</b> & gas' });
    for (const render of [dispatchPage, dispatchText]) {
      const shown = render({ emergencies: [one], partial: false }, nowMs);
      expect(shown.replace(/\s+/g, ' ')).toContain('Address as last known at 1:05pm on Tuesday 24 November.');
      expect(shown.includes('<b>')).toBe(render === dispatchText);
    }
  });

  it('has its receipt, how to get in, and room to tick', () => {
    const emergencies = [said(1, { accessNotes: 'Ring twice' })];
    for (const render of [dispatchPage, dispatchText]) {
      const shown = render({ emergencies, partial: false }, nowMs).replace(/<[^>]*>/g, '');
      expect(shown).toMatch(/receipt R1/i);
      expect(shown).toContain('Getting in: Ring twice');
      expect(shown).toMatch(/attended.*made safe.*done/i);
      expect(shown).toContain('2:05pm on Tuesday 24 November 2026');
    }
    const [bare] = [dispatchText({ emergencies: [said(1)], partial: false }, nowMs)];
    expect(bare).not.toContain('Getting in');
  });
});
