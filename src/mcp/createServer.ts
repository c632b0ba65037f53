import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  McpServer,
  type CallToolResult,
  type InputRequiredResult,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Clock } from '../base/clock.ts';
import { isRecord } from '../base/json.ts';
import { describeError, type Log } from '../base/log.ts';
import { inertText } from '../base/text.ts';
import type { ToolAnswer } from '../core/agents/answers.ts';
import { ClientQuestion, type AgentCaller, type AgentQuestion } from '../core/agents/makeOrder.ts';
import { AgentProblem, unexpectedProblem } from '../core/agents/problems.ts';
import { toolDescriptions, toolNames, toolSchemas, type ToolName } from '../core/agents/toolSchemas.ts';
import type { AgentAnswer } from '../core/tasks/agentJobs.ts';
import { instructions } from './instructions.ts';
import { progressOf } from './progress.ts';
import { questionText } from './questionText.ts';
import { outputSchemas, structured } from './structured.ts';

/** What the tools of a server are done by: `Agents`, in a window or alone. */
export interface McpPort {
  readonly call: (
    tool: ToolName,
    input: unknown,
    caller: AgentCaller,
    signal: AbortSignal,
  ) => Promise<ToolAnswer>;
  /** Of those that there are; the order is always the same. */
  readonly tools: readonly ToolName[];
  /** 32 bytes that outlive the process: a question may be answered to the next one. */
  readonly stateKey: Uint8Array;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Is told before the first call which folders the client works in, as URIs; undefined where that does not
   * count. Clients of the newer protocol do not say.
   */
  readonly clientRoots?: ((uris: readonly string[]) => void) | undefined;
  /** A client has called a tool for the first time. @param client what it calls itself */
  readonly seen?: ((client: string) => void) | undefined;
}

/** A client that does not listen to progress gives up after 60 s, and calls a second time. */
const silentSeconds = 45;
const listeningSeconds = 300;
/** The name of the one question among those of a result. */
const question = 'allow';

/** What goes through the client and comes back with its answer. The ledger knows what it was asked about. */
interface QuestionState {
  readonly nonce: string;
}

/** One server for one connection, of whichever protocol. */
export function createServer(port: McpPort): McpServer {
  const server = new McpServer(
    { name: 'rivya', title: 'Rivya', version: port.version },
    { instructions, capabilities: { tools: { listChanged: false } } },
  );
  const connection = new Connection(port, server);
  for (const tool of toolNames.filter(each => port.tools.includes(each))) {
    const isPaid = tool.startsWith('generate_');
    server.registerTool(
      tool,
      {
        description: toolDescriptions[tool],
        inputSchema: listed(toolSchemas[tool]),
        outputSchema: listed(isPaid || tool === 'check_task' ? outputSchemas.jobs : outputSchemas.words),
        annotations: isPaid
          ? { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false }
          : { readOnlyHint: true, openWorldHint: false },
      },
      (input, context) => connection.call(tool, input, context),
    );
  }
  return server;
}

/** What is known of the client at the other end, and how its calls are answered. */
class Connection {
  readonly #port: McpPort;
  readonly #server: McpServer;
  readonly #states: RequestStateCodec<QuestionState>;
  #greeted: Promise<void> | undefined;

  constructor(port: McpPort, server: McpServer) {
    this.#port = port;
    this.#server = server;
    this.#states = createRequestStateCodec<QuestionState>({ key: port.stateKey, ttlSeconds: 600 });
  }

