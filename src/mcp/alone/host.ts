import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BaseUrl } from '../../api/address/baseUrl.ts';
import { Clients } from '../../api/clients.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { version } from '../../base/version.ts';
import type { AgentCaller } from '../../core/agents/makeOrder.ts';
import { Agents, type AgentsPorts } from '../../core/agents/agents.ts';
import type { ToolAnswer } from '../../core/agents/answers.ts';
import { liftStops } from '../../core/agents/liftStops.ts';
import { previewFile } from '../../core/agents/previewFile.ts';
import { AgentProblem } from '../../core/agents/problems.ts';
import type { ToolName } from '../../core/agents/toolSchemas.ts';
import { Library } from '../../core/assets/library.ts';
import { Balance } from '../../core/credits/balance.ts';
import { uploadedItem } from '../../core/generate/uploadedItem.ts';
import { Pictures } from '../../core/media/pictures.ts';
import { catalogueFiles } from '../../core/models/catalogueFile.ts';
import { ModelCatalogue } from '../../core/models/modelCatalogue.ts';
import { AccountMarks } from '../../core/paidRequest/accountMarks.ts';
import { NewerFile } from '../../core/storage/fileErrors.ts';
import { agentRowsMs } from '../../core/tasks/agentJobs.ts';
import { ExternalChanges } from '../../core/tasks/externalChanges.ts';
import { Ledger } from '../../core/tasks/ledger.ts';
import { processHolder, processRunner } from '../../core/tasks/processRunner.ts';
import { ledgerPath } from '../../core/tasks/storagePaths.ts';
import { isRunningState } from '../../shared/task.ts';
import type { McpPort } from '../createServer.ts';
import { stateKeyOf } from '../stateKey.ts';
import { AloneFiles, type AloneReference } from './aloneFiles.ts';
import type { Keys } from './keys.ts';
import { AloneFailure, type AloneOptions } from './options.ts';
import { Placing } from './placing.ts';
import { clientRoots, givenRoots, workingRoot, type AloneRoot } from './roots.ts';

export interface HostParts {
  readonly options: AloneOptions;
  readonly server: BaseUrl;
  readonly keys: Keys;
  readonly folder: string;
  readonly cwd: string;
  readonly log: Log;
}

/** What the tools are done by where there is no editor. */
export interface Host extends Disposable {
  readonly port: McpPort;
}

const setUp = 'tell the user to run "rivya-mcp login".';

/**
 * Opens the ledger and starts the runner, which goes on with what earlier processes have left.
 * @throws AloneFailure when it cannot be used; a newer one is left as it is
 */
export function openHost({ options, server, keys, folder, cwd, log }: HostParts): Host {
  const store = new DisposableStore();
  const given = givenRoots(options.roots, cwd);
  let roots: readonly AloneRoot[] = given.length > 0 ? given : workingRoot(cwd);
  const ledger = store.add(openLedger(folder, log));
  const library = new Library(path.join(folder, 'library'));
  const marks = AccountMarks.open(path.join(folder, 'account.salt'));
  const keyOf = async (origin: string): Promise<string | undefined> =>
    origin === server.origin ? (await keys.find())?.key : undefined;
  const { fetch } = globalThis;
  const client = new Clients(keyOf, { fetch, log }).of(server);
  const holder = processHolder();
  let calls = 0;
  const runner = store.add(
    processRunner({
      ...{ ledger, library, server, client, fetch, holder, log },
      account: marks.sender(() => keyOf(server.origin)),
      clock: systemClock,
      // Somebody looks while a call waits.
      focused: () => calls > 0,
    }),
  );
  const catalogue = store.add(
    new ModelCatalogue({
      list: async () => (await client.models.list()).data,
      cache: catalogueFiles(folder),
      onCacheFailure: error => log.warn(`The catalogue could not be kept: ${describeError(error)}`),
    }),
  );
  const balance = store.add(new Balance(async () => (await client.credits.retrieve()).current_credits));
  store.add(liftStops(ledger, balance, systemClock));
  store.add(
    runner.onDidAdvance(({ before, after }) => {
      if (isRunningState(before.state) && !isRunningState(after.state)) void balance.refresh(after.origin);
    }),
  );
  store.add(new ExternalChanges({ ledger, clock: systemClock, log }));
  const files = new AloneFiles({ ledger, library, roots: () => roots });
  const placing = store.add(
    new Placing({ ledger, library, files, roots: () => roots, holder, clock: systemClock, log }),
  );
  const pictures = picturesBeside(import.meta.dirname, store);
  const ports: AgentsPorts<AloneReference> = {
    ledger,
    clock: systemClock,
    server: () => ({ origin: server.origin, isSandbox: false }),
    requireAllowed: async cost => {
      if (cost === 'free') return;
      if (options.readOnly)
        throw new AgentProblem(
          'not_set_up',
          'the user has allowed only the tools that cost nothing (--read-only)',
          'tell the user. Do not retry.',
        );
      if (await keys.find()) return;
      const { failure } = keys;
      throw failure === undefined
        ? new AgentProblem('not_set_up', 'there is no API key', `${setUp} Do not retry.`)
        : new AgentProblem('not_set_up', `there is no API key: ${failure}`, 'tell the user. Do not retry.');
    },
    models: origin => catalogue.models(origin),
    keptModels: origin => catalogue.kept(origin),
    defaultModel: () => '',
    rules: () =>
      Promise.resolve({
        confirmAbove: options.confirmAbove,
        dailyBudget: options.dailyBudget,
        dailyLimit: undefined,
        spentElsewhere: 0,
      }),
    references: paths => files.references(paths),
    placement: document => files.placement(document),
    upload: async (_origin, model, references) => {
      const items = references.map(async reference => {
        const { name, kind = 'image', mediaType, read } = reference;
        const upload = { kind, name, type: mediaType, data: await read(), model: model.id };
        const item = uploadedItem(await client.files.upload(upload), reference);
        if (!item) throw new AgentProblem('unavailable', 'the files could not be sent', 'tell the user.');
        return item;
      });
      return Promise.all(items);
    },
    // Beyond the budget nobody can agree to anything here.
    ask: undefined,
    files: (task, document) => files.answered(task, document),
    hints: {
      setUp,
      get inLibrary() {
        return roots.length > 0
          ? 'It could not be written to the project, and lies where the line says.'
          : 'No project folder is known (--root names one), so it lies where the line says.';
      },
    },
    preview: file => previewFile(library, file, pictures),
    balance: origin => balance.state(origin).credits,
    made: () => runner.poke(),
  };
  const agents = new Agents(ports);
  const call = async (
    tool: ToolName,
    input: unknown,
    caller: AgentCaller,
    signal: AbortSignal,
  ): Promise<ToolAnswer> => {
    calls++;
    try {
      // No view asks for it here.
      if (tool === 'get_credits' && (await keys.find())) await balance.refresh(server.origin);
      return await agents.call(tool, input, caller, signal);
    } finally {
      calls--;
    }
  };
  try {
    ledger.agents.forget(systemClock.now() - agentRowsMs);
  } catch (error) {
    // Somebody else writes; the next start does it.
    log.warn(`Old orders of agents were not forgotten. ${describeError(error)}`);
  }
  runner.poke();
  return {
    port: {
      call,
      tools: options.readOnly ? options.tools.filter(tool => !tool.startsWith('generate_')) : options.tools,
      stateKey: stateKeyOf(folder),
      version,
      clock: systemClock,
      log,
      clientRoots:
        given.length > 0
          ? undefined
          : uris => {
              const named = clientRoots(uris);
              if (named.length === 0) return;
              roots = named;
              placing.placeDue();
            },
    },
    [Symbol.dispose]: () => store.dispose(),
  };
}

