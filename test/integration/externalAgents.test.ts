import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { toolNames } from '../../src/core/agents/toolSchemas.ts';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  soon,
  testAccess,
  until,
  workspaceFolder,
} from './support.ts';

/** What a window has left for the shim. */
interface WindowFile {
  readonly socket: string;
  readonly token: string;
  readonly folders: readonly string[];
}

describe('agents outside of VS Code', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let storage: string;
  const clients: Client[] = [];

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument('# Foxes\n\nA red fox.\n');
    storage = (await testAccess()).context.globalStorageUri.fsPath;
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map(client => client.close()));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  /** As the set-up has laid it, started in the folder of this window. */
  async function reach(mode: 'legacy' | 'auto', answer?: () => boolean): Promise<Client> {
    const client = new Client(
      { name: 'outside', title: 'An outside agent', version: '1.0.0' },
      { versionNegotiation: { mode }, capabilities: answer ? { elicitation: { form: {} } } : {} },
    );
    if (answer) {
      client.setRequestHandler('elicitation/create', () => ({
        action: 'accept',
        content: { allow: answer() },
      }));
    }
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [path.join(storage, 'rivya-mcp.cjs')],
      env: { ELECTRON_RUN_AS_NODE: '1', PATH: process.env['PATH'] ?? '' },
      cwd: workspaceFolder().fsPath,
      stderr: 'pipe',
    });
    await soon('a connection', client.connect(transport));
    clients.push(client);
    return client;
  }

  async function call(client: Client, name: string, input: Record<string, unknown>): Promise<string> {
    const { content } = await soon(`an answer of ${name}`, client.callTool({ name, arguments: input }));
    return content.flatMap(each => (each.type === 'text' ? [each.text] : [])).join('\n');
  }

  async function setUp(): Promise<string> {
    scene.answers.pick(/^Cursor$/);
    await vscode.commands.executeCommand('rivya.agents.setUp');
    return vscode.window.activeTextEditor?.document.getText() ?? '';
  }

  function windowFile(): Promise<WindowFile> {
    return soon(
      'the file of the window',
      (async () => {
        const folder = vscode.Uri.file(path.join(storage, 'bridge'));
        const names = await vscode.workspace.fs.readDirectory(folder);
        const own = names
          .map(([name]) => name)
          .find(name => name.startsWith(`${process.pid}-`) && name.endsWith('.json'));
        return JSON.parse(await readFile(path.join(folder.fsPath, own ?? ''), 'utf8')) as WindowFile;
      })(),
    );
  }

  it('are set up without a key, and reach the tools of the window by the shim', async () => {
    const text = await setUp();
    const { rivya } = (JSON.parse(text) as { mcpServers: { rivya: { command: string; args: string[] } } })
      .mcpServers;
    assert.ok(path.isAbsolute(rivya.command));
    assert.deepEqual(rivya.args, [path.join(storage, 'rivya-mcp.cjs')]);
    assert.ok(!text.includes(scene.sandbox.apiKey));
    assert.ok((await stat(path.join(storage, 'rivya-mcp.cjs'))).size < 2_048);
    assert.equal((await stat(path.join(storage, 'bridge'))).mode & 0o777, 0o700);
    const { socket, folders } = await windowFile();
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.ok(folders.length > 0);

    for (const mode of ['legacy', 'auto'] as const) {
      const client = await reach(mode, () => true);
      assert.equal((await client.listTools()).tools.length, 7);
      const document = vscode.workspace.asRelativePath(editor.document.uri);
      const said = await call(client, 'generate_image', { prompt: `A fox, ${mode}`, document });
      assert.match(said, /^done: 1 of 1\nfile: \S+ \(image\//);
      assert.match(said, /reference for .*!\[A fox/);
    }
    assert.equal(scene.sandbox.control.charges().length, 2);
    await vscode.commands.executeCommand('rivya.doctor');
  });

  it('are asked for in the window when they cannot ask', async () => {
    await setUp();
    const client = await reach('legacy');
    scene.answers.press(/An outside agent wants to generate an image .*"A fox"/, 'Deny');
    assert.match(await call(client, 'generate_image', { prompt: 'A fox' }), /consent_denied/);
    scene.answers.press(/An outside agent wants to generate an image .*"A cat"/, 'Allow Once');
    assert.match(await call(client, 'generate_image', { prompt: 'A cat' }), /done: 1 of 1/);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('are offered to VS Code as a server only when that is switched on, and it starts there', async () => {
    const start = (): Thenable<unknown> =>
      vscode.commands.executeCommand('workbench.mcp.startServer', 'rivya.rivya/Rivya', {
        waitForLiveTools: true,
      });
    const listed = (): string[] =>
      vscode.lm.tools.map(({ name }) => name).filter(name => name.startsWith('mcp_rivya_'));
    await soon('no server', Promise.resolve(start()));
    assert.deepEqual(listed(), []);
    await configure('agents.offerMcpServer', true);
    // VS Code hears of the provider a moment after the setting, and starts no server that it does not know.
    const started = async (): Promise<void> => {
      while (listed().length === 0) {
        await start();
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    await soon('its tools', started());
    assert.deepEqual(listed().toSorted(), toolNames.map(name => `mcp_rivya_${name}`).toSorted());
    const { content } = await soon(
      'an answer',
      Promise.resolve(
        vscode.lm.invokeTool('mcp_rivya_get_credits', { input: {}, toolInvocationToken: undefined }),
      ),
    );
    assert.match(JSON.stringify(content), /agents today: 0 of 50 credits/);
  });

  it('without the token are turned away, and all are when it is switched off', async () => {
    await setUp();
    const { socket, token } = await windowFile();
    for (const wrong of [`${token.slice(1)}0\n`, '\n', 'x'.repeat(1_000), `${token}${token}\n`]) {
      const connection = connect(socket);
      let heard = '';
      connection.on('data', chunk => (heard += chunk.toString())).on('error', () => undefined);
      connection.write(wrong);
      await soon('the end of a connection', new Promise(resolve => connection.once('close', resolve)));
      assert.equal(heard, '');
    }
    await configure('agents.externalClients', false);
    await until('the end of the bridge', () => !existsSync(socket));
    await assert.rejects(reach('legacy'));
  });
});
