import { createHash } from 'node:crypto';
import { createReadStream, existsSync, openAsBlob } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inertText } from '../../base/text.ts';
import type { AnsweredFile } from '../../core/agents/answers.ts';
import type { AgentReference } from '../../core/agents/makeOrder.ts';
import { realFileBelow } from '../../core/agents/realFile.ts';
import { referenceRefused } from '../../core/agents/referenceRefused.ts';
import { largestDocument, referenceText } from '../../core/agents/referenceText.ts';
import { pathRefusals, rootedPath, taskPrefix } from '../../core/agents/rootedPath.ts';
import { defaultDirectory } from '../../core/assets/fileName.ts';
import { isReallyInside } from '../../core/assets/insideFolder.ts';
import type { Library } from '../../core/assets/library.ts';
import { recognise } from '../../core/assets/mediaType.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { addressOf } from '../../core/projects/address.ts';
import { findProject, type Project, type ProjectDocument } from '../../core/projects/findProject.ts';
import { mediaFolder } from '../../core/projects/mediaFolder.ts';
import type { ProjectFiles } from '../../core/projects/projectFiles.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { planReference } from '../../core/references/planReference.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { NewPlacement } from '../../core/tasks/placement.ts';
import { resultFiles, type MediaKind, type StoredFile, type Task } from '../../shared/task.ts';
import type { AloneRoot } from './roots.ts';

/** Longer files than these are no settings that a person has written. */
const largestSettings = 256 * 1024;
/** As `rivya.output.publicRoots` has it by default, which counts for a plain folder. */
const publicRoots = ['public', 'static'].map(folder => ({
  folder,
  url: '/',
  at: 'aboveDocument' as const,
}));

/** A file of this machine that an agent has named. */
export interface AloneReference extends AgentReference {
  readonly read: () => Promise<Blob>;
}

export interface AloneFilesPorts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly roots: () => readonly AloneRoot[];
}

/** The files that agents may name, and those that they are told of, where there is no editor. */
export class AloneFiles {
  readonly #ports: AloneFilesPorts;

  constructor(ports: AloneFilesPorts) {
    this.#ports = ports;
  }

  /**
   * Files that an agent has named, as they are by their own bytes: media below a root, and earlier results.
   * @throws AgentProblem `reference_refused`
   */
  references(paths: readonly string[]): Promise<AloneReference[]> {
    return Promise.all(
      paths.map(written =>
        written.startsWith(taskPrefix)
          ? this.#fromTask(written, written.slice(taskPrefix.length))
          : this.#fromRoot(written),
      ),
    );
  }

  /** Where the result of an order goes. @throws AgentProblem for a document that lies outside */
  async placement(document: string | undefined): Promise<NewPlacement> {
    const base = { mode: 'none', language: undefined, anchor: undefined } as const;
    if (document === undefined) return { ...base, document: undefined, folder: this.#ports.roots()[0]?.uri };
    const { absolute, root } = await this.#inside(document);
    return { ...base, document: pathToFileURL(absolute).href, folder: root.uri };
  }

  /** The files of a job: where copies stand, else in the library. */
  async answered(task: Task, document: string | undefined): Promise<AnsweredFile[]> {
    const { ledger, library } = this.#ports;
    const copies = ledger.placements.of(task.id)?.copies ?? [];
    return Promise.all(
      resultFiles(task).map(async ({ index, file }) => {
        const written = copies.findLast(copy => copy.index === index);
        const copy = written?.uri.startsWith('file:') ? fileURLToPath(written.uri) : undefined;
        if (copy !== undefined && existsSync(copy)) {
          const reference =
            document === undefined ? undefined : await this.#reference(task, document, copy, file);
          return {
            path: this.#nameOf(copy),
            uri: pathToFileURL(copy).href,
            isInLibrary: false,
            file,
            reference,
          };
        }
        const stored = library.pathOf(file);
        const uri = pathToFileURL(stored).href;
        return { path: inertText(stored, 400), uri, isInLibrary: true, file, reference: undefined };
      }),
    );
  }

  /**
   * The folder for a job's files, below a root, with forward slashes: where the project of the document has
   * its media.
   */
  async destination(root: AloneRoot, document: string | undefined, media: MediaKind): Promise<string> {
    const { project } = await projectOf(root, document);
    const { folder } = await mediaFolder(filesBelow(root), project, media);
    const isInside = await isReallyInside(path.join(root.path, ...folder.split('/'), 'a'), root.path);
    return isInside ? folder : defaultDirectory;
  }

  async #fromTask(written: string, id: string): Promise<AloneReference> {
    const { ledger, library } = this.#ports;
    const task = ledger.task(id.trim());
    const file = task && resultFiles(task)[0]?.file;
    if (!file) throw this.#refused(written, 'there is no such task with a file');
    return {
      ...(await this.#inspected(library.pathOf(file), written)),
      sha256: () => Promise.resolve(file.sha256),
    };
  }

  async #fromRoot(written: string): Promise<AloneReference> {
    const { real } = await this.#inside(written);
    if (real === undefined) throw this.#refused(written, 'there is no such file');
    const reference = await this.#inspected(real, written);
    if (reference.kind === undefined) throw this.#refused(written, 'it is no image, video or audio file');
    return reference;
  }

