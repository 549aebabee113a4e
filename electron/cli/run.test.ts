import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { commandsOfTest, farm, servers } from '../../tests/support/cli-host.ts'

const { cli, dataDir, own } = commandsOfTest()

describe('wrong usage', () => {
  it.each([
    ['farm bogus', 'Usage: farmhand farm'],
    ['farm launch', 'Usage: farmhand farm launch'],
    ['cloud add sandbox', 'Usage: farmhand cloud add sandbox'],
    ['server ls --status alive', 'Usage: farmhand server ls'],
    ['farm ls --colour', 'Usage: farmhand farm ls'],
    ['farm ls extra', 'Usage: farmhand farm ls'],
    ['server exec x', 'after --'],
    ['serve --port many', '--port'],
    ['serve --tls-cert x', '--tls-key'],
  ])('“%s” exits with 2', async (words, said) => {
    const result = await cli(words)
    expect(result).toMatchObject({ status: 2, stdout: '' })
    expect(result.stderr).toContain(said)
  })

  it('is a document with --json', async () => {
    const result = await cli('farm launch --json')
    expect(result.status).toBe(2)
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'input.invalid' } })
  })

  it('never takes a secret as an argument', async () => {
    const result = await cli('cloud add aws --name x --access-key-id AKIA --secret-access-key hunter2')
    expect(result.status).toBe(2)
  })
})

describe('lists', () => {
  it('prints an array and nothing else with --json, wherever it stands', async () => {
    await own({})
    for (const words of ['server ls --json', '--json server ls']) {
      const { status, stdout, stderr } = await cli(words)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toEqual(servers.slice(0, 2))
    }
  })

  it('aligns columns for people, and takes control characters out', async () => {
    await own({ farms: { list: () => Promise.resolve([{ ...farm, name: 'Sh\u001b[31mop\n' }, farm]) } })
    const { stdout } = await cli('farm ls')
    expect(stdout).not.toContain('\u001b')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    const column = lines[0]?.indexOf('STATUS') ?? -1
    expect(lines.slice(1).map((line) => line.slice(column, column + 7))).toEqual(['running', 'running'])
    expect(lines[2]).toMatch(/^Shop +running +2\/2 +1 /)
  })
})

describe('failures', () => {
  it('names each fault by path and exits with 1', async () => {
    const faults = [{ path: 'roles[0].scaling.min', message: 'Min is above max.' }]
    await own({
      farms: {
        import: () =>
          Promise.reject(
            new AppError('farm.invalid', { message: 'The design has faults.', details: { faults } }),
          ),
      },
    })
    const human = await cli('farm import -', { stdin: '{}' })
    expect(human).toMatchObject({ status: 1, stdout: '' })
    expect(human.stderr).toContain('roles[0].scaling.min: Min is above max.')
    const machine = await cli('farm import - --json', { stdin: '{}' })
    expect(machine).toMatchObject({ status: 1, stderr: '' })
    expect(JSON.parse(machine.stdout)).toMatchObject({
      error: { code: 'farm.invalid', message: 'The design has faults.', details: { faults } },
    })
  })

  it('says which file is no JSON, or not there', async () => {
    await own({})
    await writeFile(join(dataDir(), 'broken.json'), '{"name": ')
    const broken = await cli(`farm import ${join(dataDir(), 'broken.json')}`)
    expect(broken.status).toBe(1)
    expect(broken.stderr).toContain('broken.json is not JSON')
    expect((await cli('farm import /nowhere/x.json')).stderr).toContain('/nowhere/x.json cannot be read')
  })
})

describe('what ID means', () => {
  it.each([
    ['abc1', 'abc1'],
    ['abd', 'abd2'],
    ['shop/web/1', 'abc1'],
    ['farm-1/WEB/2', 'abd2'],
    ['old', 'old9'],
  ])('%s is %s', async (wanted, id) => {
    await own({})
    const { stdout } = await cli(`server show ${wanted} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ id })
  })

  it.each([
    ['ab', 'input.invalid', 'abc1 (Shop/web/1), abd2 (Shop/web/2)'],
    ['shop/web/7', 'input.not_found', 'Shop/web/1'],
    ['zzz', 'input.not_found', 'There is no server “zzz”'],
  ])('%s is refused as %s', async (wanted, code, words) => {
    await own({})
    const { status, stdout } = await cli(`server show ${wanted} --json`)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code, message: expect.stringContaining(words) as string },
    })
  })

  it('finds farms by name without regard to case, and by id', async () => {
    await own({})
    for (const wanted of ['shop', 'Shop', 'farm-1']) expect((await cli(`farm show ${wanted}`)).status).toBe(0)
    expect((await cli('farm show blog')).stderr).toContain('There is no farm “blog”. There is Shop.')
  })
})
