/**
 * The contract: what we rely on in Rivya's v1 API, as OpenAPI 3.1 (rivya-api.md). The sandbox serves it and
 * is held against it; the live document is compared with it. It is not all that Rivya has, only what we send
 * and read.
 *
 * `required` fields of an answer are those without which we cannot work. Words that may grow without notice
 * stand under `x-extensible-enum`, other names under which the client would read a field under `x-also`, and
 * objects around an answer that the client takes off under `x-envelopes`.
 */
export interface ContractSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ContractSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: ContractSchema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly 'x-extensible-enum'?: readonly string[];
  readonly 'x-also'?: readonly string[];
  readonly 'x-envelopes'?: readonly string[];
}

export interface ContractParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: ContractSchema;
}

export interface ContractContent {
  readonly description: string;
  /** By media type. */
  readonly content?: Readonly<Record<string, { readonly schema: ContractSchema }>>;
}

export interface ContractOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Empty for what needs no key; else the scope. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly ContractParameter[];
  readonly requestBody?: { readonly required: true } & Required<Pick<ContractContent, 'content'>>;
  /** By status, or by its class: `2XX`. */
  readonly responses: Readonly<Record<string, ContractContent | { readonly $ref: string }>>;
}

export type ContractMethod = 'get' | 'post' | 'patch' | 'delete';

export interface Contract {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly contact: { readonly name: string; readonly url: string };
    readonly license: { readonly name: string; readonly identifier: string };
  };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<ContractMethod, ContractOperation>>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly schemas: Readonly<Record<string, ContractSchema>>;
    readonly responses: Readonly<Record<string, ContractContent>>;
  };
}

const text: ContractSchema = { type: 'string' };
const id: ContractSchema = { type: 'string', minLength: 1 };
const number: ContractSchema = { type: 'number' };
const flag: ContractSchema = { type: 'boolean' };
const time: ContractSchema = { type: 'string', format: 'date-time' };
const nullableText: ContractSchema = { type: ['string', 'null'] };
const nullableNumber: ContractSchema = { type: ['number', 'null'] };
const nullableTime: ContractSchema = { type: ['string', 'null'], format: 'date-time' };
const texts: ContractSchema = { type: 'array', items: text };
const anything: ContractSchema = {};
const clientRequestId: ContractSchema = { type: 'string', maxLength: 128 };

type Properties = Readonly<Record<string, ContractSchema>>;

function object(required: Properties, optional: Properties = {}): ContractSchema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}

function schema(name: string): ContractSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** One page of a list, or all of it. @param also what `data` may be called */
function listOf(name: string, ...also: string[]): ContractSchema {
  const data: ContractSchema = {
    type: 'array',
    items: schema(name),
    'x-also': [...also, 'items', 'results'],
  };
  return object({ data }, { object: text });
}

/** The same with what leads to the next page, which is not documented. */
function pageOf(name: string, ...also: string[]): ContractSchema {
  const list = listOf(name, ...also);
  const cursor = { ...nullableText, 'x-also': ['cursor', 'next', 'next_page_token'] };
  return { ...list, properties: { ...list.properties, has_more: flag, next_cursor: cursor } };
}

function words(...known: string[]): ContractSchema {
  return { type: 'string', 'x-extensible-enum': known };
}

const kinds = ['image', 'video', 'audio'];

