import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { hostsOfTest } from '../../tests/support/host-probe.ts'
import { stubEngine } from '../../tests/support/stub-engine.ts'

const { start, stops } = hostsOfTest()

describe('files', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'farmhand-static-'))
    stops.push(() => rm(dir, { recursive: true }))
    await mkdir(join(dir, 'renderer', 'assets'), { recursive: true })
    await writeFile(join(dir, 'renderer', 'index.html'), '<title>Farmhand</title>')
    await writeFile(join(dir, 'renderer', 'assets', 'app-1234.js'), 'export {}')
    await writeFile(join(dir, 'renderer', '.built-from'), 'digest')
    await writeFile(join(dir, 'secret.txt'), 'secret')
  })

  it.each([
    ['/', 200, 'text/html'],
    ['/farms/f1/design', 200, 'text/html'],
    ['/assets/app-1234.js', 200, 'text/javascript'],
    ['/assets/gone-9.js', 404, 'text/plain'],
    ['/.built-from', 404, 'text/plain'],
    ['/..%2fsecret.txt', 404, 'text/plain'],
    ['/%2e%2e/secret.txt', 404, 'text/plain'],
    ['/assets/..%5c..%5c..%5csecret.txt', 404, 'text/plain'],
    ['/%00', 404, 'text/plain'],
    ['/%', 404, 'text/plain'],
  ])('%s is answered %i', async (path, status, type) => {
    const { url } = await start(stubEngine({}), { rendererDir: join(dir, 'renderer') })
    const response = await fetch(`${url}${path}`)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain(type)
    expect(await response.text()).not.toContain('secret')
  })

  it('keeps built assets for ever and the page never', async () => {
    const { url } = await start(stubEngine({}), { rendererDir: join(dir, 'renderer') })
    expect((await fetch(`${url}/assets/app-1234.js`)).headers.get('cache-control')).toContain('immutable')
    expect((await fetch(`${url}/`)).headers.get('cache-control')).toBe('no-cache')
  })

  it.runIf(process.platform === 'linux')('closes the file when its reader leaves', async () => {
    const file = join(dir, 'renderer', 'assets', 'large-1.js')
    await writeFile(file, Buffer.alloc(8_000_000))
    const { url } = await start(stubEngine({}), { rendererDir: join(dir, 'renderer') })
    await new Promise<void>((resolve) => {
      const request = get(`${url}/assets/large-1.js`, (response) =>
        response.once('data', () => {
          request.destroy()
          resolve()
        }),
      )
      request.on('error', () => undefined)
    })
    await vi.waitFor(async () => {
      const open = (await readdir('/proc/self/fd')).map((fd) =>
        readlink(`/proc/self/fd/${fd}`).catch(() => ''),
      )
      expect(await Promise.all(open)).not.toContain(file)
    })
  })

  it('says when the screens are not built', async () => {
    const { url } = await start(stubEngine({}), { rendererDir: join(dir, 'nothing') })
    const response = await fetch(`${url}/`)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('npm run build')
  })
})
