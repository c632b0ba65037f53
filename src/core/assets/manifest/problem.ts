import type { Wording } from '../../../base/wording.ts';

/** A place in the manifest. */
export interface SourceRange {
  /** UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** Of the start, from 1. */
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong with a manifest, by the place where it stands. */
export interface ManifestProblem {
  /** For example `asset-path`; what is shown beside the message, and what a test asks for. */
  readonly code: ManifestProblemCode;
  /** One sentence. Holds text of the manifest: make it inert before it is shown. */
  readonly message: Wording;
  readonly severity: 'error' | 'warning';
  readonly range: SourceRange;
}

/**
 * `asset-syntax` and `asset-shape` are what a YAML parser and the schema know as well
 * (`media/schemas/rivya.assets.schema.json`); nobody but us knows the others.
 */
export type ManifestProblemCode =
  /** No YAML. */
  | 'asset-syntax'
  /** YAML that a manifest does not take: aliases, anchors and tags. */
  | 'asset-yaml'
  /** A key or a value that a manifest does not have. */
  | 'asset-shape'
  /** Written for a newer version. */
  | 'asset-newer'
  /** A path that is not one of the package, or is used twice. */
  | 'asset-path'
  | 'asset-variable'
  /** A table, a prompt or a reference that cannot be read. */
  | 'asset-file'
  /** Too much of something. */
  | 'asset-bounds'
  /** A model, or a parameter of it, that the catalogue does not have. */
  | 'asset-model';