const schemas: Readonly<Record<string, ContractSchema>> = {
  ErrorBody: object({
    error: object({
      // rivya-api.md 8; the table is known to be incomplete.
      // prettier-ignore
      code: words('public_api_disabled', 'api_key_missing', 'api_key_invalid', 'api_key_revoked', 'api_key_expired', 'api_scope_denied', 'rate_limited', 'validation_failed', 'not_found', 'webhook_url_rejected', 'chat_model_not_supported', 'chat_session_conflict', 'chat_attachment_not_supported', 'idempotency_conflict', 'insufficient_credits', 'internal_error'),
      message: text,
      requestId: { ...text, 'x-also': ['request_id'] },
    }),
  }),
  // rivya-api.md 1
  Model: object(
    {
      id,
      category: words(...kinds, 'chat'),
      base_credits: number,
      params: { type: 'array', items: schema('ModelParam'), 'x-also': ['parameters'] },
      api_status: words('available', 'coming_soon', 'studio_only'),
    },
    {
      display_name: { ...text, 'x-also': ['name'] },
      runtime: text,
      billing_type: words('FIXED', 'METERED', 'TOKEN_BASED'),
      supported_modes: texts,
      max_prompt_length: nullableNumber,
      reference_media: { type: ['object', 'null'] },
      // prettier-ignore
      api_input_status: words('available_text', 'available_url_input', 'partial_requires_files', 'requires_files_api'),
      supported_api_inputs: texts,
      requires_files_api: flag,
      requires_upload_for_modes: texts,
      url_input_supported: flag,
      file_kinds: { type: 'array', items: words(...kinds) },
      chat_capabilities: { type: ['object', 'null'] },
      notices: { type: 'array', items: anything },
    },
  ),
  ModelParam: object(
    { key: { ...id, 'x-also': ['name', 'id'] } },
    {
      type: text,
      required: flag,
      default: { ...anything, 'x-also': ['defaultValue'] },
      min: number,
      max: number,
      step: number,
      options: { type: 'array', items: anything },
      description: text,
    },
  ),
  // rivya-api.md 2 and 3
  GenerationRequest: object(
    { model: id },
    {
      prompt: text,
      params: object({}, { referenceMediaItems: { type: 'array', items: schema('ReferenceMediaItem') } }),
      client_request_id: clientRequestId,
    },
  ),
  ReferenceMediaItem: object(
    { url: text, kind: { type: 'string', enum: kinds } },
    { name: text, mimeType: text, durationSeconds: number, durationToken: text },
  ),
  Generation: {
    ...object(
      {
        id: { ...id, 'x-also': ['task_id'] },
        status: words('queued', 'processing', 'succeeded', 'failed'),
        result: {
          ...object(
            { urls: { ...texts, 'x-also': ['outputs'] } },
            { primary_url: { ...text, 'x-also': ['url'] } },
          ),
          type: ['object', 'null'],
        },
        error: { ...object({ code: text, message: text }), type: ['object', 'null'] },
      },
      {
        model: text,
        reserved_credits: number,
        final_credits: number,
        created_at: time,
        updated_at: time,
      },
    ),
    'x-envelopes': ['generation', 'task', 'data'],
  },
  // rivya-api.md 4; only `url` and `duration_token` are documented by name.
  FileRequest: object(
    { file: { type: 'string', format: 'binary' }, kind: { type: 'string', enum: kinds } },
    { model: text, client_request_id: clientRequestId },
  ),
  File: {
    ...object(
      { id: { ...id, 'x-also': ['file_id'] }, url: text },
      {
        object: text,
        kind: words(...kinds),
        name: { ...text, 'x-also': ['filename', 'file_name'] },
        mime_type: { ...text, 'x-also': ['content_type'] },
        size_bytes: { ...number, 'x-also': ['size', 'bytes'] },
        duration_seconds: { ...nullableNumber, 'x-also': ['duration'] },
        duration_token: nullableText,
        created_at: time,
      },
    ),
    'x-envelopes': ['file', 'data'],
  },
  // rivya-api.md 5
  Credits: {
    ...object({ current_credits: { ...number, 'x-also': ['credits', 'balance'] } }),
    'x-envelopes': ['data'],
  },
  // rivya-api.md 6
  ChatRequest: object(
    { model: id, message: text },
    {
      session_id: text,
      attachments: { type: 'array', items: object({ file_id: id }) },
      enable_web_search: flag,
      // prettier-ignore
      reasoning_effort: { type: 'string', enum: ['default', 'minimal', 'low', 'medium', 'high', 'xhigh'] },
      client_request_id: clientRequestId,
    },
  ),
  ChatCompletion: {
    ...object(
      { message: object({ content: text }, { id: text, role: words('assistant') }) },
      {
        id,
        object: text,
        session_id: text,
        model: text,
        created_at: time,
        usage: object({}, { input_tokens: number, output_tokens: number, total_tokens: number }),
        credits: object({}, { reserved: number, final: number }),
      },
    ),
    'x-envelopes': ['completion', 'data'],
  },
  ChatMessage: object(
    { role: words('user', 'assistant', 'system'), content: text },
    { id: { ...text, 'x-also': ['message_id'] }, created_at: time },
  ),
  ChatSession: {
    ...object(
      { id: { ...id, 'x-also': ['session_id'] } },
      {
        object: text,
        model: text,
        title: { ...text, 'x-also': ['name'] },
        message_count: number,
        created_at: time,
        updated_at: time,
      },
    ),
    'x-envelopes': ['session', 'data'],
  },
  ChatSessionWithMessages: {
    ...object(
      {
        id: { ...id, 'x-also': ['session_id'] },
        messages: { type: 'array', items: schema('ChatMessage'), 'x-also': ['items', 'history'] },
      },
      { model: text, created_at: time, updated_at: time },
    ),
    'x-envelopes': ['session', 'data'],
  },
  // rivya-api.md 7
  WebhookRequest: object({ name: text, url: text, event_types: texts }),
  WebhookUpdate: object(
    {},
    { name: text, url: text, event_types: texts, status: { type: 'string', enum: ['active', 'disabled'] } },
  ),
  WebhookEndpoint: {
    ...object(
      { id: { ...id, 'x-also': ['endpoint_id', 'webhook_id'] }, url: text, event_types: texts },
      {
        object: text,
        name: text,
        status: words('active', 'disabled', 'revoked'),
        secret_preview: text,
        signing_secret: { ...text, 'x-also': ['secret', 'new_secret'] },
        last_success_at: nullableTime,
        last_failure_at: nullableTime,
        failure_count: number,
        created_at: time,
        updated_at: time,
        disabled_at: nullableTime,
        revoked_at: nullableTime,
      },
    ),
    'x-envelopes': ['webhook_endpoint', 'endpoint', 'webhook', 'data'],
  },
  WebhookSecret: {
    ...object({ signing_secret: { ...text, 'x-also': ['secret', 'new_secret'] } }),
    'x-envelopes': ['webhook_endpoint', 'endpoint', 'webhook', 'data'],
  },
  // None of these two is documented beyond its existence.
  WebhookDelivery: object({}, { id: text, event_id: text, event_type: text, status: text, created_at: time }),
  WebhookEvent: object(
    { type: { ...text, 'x-also': ['event_type', 'name'] } },
    { id: text, created_at: time },
  ),
};

