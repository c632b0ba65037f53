import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { compareContract, type Difference } from '../../../../src/core/contract/compareContract.ts';
import { contract } from '../../../../src/shared/openapi.ts';

type Json = Record<string, unknown>;

/** Our contract, changed: what the live document might be. */
function live(change: (document: LiveDocument) => void): Json {
  const document = structuredClone(contract) as unknown as LiveDocument;
  change(document);
  return document;
}

interface LiveSchema extends Json {
  properties: Record<string, LiveSchema>;
  required: string[];
  items: LiveSchema;
}

interface LiveOperation extends Json {
  parameters: Json[];
  requestBody: { content: Record<string, { schema: LiveSchema }> };
  responses: Record<string, unknown>;
}

interface LiveDocument extends Json {
  paths: Record<string, Record<string, LiveOperation>>;
  components: { schemas: Record<string, LiveSchema> };
}

function schema(document: LiveDocument, name: string): LiveSchema {
  const found = document.components.schemas[name];
  if (!found) throw new Error(`There is no schema ${name}.`);
  return found;
}

function operation(document: LiveDocument, method: string, path: string): LiveOperation {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`There is no ${method} ${path}.`);
  return found;
}

function drop(from: LiveSchema, name: string): void {
  from.properties = Object.fromEntries(Object.entries(from.properties).filter(([key]) => key !== name));
  from.required = from.required.filter(each => each !== name);
}

function found(change: (document: LiveDocument) => void): readonly Difference[] {
  return compareContract(live(change)).differences;
}

describe('a live document', () => {
  it('that is ours has no difference', () => {
    expect(compareContract(contract)).toEqual({
      readable: true,
      version: '1',
      operations: 20,
      differences: [],
    });
  });

  it('may have the prefix in its paths, other names for path parameters, and a slash at the end', () => {
    const same = found(document => {
      document.paths = Object.fromEntries(
        Object.entries(document.paths).map(([path, item]) => [
          `/api/v1${path.replace('{taskId}', '{id}')}/`,
          item,
        ]),
      );
    });
    expect(same).toEqual([]);
  });

  it('may be OpenAPI 3.0, with nullable, integers and references to everything', () => {
    const same = found(document => {
      document['openapi'] = '3.0.3';
      const generation = schema(document, 'Generation');
      document.components.schemas['Result'] = {
        ...generation.properties['result'],
        type: 'object',
        nullable: true,
      } as unknown as LiveSchema;
      generation.properties['result'] = { $ref: '#/components/schemas/Result' } as unknown as LiveSchema;
      generation.properties['final_credits'] = { type: 'integer' } as unknown as LiveSchema;
      const { responses } = operation(document, 'get', '/credits');
      document.components = {
        ...document.components,
        responses: { Done: responses['2XX'], Error: contract.components.responses['Error'] },
      } as LiveDocument['components'];
      responses['200'] = { $ref: '#/components/responses/Done' };
      delete responses['2XX'];
    });
    expect(same).toEqual([]);
  });

  it('may put its schemas together with allOf, and nulls with anyOf', () => {
    const same = found(document => {
      const { schemas } = document.components;
      const { properties, required } = schema(document, 'Generation');
      const { id, ...others } = properties;
      schemas['Generation'] = {
        allOf: [
          { type: 'object', properties: { id }, required },
          {
            properties: {
              ...others,
              result: { anyOf: [{ ...others['result'], type: 'object' }, { type: 'null' }] },
              status: {
                oneOf: ['queued', 'processing', 'succeeded', 'failed'].map(word => ({ const: word })),
              },
            },
          },
        ],
      } as unknown as LiveSchema;
    });
    expect(same).toEqual([]);
  });
});

