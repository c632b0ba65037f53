import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import { PNG } from 'pngjs';
import { fileNameFrom, defaultFileName, slugOf } from '../../src/core/assets/fileName.ts';
import { folderOf } from '../../src/core/projects/projectFiles.ts';
import { planReference } from '../../src/core/references/planReference.ts';
import { run, sameNodeEnvironment } from '../../scripts/run.ts';
import { root } from '../../scripts/workspace.ts';
import { install, mayInstall } from '../support/apt.ts';
import { smallFiles } from '../support/mediaBytes.ts';
import { filesBelow } from '../support/projectFolder.ts';
import { outcomeIn } from '../support/projectOutcome.ts';
import { seePage } from './publishedSite.ts';
import type { DebianPackages, Site, SiteDocument, Tool } from './tool.ts';

/** What was seen of a tool; without a version it could not be had. */
export interface ToolReport {
  readonly id: string;
  readonly version: string | undefined;
  readonly seen: readonly { readonly document: string; readonly address: string; readonly fault?: string }[];
}

/** For the longest of installations and builds, in milliseconds. */
const timeLimit = 15 * 60_000;

/** Installs a tool where it is not there yet, and has it build all of its sites. */
export async function runTool(tool: Tool, browser: Browser): Promise<ToolReport> {
  const folder = path.join(root, '.tools', tool.id);
  const version = await installed(tool, folder);
  const seen: ToolReport['seen'][number][] = [];
  for (const site of version === undefined ? [] : tool.sites) {
    for (const name of await readdir(folder))
      if (!keptNames.has(name)) await rm(path.join(folder, name), { recursive: true });
    seen.push(...(await built(site, folder, browser)));
  }
  return { id: tool.id, version, seen };
}

const keptNames = new Set(['node_modules', 'package.json', 'package-lock.json']);

/** @returns the version; undefined when it is not to be had here */
async function installed({ id, from }: Tool, folder: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true });
  if ('debian' in from) {
    const found = await versionOf(from, folder);
    if (found !== undefined || !mayInstall()) return found;
    await install(...from.debian);
    return versionOf(from, folder);
  }
  const manifest = { name: id, private: true, type: 'module', dependencies: from.versions, ...from.manifest };
  const text = JSON.stringify(manifest, null, 2);
  const file = path.join(folder, 'package.json');
  const isThere = existsSync(path.join(folder, 'node_modules', from.npm));
  if (!isThere || (await readFile(file, 'utf8')) !== text) {
    await writeFile(file, text);
    await call(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  }
  return from.versions[from.npm];
}

