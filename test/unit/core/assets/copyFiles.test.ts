import { describe, expect, it } from 'vitest';
import { copyFilesPath, copyFilesRules } from '../../../../src/core/assets/copyFiles.ts';

const variables = {
  documentPath: '/site/docs/guide/start.md',
  workspaceFolder: '/site',
  fileName: 'fox.png',
  now: Date.UTC(2026, 4, 11),
};

describe('markdown.copyFiles.destination', () => {
  it.each([
    ['', '/site/docs/guide/fox.png'],
    ['images/', '/site/docs/guide/images/fox.png'],
    ['/images/', '/site/images/fox.png'],
    ['/images/${documentBaseName}/', '/site/images/start/fox.png'],
    ['/images/${documentBaseName}-${fileName}', '/site/images/start-fox.png'],
    ['/a/${documentRelativeDirName}/${fileName}', '/site/a/docs/guide/fox.png'],
    ['${documentWorkspaceFolder}/a/${fileName}', '/site/a/fox.png'],
    ['${documentDirName}/a.${fileExtName}', '/site/docs/guide/a.png'],
    ['/${documentBaseName/^(.)tart$/$1-x/}/${fileName}', '/site/s-x/fox.png'],
    ['/${documentBaseName/(/x/}/', '/site/start/fox.png'],
    ['/${unixTime}/', '/site/1778457600000/fox.png'],
    ['/${unknown}/', '/site/${unknown}/fox.png'],
    ['../../../elsewhere/', undefined],
    ['/../elsewhere/', undefined],
  ])('%j: %s', (template, path) => {
    expect(copyFilesPath(template, variables)).toBe(path);
  });

  it('takes two spellings of a drive for one', () => {
    const mixed = {
      ...variables,
      documentPath: '/C:/Users/Eva/site/docs/a.md',
      workspaceFolder: '/c:/Users/Eva/site',
    };
    expect(copyFilesPath('img/', mixed)).toBe('/c:/Users/Eva/site/docs/img/fox.png');
    expect(copyFilesPath('/img/${documentRelativeDirName}/', mixed)).toBe(
      '/c:/Users/Eva/site/img/docs/fox.png',
    );
    expect(copyFilesPath('${documentDirName}/', mixed)).toBe('/c:/Users/Eva/site/docs/fox.png');
    expect(copyFilesPath('img/', { ...mixed, documentPath: '/D:/Users/Eva/site/docs/a.md' })).toBeUndefined();
  });

  it('hears the workspace only where it is trusted', () => {
    const setting = {
      globalValue: { '**/*.md': 'mine/', '**/*.mdx': 1 },
      workspaceValue: { '**/*.md': '.vscode/here/' },
      workspaceFolderValue: { '**/*.x': 'x/' },
    };
    expect(copyFilesRules(setting, false)).toEqual([['**/*.md', 'mine/']]);
    expect(copyFilesRules(setting, true)).toEqual([
      ['**/*.md', '.vscode/here/'],
      ['**/*.x', 'x/'],
    ]);
    expect(copyFilesRules(undefined, false)).toEqual([]);
  });

  it.each([
    ['..\\..\\..\\Users\\me\\Startup\\'],
    ['img\\..\\..\\..\\x\\'],
    ['/\\\\server\\share\\'],
    ['/${documentBaseName/.*/..\\..\\..\\x/}/'],
    ['c:/Users/me/'],
    ['/c:/Users/me/'],
    ['images:hidden/'],
    ['.. /.. /.. /x/'],
    ['.../x/'],
    ['con/'],
    ['images/NUL.txt/'],
    ['a\u0000b/'],
    ['a\nb/'],
    ['a\u202Eb/'],
    ['a"b/'],
  ])('%j leads nowhere, for it could lead out on Windows', template => {
    const windows = { ...variables, documentPath: '/c:/ws/docs/start.md', workspaceFolder: '/c:/ws' };
    for (const each of [variables, windows]) expect(copyFilesPath(template, each)).toBeUndefined();
  });

  it('takes the folders that exist as they are', () => {
    const odd = { ...variables, documentPath: '/site/a: b./start.md' };
    expect(copyFilesPath('img/', odd)).toBe('/site/a: b./img/fox.png');
    const drive = { ...variables, documentPath: '/c:/ws/docs/start.md', workspaceFolder: '/c:/ws' };
    expect(copyFilesPath('/img/', drive)).toBe('/c:/ws/img/fox.png');
    expect(copyFilesPath('${documentDirName}/img/', drive)).toBe('/c:/ws/docs/img/fox.png');
  });

  it.each(['(a+)+$', '(a|a)*$', '^(?:a*)*!x'])('stops %s, which has no end', pattern => {
    const name = 'a'.repeat(120);
    const evil = { ...variables, documentPath: `/site/${name}!.md` };
    expect(copyFilesPath(`\${documentBaseName/${pattern}/x/}/`, evil)).toBeUndefined();
    // The other variables of the same template do not take their time again.
    const many = `\${documentBaseName/${pattern}/x/}`.repeat(30);
    expect(copyFilesPath(`${many}/`, evil)).toBeUndefined();
  });

  it('takes nothing that is longer than a person writes', () => {
    expect(copyFilesPath('a/'.repeat(2_000), variables)).toBeUndefined();
    const long = { ...variables, documentPath: `/site/${'a/'.repeat(3_000)}x.md` };
    expect(copyFilesPath('img/', long)).toBeUndefined();
    const growing = `/${'${documentBaseName}'.repeat(40)}/`;
    const wide = { ...variables, documentPath: `/site/${'a'.repeat(200)}.md` };
    expect(copyFilesPath(growing, wide)).toBeUndefined();
  });
});
