import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../../src/vscode/pages/pageHtml.ts';

interface Node {
  readonly nodeName: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
  readonly value?: string;
}

function elements(node: Node): Node[] {
  return [node, ...(node.childNodes ?? []).flatMap(elements)];
}

function attribute(node: Node | undefined, name: string): string | undefined {
  return node?.attrs?.find(each => each.name === name)?.value;
}

const hostile = '</script><script>alert(1)</script><!--"\'&';
const html = pageHtml({
  element: 'rivya-chat',
  nonce: 'abc123',
  cspSource: 'https://webview.test',
  script: 'https://webview.test/chat.js?a=1&b="2"',
  styles: ['https://webview.test/a.css', 'https://webview.test/b.css'],
  boot: { language: 'hi"><script>', strings: { [hostile]: hostile } },
});
const nodes = elements(parse(html));

describe('a page', () => {
  it('has two scripts, each with the nonce, whatever the words are', () => {
    const scripts = nodes.filter(node => node.nodeName === 'script');
    expect(scripts.map(script => attribute(script, 'nonce'))).toEqual(['abc123', 'abc123']);
    expect(attribute(scripts[1], 'src')).toBe('https://webview.test/chat.js?a=1&b="2"');
    const boot = JSON.parse(scripts[0]?.childNodes?.[0]?.value ?? '') as unknown;
    expect(boot).toEqual({ language: 'hi"><script>', strings: { [hostile]: hostile } });
  });

  it('allows nothing but its own files, and no text to become HTML', () => {
    const meta = nodes.find(node => attribute(node, 'http-equiv') === 'Content-Security-Policy');
    const policy = new Map(
      (attribute(meta, 'content') ?? '').split('; ').map(rule => {
        const [name = '', ...values] = rule.split(' ');
        return [name, values.join(' ')];
      }),
    );
    expect(policy.get('default-src')).toBe(`'none'`);
    expect(policy.get('script-src')).toBe(`'nonce-abc123'`);
    expect(policy.get('connect-src')).toBe(`'none'`);
    expect(policy.get('require-trusted-types-for')).toBe(`'script'`);
    for (const name of ['style-src', 'img-src', 'font-src', 'media-src']) {
      expect(policy.get(name)).toBe('https://webview.test');
    }
    expect(attribute(meta, 'content')).not.toContain('unsafe');
  });
});