describe('what breaks us', () => {
  const get = { operation: 'GET /generations/{taskId}' };
  const cases: [string, (document: LiveDocument) => void, Json[]][] = [
    [
      'a path that is gone',
      document => {
        delete document.paths['/credits'];
      },
      [{ kind: 'operationMissing', operation: 'GET /credits' }],
    ],
    [
      'a method that is gone',
      document => {
        delete document.paths['/webhooks/{endpointId}']?.['patch'];
      },
      [{ kind: 'operationMissing', operation: 'PATCH /webhooks/{endpointId}' }],
    ],
    [
      'a field of an answer that is gone',
      document => drop(schema(document, 'Generation'), 'status'),
      [
        { kind: 'fieldMissing', operation: 'POST /generations', side: 'answer', field: 'status' },
        { kind: 'fieldMissing', ...get, side: 'answer', field: 'status' },
      ],
    ],
    [
      'a field within a list within an answer',
      document => drop(schema(document, 'ModelParam'), 'key'),
      [{ kind: 'fieldMissing', operation: 'GET /models', field: 'data[].params[].key' }],
    ],
    [
      'a field of another type',
      document => {
        const { result } = schema(document, 'Generation').properties;
        if (result) result.properties['urls'] = { type: 'object' } as unknown as LiveSchema;
      },
      [
        {
          kind: 'fieldRetyped',
          operation: 'POST /generations',
          field: 'result.urls',
          expected: 'array',
          found: 'object',
        },
        { kind: 'fieldRetyped', ...get, field: 'result.urls', expected: 'array', found: 'object' },
      ],
    ],
    [
      'a word that is gone from an answer',
      document => {
        schema(document, 'Generation').properties['status'] = {
          enum: ['queued', 'processing', 'completed', 'failed'],
        } as unknown as LiveSchema;
      },
      [
        { kind: 'wordsMissing', operation: 'POST /generations', field: 'status', words: ['succeeded'] },
        { kind: 'wordsMissing', ...get, field: 'status', words: ['succeeded'] },
      ],
    ],
    [
      'a word that we send and that is no longer taken',
      document => {
        const effort = schema(document, 'ChatRequest').properties['reasoning_effort'];
        if (effort) effort['enum'] = ['default', 'minimal', 'low', 'medium', 'high'];
      },
      [
        {
          kind: 'wordsMissing',
          operation: 'POST /chat/completions',
          side: 'request',
          field: 'reasoning_effort',
          words: ['xhigh'],
        },
        { kind: 'wordsMissing', operation: 'POST /chat/completions/stream', words: ['xhigh'] },
      ],
    ],
    [
      'a new required field of a request',
      document => {
        const { properties, required } = schema(document, 'WebhookRequest');
        properties['region'] = { type: 'string' } as unknown as LiveSchema;
        required.push('region');
      },
      [{ kind: 'fieldRequired', operation: 'POST /webhooks', side: 'request', field: 'region' }],
    ],
    [
      'a field that we send and that is refused',
      document => {
        const request = schema(document, 'GenerationRequest');
        drop(request, 'client_request_id');
        request['additionalProperties'] = false;
      },
      [{ kind: 'fieldMissing', operation: 'POST /generations', side: 'request', field: 'client_request_id' }],
    ],
    [
      'a new required header',
      document =>
        void operation(document, 'get', '/credits').parameters.push({
          name: 'X-Region',
          in: 'header',
          required: true,
        }),
      [{ kind: 'parameterRequired', operation: 'GET /credits', name: 'X-Region' }],
    ],
    [
      'another form of request',
      document => {
        const { requestBody } = operation(document, 'post', '/files');
        requestBody.content = { 'application/json': { schema: { type: 'object' } as unknown as LiveSchema } };
      },
      [
        {
          kind: 'mediaTypeMissing',
          operation: 'POST /files',
          side: 'request',
          mediaType: 'multipart/form-data',
        },
      ],
    ],
    [
      'an error without its code, told once',
      document => {
        const { error } = schema(document, 'ErrorBody').properties;
        if (error) drop(error, 'code');
      },
      [{ kind: 'fieldMissing', operation: '', side: 'error', field: 'error.code' }],
    ],
  ];

  test.each(cases)('%s', (_name, change, expected) => {
    const breaking = found(change).filter(each => each.grade === 'breaks');
    expect(breaking).toHaveLength(expected.length);
    expect(breaking).toMatchObject(expected);
  });
});

