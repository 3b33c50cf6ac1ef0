import { describe, expect, it } from 'vitest';
import type { Cause, Pass } from '../../../subgraphs/continuity/circuit.ts';
import { call, failure, opened, probeDueMs, setup, slow, success } from './circuits.ts';

describe('a closed circuit', () => {
  it.each<Cause>(['UNREACHABLE', 'UNAVAILABLE', 'TIMEOUT'])('opens on three of %s in a row', (cause) => {
    const { circuit } = setup();
    call(circuit, failure(cause));
    call(circuit, failure(cause));
    expect(circuit.state.kind).toBe('CLOSED');
    call(circuit, failure(cause));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause });
  });

  it('opens when three have waited in vain, before any call has ended', () => {
    const { circuit } = setup();
    circuit.enter();
    for (let i = 0; i < 3; i++) circuit.late();
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'TIMEOUT' });
  });

  it('does not open on refused connections with answers in between, below half', () => {
    const { circuit } = setup();
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 3; j++) call(circuit, success);
      call(circuit, failure('UNREACHABLE'));
      call(circuit, failure('UNREACHABLE'));
    }
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('does not open on timeouts with answers in between, below half', () => {
    const { circuit } = setup();
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 3; j++) call(circuit, success);
      call(circuit, failure('TIMEOUT'));
      call(circuit, failure('TIMEOUT'));
    }
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('opens on failures of one kind in a row, though clients hang up in between', () => {
    const { circuit } = setup();
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 10; j++) call(circuit, { kind: 'ABANDONED' });
      call(circuit, failure('UNREACHABLE'));
    }
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'UNREACHABLE' });
  });

  it('opens at half failures of ten calls, not at more than half of nine', () => {
    for (const successes of [4, 5]) {
      const { circuit } = setup();
      for (let i = 0; i < successes; i++) call(circuit, success);
      for (let i = successes; i < 9; i++) call(circuit, failure('FAULT'));
      expect(circuit.state.kind).toBe('CLOSED');
      call(circuit, failure('FAULT'));
      expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'FAULT' });
    }
  });

  it('remembers what is nine seconds ago', () => {
    const { circuit, time } = setup();
    for (let i = 0; i < 9; i++) call(circuit, failure('GARBLED'));
    time.nowMs += 9_000;
    call(circuit, failure('GARBLED'));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'GARBLED' });
  });

  it('forgets what is more than ten seconds ago', () => {
    const { circuit, time } = setup();
    for (let i = 0; i < 9; i++) call(circuit, failure('GARBLED'));
    time.nowMs += 10_000;
    for (let i = 0; i < 9; i++) call(circuit, success);
    call(circuit, failure('GARBLED'));
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('opens on slow answers at a threshold of their own', () => {
    const { circuit } = setup();
    // As slow as it may just be: half of the two seconds that a call has.
    for (let i = 0; i < 3; i++) call(circuit, { kind: 'SUCCESS', tookMs: 1_000 });
    for (let i = 0; i < 11; i++) call(circuit, slow);
    expect(circuit.state.kind).toBe('CLOSED');
    call(circuit, slow);
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'SLOW' });
  });

  it('is not moved by refusals or by clients that hang up', () => {
    const { circuit } = setup();
    for (let i = 0; i < 50; i++) call(circuit, { kind: i % 2 ? 'ANSWERED_NO' : 'ABANDONED' });
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('opens at once, and for good, when our credentials are refused', () => {
    const { circuit } = setup();
    call(circuit, failure('CREDENTIALS'));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'CREDENTIALS', probeAtMs: null });
  });
});

describe('an open circuit', () => {
  it('lets nobody through', () => {
    expect(opened().circuit.enter()).toBe('OPEN');
  });

  it('looks again after 1 s, 2 s, 4 s ... and never later than 30 s', () => {
    const { circuit, time } = opened();
    const delays = [];
    for (let i = 0; i < 7; i++) {
      delays.push(probeDueMs(circuit, time.nowMs));
      time.nowMs += delays.at(-1) ?? 0;
      circuit.probed(failure('UNREACHABLE'));
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('spreads its probes by chance, never beyond the delay', () => {
    const parts = setup(() => 0.999);
    for (let i = 0; i < 3; i++) call(parts.circuit, failure('TIMEOUT'));
    const due = probeDueMs(parts.circuit, parts.time.nowMs);
    expect(due).toBeGreaterThan(700);
    expect(due).toBeLessThan(1_000);
  });

  it('keeps since when it is open while probes fail', () => {
    const { circuit, time } = opened();
    const since = circuit.state.sinceMs;
    time.nowMs += 60_000;
    circuit.probed(failure('TIMEOUT'));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', sinceMs: since, cause: 'TIMEOUT' });
  });

  it('that opened because of slow answers stays so while a probe is as slow, and backs off; a quick one lets back in', () => {
    const { circuit, time } = setup();
    for (let i = 0; i < 10; i++) call(circuit, slow);
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'SLOW' });
    const since = circuit.state.sinceMs;
    const delays = [];
    for (let i = 0; i < 3; i++) {
      time.nowMs += 5_000;
      circuit.probed(slow);
      delays.push(probeDueMs(circuit, time.nowMs));
    }
    expect(circuit.enter()).toBe('OPEN');
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'SLOW', sinceMs: since });
    expect(delays).toEqual([2_000, 4_000, 8_000]);
    circuit.probed(success);
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: 1 });
  });

  it('that opened because nobody was there lets back in on a slow answer: it is one', () => {
    const { circuit } = opened('UNREACHABLE');
    circuit.probed(slow);
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: 1 });
  });

  it('stays so, and backs off, where a probe was ended before it said anything', () => {
    const { circuit, time } = opened();
    circuit.probed({ kind: 'ABANDONED' });
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'UNREACHABLE' });
    expect(probeDueMs(circuit, time.nowMs)).toBe(2_000);
  });

  it('lets back in where a probe is told no: it is up', () => {
    const { circuit } = opened();
    circuit.probed({ kind: 'ANSWERED_NO' });
    expect(circuit.state.kind).toBe('RAMPING');
  });

  it('ignores calls that began before it opened', () => {
    const { circuit } = setup();
    const late = circuit.enter() as Pass;
    for (let i = 0; i < 3; i++) call(circuit, failure('TIMEOUT'));
    late.settle(success);
    expect(circuit.state.kind).toBe('OPEN');
  });
});
