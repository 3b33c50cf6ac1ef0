// Figures as a person reads them. Knows what Lintel promises; measures nothing.
import type { Contestant } from './contestants.ts';
import type { Figures, Part } from './figures.ts';

const ms = (value: number) => `${Math.round(value)} ms`;
const seconds = (value: number | null, never: string) => (value === null ? never : `${(value / 1_000).toFixed(1)} s`);
const share = (part: number, whole: number) => `${Number(((100 * part) / Math.max(1, whole)).toFixed(1))} %`;

function shown({ answers, requests }: Part): string {
  const { LIVE = 0, KEPT = 0, PARTLY = 0, NONE = 0 } = answers;
  const parts = [
    [LIVE, 'live'],
    [KEPT, 'kept'],
    [PARTLY, 'without repairs'],
    [NONE, 'no answer'],
  ] as const;
  return parts.flatMap(([count, word]) => (count ? [`${share(count, requests)} ${word}`] : [])).join(', ');
}

/** Whether there is anything to compare an outage with: a contestant with no room to answer in is not measured by it. */
const isHealthy = ({ answers, requests, p50 }: Part) => (answers.LIVE ?? 0) > 0.98 * requests && p50 < 300;

/** One column a contestant. */
export function table(contestants: readonly Contestant[], all: readonly Figures[]): string {
  const systems = Object.keys(all[0]?.others ?? {});
  const rows: [string, (figures: Figures) => string][] = [
    ['healthy: pages, p50 / p99', ({ healthy }) => `${ms(healthy.p50)} / ${ms(healthy.p99)}`],
    [
      'healthy: what pages show',
      ({ healthy }) => shown(healthy) + (isHealthy(healthy) ? '' : ' (NOT HEALTHY: says nothing)'),
    ],
    ['hang to open circuit', ({ openedAfterMs }) => seconds(openedAfterMs, 'never opens')],
    ['  until then: pages, p50 / p99', ({ before }) => `${ms(before.p50)} / ${ms(before.p99)}`],
    ['then: pages, p50 / p99', ({ after }) => `${ms(after.p50)} / ${ms(after.p99)}`],
    ['  slowest', ({ after }) => ms(after.slowest)],
    ['  over 100 ms', ({ after }) => `${after.over100} of ${after.requests}`],
    ['  what pages show', ({ after }) => shown(after)],
    ['  users’ calls to it', ({ userCalls }) => String(userCalls)],
    ['  probes', ({ probes }) => String(probes)],
    ...systems.flatMap((system): typeof rows => [
      [
        `${system} alone: p99 healthy -> hung`,
        ({ others }) => `${ms(others[system]?.healthy.p99 ?? 0)} -> ${ms(others[system]?.hung.p99 ?? 0)}`,
      ],
      [
        '  whole answers a second',
        ({ others }) =>
          `${others[system]?.healthy.wholePerSecond.toFixed(1)} -> ${others[system]?.hung.wholePerSecond.toFixed(1)}`,
      ],
    ]),
    ['mended to whole live pages', ({ recoveredAfterMs }) => seconds(recoveredAfterMs, 'not in this run')],
    ['  most calls at once, first second', ({ mostUnderWay }) => String(mostUnderWay)],
  ];
  const cells = [['', ...all.map(({ name }) => name)], ...rows.map(([title, cell]) => [title, ...all.map(cell)])];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const legend = contestants.map(({ name, what }) => `  ${name}: ${what}.`);
  return [
    '',
    'A backend hangs (work orders, of the repairs system) under 100 pages a second:',
    '',
    ...lines,
    '',
    ...legend,
    '',
  ].join('\n');
}

/** What Lintel promises, and whether this run holds it. */
export function promises({ after, userCalls, probesAfterMs, others, backAgain, openedAfterMs }: Figures): string {
  const slower = Object.entries(others).filter(([, { healthy, hung }]) => hung.p99 > 1.2 * healthy.p99 + 20);
  const fewer = Object.entries(others).filter(
    ([, { healthy, hung }]) => Math.abs(hung.wholePerSecond / healthy.wholePerSecond - 1) > 0.05,
  );
  const names = (some: [string, unknown][]) => some.map(([name]) => name).join(', ');
  const held: [string, boolean, string][] = [
    ['the circuit opens', openedAfterMs !== null, seconds(openedAfterMs, 'never')],
    ['then no user’s call reaches the hung backend', userCalls === 0, String(userCalls)],
    ['no request waits over 100 ms', after.over100 === 0, `${after.over100} of ${after.requests}`],
    ['probes keep to the schedule', onSchedule(probesAfterMs), probesAfterMs.map((at) => seconds(at, '')).join(', ')],
    ['other systems’ p99 within 1.2 times healthy + 20 ms', slower.length === 0, names(slower) || 'each'],
    ['and their throughput within 5 %', fewer.length === 0, names(fewer) || 'each'],
    [
      'it is let back in 1, 2, 4, 8 ... at a time',
      backAgain.every(({ underWay, allowed }) => underWay <= allowed),
      backAgain
        .slice(0, 31)
        .map(({ underWay }) => underWay)
        .join(' '),
    ],
  ];
  return [
    'What Lintel promises:',
    ...held.map(([promise, holds, figure]) => `  ${holds ? 'holds' : 'DOES NOT HOLD'}: ${promise} (${figure})`),
    '',
  ].join('\n');
}

/** The first after 1 s, then 2, 4 ... 30 s after the one before was given up; each up to a quarter earlier, never sooner. */
export function onSchedule(probesAfterMs: readonly number[]): boolean {
  return probesAfterMs.every((at, index) => {
    const since = at - (probesAfterMs[index - 1] ?? 0);
    return since >= 0.75 * Math.min(30_000, 1_000 * 2 ** index);
  });
}
