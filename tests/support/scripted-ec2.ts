import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call that the server got. */
export interface ScriptedCall {
  action: string
  params: URLSearchParams
  headers: IncomingHttpHeaders
}

/** What the server answers: a body with a status, or `cut` to end the connection without one. */
export type ScriptedAnswer = { status?: number; body: string; headers?: Record<string, string> } | 'cut'

/** An EC2 Query endpoint that answers what a test says, call by call. */
export interface ScriptedEc2 {
  endpoint: string
  calls: ScriptedCall[]
  stop(): Promise<void>
}

/** Listens on loopback; `answer` gets each call with its number from 0. */
export async function startScriptedEc2(
  answer: (call: ScriptedCall, number: number) => ScriptedAnswer,
): Promise<ScriptedEc2> {
  const calls: ScriptedCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const params = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
      const call = { action: params.get('Action') ?? '', params, headers: request.headers }
      const said = answer(call, calls.push(call) - 1)
      if (said === 'cut') {
        request.socket.destroy()
        return
      }
      response.writeHead(said.status ?? 200, { 'content-type': 'text/xml', ...said.headers })
      response.end(said.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A whole answer to an action. */
export function ec2Answer(action: string, inner: string): ScriptedAnswer {
  const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/'
  return {
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${namespace}"><requestId>req-1</requestId>${inner}</${action}Response>`,
  }
}

/** EC2's refusal. */
export function ec2Refusal(code: string, message: string, status = 400): ScriptedAnswer {
  return {
    status,
    headers: { 'x-amzn-requestid': 'req-refused' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>req-refused</RequestID></Response>`,
  }
}

/** One instance as EC2 describes it, below `instancesSet`. */
export function ec2Instance(
  id: string,
  change: { launchIndex?: number; state?: string; more?: string } = {},
): string {
  return `<item><instanceId>${id}</instanceId><imageId>ami-1</imageId><instanceState><code>16</code><name>${change.state ?? 'running'}</name></instanceState><privateDnsName>ip-10-0-0-1.internal</privateDnsName><dnsName/><reason/><keyName>key</keyName><amiLaunchIndex>${change.launchIndex ?? 0}</amiLaunchIndex><instanceType>t3.micro</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>eu-west-1a</availabilityZone></placement><privateIpAddress>10.0.0.1</privateIpAddress><ipAddress>1.2.3.4</ipAddress><groupSet><item><groupId>sg-1</groupId><groupName>a</groupName></item><item><groupId>sg-2</groupId><groupName>b</groupName></item></groupSet><clientToken>token</clientToken><tagSet><item><key>Name</key><value>web &amp; db &#x2713;</value></item><item><key>empty</key><value/></item></tagSet>${change.more ?? ''}<networkInterfaceSet><item><groupSet><item><groupId>sg-9</groupId></item></groupSet><privateIpAddress>10.9.9.9</privateIpAddress></item></networkInterfaceSet></item>`
}

/** The inside of a DescribeInstances answer. */
export function ec2Reservations(instances: readonly string[], nextToken?: string): string {
  const items = instances.map(
    (instance) =>
      `<item><reservationId>r-1</reservationId><groupSet/><instancesSet>${instance}</instancesSet></item>`,
  )
  return `<reservationSet>${items.join('')}</reservationSet>${nextToken === undefined ? '' : `<nextToken>${nextToken}</nextToken>`}`
}
