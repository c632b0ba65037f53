import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesIn, type ImportGraph } from '../support/circles.ts';

const source = path.join(import.meta.dirname, '../../src');

/** What each folder of src may import from, besides itself (ARCHITECTURE.md, "The house"). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  shared: [],
  api: ['base'],
  core: ['base', 'api', 'shared'],
  sandbox: ['base', 'shared'],
  webview: ['shared'],
  cli: ['base', 'api', 'core', 'shared'],
  mcp: ['base', 'api', 'core', 'shared'],
  vscode: ['base', 'api', 'core', 'mcp', 'shared', 'sandbox'],
  'extension.ts': ['base', 'api', 'core', 'shared', 'vscode'],
};

interface Import {
  readonly file: string;
  readonly layer: string;
  readonly specifier: string;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => file.endsWith('.ts'));

const imports: Import[] = files.flatMap(file => {
  const found = specifiersIn(readFileSync(path.join(source, file), 'utf8'));
  return found.map(specifier => ({ file, layer: file.split('/')[0] ?? '', specifier }));
});

/** What a file imports, values and types, at its top or on use. */
function specifiersIn(text: string): string[] {
  return Array.from(text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g), match => match[1] ?? '');
}

/** The file of src that an import names; undefined for a package. */
function targetOf({ file, specifier }: Pick<Import, 'file' | 'specifier'>): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
}

function layerOf(each: Import): string | undefined {
  return targetOf(each)?.split('/')[0];
}

/** The imports of src, types too, between files, or between what `nameOf` makes of them. */
function graphOf(nameOf: (file: string) => string): ImportGraph {
  const graph = new Map<string, Set<string>>();
  for (const each of imports) {
    const target = targetOf(each);
    if (target === undefined || nameOf(target) === nameOf(each.file)) continue;
    const targets = graph.get(nameOf(each.file)) ?? new Set();
    graph.set(nameOf(each.file), targets.add(nameOf(target)));
  }
  return graph;
}

describe('the search for circles', () => {
  const graph = (...arrows: [string, string][]): ImportGraph => {
    const found = new Map<string, Set<string>>();
    for (const [from, to] of arrows) found.set(from, (found.get(from) ?? new Set()).add(to));
    return found;
  };

  it('finds none where everything goes down', () => {
    expect(circlesIn(graph(['a', 'b'], ['a', 'c'], ['b', 'd'], ['c', 'd'], ['d', 'e']))).toEqual([]);
  });

  it('finds each, however long, and no more than belongs to it', () => {
    const two = graph(['a', 'b'], ['b', 'c'], ['c', 'a'], ['c', 'd'], ['d', 'e'], ['e', 'd'], ['e', 'f']);
    expect(circlesIn(two)).toEqual([
      ['d', 'e'],
      ['a', 'b', 'c'],
    ]);
  });

  it('sees an import of a type alone', () => {
    const text = "import type { Task } from './task.ts';\nexport type { Other } from './other.ts';";
    expect(specifiersIn(text)).toEqual(['./task.ts', './other.ts']);
  });
});

describe('the house', () => {
  it('is read as it is', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(200);
    expect(imports.every(each => each.layer in allowed)).toBe(true);
  });

  it('has imports that go down only', () => {
    const wrong = imports.filter(each => {
      const target = layerOf(each);
      return target !== undefined && target !== each.layer && !allowed[each.layer]?.includes(target);
    });
    expect(wrong).toEqual([]);
  });

  it('has no circle of files, type imports included', () => {
    expect(circlesIn(graphOf(file => file))).toEqual([]);
  });

  it('has no circle of folders', () => {
    expect(circlesIn(graphOf(file => path.posix.dirname(file)))).toEqual([]);
  });

  it('has one importer of vscode', () => {
    const importers = imports.filter(each => each.specifier === 'vscode').map(each => each.layer);
    expect(new Set(importers)).toEqual(new Set(['vscode', 'extension.ts']));
  });

  it('has one importer of the MCP SDK', () => {
    const importers = imports.filter(each => each.specifier.startsWith('@modelcontextprotocol/'));
    expect(new Set(importers.map(each => each.layer))).toEqual(new Set(['mcp']));
  });

  it('has an editor that takes of the MCP server only what two hosts share', () => {
    const alone = imports.filter(each => each.layer === 'vscode' && targetOf(each)?.startsWith('mcp/alone/'));
    expect(alone).toEqual([]);
  });

  it('makes clients of the API in one place, so that all share the pause of an origin', () => {
    const makers = files.filter(file =>
      /\bcreateRivyaClient\(/.test(readFileSync(path.join(source, file), 'utf8')),
    );
    expect(makers.toSorted()).toEqual(['api/client.ts', 'api/clients.ts']);
  });

  it('gives the page types alone: the schema of the protocol stays with the host', () => {
    const values = files
      .filter(file => file.startsWith('webview/'))
      .flatMap(file => {
        const text = readFileSync(path.join(source, file), 'utf8');
        return [...text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?'[./]*\/shared\/[^']+'/gm)].map(
          match => `${file}: ${match[0]}`,
        );
      });
    expect(values).toEqual([]);
  });

  it('loads the sandbox, the database and the media types on use only', () => {
    const eager = new Set<string>();
    const visit = (file: string): void => {
      if (eager.has(file)) return;
      eager.add(file);
      const text = readFileSync(path.join(source, file), 'utf8');
      for (const match of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'/gm)) {
        visit(path.posix.normalize(path.posix.join(path.posix.dirname(file), match[1] ?? '')));
      }
    };
    visit('extension.ts');
    expect(
      [...eager].filter(file =>
        /^sandbox\/|^mcp\/|ledger|database|runner|library|transport|publicHost/.test(file),
      ),
    ).toEqual([]);
    expect(eager.size).toBeGreaterThan(5);
  });
});
