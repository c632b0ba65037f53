import { createHash } from 'node:crypto';
import type { Model } from '../../src/api/resources/models.ts';
import type { ReferenceMediaItem } from '../../src/api/resources/generations.ts';
import { createRivyaClient } from '../../src/api/client.ts';
import type { AgentRules } from '../../src/core/agents/agentGate.ts';
import { Agents, type AgentsPorts } from '../../src/core/agents/agents.ts';
import type { AgentCaller, AgentQuestion, AgentReference } from '../../src/core/agents/makeOrder.ts';
import { AgentProblem } from '../../src/core/agents/problems.ts';
import { resultFiles } from '../../src/shared/task.ts';
import type { JobHarness } from './jobHarness.ts';
import { nowhere } from './tasks.ts';

/** An agent's tools on the whole engine, with a person who answers as a test says. */
export interface AgentWorld {
  readonly agents: Agents;
  readonly questions: AgentQuestion[];
  /** May be set. */
  rules: AgentRules;
  answer: (question: AgentQuestion) => boolean | Promise<boolean>;
  defaultModel: string;
  models: readonly Model[];
  readonly uploads: string[];
}

export const someAgent: AgentCaller = { door: 'test', client: 'A test', shown: undefined };
export const generous: AgentRules = {
  confirmAbove: 1_000,
  dailyBudget: 1_000,
  dailyLimit: undefined,
  spentElsewhere: 0,
};

export async function agentWorld(
  harness: JobHarness,
  change: Partial<AgentsPorts> = {},
  { ledger, runner }: Pick<JobHarness, 'ledger' | 'runner'> = harness,
): Promise<AgentWorld> {
  const client = createRivyaClient({
    baseUrl: harness.sandbox.url,
    apiKey: () => harness.apiKey,
    fetch: (input, init) => harness.fetch(input, init),
  });
  const { data } = await client.models.list();
  const uploads: string[] = [];
  const world: AgentWorld = {
    questions: [],
    uploads,
    rules: generous,
    answer: () => false,
    defaultModel: '',
    models: data,
    agents: new Agents({
      ledger,
      clock: harness.clock,
      server: () => ({ origin: harness.sandbox.url, isSandbox: true }),
      requireAllowed: () => Promise.resolve(),
      models: () => Promise.resolve(world.models),
      keptModels: () => Promise.resolve(world.models),
      defaultModel: () => world.defaultModel,
      rules: () => Promise.resolve(world.rules),
      references: paths => Promise.resolve(paths.map(referenceOf)),
      placement: () => Promise.resolve({ ...nowhere, mode: 'none' }),
      upload: (_origin, _model, references) => {
        uploads.push(...references.map(({ source }) => source));
        return Promise.resolve(references.map(itemOf));
      },
      ask: async question => {
        world.questions.push(question);
        return world.answer(question);
      },
      files: task =>
        Promise.resolve(
          resultFiles(task).map(({ file }) => ({
            path: file.path,
            uri: `file:///${file.path}`,
            isInLibrary: true,
            file,
            reference: undefined,
          })),
        ),
      hints: { setUp: 'tell the user to set the key.', inLibrary: 'No folder is open.' },
      balance: () => undefined,
      made: () => runner.poke(),
      ...change,
    }),
  };
  return world;
}

/** A picture of the workspace that an agent has named. */
export function referenceOf(path: string): AgentReference {
  if (!path.endsWith('.png')) throw new AgentProblem('reference_refused', 'no picture', 'name one.');
  return {
    name: path,
    bytes: 100,
    kind: 'image',
    mediaType: 'image/png',
    source: `file:///w/${path}`,
    sha256: () => Promise.resolve(createHash('sha256').update(path).digest('hex')),
  };
}

function itemOf({ name, mediaType }: AgentReference): ReferenceMediaItem {
  return { url: `https://media.example/${name}`, kind: 'image', name, mimeType: mediaType };
}
