import type { Tool } from './tool.ts';

/** Programs that set a document. */
export const typesetters: readonly Tool[] = [
  {
    id: 'asciidoctor',
    from: { debian: ['asciidoctor'], version: ['asciidoctor', '--version'] },
    sites: [
      {
        base: '/den/',
        files: {},
        documents: [
          {
            file: 'docs/fox.adoc',
            languageId: 'asciidoc',
            text: '= Fox\n\n* ⟦A red fox⟧\n* Text\n',
            page: 'docs/fox.html',
          },
          {
            file: 'docs/deep/owl.adoc',
            languageId: 'asciidoc',
            text: '= Owl\n:imagesdir: ../images\n\n[NOTE]\n====\n⟦A grey owl⟧\n====\n',
            page: 'docs/deep/owl.html',
          },
        ],
        build: [['asciidoctor', 'docs/fox.adoc', 'docs/deep/owl.adoc']],
        output: '.',
      },
    ],
  },
  {
    id: 'typst',
    from: { npm: 'typst', versions: { typst: '0.10.0-8' } },
    sites: [
      {
        base: '/',
        files: {},
        documents: [
          { file: 'fox.typ', languageId: 'typst', text: '= Fox\n\n- ⟦A red fox⟧\n- Text\n', page: 'fox.pdf' },
          {
            file: 'chapters/owl.typ',
            languageId: 'typst',
            text: '= Owl\n\n// ⟦A grey owl⟧\n',
            page: 'owl.pdf',
          },
        ],
        build: [
          ['typst', 'compile', 'fox.typ', 'fox.pdf'],
          ['typst', 'compile', '--root', '.', 'chapters/owl.typ', 'owl.pdf'],
        ],
        output: '.',
      },
    ],
  },
  {
    id: 'pdflatex',
    from: { debian: ['texlive-latex-base'], version: ['pdflatex', '--version'] },
    sites: [
      {
        base: '/',
        files: {
          'paper/paper.tex':
            '\\documentclass{article}\n\\usepackage{graphicx}\n\\begin{document}\n\\input{chapters/owl}\n\\end{document}\n',
          'paper/figures/empty.txt': '',
        },
        documents: [
          {
            file: 'fox.tex',
            languageId: 'latex',
            text: '\\documentclass{article}\n\\begin{document}\n\\begin{itemize}\n  \\item ⟦A red fox⟧\n\\end{itemize}\n\\end{document}\n',
            page: 'fox.pdf',
          },
          {
            file: 'paper/chapters/owl.tex',
            languageId: 'latex',
            text: '\\section{Owl}\n% ⟦A grey owl⟧\nText.\n',
            page: 'paper/paper.pdf',
          },
        ],
        build: [
          ['pdflatex', '-interaction=nonstopmode', '-halt-on-error', 'fox.tex'],
          ['sh', '-c', 'cd paper && pdflatex -interaction=nonstopmode -halt-on-error paper.tex'],
        ],
        output: '.',
      },
    ],
  },
  {
    id: 'emacsOrg',
    from: {
      debian: ['emacs-nox'],
      version: ['emacs', '--batch', '--eval', "(progn (require 'org) (princ (org-version)))"],
    },
    sites: [
      {
        base: '/den/',
        files: {},
        documents: [
          {
            file: 'notes/fox.org',
            languageId: 'org',
            text: '* Fox\nDEADLINE: <2024-05-01 Wed>\n⟦A red fox⟧\n',
            page: 'notes/fox.html',
          },
          { file: 'owl.org', languageId: 'org', text: '- ⟦A grey owl⟧\n- Text\n', page: 'owl.html' },
        ],
        build: ['notes/fox.org', 'owl.org'].map(
          file => ['emacs', '--batch', file, '--eval', '(org-html-export-to-html)'] as const,
        ),
        output: '.',
      },
    ],
  },
];
