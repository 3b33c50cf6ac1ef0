// What whoever sets Lintel up should know of the exchange's lines: which there are, at which extensions, and what is wrong with how
// they are reached. Knows names and settings; asks nothing.
import { extensionOf, extensionsIn, isLineExtension, switchboardSetting } from './settings.ts';

/** Each in a sentence: first which lines there are, then what is to be mended. */
export function lineAdvice(lines: readonly string[], settings: Readonly<Record<string, string>> | undefined): string[] {
  const extensions = switchboardSetting('EXTENSIONS', settings);
  const context = switchboardSetting('CONTEXT', settings);
  const [, dialContext = null] = /^local\/[^@]*@([^/;]+)/i.exec(switchboardSetting('DIAL', settings)) ?? [];
  if (lines.length === 0) return ['It names no line: callers cannot be joined to any, and call-backs wait.'];
  const at = (line: string) => `${line} (extension ${extensionOf(line, extensions)})`;
  const strays = [...extensionsIn(extensions).keys()].filter((name) => !lines.includes(name));
  const unreached = lines.filter((line) => !isLineExtension(extensionOf(line, extensions)));
  return [
    `Its lines, in context ${context}: ${lines.map(at).join(', ')}.`,
    ...strays.map((name) => `TELEPHONY_EXTENSIONS has an extension for ${name}, and there is no such line.`),
    ...unreached.map((line) => `Nobody can be joined to ${line}: set its extension in TELEPHONY_EXTENSIONS.`),
    ...(dialContext === context
      ? [
          `TELEPHONY_CONTEXT is ${context}, which TELEPHONY_DIAL dials out by: set it to a context that holds the lines alone and cannot dial out.`,
        ]
      : []),
  ];
}