  async #inspected(file: string, written: string): Promise<AloneReference> {
    try {
      const [type, { size }] = await Promise.all([recognise(file), stat(file)]);
      const mediaType = type?.mediaType ?? '';
      return {
        name: path.basename(file),
        bytes: size,
        kind: type?.kind,
        mediaType,
        source: pathToFileURL(file).href,
        read: () => openAsBlob(file, { type: mediaType }),
        sha256: () => hashOf(file),
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      throw this.#refused(written, 'it cannot be read');
    }
  }

  /** @returns the path as it is written, and where that leads; undefined when nothing is there */
  async #inside(
    written: string,
  ): Promise<{ readonly absolute: string; readonly root: AloneRoot; readonly real: string | undefined }> {
    const roots = this.#ports.roots();
    const found = rootedPath(written, roots, process.platform === 'win32');
    if (found.type === 'refused') throw this.#refused(written, pathRefusals[found.why]);
    const root = roots.find(each => each.path === found.root.path);
    if (!root) throw new Error('A path lies in a root that is none.');
    const absolute = path.join(root.path, ...found.segments);
    const real = await realFileBelow(absolute, root.path);
    if (real.type === 'refused') throw this.#refused(written, pathRefusals[real.why]);
    return { absolute, root, real: real.type === 'file' ? real.path : undefined };
  }

  /** The text by which a document refers to a file; nothing is written into it. */
  async #reference(task: Task, written: string, copy: string, file: StoredFile): Promise<string | undefined> {
    const { absolute, root, real } = await this.#inside(written);
    if (real === undefined || file.extension === neutralExtension) return undefined;
    const text = await textOf(real);
    const below = relativeTo(root, copy);
    if (text === undefined || below === undefined) return undefined;
    const { project, document } = await projectOf(root, absolute, text);
    const { mediaType, width, height } = file;
    const type = mediaType.split('/')[0];
    const kind = type === 'image' || type === 'video' || type === 'audio' ? type : task.kind;
    const plan = planReference({
      languageId: document.languageId,
      file: document.path.split('/'),
      manners: project.manners,
      text,
      start: text.length,
      end: text.length,
      mode: 'after',
      media: [
        {
          kind,
          ...addressOf(project, document, { roots: publicRoots, isSet: false }, below, kind),
          mediaType,
          alt: promptTitle(task.prompt),
          ...(width !== undefined && height !== undefined && { width, height }),
        },
      ],
      eol: text.includes('\r\n') ? '\r\n' : '\n',
    });
    return referenceText(plan);
  }

  /** As an agent may name it again. */
  #nameOf(file: string): string {
    const roots = this.#ports.roots();
    const root = roots.find(each => relativeTo(each, file) !== undefined);
    const below = root && relativeTo(root, file);
    if (!root || below === undefined) return inertText(file, 400);
    return inertText(roots.length > 1 ? `${root.name}/${below}` : below, 400);
  }

  #refused(written: string, why: string): Error {
    const names = this.#ports.roots().map(({ name }) => name);
    return referenceRefused(written, why, names);
  }
}

/** The path of a file below a root, with forward slashes; undefined when it is not below it. */
function relativeTo(root: AloneRoot, file: string): string | undefined {
  const way = path.relative(root.path, file);
  return way === '' || way.startsWith('..') || path.isAbsolute(way)
    ? undefined
    : way.replaceAll(path.sep, '/');
}

async function projectOf(
  root: AloneRoot,
  document: string | undefined,
  text = '',
): Promise<{ readonly project: Project; readonly document: ProjectDocument }> {
  const below = document === undefined ? '' : (relativeTo(root, document) ?? '');
  // The name of the file tells its language.
  const about = { path: below, languageId: 'plaintext', text };
  return { project: await findProject(filesBelow(root), about), document: about };
}

function filesBelow(root: AloneRoot): ProjectFiles {
  const pathOf = (each: string): string => path.join(root.path, ...each.split('/'));
  return {
    async list(folder) {
      try {
        const entries = await readdir(pathOf(folder), { withFileTypes: true });
        return entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name));
      } catch {
        // What cannot be read tells nothing of a project, and keeps no result from being saved.
        return [];
      }
    },
    read: file => textOf(pathOf(file), largestSettings),
  };
}

/** @returns undefined for what is not there, too large, or no text */
async function textOf(file: string, most = largestDocument): Promise<string | undefined> {
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > most) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch {
    return undefined;
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file) as AsyncIterable<Uint8Array>) hash.update(piece);
  return hash.digest('hex');
}
