import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { Emitter } from '../../../../src/base/event.ts';
import { ReferenceFinder } from '../../../../src/core/links/find/referenceFinder.ts';
import { CachedProjectFiles, type ProjectFiles } from '../../../../src/core/projects/projectFiles.ts';
import { findProject } from '../../../../src/core/projects/findProject.ts';
import { generateAllMissing, generateMissing } from '../../../../src/vscode/links/generateMissing.ts';
import { relinkDocument, relinkWorkspace } from '../../../../src/vscode/links/relink.ts';
import { UserError } from '../../../../src/vscode/messages/errors.ts';
import type { GenerateServices } from '../../../../src/vscode/generate/generateServices.ts';
import { LinkFeatures } from '../../../../src/vscode/links/linkFeatures.ts';
import { harmIn, hostileTexts } from '../../../support/hostileTexts.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { resetSettings, setSetting } from '../../../support/vscodeStandIn.ts';

/** What the editor has and was told. */
const editor = vi.hoisted(() => ({
  isTrusted: true,
  visible: [] as { document: unknown }[],
  diagnostics: new Map<string, Map<string, vscode.Diagnostic[]>>(),
}));

vi.mock('vscode', async importOriginal => {
  const { workspace, ...rest } = await importOriginal<{ workspace: object }>();
  const nothing = (): { dispose(): void } => ({ dispose: () => undefined });
  class Range {
    readonly start: number;
    readonly end: number;
    constructor(start: number, end: number) {
      [this.start, this.end] = [start, end];
    }
    intersection(other: Range): Range | undefined {
      return this.start <= other.end && other.start <= this.end ? this : undefined;
    }
  }
  function Diagnostic(this: object, range: unknown, message: string, severity: number): void {
    Object.assign(this, { range, message, severity });
  }
  const createDiagnosticCollection = (name: string): object => {
    const own = new Map<string, vscode.Diagnostic[]>();
    editor.diagnostics.set(name, own);
    return {
      set: (uri: vscode.Uri, found: vscode.Diagnostic[]) => void own.set(String(uri), found),
      delete: (uri: vscode.Uri) => void own.delete(String(uri)),
      dispose: () => editor.diagnostics.delete(name),
    };
  };
  return {
    ...rest,
    Range,
    Diagnostic,
    CodeLens: class {
      readonly range: unknown;
      readonly command: unknown;
      constructor(range: unknown, command: unknown) {
        [this.range, this.command] = [range, command];
      }
    },
    CodeAction: class {
      readonly title: string;
      constructor(title: string) {
        this.title = title;
      }
    },
    Uri: {
      joinPath: (base: { path: string }, ...names: readonly string[]) => {
        const whole = [base.path, ...names].join('/');
        return { path: whole, fsPath: whole, toString: () => `file://${whole}` };
      },
    },
    CodeActionKind: { QuickFix: 'quickfix' },
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    languages: { createDiagnosticCollection },
    window: {
      get visibleTextEditors() {
        return editor.visible;
      },
    },
    workspace: {
      ...workspace,
      get isTrusted() {
        return editor.isTrusted;
      },
      textDocuments: [],
      asRelativePath: (uri: { fsPath: string }) => uri.fsPath.replace('/w/', ''),
      getWorkspaceFolder: () => ({ uri: { path: '/w', fsPath: '/w', toString: () => 'file:///w' } }),
      onDidChangeConfiguration: nothing,
      onDidCloseTextDocument: nothing,
    },
  };
});

/** Tells that what is there has changed. */
const forgot = new Emitter<void>();

/** What the workspace folder holds. */
const files = new Set<string>();
const projectFiles: ProjectFiles = {
  list: folder =>
    Promise.resolve(
      [...files].flatMap(each =>
        path.posix.dirname(each) === (folder === '' ? '.' : folder) ? [path.posix.basename(each)] : [],
      ),
    ),
  read: () => Promise.resolve(undefined),
};

/** What is looked at in place of it. */
let disk = projectFiles;

interface TestDocument {
  readonly uri: unknown;
  languageId: string;
  version: number;
  isClosed: boolean;
  text: string;
}

function documentOf(name: string, languageId: string, text: string): vscode.TextDocument & TestDocument {
  const document = {
    uri: { scheme: 'file', path: `/w/${name}`, fsPath: `/w/${name}`, toString: () => `file:///w/${name}` },
    languageId,
    version: 1,
    isClosed: false,
    text,
    getText: () => document.text,
    positionAt: (offset: number) => offset,
  };
  editor.visible = [{ document }];
  return document as never;
}

