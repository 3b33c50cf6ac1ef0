// How commands speak: lines on standard output, remarks on standard error, colour and progress for a terminal alone.
import { styleText } from 'node:util';

/** What a word means, as a terminal shows it. */
export type Tone = 'good' | 'bad' | 'strange' | 'quiet' | 'loud';

const colours: Record<Tone, Parameters<typeof styleText>[0]> = {
  good: 'green',
  bad: ['red', 'bold'],
  strange: 'yellow',
  quiet: 'dim',
  loud: 'bold',
};

/** A text in its tone; plain where standard output (or wherever it goes) is no terminal, or NO_COLOR is set. */
export function paint(tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(colours[tone], text, { stream });
}

/** A line for whoever started it. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A text with every line of it set in; broken to the terminal's width, and left as it is elsewhere. */
export function wrapped(text: string, indent: number): string {
  const margin = ' '.repeat(indent);
  // Narrower than this nothing can be read any more.
  const width = process.stdout.isTTY ? Math.max(20, process.stdout.columns - indent) : Number.POSITIVE_INFINITY;
  return text
    .split('\n')
    .flatMap((line) => broken(line, width))
    .map((line) => margin + line)
    .join('\n');
}

function broken(line: string, width: number): string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) as string;
    if (last && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

/** One value as JSON: one line for a program, many for whoever looks at it. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0));
}

/** A remark that is no part of what was asked for, so that it spoils no output that goes to a program. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says at a terminal what takes a moment, until the function it gives is called; says nothing elsewhere. */
export function progress(text: string): () => void {
  if (!process.stderr.isTTY) return () => {};
  process.stderr.write(`${text} ...`);
  return () => {
    process.stderr.write('\r\u001b[2K');
  };
}

/** Marks up text for help: commander takes colours out again where it does not go to a terminal. */
export function helpStyle(format: Parameters<typeof styleText>[0]) {
  return (text: string): string => styleText(format, text, { validateStream: false });
}
