import { spawnSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { name, resultsIn, withoutReference, wordsOf } from './everyPlace.ts';

/**
 * Languages whose parsers are no packages of ours, or that hold references in comments alone: at every place
 * of a document the result is understood as before, and has one reference more, or there is none.
 */
interface Checked {
  readonly languageId: string;
  readonly file?: string;
  readonly documents: readonly string[];
  /** What the language makes of each text, comments aside. @throws what it has against one */
  readonly meanings: (texts: readonly string[]) => readonly string[];
  /** The program that reads it; without one it is a part of the tests. */
  readonly program?: string;
}

const python = process.platform === 'win32' ? 'python' : 'python3';

/** What a program prints of a text that it is given. @throws what it has against it */
function printed(program: string, parameters: readonly string[], text: string): string {
  const { status, stdout, stderr } = spawnSync(program, parameters, { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** By an expression of Python, for all texts at once. */
const byPython =
  (program: string) =>
  (texts: readonly string[]): string[] => {
    const lines = `import json, sys\n${program}\nprint(json.dumps([meaning(each) for each in json.load(sys.stdin)]))`;
    return JSON.parse(printed(python, ['-I', '-S', '-c', lines], JSON.stringify(texts))) as string[];
  };

const byEach =
  (meaning: (text: string) => string) =>
  (texts: readonly string[]): string[] =>
    texts.map(meaning);

/** Code, printed again without comments. */
const script =
  (file: string) =>
  (text: string): string => {
    const { diagnostics = [] } = ts.transpileModule(text, {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ESNext },
    });
    if (diagnostics[0]) throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n'));
    const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.JSX;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true, kind);
    return ts.createPrinter({ removeComments: true }).printFile(source);
  };

const checked: readonly Checked[] = [
  {
    languageId: 'toml',
    program: python,
    documents: [
      '# A site\ntitle = "A cat"\ntags = ["x", "y"]\n\n[params]\n  note = \'\'\'\nA cat\n# asleep\n\'\'\'\n[[cards]]\nname = "x" # a comment\nsize = { width = 1, alt = "A cat" }\n',
      'a = [\n  "x", # one\n  # two\n  [1, 2],\n]\nb.c = """\n"A cat"\n"""\nd = 1979-05-27T07:32:00Z\n',
    ],
    meanings: byPython(
      'import tomllib\ndef meaning(text): return json.dumps(tomllib.loads(text), default=str, indent=0)',
    ),
  },
  {
    languageId: 'python',
    program: python,
    documents: [
      'import x  # A cat\n\n\ndef f(a, b="# A cat"):\n    """A cat\n\n    # asleep\n    """\n    # A cat\n    y = [\n        1,  # one\n        # two\n        "x",\n    ]\n    return f"{a!r} # {y}"\n',
    ],
    meanings: byPython('import ast\ndef meaning(text): return ast.dump(ast.parse(text))'),
  },
  {
    languageId: 'xml',
    program: python,
    documents: [
      '<?xml version="1.0"?>\n<article xmlns="http://docbook.org/ns/docbook" version="5.0">\n  <title>A cat</title>\n  <section>\n    <title>x</title>\n    <para>A cat <emphasis>asleep</emphasis></para>\n    <!-- A cat -->\n    <itemizedlist>\n      <listitem><para>x</para></listitem>\n    </itemizedlist>\n    <programlisting><![CDATA[<para>A cat</para>]]></programlisting>\n  </section>\n</article>\n',
      '<?xml version="1.0"?>\n<!DOCTYPE topic PUBLIC "-//OASIS//DTD DITA Topic//EN" "topic.dtd">\n<topic id="a">\n  <title>A cat</title>\n  <body>\n    <p>A cat</p>\n    <section><title>x</title><ul><li>y</li></ul></section>\n  </body>\n</topic>\n',
    ],
    meanings: byPython(`import xml.etree.ElementTree as tree
def meaning(text):
    root = tree.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            isMedia = child.tag.split('}')[-1] in ('mediaobject', 'image')
            if isMedia and '${name}' in tree.tostring(child, 'unicode'):
                parent.remove(child)
    return '|'.join(each.tag + str(sorted(each.attrib.items())) + (each.text or '') for each in root.iter())`),
  },
  {
    languageId: 'shellscript',
    program: 'bash',
    documents: [
      `#!/bin/bash\n# A cat\nb="x\n# A cat\n" # asleep\necho it\\'s # A cat\nc='\n# A cat'\ncat <<-"END" | sort # one\n\t# A cat\n\tEND\na=(\n  "x" # one\n  # two\n)\ncat <<EOF\n# A cat\nEOF\nif [ "$#" -gt 0 ]; then\n  echo "# A cat" \${a#x} # asleep\nfi\n`,
    ],
    meanings: byEach(text => printed('bash', ['-c', `f() {\n${text}\n}\ndeclare -f f`], '')),
  },
  {
    languageId: 'perl',
    program: 'perl',
    documents: [
      'use strict;\n# A cat\nmy @a = ("x", # one\n  "y");\nmy $b = q{# A cat};\n\n=pod\n\nA cat\n\n=cut\n\nprint "# A cat $#a\\n"; # asleep\n',
    ],
    meanings: byEach(text => printed('perl', ['-MO=Deparse'], text)),
  },
  {
    languageId: 'javascript',
    documents: [
      '// A cat\nimport a from "x";\n\n/**\n * A cat\n */\nexport function f(b) {\n  const c = `// A cat ${b} /* x */`; // asleep\n  return /\\/\\*[/*]/.test(c) ? [1, /* two */ 2] : b / 2;\n}\n',
      'export default function A() {\n  // A cat\n  return (\n    <main title="A cat">\n      {/* A cat */}\n      <p>A cat</p>\n      {[1].map(x => (\n        <li key={x}>x</li>\n      ))}\n    </main>\n  );\n}\n',
    ],
    meanings: byEach(script('a.jsx')),
  },
  {
    languageId: 'typescript',
    file: 'src/a.ts',
    documents: [
      '// A cat\ninterface A<T extends string = "A cat"> {\n  /** A cat */\n  readonly a: T; // asleep\n}\nexport const b = <T,>(x: T): T => x; /* A cat */\nconst c = { d: "A cat", e: [\n  1, // one\n] } satisfies object;\n',
    ],
    meanings: byEach(text => {
      const { outputText, diagnostics = [] } = ts.transpileModule(text, {
        fileName: 'a.ts',
        reportDiagnostics: true,
        compilerOptions: { removeComments: true, target: ts.ScriptTarget.ESNext },
      });
      if (diagnostics[0]) throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n'));
      return outputText;
    }),
  },
  {
    languageId: 'json5',
    documents: [
      "// A cat\n{\n  title: 'A cat', // asleep\n  /* A cat */\n  'b': [\n    'x',\n    +1,\n  ],\n  c: { d: .5, e: 'it\\'s' },\n}\n",
    ],
    // What it has is in ES 5, which reads all of it.
    meanings: byEach(text => JSON.stringify(runInNewContext(`(${text})`), undefined, 1)),
  },
  {
    languageId: 'jsonl',
    documents: ['{"prompt": "A cat", "width": 1}\n{"prompt": "x", "tags": ["A cat"]}\n\n["A cat"]\n'],
    meanings: byEach(text =>
      text
        .split('\n')
        .filter(line => line.trim() !== '')
        .map(line => JSON.stringify(JSON.parse(line), undefined, 1))
        .join('\n'),
    ),
  },
];

function isThere(program: string | undefined): boolean {
  // Python reads TOML since 3.11.
  const question = program === python ? ['-c', 'import tomllib'] : ['--version'];
  return program === undefined || spawnSync(program, question).status === 0;
}

describe.each(checked)('in any place of $languageId', each => {
  const { documents, meanings, program } = each;
  it.skipIf(!isThere(program))('there is one reference more, and else what was there, or nothing', () => {
    for (const text of documents) {
      const results = [...resultsIn(each, text, 'after')];
      expect(results.length).toBeGreaterThan(0);
      const [known = '', ...found] = meanings([text, ...results]);
      for (const [index, result] of results.entries()) {
        expect(result.split(name), result).toHaveLength(2);
        expect(wordsOf(withoutReference(found[index] ?? '')), result).toBe(wordsOf(known));
      }
    }
  });

  it.skipIf(!isThere(program))('what is replaced leaves what can be read', () => {
    for (const text of documents) {
      const results = [...resultsIn(each, text, 'replace')];
      for (const result of results) expect(result.split(name), result).toHaveLength(2);
      expect(meanings(results)).toHaveLength(results.length);
    }
  });
});
