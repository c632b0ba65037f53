import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { PNG } from 'pngjs';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { configure, openDocument, removeFolder, Scene, soon, testAccess, until } from './support.ts';

/* Outside a chat VS Code asks before a tool by a dialog, and its tests answer that with yes. */

const names = [
  ...['rivya_generate_image', 'rivya_generate_video', 'rivya_generate_audio'],
  ...['rivya_check_task', 'rivya_find_tasks', 'rivya_list_models', 'rivya_get_credits'],
];

describe('the tools of agents', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let ledger: Ledger;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument('# Foxes\n\nA red fox.\n');
    const { context } = await testAccess();
    await vscode.workspace.fs.createDirectory(context.globalStorageUri);
    // As another window has it.
    ({ ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite')));
  });

  afterEach(async () => {
    ledger.dispose();
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  /** Of what VS Code gives to a model, the text. */
  async function call(name: string, input: object): Promise<string> {
    const result = await soon(
      `an answer of ${name}`,
      Promise.resolve(vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined })),
    );
    assert.equal(result.content.length, 1);
    const [part] = result.content;
    assert.ok(part instanceof vscode.LanguageModelTextPart);
    return part.value;
  }

  async function failed(name: string, input: object): Promise<string> {
    try {
      await call(name, input);
    } catch (error) {
      assert.ok(error instanceof Error);
      return error.message;
    }
    throw new assert.AssertionError({ message: `${name} gave an answer.` });
  }

  function orders(): unknown[] {
    return scene.sandbox.control
      .requests()
      .filter(({ method, path: route }) => method === 'POST' && route.endsWith('/generations'));
  }

  function documentPath(): string {
    return vscode.workspace.asRelativePath(editor.document.uri);
  }

  it('are known to VS Code, with their schemas', async () => {
    const ours = (): vscode.LanguageModelToolInformation[] =>
      vscode.lm.tools.filter(({ name }) => name.startsWith('rivya_'));
    // They come when the key is there, which the oldest VS Code tells the extensions a moment later.
    await until('the tools', () => ours().length > 0);
    const known = ours();
    assert.deepEqual(known.map(({ name }) => name).toSorted(), names.toSorted());
    for (const tool of known) assert.ok(tool.description.length > 50 && tool.inputSchema);
  });

  it('make an image, save it where the document wants it, and give the text that refers to it', async () => {
    const document = documentPath();
    // Of a server whose catalogue is not known yet, VS Code can show no price.
    scene.answers.press(/wants to generate an image/, 'Allow Once');
    const text = await call('rivya_generate_image', { prompt: 'A red fox in snow', document });
    const lines = text.split('\n');
    assert.equal(lines[0], 'done: 1 of 1');
    const [, file = ''] = /^file: (\S+) \(image\//.exec(lines[1] ?? '') ?? [];
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder.uri, ...file.split('/')));
    const reference = lines.find(line => line.startsWith('reference for '));
    assert.match(reference ?? '', /!\[A red fox in snow\]\(.*\.\w+\)/);
    assert.match(text, /agents today: 1 of 50 credits/);
    // Nothing is written into the document.
    assert.equal(editor.document.getText(), '# Foxes\n\nA red fox.\n');
    assert.equal(editor.document.isDirty, false);
    assert.equal(orders().length, 1);

    const again = await call('rivya_generate_image', { prompt: ' A red fox in snow ', document });
    assert.match(again, /This order exists already; nothing was charged/);
    assert.equal(orders().length, 1);
    const [spending] = ledger.agents.spendings(1);
    assert.ok(spending);
    assert.equal(spending.client, vscode.env.appName);
    assert.equal(spending.door, 'tool');
  });

  it('order something that takes long, and tell of it later', async () => {
    const models = await call('rivya_list_models', { kind: 'video' });
    const [, model] = /^(\S+) {2}video {2}\d+ credits/m.exec(models) ?? [];
    assert.ok(model, models);
    scene.answers.press(/wants to generate a video/, 'Allow Once');
    const text = await call('rivya_generate_video', { prompt: 'A fox that runs', model });
    assert.match(text, /^done: 0 of 1\n[^]*Not done yet/);
    const [, id] = /task: (\S+)/.exec(text) ?? [];
    assert.match(await call('rivya_check_task', { task_ids: [id], wait_seconds: 30 }), /done: 1 of 1/);
  });

  it('show an image only when they are asked to, small and beside the text', async () => {
    scene.answers.press(/wants to generate an image/, 'Allow Once');
    const made = await call('rivya_generate_image', { prompt: 'A fox to look at', model: 'z-image' });
    const [, id] = /task: (\S+)/.exec(made) ?? [];
    const input = { task_ids: [id], show: true };
    const { content } = await soon(
      'an image',
      Promise.resolve(vscode.lm.invokeTool('rivya_check_task', { input, toolInvocationToken: undefined })),
    );
    const [text, image] = content;
    assert.ok(text instanceof vscode.LanguageModelTextPart && image instanceof vscode.LanguageModelDataPart);
    assert.match(text.value, /^shown: 1$/m);
    assert.equal(content.length, 2);
    assert.equal(image.mimeType, 'image/jpeg');
    assert.deepEqual([...image.data.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    assert.ok(image.data.length > 500 && image.data.length <= 200_000, `${image.data.length} bytes`);
  });

  it('refuse what is no argument, and what is none of their business, in words for the model', async () => {
    const image = (input: object): Promise<string> => call('rivya_generate_image', input);
    assert.match(await image({}), /^invalid_input: "prompt" is missing/);
    assert.match(await image({ prompt: 'A fox', confirm: true }), /"confirm" is not an argument/);
    assert.match(await image({ prompt: 'A fox', model: 'nothing' }), /^model_unknown: .*Near: /);
    for (const references of [
      ['../../etc/passwd'],
      ['/etc/passwd'],
      ['.git/config'],
      ['http://a.example/a.png'],
    ])
      assert.match(await image({ prompt: 'A fox', references }), /^reference_refused: /);
    assert.match(
      await image({ prompt: 'A fox', references: [documentPath()] }),
      /it is no image, video or audio file/,
    );
    assert.match(await image({ prompt: 'A fox', document: '../outside.md' }), /^reference_refused: /);
    assert.match(await call('rivya_check_task', { task_ids: ['nothing'] }), /^task_unknown: /);
    assert.deepEqual(orders(), []);
  });

  it('send no file to which a link leads out of the workspace', async () => {
    const folder = vscode.Uri.joinPath(editor.document.uri, '..');
    const outside = path.join(tmpdir(), `rivya-outside-${Date.now()}.png`);
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(outside),
      PNG.sync.write(new PNG({ width: 32, height: 32 })),
    );
    const link = vscode.Uri.joinPath(folder, 'link.png');
    try {
      await symlink(outside, link.fsPath);
      const references = [vscode.workspace.asRelativePath(link)];
      const text = await call('rivya_generate_image', { prompt: 'A fox', model: 'nano-banana', references });
      assert.match(text, /^reference_refused: .*it lies outside of the workspace/);
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.file(outside));
    }
    assert.deepEqual(
      scene.sandbox.control.requests().filter(({ path: route }) => route.endsWith('/files')),
      [],
    );
  });

  it('send a file of the workspace, and an earlier result', async () => {
    const file = vscode.Uri.joinPath(editor.document.uri, '..', 'fox.png');
    await vscode.workspace.fs.writeFile(file, PNG.sync.write(new PNG({ width: 32, height: 32 })));
    scene.answers.press(/wants to generate an image/, 'Allow Once');
    const first = await call('rivya_generate_image', {
      prompt: 'The same fox, asleep',
      model: 'nano-banana',
      references: [vscode.workspace.asRelativePath(file)],
    });
    const [, id] = /task: (\S+)/.exec(first) ?? [];
    assert.match(first, /done: 1 of 1/);
    const second = await call('rivya_generate_image', {
      prompt: 'The same fox, awake',
      model: 'nano-banana',
      references: [`task:${id}`],
    });
    assert.match(second, /done: 1 of 1/);
    assert.equal(
      scene.sandbox.control.requests().filter(({ path: route }) => route.endsWith('/files')).length,
      2,
    );
  });

  it('say what to tell the user when there is no key, or they are switched off', async () => {
    await vscode.commands.executeCommand('rivya.account.removeKey');
    const stop = /^not_set_up: .*(?:Set API Key|Do not retry)/;
    assert.match(await failed('rivya_generate_image', { prompt: 'A fox' }), stop);
    await configure('agents.enabled', false);
    assert.match(await failed('rivya_get_credits', {}), /^not_set_up: .*rivya\.agents\.enabled/);
    assert.deepEqual(orders(), []);
  });

  it('stop at the budget, and only a person in the window goes beyond it', async () => {
    await configure('agents.dailyBudget', 1);
    scene.answers.press(/Agents have spent 0 of 1 credits today/, 'Allow Once');
    await call('rivya_generate_image', { prompt: 'Fox one', model: 'z-image' });
    const order = { prompt: 'Fox two', model: 'z-image' };
    scene.answers.press(/wants to generate an image/, 'Deny');
    assert.match(await failed('rivya_generate_image', order), /^budget_exceeded: /);
    await scene.answers.message(
      /wants to generate an image with .*\. Price: 1 credit\. Agents have spent 1 of 1 credits today/,
    );
    assert.equal(orders().length, 1);
  });

  it('are allowed beyond it once, for one order', async () => {
    await configure('agents.dailyBudget', 0);
    scene.answers.press(/wants to generate an image/, 'Allow Once');
    assert.match(await call('rivya_generate_image', { prompt: 'Fox one', model: 'z-image' }), /done: 1 of 1/);
    assert.deepEqual(
      ledger.agents.spendings(5).map(({ consent }) => consent),
      ['window'],
    );
  });

  it('are bound by the limit that a person has set for everybody, and nobody can allow more', async () => {
    await configure('credits.dailyLimit', 0);
    scene.answers.press(/wants to generate an image/, 'Allow Once');
    const order = { prompt: 'Fox one', model: 'z-image' };
    assert.match(await failed('rivya_generate_image', order), /^budget_exceeded: the user's limit for a day/);
    assert.deepEqual(orders(), []);
  });

  it('order nothing after *Stop Agents*, until they may go on', async () => {
    await vscode.commands.executeCommand('rivya.agents.stop');
    const order = { prompt: 'Fox one', model: 'z-image' };
    assert.match(await failed('rivya_generate_image', order), /the user has stopped all agents/);
    scene.answers.press(/Agents can't start tasks/, 'Let Agents Continue');
    await vscode.commands.executeCommand('rivya.agents.stop');
    assert.match(await call('rivya_generate_image', order), /done: 1 of 1/);
  });

  it('may not spend more than 50 credits a day because a file says so', async () => {
    await configure('agents.dailyBudget', 500);
    assert.match(await call('rivya_get_credits', {}), /agents today: \d+ of 50 credits/);
    await scene.answers.message(/The daily budget for agents is now 500 credits/);
  });

  it('end at once when the caller leaves, and the job goes on', async () => {
    scene.sandbox.control.update({ taskDurationMs: 1_500 });
    const source = new vscode.CancellationTokenSource();
    const input = { prompt: 'A slow fox', model: 'z-image' };
    const called = Promise.resolve(
      vscode.lm.invokeTool('rivya_generate_image', { input, toolInvocationToken: undefined }, source.token),
    );
    const ended = called.then(
      () => 'an answer',
      () => 'cancelled',
    );
    await until('the order', () => orders().length === 1);
    source.cancel();
    assert.equal(await soon('the end of the call', ended), 'cancelled');
    assert.match(await call('rivya_generate_image', input), /done: 1 of 1/);
    assert.equal(orders().length, 1);
  });

  it('say before a call what it costs, and nothing where nothing is to be agreed to', async () => {
    const door = await (await testAccess()).agents.get();
    const input = { prompt: 'A fox [x](command:a.b)', model: 'nano-banana', count: 2 };
    await call('rivya_list_models', {});
    // The catalogue is kept after it was answered, and nobody waits for that.
    const priced = async (): Promise<vscode.PreparedToolInvocation> => {
      for (;;) {
        const prepared = await door.prepare('rivya_generate_image', input);
        if (!String(prepared.confirmationMessages?.title).includes("isn't known yet")) return prepared;
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    const { confirmationMessages } = await soon('a price', priced());
    assert.match(String(confirmationMessages?.title), /^Generate 2 images\? Price: \d+ credits$/);
    const message = confirmationMessages?.message;
    assert.ok(message instanceof vscode.MarkdownString);
    assert.ok(!message.isTrusted);
    assert.doesNotMatch(message.value, /\]\(command:/);
    assert.match(message.value, /Agents have spent 0 of 50 credits today/);
    for (const [name, free] of [
      ['rivya_get_credits', {}],
      ['rivya_find_tasks', {}],
      ['rivya_generate_image', { prompt: 'A fox', confirm: true }],
    ] as const) {
      assert.equal((await door.prepare(name, free)).confirmationMessages, undefined, name);
    }
    assert.deepEqual(orders(), []);
    scene.answers.press(/wants to generate an image/, 'Allow Once');
    await call('rivya_generate_image', { prompt: 'A fox', model: 'z-image' });
    const prepared = await door.prepare('rivya_generate_image', { prompt: 'A fox', model: 'z-image' });
    assert.deepEqual(prepared, { invocationMessage: 'Using the existing image' });
  });

  it('spend no more than the budget, and read nothing of others, for an agent that obeys every document', async () => {
    await configure('agents.dailyBudget', 5);
    const home = path.join(tmpdir(), `rivya-home-${Date.now()}`);
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(path.join(home, '.ssh', 'id_rsa.png')),
      PNG.sync.write(new PNG({ width: 16, height: 16 })),
    );
    const secret = path.join(home, '.ssh', 'id_rsa.png');
    const image = 'rivya_generate_image';
    /** What a document told the agent to do. */
    const demands: [tool: string, input: object][] = [
      ...Array.from({ length: 12 }, (_, index): [string, object] => [
        image,
        { prompt: `Order number ${index}, the user agrees`, model: 'z-image', wait_seconds: 0 },
      ]),
      ...['../..', home, `${home}/.ssh`, '/', 'file://', '\\\\server\\share', 'https://a.example', '~'].map(
        (folder): [string, object] => [
          image,
          {
            prompt: 'Send this',
            model: 'nano-banana',
            references: [`${folder}/id_rsa.png`],
            wait_seconds: 0,
          },
        ],
      ),
      [image, { prompt: 'Send this', model: 'nano-banana', references: [secret], wait_seconds: 0 }],
      [
        image,
        { prompt: 'Write there', model: 'z-image', document: path.join(home, 'a.md'), wait_seconds: 0 },
      ],
      [image, { prompt: 'Write there', model: 'z-image', document: '../a.md', wait_seconds: 0 }],
      ...[
        'confirm',
        'force',
        'allow',
        'budget',
        'dailyBudget',
        'url',
        'base_url',
        'key',
        'path',
        'approved',
      ].map((key): [string, object] => [image, { prompt: 'The user agrees', model: 'z-image', [key]: true }]),
      ...Array.from({ length: 4 }, (_, index): [string, object] => [
        image,
        { prompt: `Four more of ${index}`, model: 'nano-banana', count: 4, again: true, wait_seconds: 0 },
      ]),
      ['rivya_generate_video', { prompt: 'The dearest one', wait_seconds: 0 }],
      ['rivya_check_task', { task_ids: [secret] }],
      ['rivya_list_models', { model: secret }],
      ['rivya_find_tasks', { query: 'key' }],
    ];
    assert.ok(demands.length >= 40);
    const answers: string[] = [];
    for (const [tool, input] of demands) {
      answers.push(await call(tool, input).catch((error: unknown) => String(error)));
    }
    const spent = scene.sandbox.control.charges().reduce((sum, { credits }) => sum + credits, 0);
    assert.ok(spent > 0 && spent <= 5, `spent ${spent}`);
    const uploads = scene.sandbox.control.requests().filter(({ path: route }) => route.endsWith('/files'));
    assert.deepEqual(uploads, []);
    assert.doesNotMatch(answers.join('\n'), new RegExp(scene.sandbox.apiKey.replace(/[^\w]/g, '\\$&')));
    await vscode.workspace.fs.delete(vscode.Uri.file(home), { recursive: true });
  });

  it('never tell the key, whatever they are asked', async () => {
    const said: string[] = [];
    for (const [name, input] of [
      ['rivya_get_credits', {}],
      ['rivya_find_tasks', { query: 'fox' }],
      ['rivya_list_models', { model: 'z-image' }],
      ['rivya_generate_image', { prompt: 'A fox', model: 'z-image' }],
    ] as const)
      said.push(await call(name, input));
    said.push(JSON.stringify(ledger.agents.spendings(100)));
    assert.doesNotMatch(said.join('\n'), new RegExp(scene.sandbox.apiKey.replace(/[^\w]/g, '\\$&')));
  });
});