describe('what only differs', () => {
  const cases: [string, (document: LiveDocument) => void, Json][] = [
    [
      'a field that we can do without',
      document => drop(schema(document, 'ChatSession'), 'title'),
      { kind: 'fieldMissing', field: 'data[].title' },
    ],
    [
      'a field under another name that the client reads',
      document => {
        const file = schema(document, 'File');
        file.properties['file_id'] = { type: 'string' } as unknown as LiveSchema;
        drop(file, 'id');
        file.required.push('file_id');
      },
      { kind: 'fieldRenamed', field: 'id', name: 'file_id' },
    ],
    [
      'a number that comes as text',
      document => {
        schema(document, 'Credits').properties['current_credits'] = {
          type: 'string',
        } as unknown as LiveSchema;
      },
      { kind: 'fieldRetyped', field: 'current_credits', expected: 'number', found: 'string' },
    ],
    [
      'an answer inside an object',
      document => {
        document.components.schemas['Credits'] = {
          properties: { data: schema(document, 'Credits') },
        } as unknown as LiveSchema;
      },
      { kind: 'fieldInside', name: 'data' },
    ],
    [
      'a bare list',
      document => {
        const { responses } = operation(document, 'get', '/chat/sessions');
        const items = { $ref: '#/components/schemas/ChatSession' };
        responses['2XX'] = { content: { 'application/json': { schema: { type: 'array', items } } } };
      },
      { kind: 'fieldMissing', field: 'data' },
    ],
    [
      'an answer that is not described',
      document => {
        operation(document, 'get', '/chat/sessions').responses['2XX'] = { description: 'Done.' };
      },
      { kind: 'answerUndescribed', operation: 'GET /chat/sessions' },
    ],
    [
      'a field that may be absent',
      document => {
        const credits = schema(document, 'Credits');
        credits.required = ['other'];
      },
      { kind: 'fieldOptional', field: 'current_credits' },
    ],
    [
      'a field that may be null',
      document => {
        schema(document, 'Credits').properties['current_credits'] = {
          type: ['integer', 'null'],
        } as unknown as LiveSchema;
      },
      { kind: 'fieldOptional', field: 'current_credits' },
    ],
    [
      'a header that is not mentioned',
      document => {
        operation(document, 'post', '/chat/completions').parameters = [];
      },
      { kind: 'parameterMissing', name: 'Idempotency-Key' },
    ],
    [
      'a code of an error that is not listed',
      document => {
        const code = schema(document, 'ErrorBody').properties['error']?.properties['code'];
        if (code) code['x-extensible-enum'] = contract.components.schemas['ErrorBody']?.properties?.['error']?.properties?.['code']?.['x-extensible-enum']?.slice(1); // prettier-ignore
      },
      { kind: 'wordsMissing', side: 'error', words: ['public_api_disabled'] },
    ],
  ];

  test.each(cases)('%s', (_name, change, expected) => {
    const differences = found(change);
    expect(differences.map(each => each.grade)).toEqual(differences.map(() => 'differs'));
    expect(differences).toContainEqual(expect.objectContaining(expected));
    expect(new Set(differences.map(each => each.kind)).size).toBe(1);
  });
});

describe('what is new', () => {
  const cases: [string, (document: LiveDocument) => void, Json][] = [
    [
      'a path',
      document => {
        document.paths['/generations/{id}/cancel'] = { post: {} as LiveOperation };
      },
      { kind: 'operationNew', operation: 'POST /generations/{id}/cancel' },
    ],
    [
      'a method of a path that we use',
      document => {
        const item = document.paths['/generations'];
        if (item) item['get'] = {} as LiveOperation;
      },
      { kind: 'operationNew', operation: 'GET /generations' },
    ],
    [
      'a field of an answer',
      document => {
        schema(document, 'Credits').properties['expires_at'] = { type: 'string' } as unknown as LiveSchema;
      },
      { kind: 'fieldNew', side: 'answer', field: 'expires_at' },
    ],
    [
      'an optional field of a request',
      document => {
        schema(document, 'WebhookUpdate').properties['filter'] = { type: 'string' } as unknown as LiveSchema;
      },
      { kind: 'fieldNew', side: 'request', field: 'filter' },
    ],
    [
      'a word',
      document => {
        schema(document, 'WebhookEndpoint').properties['status'] = {
          enum: ['active', 'disabled', 'revoked', 'paused'],
        } as unknown as LiveSchema;
        const { schemas } = document.components;
        const { '/webhooks': list, ...rest } = document.paths;
        document.paths = { ...rest, '/webhooks': { ...list } };
        schemas['WebhookEndpoint'] = schema(document, 'WebhookEndpoint');
      },
      { kind: 'wordsNew', field: 'status', words: ['paused'] },
    ],
  ];

  test.each(cases)('%s', (_name, change, expected) => {
    const differences = found(change);
    expect(differences.map(each => each.grade)).toEqual(differences.map(() => 'new'));
    expect(differences).toContainEqual(expect.objectContaining(expected));
  });
});