  async call(
    tool: ToolName,
    input: unknown,
    context: ServerContext,
  ): Promise<CallToolResult | InputRequiredResult> {
    const { signal, _meta: meta } = context.mcpReq;
    const { log, clock } = this.#port;
    const token = meta?.progressToken;
    const send = (progress: number, message: string): void => {
      const params = { progressToken: token ?? 0, progress, message };
      context.mcpReq
        .notify({ method: 'notifications/progress', params })
        .catch((error: unknown) => log.debug(`MCP: progress was not sent. ${describeError(error)}`));
    };
    using progress = token === undefined ? undefined : progressOf(send, clock);
    try {
      await (this.#greeted ??= this.#greet(context));
      const caller: AgentCaller = {
        door: 'mcp',
        client: this.#clientName(context),
        shown: undefined,
        asks: this.#canAsk(context) ? { answer: await this.#answerIn(context) } : undefined,
        longestWait: token === undefined ? silentSeconds : listeningSeconds,
        progress: message => progress?.say(message),
      };
      return resultOf(await this.#port.call(tool, input, caller, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ClientQuestion) return await this.#ask(error);
      const problem = error instanceof AgentProblem ? error : unexpectedProblem('something went wrong');
      log.info(`Agent, ${tool}: ${problem.message}`);
      if (problem !== error) log.error(`Agent, ${tool}: ${describeError(error)}`);
      return { content: [{ type: 'text', text: problem.message }], isError: true };
    }
  }

  async #ask({ nonce, question: about }: ClientQuestion): Promise<InputRequiredResult> {
    return inputRequired({
      inputRequests: { [question]: inputRequired.elicit(formOf(about)) },
      requestState: await this.#states.mint({ nonce }),
    });
  }

  /**
   * What the client has answered. A state that was altered, or is too old, belongs to no question of ours: it
   * is asked again.
   */
  async #answerIn(context: ServerContext): Promise<AgentAnswer | undefined> {
    const response = inputResponse(context.mcpReq.inputResponses, question);
    const state = context.mcpReq.requestState<string>();
    if (response.kind !== 'elicit' || typeof state !== 'string') return undefined;
    let nonce: string;
    try {
      ({ nonce } = await this.#states.verify(state, context));
    } catch (error) {
      this.#port.log.warn(`MCP: an answer to a question was not taken: ${describeError(error)}`);
      return undefined;
    }
    const allow = response.action === 'accept' && response.content?.['allow'];
    return { nonce, allow, by: 'client' };
  }

  async #greet(context: ServerContext): Promise<void> {
    const { clientRoots, seen, log } = this.#port;
    seen?.(this.#clientName(context));
    if (!clientRoots || !isRecord(this.#capabilities(context)['roots']) || isModern(context)) return;
    try {
      const { roots } = await context.mcpReq.send({ method: 'roots/list' });
      clientRoots(roots.map(({ uri }) => uri));
    } catch (error) {
      // It works without: then the folder counts in which the server was started.
      log.warn(`MCP: the client did not tell its roots. ${describeError(error)}`);
    }
  }

  #canAsk(context: ServerContext): boolean {
    const { elicitation } = this.#capabilities(context);
    // One that names no mode means forms.
    return isRecord(elicitation) && (isRecord(elicitation['form']) || !isRecord(elicitation['url']));
  }

  #capabilities(context: ServerContext): Readonly<Record<string, unknown>> {
    const said = isModern(context)
      ? envelopeOf(context)[CLIENT_CAPABILITIES_META_KEY]
      : // oxlint-disable-next-line typescript/no-deprecated -- clients of 2025 say it nowhere else
        this.#server.server.getClientCapabilities();
    return isRecord(said) ? said : {};
  }

  /** A claim, which nobody can check. */
  #clientName(context: ServerContext): string {
    const said = isModern(context)
      ? envelopeOf(context)[CLIENT_INFO_META_KEY]
      : // oxlint-disable-next-line typescript/no-deprecated -- clients of 2025 say it nowhere else
        this.#server.server.getClientVersion();
    const { title, name } = isRecord(said) ? said : {};
    const words = [title, name].find(each => typeof each === 'string' && each.trim() !== '');
    return inertText(typeof words === 'string' ? words : 'An MCP client', 60);
  }
}

function envelopeOf({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> {
  return isRecord(mcpReq.envelope) ? mcpReq.envelope : {};
}

/** Whether each request says who has sent it, as since 2026. */
function isModern(context: ServerContext): boolean {
  return CLIENT_CAPABILITIES_META_KEY in envelopeOf(context);
}

function formOf(about: AgentQuestion): Parameters<typeof inputRequired.elicit>[0] {
  const { title, message } = questionText(about);
  return {
    message,
    requestedSchema: {
      type: 'object',
      properties: { allow: { type: 'boolean', title, default: false } },
      required: ['allow'],
    },
  };
}

function resultOf(answer: ToolAnswer): CallToolResult {
  const files = (answer.tasks ?? []).flatMap(each => each.files);
  return {
    content: [
      { type: 'text', text: answer.text },
      ...(answer.previews ?? []).map(({ mediaType, bytes }) => ({
        type: 'image' as const,
        data: Buffer.from(bytes).toString('base64'),
        mimeType: mediaType,
      })),
      // For people alone: VS Code would read a picture into the model's context.
      ...files.map(({ uri, path, file }) => ({
        type: 'resource_link' as const,
        uri,
        name: path.slice(path.lastIndexOf('/') + 1),
        mimeType: file.mediaType,
        size: file.bytes,
        annotations: { audience: ['user' as const] },
      })),
    ],
    structuredContent: structured(answer),
  };
}

/** Inputs are read by `readInput`, in words that a model can follow; the schema is for the list alone. */
const everything: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return input => ({ valid: true, data: input as T, errorMessage: undefined });
  },
};

function listed(schema: object): ReturnType<typeof fromJsonSchema<Record<string, unknown>>> {
  return fromJsonSchema<Record<string, unknown>>(schema, everything);
}