async function versionOf({ version }: DebianPackages, folder: string): Promise<string | undefined> {
  try {
    return /\d+(?:\.\d+)+/.exec(await call(version, folder))?.[0];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function call(
  [program, ...parameters]: readonly [string, ...string[]],
  folder: string,
): Promise<string> {
  const own = path.join(folder, 'node_modules/.bin');
  const { PATH = '', ...others } = sameNodeEnvironment();
  const env = { ...others, PATH: own + path.delimiter + PATH, NO_COLOR: '1', CI: '1', ...quiet };
  return run(program, parameters, { cwd: folder, env, timeLimit, shell: process.platform === 'win32' });
}

/** Tools that tell their makers of each run. */
const quiet = {
  ASTRO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
  DO_NOT_TRACK: '1',
};

async function built(site: Site, folder: string, browser: Browser): Promise<ToolReport['seen']> {
  for (const [name, text] of Object.entries(site.files)) await write(folder, name, text);
  for (const { file, text } of site.documents) await write(folder, file, text.replace(/[⟦⟧]/g, ''));
  const placed: { readonly document: SiteDocument; readonly address: string; readonly bytes: Buffer }[] = [];
  for (const document of site.documents) placed.push({ document, ...(await place(document, folder)) });
  const broken = await faultOfBuild(site, folder);
  if (broken !== undefined) return [{ document: `all below ${site.base}`, address: '', fault: broken }];
  const seen: ToolReport['seen'][number][] = [];
  for (const { document, address, bytes } of placed) {
    const fault = await faultOf(site, document, bytes, folder, browser);
    seen.push({
      document: site.base === '/' ? document.file : `${document.file} below ${site.base}`,
      address,
      ...(fault !== undefined && { fault }),
    });
  }
  return seen;
}

/** @returns what the build has against it; undefined when it has ended well */
async function faultOfBuild({ build }: Site, folder: string): Promise<string | undefined> {
  try {
    for (const command of build) await call(command, folder);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.slice(-2_000) : String(error);
  }
}

/** Puts a file where the project has it, and a reference into the document. */
async function place(
  { file, languageId, text: marked, media: kind = 'image' }: SiteDocument,
  folder: string,
): Promise<{ address: string; bytes: Buffer }> {
  const start = marked.indexOf('⟦');
  const end = marked.indexOf('⟧') - 1;
  const text = marked.replace(/[⟦⟧]/g, '');
  const prompt = text.slice(start, end);
  const { bytes, extension, mediaType } = kind === 'image' ? picture() : clip(kind);
  const variables = { slug: slugOf(prompt), model: '', date: '', index: 1, shortId: '1a2b3c4d' };
  const name = `${fileNameFrom(defaultFileName, variables)}.${extension}`;
  const outcome = await outcomeIn(filesBelow(folder), { path: file, languageId, text }, kind, { name });
  const plan = planReference({
    languageId,
    file: file.split('/'),
    manners: outcome.project.manners,
    text,
    start,
    end,
    mode: 'after',
    media: [{ kind, ...outcome.address, mediaType, alt: prompt }],
    eol: '\n',
  });
  if (!plan) throw new Error(`${file} has no place for its picture.`);
  await write(folder, outcome.file, bytes);
  await write(
    folder,
    file,
    plan.edits.reduceRight(
      (result, { start: from, end: to, text: added }) => result.slice(0, from) + added + result.slice(to),
      text,
    ),
  );
  return { address: outcome.address.expression ?? outcome.address.path, bytes };
}

/** @returns what is wrong; undefined when the page shows the file */
async function faultOf(
  { output, base }: Site,
  { page, text, media = 'image' }: SiteDocument,
  bytes: Buffer,
  folder: string,
  browser: Browser,
): Promise<string | undefined> {
  const published = path.join(folder, output);
  if (page.endsWith('.pdf')) {
    const pages = await readFile(path.join(published, page), 'latin1');
    return /\/Subtype\s*\/Image\b/.test(pages) ? undefined : 'no picture in the PDF';
  }
  const alt = text.slice(text.indexOf('⟦') + 1, text.indexOf('⟧'));
  const seen = await seePage(browser, published, base, page, alt);
  if (!seen) return `there is no page ${page}`;
  const { bodies, missing, pictures } = seen;
  const [first, ...others] = pictures;
  // Builds make other pictures of pictures; backgrounds and clips are served as they are.
  const isShown =
    first !== undefined && media === 'image'
      ? first && others.length === 0
      : bodies.some(body => body.equals(bytes));
  return isShown ? undefined : `not shown; led nowhere: ${missing.join(', ') || 'nothing'}`;
}

async function write(folder: string, name: string, content: string | Buffer): Promise<void> {
  await mkdir(path.join(folder, folderOf(name)), { recursive: true });
  await writeFile(path.join(folder, name), content);
}

/** A picture like no other, and too large to be written into a page. */
function picture(): { bytes: Buffer; extension: string; mediaType: string } {
  const image = new PNG({ width: 96, height: 64 });
  image.data = randomBytes(image.data.length);
  return { bytes: PNG.sync.write(image), extension: 'png', mediaType: 'image/png' };
}

function clip(kind: 'video' | 'audio'): { bytes: Buffer; extension: string; mediaType: string } {
  const found = smallFiles[kind === 'video' ? 'mp4' : 'mp3'];
  if (!found) throw new Error(`There is no small file for ${kind}.`);
  return { ...found, bytes: Buffer.concat([found.bytes, randomBytes(20_000)]) };
}
