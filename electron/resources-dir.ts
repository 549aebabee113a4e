import { join } from 'node:path'

/*
 * The sources (electron/) and the bundles (dist/, one flat folder) both lie one step below the root, so that the same
 * relative paths hold before and after bundling. An installed app keeps its shipped files beside the archive: programs
 * that Farmhand starts cannot read inside it.
 */

/** Where this code runs from; the tests hand in their own. */
export interface CodeLocation {
  /** Folder of the running module: `electron/` from source, `dist/` from a bundle. */
  moduleDir: string
  /** Electron's resources folder (`process.resourcesPath`); undefined in plain Node. */
  appResourcesDir: string | undefined
}

/** Absolute path of the folder of shipped files (`resources/`). */
export function resourcesDir(location: CodeLocation = currentLocation()): string {
  const packaged = isInsideArchive(location.moduleDir)
  if (packaged && location.appResourcesDir !== undefined) return join(location.appResourcesDir, 'resources')
  return join(location.moduleDir, '..', 'resources')
}

/** Absolute path of the folder with the built renderer (`index.html` and its assets). */
export function rendererDir(location: CodeLocation = currentLocation()): string {
  return join(location.moduleDir, '..', 'dist', 'renderer')
}

/** Absolute path of the built preload script. */
export function preloadFile(location: CodeLocation = currentLocation()): string {
  return join(location.moduleDir, '..', 'dist', 'preload.cjs')
}

/** Absolute path of the manifest (`package.json`), which names the version. */
export function manifestFile(location: CodeLocation = currentLocation()): string {
  return join(location.moduleDir, '..', 'package.json')
}

function isInsideArchive(path: string): boolean {
  return path.split(/[\\/]/).includes('app.asar')
}

function currentLocation(): CodeLocation {
  const resourcesPath: unknown = Reflect.get(process, 'resourcesPath')
  return {
    moduleDir: import.meta.dirname,
    appResourcesDir: typeof resourcesPath === 'string' ? resourcesPath : undefined,
  }
}
