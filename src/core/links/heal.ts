import type { DocumentIdentity } from '../languages/documentLanguage.ts';
import type { ReferenceEdit } from '../references/plan/plan.ts';
import { filePathOf, type MediaReference } from './find/mediaReference.ts';
import { writeAddress } from './find/writeAddress.ts';
import { wishOf } from './wish.ts';

/**
 * What changes in a document when a file is there that it refers to: the mark of the wish goes, and where the
 * file could not have the name that was asked for, the address gets the one that it has.
 * @param references of this text to the file
 * @param name of the file, when it is another than the address names
 */
export function healingEdits(
  text: string,
  identity: DocumentIdentity,
  references: readonly MediaReference[],
  name: string | undefined,
): ReferenceEdit[] {
  return references.flatMap(reference => {
    const mark = wishOf(text, reference, identity)?.mark;
    const path = filePathOf(reference) ?? '';
    const renamed = name === undefined ? undefined : path.slice(0, path.lastIndexOf('/') + 1) + name;
    return [
      ...(mark ? [{ ...mark, text: '' }] : []),
      ...(renamed === undefined
        ? []
        : [{ ...reference.address, text: writeAddress(reference.writing, renamed) }]),
    ];
  });
}
