import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { findLanguage, languages } from './languages.ts';

/** The handlers that the extension writes for people. */
export const handlersFolder = path.join(import.meta.dirname, '../../media/webhookHandlers');

/** A handler that runs as a server, as the first lines of its file tell. */
export interface HandlerServer {
  readonly url: URL;
  stop(): Promise<void>;
}

/** How a handler in a language of its own is run: from a copy, in which the work can be put. */
interface Runtime {
  readonly file: string;
  /** What is taken out of the file, and the work in its place. It fails when the {@link Gate} says so. */
  readonly work: readonly [place: string, work: string];
  /** Writes what else is needed. Returns the command, with its arguments. */
  readonly prepare: (folder: string) => Promise<readonly [program: string, ...parameters: string[]]>;
  /** Whether several deliveries are handled at a time. */
  readonly isConcurrent: boolean;
}

export const runtimes = {
  FastAPI: {
    file: 'fastapi_handler.py',
    work: [
      '        pass  # event["data"] is the generation, with its error.',
      '        assert open(os.environ["GATE"]).read() == "succeed"',
    ],
    async prepare() {
      const program = [
        'import fastapi, uvicorn',
        'from fastapi_handler import rivya_webhooks',
        'app = fastapi.FastAPI()',
        'app.include_router(rivya_webhooks)',
        'uvicorn.run(app, host="127.0.0.1", port=0)',
      ].join('\n');
      return [await findLanguage(languages.python), '-c', program];
    },
    isConcurrent: false,
  },
  PHP: {
    file: 'handler.php',
    work: [
      "        // $event['data'] is the generation, with its error.",
      "        if (file_get_contents(getenv('GATE')) !== 'succeed') throw new Exception('It failed.');",
    ],
    async prepare(folder) {
      mkdirSync(path.join(folder, 'notes'));
      const php = await findLanguage(languages.php);
      // As a machine for development has it, on which PHP does not make a failure of an exception by itself.
      return [php, '-n', '-d', 'display_errors=1', '-S', '127.0.0.1:0', 'handler.php'];
    },
    isConcurrent: true,
  },
  Go: {
    file: 'handler.go',
    work: [
      '\t\t// event.Data is the generation, with its error.',
      '\t\tif said, _ := os.ReadFile(os.Getenv("GATE")); string(said) != "succeed" { return errors.New("It failed.") }',
    ],
    async prepare(folder) {
      const program = [
        'package main',
        'import ("fmt"; "net"; "net/http"; "os"; "webhooks/webhooks")',
        'func main() {',
        '  http.HandleFunc("/webhooks/rivya", webhooks.HandleRivyaWebhook)',
        '  listener, err := net.Listen("tcp", "127.0.0.1:0")',
        '  if err != nil { panic(err) }',
        '  fmt.Fprintf(os.Stderr, "http://%s\\n", listener.Addr())',
        '  panic(http.Serve(listener, nil))',
        '}',
      ].join('\n');
      writeFileSync(path.join(folder, 'main.go'), program);
      writeFileSync(path.join(folder, 'go.mod'), 'module webhooks\n\ngo 1.19\n');
      mkdirSync(path.join(folder, 'webhooks'));
      renameSync(path.join(folder, 'handler.go'), path.join(folder, 'webhooks/handler.go'));
      const go = await findLanguage(languages.go);
      const built = spawnSync(go, ['build', '-o', 'server', '.'], { cwd: folder, encoding: 'utf8' });
      if (built.status !== 0) throw new Error(`Go did not build it:\n${built.stderr}`);
      return [path.join(folder, 'server')];
    },
    isConcurrent: true,
  },
} as const satisfies Record<string, Runtime>;

/** A work that begins when it likes and ends when a test says so: a named pipe that it reads. */
export class Gate {
  readonly path: string;

  constructor(folder: string) {
    this.path = path.join(folder, 'gate');
    const { status, stderr } = spawnSync('mkfifo', [this.path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  /** Waits until the work is under way. Returns what ends it. */
  async entered(): Promise<(end: 'succeed' | 'fail') => Promise<void>> {
    const pipe = await open(this.path, 'w');
    return async end => {
      await pipe.write(end);
      await pipe.close();
    };
  }
}

/** Runs a handler in a folder of its own, from which it is gone when it was stopped. */
export async function startRuntime(runtime: Runtime, secret: string): Promise<HandlerServer> {
  return await startIn(temporaryFolder(), runtime, secret);
}

/** The same, but the work for `generation.failed` waits at the gate, and may fail. */
export async function startWithGate(
  runtime: Runtime,
  secret: string,
): Promise<HandlerServer & { readonly gate: Gate }> {
  const folder = temporaryFolder();
  const gate = new Gate(folder);
  return { ...(await startIn(folder, runtime, secret, gate)), gate };
}

function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'rivya-handler-'));
}

async function startIn(
  folder: string,
  { file, work: [place, work], prepare }: Runtime,
  secret: string,
  gate?: Gate,
): Promise<HandlerServer> {
  const source = readFileSync(path.join(handlersFolder, file), 'utf8');
  if (!source.includes(place)) throw new Error(`${file} has no place for the work.`);
  writeFileSync(path.join(folder, file), gate ? source.replace(place, work) : source);
  const [program, ...parameters] = await prepare(folder);
  const server = spawn(program, parameters, {
    cwd: folder,
    env: {
      ...process.env,
      RIVYA_WEBHOOK_SECRET: secret,
      RIVYA_WEBHOOK_NOTES: path.join(folder, 'notes'),
      GATE: gate?.path,
      PYTHONDONTWRITEBYTECODE: '1',
      PHP_CLI_SERVER_WORKERS: '4',
    },
    // The workers of PHP are processes of their own, and end with their group.
    detached: hasGroups,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return {
    url: new URL('/webhooks/rivya', await addressSaid(server)),
    async stop() {
      const ended = once(server, 'exit');
      if (hasGroups && server.pid !== undefined) process.kill(-server.pid);
      else server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hasGroups = process.platform !== 'win32';

/** Every one of them says on its standard error where it listens. @throws when it ends without that */
async function addressSaid(server: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address === undefined) continue;
    server.stderr.resume();
    return address;
  }
  throw new Error(`The server did not start:\n${said.join('\n')}`);
}