interface Call {
  readonly summary: string;
  /** None for what needs no key. */
  readonly scope?: string;
  /** A header that we send when we have it. */
  readonly header?: string;
  /** A list that we ask for page by page. */
  readonly pages?: true;
  readonly sends?: ContractSchema;
  readonly multipart?: true;
  /** None for an answer that we do not read. */
  readonly gives?: ContractSchema;
  /** Media type of the answer, when it is not JSON. */
  readonly as?: string;
}

function operation(operationId: string, path: string, call: Call): ContractOperation {
  const { summary, scope, header, pages, sends, multipart, gives, as: mediaType = 'application/json' } = call;
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), match => match[1] ?? '');
  const requestType = multipart ? 'multipart/form-data' : 'application/json';
  return {
    operationId,
    summary,
    description: scope === undefined ? 'Needs no key.' : `Needs a key with the scope \`${scope}\`.`,
    tags: [tagOf(path)],
    security: scope === undefined ? [] : [{ bearer: [scope] }],
    parameters: [
      ...inPath.map(name => ({ name, in: 'path', required: true, schema: text }) as const),
      ...(header === undefined
        ? []
        : [{ name: header, in: 'header', required: false, schema: text } as const]),
      ...(pages ? [after] : []),
    ],
    ...(sends && { requestBody: { required: true, content: { [requestType]: { schema: sends } } } }),
    responses: {
      '2XX': { description: 'Done.', ...(gives && { content: { [mediaType]: { schema: gives } } }) },
      '4XX': { $ref: '#/components/responses/Error' },
      '5XX': { $ref: '#/components/responses/Error' },
    },
  };
}

/** How lists are paged is not documented (rivya-api.md 6.3 and 7); this is the usual form. */
const after: ContractParameter = {
  name: 'after',
  in: 'query',
  required: false,
  description: 'The `next_cursor` of the page before, or the id of its last entry.',
  schema: text,
};

const tags: Readonly<Record<string, string>> = {
  models: 'The catalogue.',
  generations: 'Images, videos and sounds.',
  files: 'Reference files for generations and chats.',
  credits: 'The balance.',
  chat: 'Answers and sessions.',
  webhooks: 'Endpoints, their deliveries, and events.',
  description: 'The API itself.',
};

/** By the first part of the path. */
function tagOf(path: string): string {
  const part = path.split('/')[1] ?? '';
  if (part in tags) return part;
  return part.startsWith('webhook') ? 'webhooks' : 'description';
}

const keyed = 'Idempotency-Key';
const webhooks = 'webhooks:manage';

