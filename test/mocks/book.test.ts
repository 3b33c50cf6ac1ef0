// Books, sequences and horizons: what mocks come back from a backup with.
import { describe, expect, it } from 'vitest';
import { book, copyAll, horizon, sequence } from '../../mocks/book.ts';

const at = (hour: number) => `2026-11-23T${String(hour).padStart(2, '0')}:00:00`;

describe('a book', () => {
  it('is put back to a copy, as often as wanted, whatever was written since', () => {
    const kept = book<string>();
    kept.set('a', 'first', at(9));
    const putBack = kept.copy();
    for (const value of ['second', 'third']) {
      kept.set('a', value, at(10));
      kept.set('b', value, at(10));
      putBack();
      expect([...kept.entries()]).toEqual([['a', 'first']]);
    }
  });

  it('goes back to an hour between two writes, and tells which keys are gone', () => {
    const kept = book<string>();
    kept.set('a', 'first', at(9));
    kept.set('a', 'second', at(11));
    kept.set('b', 'only', at(12));
    expect(kept.goBack(at(10))).toEqual(['b']);
    expect([...kept.values()]).toEqual(['first']);
    expect([kept.size, kept.has('b'), kept.get('a')]).toEqual([1, false, 'first']);
  });
});

describe('a sequence', () => {
  it('gives out again what was given out after a copy', () => {
    const numbers = sequence((count) => `N${count}`);
    expect(numbers.next()).toBe('N0');
    const putBack = numbers.copy();
    expect([numbers.next(), numbers.next()]).toEqual(['N1', 'N2']);
    putBack();
    expect([numbers.next(), numbers.next(), numbers.next()]).toEqual(['N1', 'N2', 'N3']);
  });

  it('gives out what is lost first, in its order, then what is new', () => {
    const numbers = sequence((count) => `N${count}`);
    numbers.next();
    numbers.lose(['L1', 'L2']);
    const putBack = numbers.copy();
    expect([numbers.next(), numbers.next(), numbers.next()]).toEqual(['L1', 'L2', 'N1']);
    putBack();
    expect(numbers.next()).toBe('L1');
  });
});

describe('a horizon', () => {
  it('is the present until somebody goes back, and is put back with the rest', () => {
    const [past, kept] = [horizon(), book<number>()];
    const putBack = copyAll([past, kept]);
    past.goBack(at(9));
    kept.set('a', 1, at(10));
    expect(past.at()).toBe(at(9));
    putBack();
    expect([past.at(), kept.size]).toEqual([null, 0]);
  });
});