/** What makes small pictures, where the files for it lie beside the program, as in a build they do. */
function picturesBeside(folder: string, store: DisposableStore): Pictures | undefined {
  const threadFile = path.join(folder, 'mediaThread.cjs');
  if (!existsSync(threadFile)) return undefined;
  return store.add(new Pictures({ threadFile, codecs: path.join(folder, 'codecs'), clock: systemClock }));
}

/** @throws AloneFailure */
export function openLedger(folder: string, log: Log): Ledger {
  try {
    const { ledger, quarantined } = Ledger.open(ledgerPath(folder));
    if (quarantined) log.warn(`The list of orders was damaged, and is kept as ${quarantined.path}.`);
    return ledger;
  } catch (error) {
    if (error instanceof NewerFile)
      throw new AloneFailure('This list belongs to a newer Rivya. Update rivya-mcp.');
    throw new AloneFailure(`The list of orders in ${folder} cannot be used: ${describeError(error)}`);
  }
}

/** What is set up, in lines for a person. @returns whether it would work */
export async function diagnose({ options, server, keys, folder, cwd, log }: HostParts): Promise<{
  readonly lines: readonly string[];
  readonly isGood: boolean;
}> {
  const problems: string[] = [];
  const lines = [`rivya-mcp ${version}, Node ${process.versions.node}`, `Server: ${server.origin}`];
  lines.push(`Data: ${folder}`);
  if (existsSync(ledgerPath(folder))) {
    using ledger = disposing(openLedger(folder, log));
    lines.push(`Orders: ${ledger.value.count()}, ${ledger.value.runningCount()} on their way`);
  } else lines.push('Orders: none yet');
  const given = givenRoots(options.roots, cwd);
  const roots = given.length > 0 ? given : workingRoot(cwd);
  lines.push(
    roots.length > 0
      ? `Project folders: ${roots.map(each => each.path).join(', ')}`
      : 'Project folders: none here; --root names one',
  );
  lines.push(
    options.readOnly
      ? 'Limits: only the tools that cost nothing'
      : `Limits: asked for above ${options.confirmAbove} credits, ${options.dailyBudget} credits a day`,
  );
  const found = await keys.find();
  const { failure } = keys;
  if (failure !== undefined) problems.push(`The option --key-command: ${failure}.`);
  if (!found) problems.push('There is no API key: run "rivya-mcp login", or set RIVYA_API_KEY.');
  else {
    lines.push(`API key: from the ${found.from}`);
    const client = new Clients(() => found.key, { fetch: globalThis.fetch, log }).of(server);
    try {
      const { current_credits: credits } = await client.credits.retrieve();
      lines.push(`Credits: ${credits}`);
    } catch (error) {
      if (!isRivyaError(error)) throw error;
      problems.push(`Rivya does not take the key, or cannot be reached: ${error.message}`);
    }
  }
  return { lines: [...lines, ...problems], isGood: problems.length === 0 };
}

function disposing<T extends { dispose(): void }>(value: T): { readonly value: T } & Disposable {
  return { value, [Symbol.dispose]: () => value.dispose() };
}
