// What pages that follow changes are made of: signs, paragraphs, parts that are replaced by themselves; and lines for who reads
// them as text.
import { html } from './page.ts';
import type { Sign } from './words.ts';

/** Signs that differ in shape, for who does not see their colour: tick, exclamation mark, cross, bar. */
const signs: Readonly<Record<Sign, string>> = {
  works: '<circle cx="12" cy="12" r="10"/><path d="m7 12.5 3.5 3.5L17 9"/>',
  care: '<path d="M12 2.5 22.5 21h-21z"/><path d="M12 9.5v5m0 2.6v.4"/>',
  fails: '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="m8.5 8.5 7 7m0-7-7 7"/>',
  cut: '<circle cx="12" cy="12" r="10"/><path d="M7 12h10"/>',
};

/** A sign as it is drawn; its words stand beside it. */
export const sign = (name: Sign) =>
  `<svg class="sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${signs[name]}</svg>`;

/** Paragraphs, where there is something to say. */
export const paragraphs = (sentences: readonly (string | null)[], kind = '') =>
  sentences.map((one) => (one ? `<p${kind && ` class="${kind}"`}>${html(one)}</p>` : '')).join('\n');

/** A part that the script replaces by itself when it has changed. */
export const part = (id: string, content: string) => `<div id="${html(id)}" data-part>${content}</div>`;

/** Lines of at most 80 signs, which every terminal and printer has, each after `indent`. */
export function wrap(sentences: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of sentences.split(/\s+/)) {
    if (line.trim() && line.length + 1 + word.length > 80) {
      lines.push(line);
      line = indent;
    }
    line += line.trim() ? ` ${word}` : word;
  }
  return [...lines, line].join('\n');
}
