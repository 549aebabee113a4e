import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { BodyLimitPlugin } from '@orpc/server/node'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract } from '../../shared/contract/index.ts'
import { ErrorInfo } from '../../shared/model/errors.ts'
import { toWireError, type ApiRouter } from '../api/index.ts'
import type { Log } from '../engine/ports.ts'

export const restPrefix = '/api'

/** The contract as REST: JSON in, JSON out, failures as `{"error": {code, message, retryable, details}}`. */
export class Rest {
  readonly #handler: OpenAPIHandler<Record<never, never>>
  readonly #version: string
  #document: Promise<string> | undefined

  constructor(options: { router: ApiRouter; version: string; maxBodyBytes: number; log: Log }) {
    this.#version = options.version
    this.#handler = new OpenAPIHandler(options.router, {
      plugins: [new BodyLimitPlugin({ maxBodySize: options.maxBodyBytes })],
      customErrorResponseBodyEncoder: (error) => ({
        error: ErrorInfo.safeParse(error.data).data ?? toWireError(error, options.log, 'rest').data,
      }),
    })
  }

  /** Answers false when the contract has no such method and path; nothing was sent then. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { matched } = await this.#handler.handle(request, response, { prefix: restPrefix, context: {} })
    return matched
  }

  /** The OpenAPI document, as JSON text. */
  document(): Promise<string> {
    this.#document ??= describeContract(this.#version).then((document) => JSON.stringify(document))
    return this.#document
  }
}

/** OpenAPI 3.1 of the whole contract, one tag a noun. */
async function describeContract(version: string) {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const document = await generator.generate(contract, {
    info: { title: 'Farmhand', version, description: 'Every ability of Farmhand, as REST.' },
    servers: [{ url: restPrefix }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  })
  for (const path of Object.values(document.paths ?? {})) {
    for (const verb of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = path?.[verb]
      const noun = operation?.operationId?.split('.')[0]
      if (operation !== undefined && noun !== undefined) operation.tags = [noun]
    }
  }
  return document
}
