import type { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import type { STSClient } from '@aws-sdk/client-sts'
import { isCapacityCode } from './aws-errors.ts'
import { BadAnswer } from './bad-answer.ts'

/** More than any answer to what Farmhand asks; a body beyond it is not the cloud's. */
const MAX_BODY_BYTES = 64 * 1024 * 1024

/** An answer as it came over HTTP. */
interface RawResponse {
  statusCode: number
  body: unknown
}

/** An answer that asking again at once does not change, hidden from the SDK's retries. */
export class FinalAnswer extends Error {
  readonly answer: Error

  constructor(answer: Error) {
    super(answer.message)
    this.name = 'FinalAnswer'
    this.answer = answer
  }
}

/**
 * Makes a client take only whole answers of the cloud. The SDK's reader makes an empty object of an empty body and of a page
 * of HTML, which would look like an account without instances. It also keeps the SDK from asking again at once when there is
 * no room for an instance, which EC2 says with status 500.
 */
export function takeWholeAnswers({ middlewareStack }: EC2Client | STSClient): void {
  const stack = middlewareStack as EC2Client['middlewareStack']
  stack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      await readWhole(result.response as RawResponse, actionOf(context.commandName))
      return result
    },
    // Low: below the SDK's reader, which is `normal`.
    { step: 'deserialize', priority: 'low', name: 'farmhandWholeAnswers' },
  )
  stack.add(
    (next) => async (args) => {
      try {
        return await next(args)
      } catch (thrown) {
        if (thrown instanceof Error && isCapacityCode(thrown.name)) throw new FinalAnswer(thrown)
        throw thrown
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'farmhandFinalAnswers' },
  )
}

/**
 * Hands the text of a command's good answer to `tap`, and an empty answer to the SDK: its reader holds the event loop for a
 * tenth of a second over a thousand instances.
 */
export function tapAnswer(
  command: DescribeInstancesCommand | RunInstancesCommand,
  tap: (xml: string) => void,
): void {
  const stack = command.middlewareStack as DescribeInstancesCommand['middlewareStack']
  stack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      const response = result.response as RawResponse
      if (response.statusCode < 300 && response.body instanceof Uint8Array) {
        tap(textOf(response.body))
        response.body = new TextEncoder().encode(`<${actionOf(context.commandName)}Response/>`)
      }
      return result
    },
    // A command's middleware comes after the client's of the same priority: between the SDK's reader and the check above.
    { step: 'deserialize', priority: 'normal', name: 'farmhandTap' },
  )
}

function actionOf(commandName: string | undefined): string {
  return (commandName ?? '').replace(/Command$/, '')
}

/** Reads the body and keeps it in the response. Throws `BadAnswer` when it is not the cloud's, or not whole. */
async function readWhole(response: RawResponse, action: string): Promise<void> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > MAX_BODY_BYTES) throw new BadAnswer('it is far too long')
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  try {
    checkWhole(body, response.statusCode, action)
  } catch (thrown) {
    // What a gateway answers while the cloud is away is tried again by its status, as the SDK does with EC2's own.
    const isServerError = response.statusCode >= 500
    throw isServerError
      ? Object.assign(thrown as Error, { $metadata: { httpStatusCode: response.statusCode } })
      : thrown
  }
  response.body = new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
}

function checkWhole(body: Buffer, statusCode: number, action: string): void {
  if (body.byteLength === 0) throw new BadAnswer('it is empty')
  const head = body.toString('utf8', 0, 512).replace(/^\uFEFF/, '')
  const root = /^\s*(?:<\?[^>]*\?>\s*|<!--(?:[^-]|-[^-])*-->\s*)*<([A-Za-z][\w.-]*)/.exec(head)?.[1]
  const wanted = statusCode < 300 ? [`${action}Response`] : ['Response', 'ErrorResponse']
  if (/^\s*<(?:!doctype\s+)?html/i.test(head)) throw new BadAnswer('it is a web page')
  if (root === undefined) throw new BadAnswer('it holds no XML')
  if (!wanted.includes(root)) throw new BadAnswer(`it is a <${root}>`)
  const tail = body.toString('utf8', Math.max(0, body.byteLength - 256)).trimEnd()
  const isSelfClosed = /^[^<]*(?:<\?[^>]*\?>\s*)?<[^<>]*\/>$/.test(head.trimEnd())
  if (!tail.endsWith(`</${root}>`) && !isSelfClosed) throw new BadAnswer('it ends in the middle')
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
