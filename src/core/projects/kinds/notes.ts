import { folderFrom, member, parseLoosely } from './settingsText.ts';
import type { Found, ProjectKind, RootRule } from './projectKind.ts';

const obsidianSettings = '.obsidian/app.json';

/** Vaults of notes, with a folder for what is attached to them. */
export const notes: readonly ProjectKind[] = [
  {
    id: 'obsidian',
    name: 'Obsidian',
    source: 'https://help.obsidian.md/attachments',
    evidence: ['.obsidian/'],
    reads: [obsidianSettings],
    hasWikilinks: found => obsidianValue(found, 'useMarkdownLinks') !== true,
    variables: found => ({ attachments: obsidianAttachments(found) }),
    documents: [{ folder: '{attachments}' }],
    roots: obsidianLinks,
  },
  {
    id: 'dendron',
    name: 'Dendron',
    source: 'https://github.com/dendronhq/dendron/blob/master/packages/plugin-core/src/commands/PasteFile.ts',
    evidence: ['dendron.yml'],
    variables: ({ texts, document }) => ({ vault: dendronVault(texts, document) }),
    documents: [{ folder: '{vault}/assets/images' }],
    roots: [{ folder: '{vault}', url: '/', built: /\.md$/ }],
  },
  {
    id: 'logseq',
    name: 'Logseq',
    source:
      'https://github.com/logseq/docs/blob/master/pages/How%20to%20create%20a%20Logseq%20graph%20using%20existing%20Markdown%20files.md',
    evidence: ['logseq/'],
    reads: ['logseq/config.edn'],
    confirms: ({ has, texts }) => texts !== '' || has('journals/') || has('pages/'),
    documents: [{ folder: 'assets' }],
  },
  {
    id: 'foam',
    name: 'Foam',
    source: 'https://foambubble.github.io/foam/user/features/embeds',
    evidence: ['.foam/', '.vscode/'],
    reads: ['.vscode/extensions.json', '.vscode/settings.json'],
    confirms: ({ has, texts }) => has('.foam/') || /foam\.foam-vscode|"foam\./.test(texts),
    hasWikilinks: (_found, text) => /!\[\[[^\]\n]+\]\]/.test(text),
    documents: [{ files: /\.(?:md|markdown)$/i, folder: 'attachments' }],
  },
];

function obsidianValue(found: Found, key: string): unknown {
  return member(parseLoosely(found.text(obsidianSettings)), key);
}

/** As the vault says: a folder of the vault, one below each note's own, or that one itself. */
function obsidianAttachments(found: Found): string {
  const value = obsidianValue(found, 'attachmentFolderPath');
  if (typeof value !== 'string') return '';
  const folder = folderFrom(value.replace(/^\/(?=$)/, '')) ?? '';
  return value.startsWith('./') || value === '.' ? `./${folder}` : folder;
}

function obsidianLinks(found: Found): readonly RootRule[] {
  const format = obsidianValue(found, 'newLinkFormat') ?? 'shortest';
  if (format === 'absolute') return [{ folder: '', url: '', built: /./ }];
  const isBare = format === 'shortest' && obsidianValue(found, 'useMarkdownLinks') !== true;
  return isBare ? [{ folder: '', url: '', built: /./, isNameOnly: true }] : [];
}

/** The vault of the settings that a note lies in. */
function dendronVault(texts: string, document: string): string {
  const named = [...texts.matchAll(/^\s*-?\s*fsPath\s*:\s*["']?([^"'\n#]+?)["']?\s*$/gm)].flatMap(
    ([, value]) => folderFrom(value?.trim()) ?? [],
  );
  const own = named
    .filter(vault => vault === '' || document.startsWith(`${vault}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  return own ?? named[0] ?? (document.includes('/') ? document.slice(0, document.indexOf('/')) : 'vault');
}
