import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { hostsOfTest } from '../../tests/support/host-probe.ts'
import { stubEngine } from '../../tests/support/stub-engine.ts'

const { start } = hostsOfTest()

describe('REST', () => {
  it('maps paths, queries and bodies to the contract', async () => {
    const inputs: unknown[] = []
    const engine = stubEngine({
      servers: {
        list: (input) => {
          inputs.push(input)
          return Promise.resolve([])
        },
      },
      farms: {
        clone: (input) => {
          inputs.push(input)
          return Promise.reject(new AppError('farm.locked', { message: 'The farm is locked.' }))
        },
      },
    })
    const { url, authorization } = await start(engine)
    await fetch(`${url}/api/servers?farm=shop&includeTerminated=false`, { headers: authorization })
    await fetch(`${url}/api/servers`, { headers: authorization })
    const refused = await fetch(`${url}/api/farms/f1/clone`, {
      method: 'POST',
      headers: { ...authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'copy' }),
    })
    expect(inputs).toEqual([
      { farm: 'shop', includeTerminated: false },
      { includeTerminated: false },
      { farmId: 'f1', name: 'copy' },
    ])
    expect(refused.status).toBe(423)
    expect(await refused.json()).toMatchObject({
      error: { code: 'farm.locked', message: 'The farm is locked.', retryable: false },
    })
  })

  it.each([
    [JSON.stringify({ name: 'x', roles: [{ colour: 1 }] }), 400, 'roles[0].colour'],
    [JSON.stringify({ name: 'x', extra: true }), 400, 'extra'],
  ])('names the faults of %s by path', async (body, status, path) => {
    const { url, authorization } = await start()
    const response = await fetch(`${url}/api/farms`, {
      method: 'POST',
      headers: { ...authorization, 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as {
      error: { code: string; details: { faults: { path: string }[] } }
    }
    expect(error.code).toBe('input.invalid')
    expect(error.details.faults.map((fault) => fault.path)).toContain(path)
  })

  it('says what is wrong with a body that is no JSON, or too large', async () => {
    const { url, authorization } = await start(stubEngine({}), { limits: { maxBodyBytes: 1000 } })
    const post = (body: string) =>
      fetch(`${url}/api/farms`, {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json' },
        body,
      }).then((response) => response.json())
    expect(await post('{')).toMatchObject({ error: { code: 'input.invalid' } })
    expect(await post(JSON.stringify({ name: 'x'.repeat(2000) }))).toMatchObject({
      error: { code: 'input.invalid', message: 'The request is too large.' },
    })
  })

  it('says where to look when there is no such address', async () => {
    const { url, authorization } = await start()
    const response = await fetch(`${url}/api/nothing`, { headers: authorization })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'input.not_found' } })
  })

  it('describes every method of the contract', async () => {
    const { url, authorization } = await start()
    const response = await fetch(`${url}/api/openapi.json`, { headers: authorization })
    const document = (await response.json()) as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; tags: string[] }>>
    }
    expect(document.openapi).toMatch(/^3\.1/)
    expect(document.paths['/farms/{farmId}/launch']?.['post']).toMatchObject({
      operationId: 'farms.launch',
      tags: ['farms'],
    })
  })
})
