// How an offer, an application and an exchange are known again by what was known of them.
import { expect, it } from 'vitest';
import {
  compareApplications,
  compareExchanges,
  compareOffers,
  type ExchangeTarget,
  type OfferTarget,
} from '../../../subgraphs/lettings/targets.ts';

const offer: OfferTarget = { propertyReference: 'P1', applicationReference: 'APP/1', personReference: '1-1' };
const unread = { ...offer, personReference: null };

it.each<[OfferTarget, OfferTarget, string]>([
  [offer, offer, 'SAME'],
  [offer, { ...offer, propertyReference: 'P2' }, 'OTHER'],
  [offer, { ...offer, applicationReference: 'APP/2' }, 'OTHER'],
  // The application's number was given to somebody else too.
  [offer, { ...offer, personReference: '2-1' }, 'OTHER'],
  [unread, offer, 'SAME'],
  [unread, { ...offer, applicationReference: 'APP/2' }, 'OTHER'],
  [offer, unread, 'UNKNOWN'],
  [{ ...offer, applicationReference: null }, offer, 'UNKNOWN'],
  [{ ...offer, disputed: true }, offer, 'UNKNOWN'],
])('an offer known as %j, and found as %j, is %s', (meant, found, comparison) => {
  expect(compareOffers(meant, found)).toBe(comparison);
});

it('an application is known by whose it is', () => {
  expect(compareApplications({ personReference: '1-1' }, { personReference: '1-1' })).toBe('SAME');
  expect(compareApplications({ personReference: '1-1' }, { personReference: '2-1' })).toBe('OTHER');
  expect(compareApplications({ personReference: null }, { personReference: '2-1' })).toBe('UNKNOWN');
  // The reference is known to have been another's too.
  expect(compareApplications({ personReference: '1-1', disputed: true }, { personReference: '1-1' })).toBe('UNKNOWN');
});

it.each<[ExchangeTarget, ExchangeTarget, string]>([
  [{ appliedOn: '2026-07-01', people: ['1-1', '2-1'] }, { appliedOn: '2026-07-01', people: ['2-1', '1-1'] }, 'SAME'],
  // Somebody has left the chain, and somebody else has come.
  [{ appliedOn: '2026-07-01', people: ['1-1', '2-1'] }, { appliedOn: '2026-07-01', people: ['1-1', '3-1'] }, 'SAME'],
  [{ appliedOn: '2026-07-01', people: ['1-1', '2-1'] }, { appliedOn: '2026-07-02', people: ['1-1', '2-1'] }, 'OTHER'],
  [{ appliedOn: null, people: ['1-1', '2-1'] }, { appliedOn: '2026-07-02', people: ['4-1', '5-1'] }, 'OTHER'],
  [{ appliedOn: null, people: ['1-1', '2-1'] }, { appliedOn: '2026-07-02', people: [] }, 'UNKNOWN'],
])('an exchange known as %j, and found as %j, is %s', (meant, found, comparison) => {
  expect(compareExchanges(meant, found)).toBe(comparison);
});
