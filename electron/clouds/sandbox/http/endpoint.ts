import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { regionOf } from '../catalog.ts'
import type { CloudState, Reply } from '../ec2/action.ts'
import { type Service, services } from '../ec2/actions.ts'
import type { SandboxFaults } from '../faults/sandbox-faults.ts'
import type { Log } from '../../../engine/ports.ts'
import { CloudError } from './cloud-error.ts'
import { Params } from './params.ts'
import { checkSignature } from './signature.ts'
import { answerText, contentType, refusalText } from './wire.ts'

const maxBodyBytes = 1_048_576
const host = '127.0.0.1'

interface EndpointOptions {
  state: CloudState
  faults: SandboxFaults
  log: Log
  port: number
}

/** A call that was read and whose caller is known. */
interface Known {
  action: string
  region: string
  service: Service
  params: Params
}

/** The HTTP endpoint of the Sandbox: the Query API of EC2, and a little of STS and of the price list. */
export class Endpoint {
  readonly #options: EndpointOptions
  readonly #stopping = new AbortController()
  #server: Server | undefined

  constructor(options: EndpointOptions) {
    this.#options = options
  }

  /** Resolves with the address when it listens. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((thrown: unknown) => {
        if (!this.#stopping.signal.aborted && request.complete) {
          this.#options.log.error({ err: thrown }, 'The Sandbox could not answer a call.')
        }
        response.destroy()
      })
    })
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#options.port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The Sandbox has no port.')
    return `http://${host}:${address.port}`
  }

  /** Cuts all connections. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const server = this.#server
    if (!server) return
    this.#server = undefined
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const body = await readBody(request)
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end()
      return
    }
    let service = jsonServiceOf(request) ?? services[0]
    try {
      const known = this.#read(request, body)
      service = known.service
      await this.#delay(known)
      const reply = await this.#perform(known)
      this.#reply(response, known, { reply, requestId })
    } catch (thrown) {
      if (thrown instanceof Cut) response.destroy()
      else if (thrown instanceof CloudError) refuse(response, service, thrown, requestId)
      else {
        this.#options.log.error({ err: thrown }, 'A call to the Sandbox failed.')
        refuse(
          response,
          service,
          new CloudError('InternalError', 'An internal error has occurred', 500),
          requestId,
        )
      }
    }
  }

  #read(request: IncomingMessage, body: Buffer): Known {
    const { action, params, service } = readCall(request, body)
    this.#options.faults.count(action)
    const { state } = this.#options
    if (!state.store.account) throw new Error('The Sandbox has no account.')
    const signed = checkSignature(
      { method: request.method ?? '', url: request.url ?? '/', headers: request.headers, body },
      state.store.account,
      state.clock.now(),
    )
    if (signed.service !== service.name || !regionOf(signed.region)) {
      throw new CloudError(
        'AuthFailure',
        `Credential should be scoped to a valid region, not '${signed.region}'.`,
        401,
      )
    }
    if (!service.actions.has(action)) {
      throw new CloudError('InvalidAction', `The action ${action} is not valid for this web service.`)
    }
    return { action, region: signed.region, service, params }
  }

  async #delay(known: Known): Promise<void> {
    const late = this.#options.faults.take('latency', meets(known))
    if (late) await this.#options.state.clock.sleep(late.ms, this.#stopping.signal)
  }

  async #perform(known: Known): Promise<Reply> {
    const { state, faults } = this.#options
    const { action, region, params, service } = known
    if (faults.take('unreachable', meets(known))) throw new Cut()
    if (faults.take('throttle', meets(known))) {
      throw new CloudError('RequestLimitExceeded', 'Request limit exceeded.', 503)
    }
    const expired = faults.take('credentials', meets(known))
    if (expired) throw credentialError(expired.code)
    const refused = faults.take('refuse', meets(known))
    if (refused) throw new CloudError(refused.code, refused.message, refused.status)
    if (params.flag('DryRun') === true) {
      throw new CloudError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
    }
    const perform = service.actions.get(action)
    if (!perform) throw new CloudError('InvalidAction', `The action ${action} is not valid.`)
    return perform(state, { action, region, params, now: state.clock.now() })
  }

  #reply(response: ServerResponse, known: Known, done: { reply: Reply; requestId: string }): void {
    const { faults } = this.#options
    const { action, service } = known
    if (faults.take('lose-reply', meets(known))) throw new Cut()
    const { requestId } = done
    const document = answerText(service, action, done.reply, requestId)
    const bad = faults.take('bad-answer', meets(known))
    switch (bad?.shape) {
      case undefined:
        send(response, service, 200, document, requestId)
        break
      case 'malformed':
        send(response, service, 200, document.slice(0, Math.floor(document.length * 0.6)), requestId)
        break
      case 'empty':
        send(response, service, 200, '', requestId)
        break
      case 'html':
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><html><head><title>Sign in</title></head><body><p>Welcome<br></body></html>')
        break
    }
  }
}

/** The connection is to be cut. */
class Cut extends Error {}

function meets(
  known: Known,
): (fault: { action?: string | undefined; region?: string | undefined }) => boolean {
  return ({ action, region }) =>
    (action === undefined || action === known.action) && (region === undefined || region === known.region)
}

function credentialError(
  code: 'ExpiredToken' | 'RequestExpired' | 'AuthFailure' | 'UnauthorizedOperation',
): CloudError {
  switch (code) {
    case 'ExpiredToken':
      return new CloudError(code, 'The security token included in the request is expired')
    case 'RequestExpired':
      return new CloudError(code, 'Request has expired.')
    case 'AuthFailure':
      return new CloudError(code, 'AWS was not able to validate the provided access credentials', 401)
    case 'UnauthorizedOperation':
      return new CloudError(code, 'You are not authorized to perform this operation.', 403)
  }
}

/** `Service.Action` of a JSON call. */
function targetOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target'] ?? '')
}

function jsonServiceOf(request: IncomingMessage): Service | undefined {
  return services.find(
    ({ wire, namespace }) => wire === 'json' && targetOf(request).startsWith(`${namespace}.`),
  )
}

/** What a request asks for: a form of the Query API, or a JSON call that its header names. */
function readCall(
  request: IncomingMessage,
  body: Buffer,
): { action: string; params: Params; service: Service } {
  const json = jsonServiceOf(request)
  if (json) {
    const action = targetOf(request).slice(json.namespace.length + 1)
    return { action, params: Params.ofJson(body.toString('utf8')), service: json }
  }
  const params = Params.ofForm(body.toString('utf8'))
  const service =
    services.find(({ wire, version }) => wire === 'query' && version === params.text('Version')) ??
    services[0]
  if (!service) throw new Error('The Sandbox has no services.')
  return { action: params.text('Action') ?? '', params, service }
}

function refuse(
  response: ServerResponse,
  service: Service | undefined,
  error: CloudError,
  requestId: string,
): void {
  send(response, service, error.status, refusalText(service, error, requestId), requestId)
}

function send(
  response: ServerResponse,
  service: Service | undefined,
  status: number,
  document: string,
  requestId: string,
): void {
  response
    .writeHead(status, {
      'content-type': contentType(service),
      'content-length': Buffer.byteLength(document),
      'x-amzn-requestid': requestId,
    })
    .end(document)
}

/** The body, or undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > maxBodyBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}
