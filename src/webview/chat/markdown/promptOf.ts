/** The words of an answer, as a prompt: without the marks of Markdown. */
import type { MarkedToken, Token } from 'marked';
import { lexMarkdown, noLinks } from './lexer.ts';

/** What the language of a block says when its content is words. */
const wordsLanguage = /^(?:|prompt|te?xt|plaintext|markdown|md)$/i;

/**
 * What an answer says. One that has a single block of words has put the prompt there, and talks about it
 * around it: then it is the block alone.
 */
export function promptOf(answer: string): string {
  const blocks = lexMarkdown(answer.replace(/\r\n?/g, '\n'), noLinks()) as readonly MarkedToken[];
  const prompts = blocks.filter(each => each.type === 'code' && wordsLanguage.test(each.lang ?? ''));
  const [prompt] = prompts;
  return prompt?.type === 'code' && prompts.length === 1 ? prompt.text.trim() : blockWords(blocks, '\n\n');
}

function blockWords(blocks: readonly Token[], between: string): string {
  return blocks
    .map(wordsOf)
    .filter(words => words !== '')
    .join(between);
}

function wordsOf(block: Token): string {
  const token = block as MarkedToken;
  switch (token.type) {
    case 'list':
      return blockWords(token.items, '\n');
    case 'list_item':
    case 'blockquote':
      return blockWords(token.tokens, '\n');
    case 'table':
      return [token.header, ...token.rows]
        .map(row => row.map(({ tokens }) => inlineWords(tokens)).join(', '))
        .join('\n');
    case 'space':
    case 'def':
    case 'hr':
    case 'checkbox':
      return '';
    default:
      return inlineWords([block]).trim();
  }
}

function inlineWords(tokens: readonly Token[]): string {
  return tokens
    .map(each => {
      const token = each as MarkedToken;
      if (token.type === 'br') return '\n';
      if ('tokens' in token) return inlineWords(token.tokens);
      return 'text' in token ? token.text : token.raw;
    })
    .join('');
}
