import type { PageBoot } from '../../shared/page.ts';

export interface PageHtml {
  /** The name of the custom element that is the page. */
  readonly element: `rivya-${string}`;
  /** From a cryptographic source, new for each page. */
  readonly nonce: string;
  /** `Webview.cspSource`. */
  readonly cspSource: string;
  /** Address of the page's script. */
  readonly script: string;
  /** Addresses of the style sheets, in their order. */
  readonly styles: readonly string[];
  readonly boot: PageBoot;
}

/**
 * A page of ours. Nothing of what it shows is in it: that comes by message once the script is ready. Only our
 * own script and styles run; no request leaves the page; and no text can become HTML, because the page has to
 * use Trusted Types.
 */
export function pageHtml({ element, nonce, cspSource, script, styles, boot }: PageHtml): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
    `media-src ${cspSource}`,
    `connect-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types lit-html`,
  ].join('; ');
  const links = styles.map(style => `<link rel="stylesheet" href="${attribute(style)}">`).join('\n');
  return `<!DOCTYPE html>
<html lang="${attribute(boot.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
${links}
</head>
<body>
<${element}></${element}>
<script type="application/json" id="page-boot" nonce="${attribute(nonce)}">${inScript(boot)}</script>
<script type="module" nonce="${attribute(nonce)}" src="${attribute(script)}"></script>
</body>
</html>
`;
}

/** JSON that cannot end the element it stands in, nor begin a comment. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
