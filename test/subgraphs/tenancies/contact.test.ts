// A change of contact details: what must be given, what goes to the system of it, and what is known of the person whom it is about.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Answer, Provenance } from '../../../subgraphs/continuity/definition.ts';
import {
  type ContactChange,
  type ContactContext,
  changeContact,
  isAboutPerson,
  mutations,
} from '../../../subgraphs/tenancies/contact.ts';
import type { PersonRecord } from '../../../subgraphs/tenancies/records.ts';
import { notKnown } from '../../../subgraphs/tenancies/targets.ts';
import { receiptOf } from '../../receipts.ts';

const update = mutations.updateContactDetails;
if (!update) throw new Error('no such mutation');
const personReference = '0000104-2';
const checked = (given: object) => update.check({ personReference, ...given }, { now: () => 0, snapshots: undefined });
/** A change that is fine. */
const change = (given: object): ContactChange => {
  expect(checked(given)).not.toHaveProperty('problems');
  return checked(given) as ContactChange;
};
const fields = (given: object) => {
  const outcome = checked(given) as { problems?: { field: string }[] };
  return (outcome.problems ?? []).map(({ field }) => field);
};

describe('a change of contact details', () => {
  it('says at least one thing, each as it can be', () => {
    expect(fields({})).toEqual(['telephone']);
    expect(fields({ telephone: ' ', email: '' })).toEqual(['telephone']);
    for (const one of [{ telephone: '07700 900123' }, { email: 'a@example.org' }, { preferredContact: 'SMS' }]) {
      expect(fields(one), JSON.stringify(one)).toEqual([]);
    }
    expect(fields({ telephone: 'after six' })).toEqual(['telephone']);
    expect(fields({ telephone: `07700 900123${' '.repeat(5)}${'x'.repeat(100)}` })).toContain('telephone');
    expect(fields({ email: 'nobody' })).toEqual(['email']);
    // That is a code which Lintel does not know, and none to write.
    expect(fields({ preferredContact: 'UNKNOWN' })).toEqual(['preferredContact']);
    expect(fields({ personReference: 'Katy', telephone: '07700 900123' })).toEqual(['personReference']);
  });

  it('keeps a number as it was said, and sends what was given and nothing else: what is left out is not emptied', () => {
    const [step] = update.steps(change({ telephone: ' 07700  900123 ', target: notKnown }));
    expect(step).toMatchObject({ kind: 'updateContactDetails', target: notKnown });
    expect(step?.input).toEqual({ personReference, telephone: '07700 900123' });
    expect(update.steps(change({ email: 'a@example.org' }))[0]?.input).toEqual({
      personReference,
      email: 'a@example.org',
    });
    expect(update.steps(change({ preferredContact: 'SMS' }))[0]?.input).toEqual({
      personReference,
      preferredContact: 'SMS',
    });
  });

  it('is about the person, found by them and by the new number, and shown with what it says', () => {
    const all = change({ telephone: '07700 900123', email: 'a@example.org', preferredContact: 'LETTER' });
    expect(update.entity(all)).toBe('person/0000104-2');
    expect(update.terms(all)).toEqual(['person\n0000104-2', 'telephone\n+447700900123']);
    expect(update.says(all)).toEqual({
      telephone: '07700 900123',
      email: 'a@example.org',
      'preferred contact': 'letter',
    });
    expect(update.says(change({ email: 'a@example.org' }))).toEqual({ email: 'a@example.org' });
    expect(update.whileDown).toBe('QUEUE');
  });
});

const katy = { personReference, dateOfBirth: '1990-01-31', forename: 'Katy', surname: 'Alderton' } as PersonRecord;
const david = { personReference, dateOfBirth: '1950-05-05', forename: 'David', surname: 'Bell' } as PersonRecord;
const ofKaty = { dateOfBirth: '1990-01-31', forename: 'Katy', surname: 'Alderton' };

describe('whose details are to change', () => {
  /** What is known of the person. */
  async function known(kept: PersonRecord | null | 'SILENT', now: typeof kept, source: Provenance['source'] = 'LIVE') {
    const read =
      (value: typeof kept, from: Provenance['source']) =>
      async (reference: string): Promise<Answer<PersonRecord | null>> => {
        expect(reference).toBe(personReference);
        if (value === 'SILENT') throw new GraphQLError('nothing kept', { extensions: { code: 'SYSTEM_DOWN' } });
        return { value, provenance: { system: 'tenancies', source: from, asOf: '' } };
      };
    let given: Record<string, unknown> = {};
    const context = {
      ...{ kept: { person: read(kept, 'SNAPSHOT') }, person: read(now, source) },
      async write(mutation: string, _input: object, _key: string, _channel: string, more: Record<string, unknown>) {
        given = more;
        return receiptOf({ id: 'R1', system: 'tenancies', mutation });
      },
    } as unknown as ContactContext;
    await changeContact(
      { personReference: ` ${personReference} `, telephone: '1', channel: 'WEB', idempotencyKey: 'one' },
      context,
    );
    return given.target;
  }

  it('is who is known by the reference: now, or as they are kept', async () => {
    expect(await known('SILENT', katy)).toEqual(ofKaty);
    expect(await known(katy, 'SILENT')).toEqual(ofKaty);
    // By marriage.
    expect(await known(katy, { ...katy, surname: 'Bell' })).toEqual({ ...ofKaty, surname: 'Bell' });
  });

  it('is disputed where the reference was given to another; where nothing is known, it goes to whoever has it', async () => {
    expect(await known(david, katy)).toEqual({ ...ofKaty, disputed: true });
    expect(await known('SILENT', 'SILENT')).toEqual(notKnown);
    expect(await known(null, null)).toEqual(notKnown);
    // What a restored copy says is no knowledge.
    expect(await known('SILENT', david, 'RESTORED_COPY')).toEqual(notKnown);
  });

  it('sees it as on its way; another who has the reference by now does not', () => {
    expect(isAboutPerson({ target: ofKaty }, katy)).toBe(true);
    expect(isAboutPerson({ target: ofKaty }, david)).toBe(false);
    expect(isAboutPerson({ target: { ...ofKaty, disputed: true } }, katy)).toBe(false);
    // Of whom nothing was known.
    expect(isAboutPerson({ target: notKnown }, katy)).toBe(true);
    expect(isAboutPerson({ target: null }, katy)).toBe(true);
  });
});