// prettier-ignore
const operations: readonly (readonly [ContractMethod, path: string, operationId: string, Call])[] = [
  ['get', '/models', 'listModels', { summary: 'List models', gives: listOf('Model', 'models') }],
  ['post', '/generations', 'createGeneration', { summary: 'Create a generation', scope: 'generations:create', header: keyed, sends: schema('GenerationRequest'), gives: schema('Generation') }],
  ['get', '/generations/{taskId}', 'retrieveGeneration', { summary: 'Retrieve a generation', scope: 'generations:read', gives: schema('Generation') }],
  ['post', '/files', 'uploadFile', { summary: 'Upload a reference file', scope: 'files:create', sends: schema('FileRequest'), multipart: true, gives: schema('File') }],
  ['get', '/files/{fileId}', 'retrieveFile', { summary: 'Retrieve a file', scope: 'files:read', gives: schema('File') }],
  ['get', '/credits', 'retrieveCredits', { summary: 'Retrieve the balance', scope: 'credits:read', gives: schema('Credits') }],
  ['post', '/chat/completions', 'createChatCompletion', { summary: 'Complete a chat turn', scope: 'chat:create', header: keyed, sends: schema('ChatRequest'), gives: schema('ChatCompletion') }],
  ['post', '/chat/completions/stream', 'streamChatCompletion', { summary: 'Stream a chat turn', scope: 'chat:create', header: keyed, sends: schema('ChatRequest'), gives: text, as: 'text/event-stream' }],
  ['get', '/chat/sessions', 'listChatSessions', { summary: 'List chat sessions', scope: 'chat:read', pages: true, gives: pageOf('ChatSession', 'sessions') }],
  ['get', '/chat/sessions/{sessionId}', 'retrieveChatSession', { summary: 'Retrieve a chat session with its messages', scope: 'chat:read', gives: schema('ChatSessionWithMessages') }],
  ['get', '/webhooks', 'listWebhooks', { summary: 'List webhook endpoints', scope: webhooks, pages: true, gives: pageOf('WebhookEndpoint', 'webhooks') }],
  ['post', '/webhooks', 'createWebhook', { summary: 'Create a webhook endpoint', scope: webhooks, sends: schema('WebhookRequest'), gives: schema('WebhookEndpoint') }],
  ['get', '/webhooks/{endpointId}', 'retrieveWebhook', { summary: 'Retrieve a webhook endpoint', scope: webhooks, gives: schema('WebhookEndpoint') }],
  ['patch', '/webhooks/{endpointId}', 'updateWebhook', { summary: 'Update a webhook endpoint', scope: webhooks, sends: schema('WebhookUpdate'), gives: schema('WebhookEndpoint') }],
  ['delete', '/webhooks/{endpointId}', 'deleteWebhook', { summary: 'Delete a webhook endpoint', scope: webhooks }],
  ['post', '/webhooks/{endpointId}/rotate-secret', 'rotateWebhookSecret', { summary: 'Replace the signing secret', scope: webhooks, gives: schema('WebhookSecret') }],
  ['post', '/webhooks/{endpointId}/test', 'testWebhook', { summary: 'Send a test event', scope: webhooks }],
  ['get', '/webhooks/{endpointId}/deliveries', 'listWebhookDeliveries', { summary: 'List deliveries', scope: webhooks, pages: true, gives: pageOf('WebhookDelivery', 'deliveries') }],
  ['get', '/webhook-events', 'listWebhookEvents', { summary: 'List events', scope: webhooks, pages: true, gives: pageOf('WebhookEvent', 'events') }],
  ['get', '/openapi.json', 'describeApi', { summary: 'Describe the API', gives: object({ openapi: text, paths: { type: 'object' } }) }],
];

function pathItems(): Contract['paths'] {
  const paths: Record<string, Partial<Record<ContractMethod, ContractOperation>>> = {};
  for (const [method, path, operationId, call] of operations) {
    (paths[path] ??= {})[method] = operation(operationId, path, call);
  }
  return paths;
}

export const contract: Contract = {
  openapi: '3.1.0',
  info: {
    title: 'Rivya API, as Rivya for VS Code uses it',
    version: '1',
    description: 'What the extension sends and reads. The API has more.',
    contact: { name: 'Rivya', url: 'https://rivya.ai' },
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: 'https://rivya.ai/api/v1' }],
  tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  paths: pathItems(),
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    schemas,
    responses: {
      Error: {
        description: 'An error.',
        content: { 'application/json': { schema: schema('ErrorBody') } },
      },
    },
  },
};
