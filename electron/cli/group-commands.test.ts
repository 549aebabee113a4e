import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../tests/support/cli-runner.ts'
import { openEngine, silentLog, temporaryDirectory } from '../../tests/support/test-engine.ts'
import { startTestHost } from '../../tests/support/transports.ts'
import { Secret } from '../../shared/model/secret.ts'
import type { SecurityGroup } from '../../shared/model/security-groups.ts'

/* The command line over the real engine and the Sandbox. */

let dataDir: string
let stop: () => Promise<void>
beforeAll(async () => {
  const directory = await temporaryDirectory()
  dataDir = directory.path
  const engine = await openEngine({ dataDir })
  await engine.start()
  const host = await startTestHost(engine, silentLog)
  await engine.dataDir.writeEngineFile({ url: host.url, token: new Secret(host.token) })
  await engine.clouds.addSandbox({ name: 'sandbox' })
  stop = async () => {
    await host.stop()
    await engine.stop()
    await directory.remove()
  }
})
afterAll(() => stop())

const cli = (...words: string[]) => runCli(words, { dataDir })
async function json<T>(...words: string[]): Promise<T> {
  const { status, stdout, stderr } = await cli(...words, '--json')
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`)
  return JSON.parse(stdout) as T
}

describe('security groups by the command line', () => {
  it('are made, get rules with a warning, are shown, and go', async () => {
    const place = ['--cloud', 'sandbox', '--location', 'sandbox-east-1']
    const made = await json<SecurityGroup>(
      'group',
      'create',
      'bastion',
      ...place,
      '--description',
      'The way in',
    )
    expect(made).toMatchObject({ name: 'bastion', isOurs: true })
    const added = await cli('group', 'rule', 'add', 'bastion', '--ports', '22', '--from', 'anywhere')
    expect(added).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('SSH will be open to the whole world'),
    })
    expect(added.stdout).toMatch(/in +tcp +22 +0\.0\.0\.0\/0 +SSH/)
    const commented = await json<SecurityGroup>(
      ...['group', 'rule', 'add', made.id, '--ports', '22', '--from', '0.0.0.0/0', '--comment', 'everybody'],
    )
    expect(commented.rules.filter(({ direction }) => direction === 'in')).toMatchObject([
      { comment: 'everybody' },
    ])
    expect((await cli('group', 'ls')).stdout).toMatch(/bastion .* SSH +sg-/)
    // The network that is not the default one has a group “default” too.
    const names = (await json<SecurityGroup[]>('group', 'ls', '--all', ...place)).map(({ name }) => name)
    expect(names.toSorted()).toEqual(['bastion', 'default', 'default'])
    const taken = await json<SecurityGroup>(
      'group',
      'rule',
      'rm',
      'bastion',
      '--ports',
      '22',
      '--from',
      'anywhere',
    )
    expect(taken.rules.every(({ direction }) => direction === 'out')).toBe(true)
    expect(await cli('group', 'rm', 'bastion')).toMatchObject({ status: 0 })
    expect((await cli('group', 'show', 'bastion')).stderr).toContain('There is no security group “bastion”')
  })

  it.each([
    [['rule', 'add', 'x', '--ports', '22'], '--from or --to'],
    [['rule', 'add', 'x', '--ports', '99999', '--from', '10.0.0.0/8'], 'Ports go from 0 to 65535'],
    [['rule', 'add', 'x', '--protocol', 'smtp', '--from', '10.0.0.0/8'], 'Use tcp, udp'],
    [['create', 'x'], '--cloud and --location'],
  ])('written wrongly: %j', async (words, said) => {
    expect(await cli('group', ...words)).toMatchObject({ status: 2, stderr: expect.stringContaining(said) })
  })

  it('says where a rule is wrong', async () => {
    const place = ['--cloud', 'sandbox', '--location', 'sandbox-west-1']
    const group = await json<SecurityGroup>('group', 'create', 'wrong', ...place, '--description', 'Rules')
    const result = await cli('group', 'rule', 'add', group.id, '--ports', '1', '--from', '10.0.0.0/99')
    expect(result).toMatchObject({ status: 1, stderr: expect.stringContaining('from 0 to 32') })
  })
})
