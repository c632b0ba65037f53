/**
 * Serves the pages as VS Code does: the HTML of the extension, its policy, its files, and the colours of
 * a theme.
 */
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root } from '../../../scripts/workspace.ts';
import type { PageBoot } from '../../../src/shared/page.ts';
import { pageHtml } from '../../../src/vscode/pages/pageHtml.ts';
import { themeStyles } from './themes.ts';
import type { ThemeName } from './themes.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
};

/** The smallest picture that a browser shows: one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const pageNames = ['chat', 'gallery', 'compare'] as const;

export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

/** What VS Code says of the theme to the style sheets of its pages. */
const classesOf: Readonly<Record<string, string>> = {
  light: 'vscode-light',
  dark: 'vscode-dark',
  highContrast: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast vscode-high-contrast-light',
};

/** Starts it on a free loopback port. The chat is at `/?theme=…`, the others at `/?page=gallery&theme=…`. */
export async function startPageServer(boot: PageBoot): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname, searchParams, origin } = new URL(
      request.url ?? '/',
      `http://${request.headers.host ?? ''}`,
    );
    const send = (mediaType: string, body: string | Buffer): void => {
      response.writeHead(200, { 'Content-Type': mediaType, 'Cache-Control': 'no-store' }).end(body);
    };
    if (pathname === '/') {
      const theme = searchParams.get('theme') ?? 'dark';
      const name = pageNames.find(each => each === searchParams.get('page')) ?? 'chat';
      const styles = [`/theme/${theme}.css`, '/dist/codicon.css', `/dist/${name}.css`];
      send(
        'text/html; charset=utf-8',
        pageHtml({
          element: `rivya-${name}`,
          nonce: 'test-nonce',
          cspSource: origin,
          script: `/dist/${name}.js`,
          styles,
          boot,
        }).replace('<body>', `<body class="${classesOf[theme] ?? ''}">`),
      );
    } else if (pathname.startsWith('/theme/')) {
      send('text/css', themeStyles(path.basename(pathname, '.css') as ThemeName));
    } else if (pathname === '/picture.png') {
      send('image/png', picture);
    } else {
      const folder = {
        '/dist/': 'dist/webview',
        '/media/': 'media/sandbox',
        '/walkthrough/': 'media/walkthrough',
      }[pathname.replace(/[^/]*$/, '')];
      const file = path.join(root, folder ?? '', path.basename(pathname));
      if (folder !== undefined && existsSync(file)) {
        response.writeHead(200, {
          'Content-Type': mediaTypes[path.extname(file)] ?? 'application/octet-stream',
        });
        createReadStream(file).pipe(response);
      } else {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
