import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { recipeIdOf, sha256 } from '../../src/core/recipes/identity.ts';
import { formatRecipe, recipePathOf } from '../../src/core/recipes/recipe.ts';
import { openDocument, removeFolder, Scene } from './support.ts';

for (const count of [1000, 5000]) it(`measure ${count}`, async function () {
  this.timeout(300_000);
  const scene = await Scene.open();
  const names = Array.from({ length: count }, (_, index) => `img/n${index}.png`);
  const text = `rivya: 1\ndefaults: { model: z-image }\nassets:\n${names.map((name, i) => `  n${i}: { file: ${name}, prompt: Picture ${name} }\n`).join('')}`;
  const editor = await openDocument('rivya: 1\nassets: {}\n', 'rivya.assets.yaml');
  const root = path.dirname(editor.document.uri.fsPath);
  const put = async (file: string, content: string) => { await mkdir(path.dirname(path.join(root, file)), { recursive: true }); await writeFile(path.join(root, file), content); };
  for (const [i, name] of names.entries()) {
    if (i % 3 === 0) continue;
    await put(name, name);
    const wish = { model: 'z-image', prompt: `Picture ${name}`, params: {}, references: [], take: 1 };
    await put(recipePathOf(name), formatRecipe({ ...wish, recipe: recipeIdOf(wish), entry: `n${i}`, kind: 'image', credits: 1, outputs: [{ file: name, sha256: sha256(Buffer.from(name)) }] }));
  }
  await put('rivya.assets.yaml', text);
  await setTimeout(4_000);
  const out: string[] = [];
  const lenses = () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', editor.document.uri);
  await lenses();
  const idle = monitorEventLoopDelay({ resolution: 1 }); idle.enable(); await setTimeout(2_000); idle.disable();
  out.push(`idle p99 ${(idle.percentile(99) / 1e6).toFixed(1)} max ${(idle.max / 1e6).toFixed(1)}`);
  for (let stroke = 0; stroke < 15; stroke++) {
    const diag = new Promise<number>(resolve => { const l = vscode.languages.onDidChangeDiagnostics(({ uris }) => { if (uris.some(u => u.toString() === editor.document.uri.toString())) { l.dispose(); resolve(performance.now()); } }); });
    const end = editor.document.positionAt(editor.document.getText().length);
    const loop = monitorEventLoopDelay({ resolution: 1 }); loop.enable();
    const cpu = process.threadCpuUsage();
    const start = performance.now();
    await editor.edit(edit => edit.insert(end, '# x\n'));
    const edited = performance.now();
    const d = (await Promise.race([diag, setTimeout(5_000).then(() => NaN)])) - edited;
    const found = (await lenses()).length;
    const lensTime = performance.now() - edited;
    const { user, system } = process.threadCpuUsage(cpu);
    await setTimeout(20);
    loop.disable();
    out.push(`edit ${(edited - start).toFixed(0)} diagnostics ${d.toFixed(0)} lenses ${found} ${lensTime.toFixed(0)} cpu ${((user + system) / 1000).toFixed(0)} p99 ${(loop.percentile(99) / 1e6).toFixed(1)} max ${(loop.max / 1e6).toFixed(1)}`);
    await setTimeout(300);
  }
  await writeFile(`/tmp/assetsw/measure-${count}.txt`, out.join('\n'));
  await editor.document.save();
  await scene.close();
  await removeFolder(editor.document.uri);
});
