import { describe, expect, it } from 'vitest';
import { copyFilesPath } from '../../../../src/core/assets/copyFiles.ts';

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
});
