/** A file that a document is to refer to. */
export interface ReferenceMedia {
  readonly kind: 'image' | 'video' | 'audio';
  /**
   * As the document writes it: relative to the document (of LaTeX, to the main file), root-absolute
   * (`/img/a.png`), or what the project's kind resolves (a bare name, `module:a.png`); with `/`, not encoded.
   */
  readonly path: string;
  /** Whether `path` is an address that is served as it is, so that it is never imported. */
  readonly isPublic: boolean;
  /**
   * What the project writes in the place of an address, as a whole: a helper's call in the document's
   * template language, such as `{{ asset('generated/a.png') }}`. It is not encoded where it is inserted.
   * Where that language is not run (front matter, data), `path` counts.
   */
  readonly expression?: string;
  readonly mediaType: string;
  /** Plain text; line breaks become spaces. */
  readonly alt: string;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** How the project in which a document lies writes its references. */
export interface ProjectManners {
  /** The dialect that decides where a block of Markdown belongs. */
  readonly markdown: 'commonmark' | 'pythonMarkdown';
  /** Whether notes embed files as `![[a.png]]`. */
  readonly hasWikilinks: boolean;
  /** Whether a build resolves the relative paths of components only when they are imported. */
  readonly importsMedia: boolean;
  /** Whether an imported image is an object with its address in `src`. */
  readonly importsObjects?: boolean;
}

/** What is to be referred to, and where. */
export interface ReferenceRequest {
  /** VS Code's. */
  readonly languageId: string;
  /** Of the document: segments below the workspace folder, or the name alone; empty when it has no file. */
  readonly file?: readonly string[];
  /** Of the project's kind; without it those of a plain folder. */
  readonly manners?: ProjectManners;
  /** The whole document; of a notebook, the cell. */
  readonly text: string;
  /** The anchor, which is the prompt, in UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  readonly mode: 'after' | 'replace';
  readonly media: readonly ReferenceMedia[];
  readonly eol: '\n' | '\r\n';
}

/** One replacement, in UTF-16 offsets of the text as it was. */
export interface ReferenceEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface ReferencePlan {
  /** In the order of the document, not overlapping. The one that is the reference itself is `edits[main]`. */
  readonly edits: readonly ReferenceEdit[];
  readonly main: number;
  /**
   * The alternative text inside `edits[main].text`, for an editable placeholder; undefined where there is
   * none.
   */
  readonly alt: { readonly start: number; readonly end: number } | undefined;
}
