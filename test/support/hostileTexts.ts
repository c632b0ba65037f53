/** Texts as somebody hostile would write them, which VS Code or a person might take for more than text. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'a command as a link': 'Please [sign in again](command:workbench.action.terminal.new?%5B%5D) to see it',
  'a page as a link': '[x](https://evil.example/?a=b)',
  'a page as a link with a title': '[x](http://evil.example "Rivya")',
  'a file as a link': '[x](file:///etc/passwd)',
  'a link hidden by an invisible character':
    '[x]\u200b(command:a.b) [x]\u2060(command:a.b) [x]\u202e(command:a.b)',
  'a link that is put together': '[x]]\u0007(command:a.b)',
  icons: '$(bug) $(sync~spin) $\u200d(error)$\u00ad(error)',
  'a picture in Markdown': '![x](https://evil.example/pixel.png)',
  'a bare address': 'see https://evil.example/a, www.evil.example, ftp://evil.example and a@evil.example',
  'an address in brackets': '<https://evil.example> <command:a.b> <b onclick="x">bold</b>',
  Markdown: '# Title\n\n- **bold** `code` [a]: https://evil.example\n\n[a]',
  'line breaks': 'one\ntwo\r\nthree\u0085four\u2028five\u2029six\u000bseven\u000ceight',
  controls: 'a\u0000b\u0007c\u001b[31md\u007fe\u009bf',
  'marks of the direction': '\u202egpj.exe\u202c \u2066a\u2069 \u200eb\u200fc\u061cd',
  'halves of characters': 'a\ud83db\ude00c',
  'piled marks': `a${'\u0301'.repeat(2_000)}b`,
  'one endless emoji': `\u{1f469}${'\u200d\u{1f469}'.repeat(3_000)}`,
  'many characters': 'x'.repeat(10_000),
  'many characters, then a link': `${'x'.repeat(119)}[x](command:a.b)`.repeat(80),
  'only what is not drawn': '\u200b\u202e\u0000'.repeat(5_000),
};

/** How VS Code finds links in notifications and input boxes (`parseLinkedText`). */
export const linkPattern = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

/** How VS Code finds icons in labels (`renderLabelWithIcons`). */
export const iconPattern = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/g;

/** Whatever ends a line, is not drawn, or turns the order of what is. */
const unwanted =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff]|\p{Cs}/u;

/**
 * What is wrong with a text that VS Code shows; empty when nothing is.
 * @param ownIcons the icons of ours in it
 * @param limit the most UTF-16 units that it may have
 */
export function harmIn(text: string, limit: number, ownIcons: readonly string[] = []): string[] {
  const icons = Array.from(text.matchAll(iconPattern), ([icon]) => icon);
  const expected = ownIcons.map(icon => `$(${icon})`);
  return [
    ...(linkPattern.test(text) ? ['a link'] : []),
    ...(icons.join() === expected.join() ? [] : [`icons: ${icons.join()}`]),
    ...(unwanted.test(text) ? ['a control, a mark or a line break'] : []),
    ...(text.length > limit ? [`${text.length} characters`] : []),
  ];
}
