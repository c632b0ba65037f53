import { describe, expect, it } from 'vitest';
import { copyFilesPath } from '../../../../src/core/assets/copyFiles.ts';

const variables = {
  documentPath: '/work/docs/guide/start.md',
  workspaceFolder: '/work',
  fileName: 'fox.png',
  now: Date.UTC(2026, 4, 11),
};

describe('markdown.copyFiles.destination', () => {
  it.each([
    ['', '/work/docs/guide/fox.png'],
    ['images/', '/work/docs/guide/images/fox.png'],
    ['/images/', '/work/images/fox.png'],
    ['/images/${documentBaseName}/', '/work/images/start/fox.png'],
    ['/images/${documentBaseName}-${fileName}', '/work/images/start-fox.png'],
    ['/a/${documentRelativeDirName}/${fileName}', '/work/a/docs/guide/fox.png'],
    ['${documentWorkspaceFolder}/a/${fileName}', '/work/a/fox.png'],
    ['${documentDirName}/a.${fileExtName}', '/work/docs/guide/a.png'],
    ['/${documentBaseName/^(.)tart$/$1-x/}/${fileName}', '/work/s-x/fox.png'],
    ['/${documentBaseName/(/x/}/', '/work/start/fox.png'],
    ['/${unixTime}/', '/work/1778457600000/fox.png'],
    ['/${unknown}/', '/work/${unknown}/fox.png'],
    ['../../../elsewhere/', undefined],
    ['/../elsewhere/', undefined],
  ])('%j: %s', (template, path) => {
    expect(copyFilesPath(template, variables)).toBe(path);
  });
});
