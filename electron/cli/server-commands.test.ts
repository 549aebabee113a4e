import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import type { Terminal } from '../../shared/model/terminals.ts'
import { at, commandsOfTest } from '../../tests/support/cli-host.ts'
import { ChangeFeed } from '../engine/records/feed/index.ts'
import { systemClock } from '../headless/index.ts'

const { cli, own } = commandsOfTest()

describe('commands on a server', () => {
  it('hands out what the command writes and ends with its status', async () => {
    const inputs: unknown[] = []
    await own({
      servers: {
        async *exec(input) {
          inputs.push(input)
          await Promise.resolve()
          yield { kind: 'stdout', base64: Buffer.from([0, 255, 10]).toString('base64') }
          yield { kind: 'stderr', base64: btoa('oh') }
          yield { kind: 'exit', code: 7, signal: null }
        },
      },
    })
    for (const verb of ['exec', 'ssh']) {
      const result = await cli(`server ${verb} abc1 -- ls -la --json`)
      expect(result).toMatchObject({ status: 7, stderr: 'oh' })
    }
    expect(inputs).toEqual(Array(2).fill({ serverId: 'abc1', argv: ['ls', '-la', '--json'] }))
    const collected = await cli('server exec abc1 --json -- x')
    expect(JSON.parse(collected.stdout)).toMatchObject({ code: 7, stderr: 'oh' })
    await cli('server exec abc1 --stdin -- cat', { stdin: 'typed' })
    expect(inputs.at(-1)).toMatchObject({ argv: ['cat'], stdinBase64: btoa('typed') })
  })

  it('ends as a shell does when a signal ended the command', async () => {
    await own({
      servers: {
        async *exec() {
          await Promise.resolve()
          yield { kind: 'exit', code: null, signal: 'TERM' }
        },
      },
    })
    expect((await cli('server exec abc1 -- x')).status).toBe(143)
  })
})

describe('a terminal on a server', () => {
  it('types stdin there, shows what comes back, and ends with the shell’s status', async () => {
    const feed = new ChangeFeed({ epoch: 'e', clock: systemClock })
    const typed: string[] = []
    const ended = Promise.withResolvers<undefined>()
    const closed: unknown[] = []
    const terminal = {
      id: 't1',
      target: { kind: 'server', serverId: 'abc1' },
      title: 'x',
      state: 'open',
      size: { cols: 80, rows: 24 },
      exit: null,
      error: null,
      openedAt: at,
    } as unknown as Terminal
    await own({
      feed: { subscribe: (input, options) => feed.subscribe(input, options) },
      terminals: {
        open: () => {
          feed.put('terminals', terminal)
          return Promise.resolve(terminal)
        },
        write: ({ text }) => {
          typed.push(text)
          if (text === '\u0004') ended.resolve(undefined)
          return Promise.resolve()
        },
        async *output(_input, { signal }) {
          yield { offset: 0, text: 'hello' }
          await ended.promise
          yield { offset: 5, text: ' bye' }
          feed.put('terminals', { ...terminal, state: 'closed', exit: { code: 3, signal: null } })
          await new Promise((resolve) => {
            if (signal.aborted) resolve(undefined)
            signal.addEventListener('abort', resolve, { once: true })
          })
        },
        ack: () => Promise.resolve(),
        close: (input) => {
          closed.push(input)
          return Promise.resolve()
        },
      },
    })
    const result = await cli('server ssh shop/web/1', { stdin: 'exit 3\n' })
    expect(result).toEqual({ status: 3, stdout: 'hello bye', stderr: '' })
    expect(typed).toEqual(['exit 3\n', '\u0004'])
    expect(closed).toEqual([{ terminalId: 't1' }])
  })
})

describe('cloud add aws', () => {
  it('reads the secret from stdin or the environment', async () => {
    const inputs: unknown[] = []
    await own({
      clouds: {
        profiles: () => Promise.resolve([{ name: 'dev', region: 'eu-west-1', kind: 'sso' }]),
        addAws: (input) => {
          inputs.push(input)
          return Promise.reject(new AppError('cloud.credentials', { message: 'Not today.' }))
        },
      },
    })
    const words = 'cloud add aws --name a --access-key-id AKIA --region eu-west-1 us-east-1'
    await cli(`${words} --secret-access-key-stdin`, { stdin: 'typed-secret\n' })
    await cli(words, { env: { AWS_SECRET_ACCESS_KEY: 'env-secret', AWS_SESSION_TOKEN: 's' } })
    await cli('cloud add aws --name a --profile dev')
    expect(inputs).toMatchObject([
      { accessKeyId: 'AKIA', secretAccessKey: 'typed-secret', locations: ['eu-west-1', 'us-east-1'] },
      { secretAccessKey: 'env-secret', sessionToken: 's' },
      { profile: 'dev', locations: ['eu-west-1'] },
    ])
    const missing = await cli(`${words} --json`)
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'input.invalid' } })
    expect(inputs).toHaveLength(3)
  })
})
