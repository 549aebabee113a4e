import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifestFile, preloadFile, rendererDir, resourcesDir } from './resources-dir.ts'

const root = join(import.meta.dirname, '..')

describe('where shipped files are', () => {
  it('finds them from the sources', () => {
    expect(resourcesDir()).toBe(join(root, 'resources'))
    expect(existsSync(resourcesDir())).toBe(true)
    expect(rendererDir()).toBe(join(root, 'dist', 'renderer'))
  })

  it('finds the same folders from a bundle in dist/', () => {
    const bundle = { moduleDir: join(root, 'dist'), appResourcesDir: undefined }
    expect(resourcesDir(bundle)).toBe(resourcesDir())
    expect(rendererDir(bundle)).toBe(rendererDir())
    expect(manifestFile(bundle)).toBe(join(root, 'package.json'))
    expect(manifestFile()).toBe(join(root, 'package.json'))
    expect(preloadFile(bundle)).toBe(join(root, 'dist', 'preload.cjs'))
  })

  it('finds them beside the archive in an installed app', () => {
    const installed = {
      moduleDir: '/opt/Farmhand/resources/app.asar/dist',
      appResourcesDir: '/opt/Farmhand/resources',
    }
    expect(resourcesDir(installed)).toBe('/opt/Farmhand/resources/resources')
    expect(rendererDir(installed)).toBe('/opt/Farmhand/resources/app.asar/dist/renderer')
  })

  it('ignores Electron’s resources folder while the app runs from the repository', () => {
    const unpackaged = {
      moduleDir: join(root, 'dist'),
      appResourcesDir: '/somewhere/electron/dist/resources',
    }
    expect(resourcesDir(unpackaged)).toBe(join(root, 'resources'))
  })
})