describe('what is said in documents', () => {
  let finder: ReferenceFinder;
  let features: LinkFeatures;
  const say = (name: string, value: unknown): void => setSetting(`rivya.${name}`, value);
  const told = (collection: string): string[] =>
    [...(editor.diagnostics.get(collection)?.values() ?? [])].flat().map(each => each.message);

  beforeEach(() => {
    files.clear();
    disk = projectFiles;
    editor.isTrusted = true;
    finder = new ReferenceFinder(path.resolve('src/core/links/find/finderThread.ts'), new ManualClock());
    const projects = {
      onDidForget: forgot.event,
      filesIn: () => disk,
      ofText: async (home: { path: string }, languageId: string, text: string) => {
        const document = { path: home.path.replace('/w/', ''), languageId, text };
        return { document, project: await findProject(disk, document), folder: undefined };
      },
    };
    features = new LinkFeatures({ finder, projects: projects as never }, () => new Set(['results.example']));
  });

  afterEach(() => {
    features.dispose();
    finder.dispose();
    resetSettings();
  });

  const html = '<img src="img/a.png" alt="todo: a fox">\n<img src="img/b.png" alt="A bird">\n';

  it('is a lens on each wish, and on nothing else, where lenses are wanted', async () => {
    const document = documentOf('a.html', 'html', html);
    expect(await features.codeLenses(document)).toEqual([]);
    say('missingImages.show', 'codeLens');
    const lenses = await features.codeLenses(document);
    expect(lenses.map(({ command }) => command)).toEqual([
      {
        title: 'Generate "a.png"',
        command: 'rivya.image.generateMissing',
        arguments: [document.uri, html.indexOf('img/a.png')],
      },
    ]);
    // One way at a time.
    await features.refresh();
    expect(told('rivya-missing')).toEqual([]);
  });

  // Lenses draw icons; of an address with a colon nobody looks for a file.
  it.each([
    ['icons', hostileTexts['icons'] ?? ''],
    ['marks of the direction', hostileTexts['marks of the direction'] ?? ''],
    ['line breaks and controls', 'one\ntwo\u0007\u0085three\u2028four'],
    ['many characters', 'x'.repeat(1_000)],
    ['a place in brackets', '[x](y) $(bug)'],
  ])('draws the name of a file as text, whatever it is: %s', async (_how, name) => {
    const document = documentOf(
      'a.html',
      'html',
      `<img src="img/${encodeURIComponent(name)}.png" alt="todo: a fox">`,
    );
    say('missingImages.show', 'codeLens');
    const lenses = (await features.codeLenses(document)).map(({ command }) => command?.title ?? '');
    say('missingImages.show', 'hint');
    await features.refresh();
    const whole = { start: 0, end: document.getText().length, intersection: () => ({}) };
    const context = { diagnostics: [] } as unknown as vscode.CodeActionContext;
    const fixes = await features.codeActions(document, whole as never, context);
    const words = [...lenses, ...told('rivya-missing'), ...fixes.map(({ title }) => title)];
    expect(words).toHaveLength(3);
    expect(words.flatMap(text => harmIn(text, 600))).toEqual([]);
  });

  it('is a hint for each missing file outside of Markdown, where hints are wanted', async () => {
    say('missingImages.show', 'hint');
    const document = documentOf('a.html', 'html', html);
    await features.refresh();
    expect(told('rivya-missing')).toEqual(['"img/a.png" doesn\'t exist.', '"img/b.png" doesn\'t exist.']);
    const [hint] = editor.diagnostics.get('rivya-missing')?.get(String(document.uri)) ?? [];
    expect([hint?.severity, hint?.code, hint?.source]).toEqual([3, 'missing-image', 'Rivya']);
    expect(await features.codeLenses(document)).toEqual([]);
    files.add('img/a.png');
    forgot.fire();
    await features.refresh();
    expect(told('rivya-missing')).toEqual(['"img/b.png" doesn\'t exist.']);
  });

  it('is looked at anew in a document that was out of sight while a file came', async () => {
    const document = documentOf('a.html', 'html', html);
    const all = { start: 0, end: html.length } as never;
    const titles = async (): Promise<string[]> =>
      (await features.codeActions(document, all, { diagnostics: [] } as never)).map(({ title }) => title);
    expect(await titles()).toEqual(['Generate "a.png"', 'Generate "b.png"...']);
    editor.visible = [];
    files.add('img/a.png');
    forgot.fire();
    expect(await titles()).toEqual(['Generate "b.png"...']);
  });

  it('costs a look into each folder that is referred to, not one a key, a file or a reference', async () => {
    const listing = Array.from({ length: 50_000 }, (_, number) => `p${number}.png`);
    const goneThrough = vi.spyOn(listing, 'map');
    const listed: string[] = [];
    const cached = new CachedProjectFiles({
      list: folder => {
        listed.push(folder);
        return Promise.resolve(folder === 'img' ? listing : []);
      },
      read: () => Promise.resolve(undefined),
    });
    disk = cached;
    const page = Array.from({ length: 400 }, (_, number) => `<img src="img/p${number * 250}.png">\n`).join(
      '',
    );
    const document = documentOf('a.html', 'html', page);
    const all = { start: 0, end: page.length } as never;
    const found = await features.codeActions(document, all, { diagnostics: [] } as never);
    expect(found).toHaveLength(200);
    const [looks, walks] = [listed.length, goneThrough.mock.calls.length];
    expect(listed.filter(folder => folder === 'img')).toHaveLength(1);
    expect(new Set(listed).size).toBe(looks);
    expect(walks).toBe(1);
    for (let key = 0; key < 10; key++) {
      document.version++;
      document.text += 'x';
      await features.refresh();
      expect(await features.codeActions(document, all, { diagnostics: [] } as never)).toHaveLength(200);
    }
    expect([listed.length, goneThrough.mock.calls.length]).toEqual([looks, walks]);
  });

  it('is left to VS Code in Markdown', async () => {
    say('missingImages.show', 'hint');
    documentOf('a.md', 'markdown', '![todo: a fox](img/a.png)\n');
    await features.refresh();
    expect(told('rivya-missing')).toEqual([]);
  });

  it('names the time at which a link dies, of large documents as well', async () => {
    const text = `${'Words and words.\n\n'.repeat(12_000)}![A](https://results.example/a.png)\n`;
    documentOf('a.md', 'markdown', text);
    await features.refresh();
    expect(told('rivya-links')).toHaveLength(1);
    say('expiringLinks.show', 'off');
    await features.refresh();
    expect(told('rivya-links')).toEqual([]);
  });

  it('says nothing about a version of which it has not heard the end', async () => {
    const document = documentOf(
      'a.md',
      'markdown',
      `${'Words.\n\n'.repeat(4_000)}![A](https://results.example/a.png)\n`,
    );
    const look = features.refresh();
    document.version++;
    document.text = 'Nothing.';
    await look;
    expect(told('rivya-links')).toEqual([]);
  });

  it('offers nothing that sends something in Restricted Mode, and still tells of links', async () => {
    editor.isTrusted = false;
    say('missingImages.show', 'codeLens');
    const text = '![todo: a fox](img/a.png) ![A](https://results.example/a.png)\n';
    const document = documentOf('a.md', 'markdown', text);
    expect(await features.codeLenses(document)).toEqual([]);
    const all = { start: 0, end: text.length } as never;
    const context = { diagnostics: [], triggerKind: 1, only: undefined } as never;
    expect(await features.codeActions(document, all, context)).toEqual([]);
    say('missingImages.show', 'hint');
    await features.refresh();
    expect(told('rivya-missing')).toEqual([]);
    expect(told('rivya-links')).toHaveLength(1);
    // Where the folder is trusted, all of it is offered.
    editor.isTrusted = true;
    const offered = await features.codeActions(document, all, context);
    expect(offered.map(({ title }) => title)).toEqual([
      'Download and Relink',
      'Download and Relink in the Workspace...',
      'Generate "a.png"',
    ]);
  });

  it('is done by no command in Restricted Mode: each ends before it has looked at anything', async () => {
    editor.isTrusted = false;
    const untouched = new Proxy({} as GenerateServices, {
      get: (_, name) => {
        throw new Error(`${String(name)} was used.`);
      },
    });
    const { uri } = documentOf('a.html', 'html', html);
    for (const run of [
      () => generateMissing(untouched, 'hand', uri, html.indexOf('img/a.png')),
      () => generateAllMissing(untouched, 'hand'),
      () => relinkDocument(untouched, uri),
      () => relinkWorkspace(untouched),
    ])
      await expect(run()).rejects.toThrow(UserError);
  });
});
