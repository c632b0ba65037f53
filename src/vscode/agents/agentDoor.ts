import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import { Agents, type Preview } from '../../core/agents/agents.ts';
import type { ToolAnswer } from '../../core/agents/answers.ts';
import { AgentProblem, unexpectedProblem } from '../../core/agents/problems.ts';
import { ShownPrices } from '../../core/agents/shownPrices.ts';
import { toolNames, type ToolName } from '../../core/agents/toolSchemas.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { UserError } from '../messages/errors.ts';
import type { LocalReference } from './agentFiles.ts';
import { agentPorts } from './agentPorts.ts';
import { toolQuestion } from './toolQuestion.ts';

/** Before each name of a tool in VS Code, where those of all extensions stand together. */
const prefix = 'rivya_';

/** The door through which the agents of VS Code come: its language model tools. */
export class AgentDoor {
  /** The same for programs outside, so that a person is asked one question at a time. */
  readonly agents: Agents<LocalReference>;
  readonly #shown = new ShownPrices();
  readonly #services: GenerateServices;

  constructor(services: GenerateServices) {
    this.#services = services;
    this.agents = new Agents(agentPorts(services));
  }

  /** What VS Code shows before a call, and asks. It may be skipped, so it decides nothing. */
  async prepare(name: string, input: unknown): Promise<vscode.PreparedToolInvocation> {
    const tool = toolOf(name);
    const preview = await this.agents.preview(tool, input).catch((error: unknown): Preview => {
      // The call itself will say what is wrong, and ask where it has to.
      this.#services.log.error(`Agent, ${tool}: ${describeError(error)}`);
      return { type: 'invalid' };
    });
    const most = preview.type === 'paid' ? preview.price?.estimate.worst : undefined;
    if (most !== undefined) this.#shown.note(tool, input, most, systemClock.now());
    return toolQuestion(tool, preview);
  }

  /**
   * Does what a tool is called for.
   * @throws Error with words for the model, for what no other call can mend; CancellationError
   */
  async invoke(
    name: string,
    input: unknown,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const tool = toolOf(name);
    const abort = new AbortController();
    const end = (): void => abort.abort(new vscode.CancellationError());
    if (token.isCancellationRequested) end();
    const subscription = token.onCancellationRequested(end);
    const shown = this.#shown.of(tool, input, systemClock.now());
    try {
      const caller = { door: 'tool', client: vscode.env.appName, shown };
      return resultOf(await this.agents.call(tool, input, caller, abort.signal));
    } catch (error) {
      if (abort.signal.aborted) throw new vscode.CancellationError();
      const problem = this.#problemOf(tool, error);
      this.#services.log.info(`Agent, ${tool}: ${problem.message}`);
      if (!problem.isFinal) return resultOf({ text: problem.message });
      // VS Code passes on the message alone.
      throw new Error(problem.message, { cause: error });
    } finally {
      subscription.dispose();
    }
  }

  #problemOf(tool: ToolName, error: unknown): AgentProblem {
    if (error instanceof AgentProblem) return error;
    this.#services.log.error(`Agent, ${tool}: ${describeError(error)}`);
    const what =
      error instanceof UserError || isRivyaError(error) ? 'it was refused' : 'something went wrong';
    return unexpectedProblem(what);
  }
}

/** Parts of data other than images do not reach the model, so the text has all facts. */
function resultOf({ text, previews = [] }: ToolAnswer): vscode.LanguageModelToolResult {
  const images = previews.map(({ bytes, mediaType }) => vscode.LanguageModelDataPart.image(bytes, mediaType));
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text), ...images]);
}

function toolOf(name: string): ToolName {
  const tool = toolNames.find(each => `${prefix}${each}` === name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  return tool;
}
