import { RivyaError } from './errors.ts';

/**
 * Encodes an id as one part of a path.
 * @throws RivyaError `validation` for an id that would lead to another path
 */
export function pathPart(id: string): string {
  // Dots survive the encoding, and URL parsers resolve "." and ".." as steps in the tree.
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) {
    throw new RivyaError('validation', 'The id is empty or not a possible id.', { code: 'id_invalid' });
  }
  return encodeURIComponent(id);
}