describe('whatever the document is', () => {
  test.each([[null], [undefined], [[]], ['x'], [{}], [{ paths: [] }], [{ paths: {} }], [{ paths: 5 }]])(
    '%j is not compared',
    document => {
      expect(compareContract(document)).toMatchObject({ readable: false, differences: [] });
    },
  );

  it('references in a circle, to nowhere and to other documents say nothing', () => {
    const differences = found(document => {
      document.components.schemas['Credits'] = { $ref: '#/components/schemas/Ring' } as unknown as LiveSchema;
      document.components.schemas['Ring'] = { $ref: '#/components/schemas/Credits' } as unknown as LiveSchema;
      document.components.schemas['File'] = { $ref: 'other.json#/File' } as unknown as LiveSchema;
      document.components.schemas['ModelParam'] = {
        allOf: [{ $ref: '#/components/schemas/ModelParam' }, schema(document, 'ModelParam')],
      } as unknown as LiveSchema;
    });
    expect(differences.map(each => [each.kind, each.operation])).toEqual([
      ['answerUndescribed', 'POST /files'],
      ['answerUndescribed', 'GET /files/{fileId}'],
      ['answerUndescribed', 'GET /credits'],
    ]);
  });

  it('a schema that branches without end is given up', () => {
    const branch = {
      anyOf: Array.from({ length: 8 }, () => ({ allOf: [{ $ref: '#/components/schemas/B' }] })),
    };
    const wide = (depth: number): unknown =>
      depth === 0 ? branch : { anyOf: Array.from({ length: 8 }, () => wide(depth - 1)) };
    const differences = found(document => {
      document.components.schemas['B'] = wide(4) as LiveSchema;
      document.components.schemas['Credits'] = { $ref: '#/components/schemas/B' } as unknown as LiveSchema;
    });
    expect(differences).toEqual([expect.objectContaining({ kind: 'answerUndescribed' })]);
  });

  it('a name that is no text is no name', () => {
    const differences = found(document => {
      operation(document, 'get', '/credits').parameters.push({
        name: { toString: 1 },
        in: {},
        required: true,
      });
    });
    expect(differences).toEqual([]);
  });

  it('it is compared without a throw', () => {
    const paths = ['/models', '/credits', '/generations', '/files', '/api/v1/webhooks/{x}', '/x'];
    const keys = fc.constantFrom('get', 'post', 'parameters', 'requestBody', 'responses', '200', '2XX', 'default', 'content', 'application/json', 'schema', '$ref', 'type', 'properties', 'required', 'items', 'enum', 'const', 'allOf', 'anyOf', 'oneOf', 'nullable', 'name', 'in', 'id', 'data', 'status', 'current_credits', 'additionalProperties', '__proto__', 'constructor'); // prettier-ignore
    const leaves = fc.oneof(
      fc.constantFrom('object', 'array', 'string', 'integer', 'null', 'header', '#/components/schemas/A', '#/paths/~1models', '#/%', '#', ''), // prettier-ignore
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { node } = fc.letrec(tie => ({
      node: fc.oneof(
        { depthSize: 'medium' },
        leaves,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(keys, tie('node'), { maxKeys: 6 }),
      ),
    }));
    const document = fc.record({
      paths: fc.dictionary(fc.constantFrom(...paths), node, { minKeys: 1 }),
      components: fc.record({ schemas: fc.dictionary(fc.constantFrom('A', 'B'), node) }),
    });
    fc.assert(
      fc.property(document, value => {
        const { readable, differences } = compareContract(value);
        expect(readable).toBe(true);
        expect(differences.length).toBeGreaterThan(10);
      }),
      { numRuns: 2_000 },
    );
  });
});
