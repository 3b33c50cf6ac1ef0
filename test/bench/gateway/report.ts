// Figures as a person reads them: each candidate's in multiples of the first one's, paired by round, since machines drift.
import type { Question } from './questions.ts';

/** One candidate under one question, in one round. */
export interface Sample {
  round: number;
  candidate: string;
  question: string;
  requestsASecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time a request, in microseconds. */
  processorUs: number;
  failures: number;
}

/** Peak memory by candidate, in MB. */
export type Memory = Record<string, number>;

type Figure = 'requestsASecond' | 'p50Ms' | 'p99Ms' | 'processorUs';

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] as number) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** A figure in multiples of another candidate's in the same round. */
export function multiple(samples: readonly Sample[], of: string, to: string, question: string, figure: Figure): number {
  const mine = samples.filter((each) => each.candidate === of && each.question === question);
  const ratios = mine.flatMap((each) => {
    const other = samples.find(
      ({ candidate, round, ...rest }) => candidate === to && round === each.round && rest.question === question,
    );
    return other ? [each[figure] / other[figure]] : [];
  });
  return median(ratios);
}

const short = (value: number) => (value < 1 ? value.toFixed(2).slice(1) : value.toFixed(1));

/** A table in Markdown: a row a candidate. */
export function table(
  candidates: readonly { name: string }[],
  questions: readonly Pick<Question, 'name'>[],
  samples: readonly Sample[],
  memory: Memory,
): string {
  const [base] = candidates;
  const rows = candidates.map(({ name }) => {
    const times = (figure: Figure) =>
      questions.map((question) => short(multiple(samples, name, base?.name ?? '', question.name, figure))).join(' / ');
    const mine = samples.filter(({ candidate }) => candidate === name);
    const rate = questions.map((question) =>
      Math.round(median(mine.filter((each) => each.question === question.name).map((each) => each.requestsASecond))),
    );
    const failures = mine.reduce((sum, each) => sum + each.failures, 0);
    const who = failures ? `${name} (${failures} FAILED)` : name;
    const mb = `${Math.round(memory[name] ?? 0)} MB`;
    return [who, times('requestsASecond'), rate.join(' / '), times('p50Ms'), times('p99Ms'), times('processorUs'), mb];
  });
  const of = `x ${base?.name}`;
  const head = [
    '',
    `requests/s, ${of}`,
    'requests/s',
    `p50, ${of}`,
    `p99, ${of}`,
    `CPU a request, ${of}`,
    'peak memory',
  ];
  return aligned([head, head.map(() => '---'), ...rows]);
}

/** Lines of cells as Markdown, its columns one under another. */
export function aligned(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
    .join('\n');
}
