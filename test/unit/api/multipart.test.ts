import { expect, it } from 'vitest';
import { multipartBody } from '../../../src/api/transport/multipart.ts';

async function textOf(name: string): Promise<string> {
  const file = { data: new Blob(['content']), name, type: 'image/png' };
  const body = multipartBody({ kind: 'image' }, file, undefined).open();
  return new Response(body).text();
}

/** A quoted string as busboy and others read it: a backslash takes the next character as it is. */
function strictlyRead(part: string): string | undefined {
  const name = /filename="((?:[^"\\]|\\.)*)"\r\nContent-Type/.exec(part)?.[1];
  // eslint-disable-next-line no-control-regex
  return name === undefined || /[\u0000-\u001F\u007F]/.test(name) ? undefined : name.replace(/\\(.)/g, '$1');
}

it.each([
  ['plain.png', 'plain.png'],
  ['trail\\', 'trail%5C'],
  ['a\\"b.png', 'a%5C%22b.png'],
  ['nul\u0000.png', 'nul%00.png'],
  ['bell\u0007\u001b\u007f.png', 'bell%07%1B%7F.png'],
  ['a\r\nX-Header: 1.png', 'a%0D%0AX-Header: 1.png'],
  ['quote".png', 'quote%22.png'],
  ['', 'file'],
  ['लोमड़ी 🦊.png', 'लोमड़ी 🦊.png'],
])('the name %j arrives as one that every reader finds', async (name, read) => {
  expect(strictlyRead(await textOf(name))).toBe(read);
});
