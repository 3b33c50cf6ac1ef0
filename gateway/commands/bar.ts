// How far something that takes a while has come: a bar at a terminal, a line at every tenth elsewhere. On standard error.
import { remark } from './terminal.ts';

/** Shows progress. */
export interface Bar {
  at(done: number, total: number): void;
  /** Takes the bar away; what came of it is said by whoever called. */
  end(): void;
}

const width = 30;

/** A bar with a title, for so many of `unit`. */
export function bar(title: string, unit: string): Bar {
  let shown = -1;
  const terminal = process.stderr.isTTY;
  return {
    at(done, total) {
      // Until it is known how much there is, or where there is nothing, there is nothing to show.
      if (total === 0) return;
      const share = Math.min(1, done / total);
      const step = Math.floor(share * (terminal ? 100 : 10));
      if (step === shown) return;
      shown = step;
      const percent = `${Math.floor(share * 100)}%`;
      const count = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit}`;
      if (!terminal) return remark(`${title}: ${percent}, ${count}`);
      const full = Math.round(share * width);
      process.stderr.write(`\r\u001b[2K${title} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent} ${count}`);
    },
    end() {
      if (terminal && shown >= 0) process.stderr.write('\r\u001b[2K');
    },
  };
}
