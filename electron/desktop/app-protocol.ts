import { net, protocol } from 'electron'
import { pathToFileURL } from 'node:url'
import { findStaticFile, securityHeaders } from '../headless/index.ts'

const SCHEME = 'farmhand'

/** Where the app's page lives: an origin of its own instead of file://, so that the same-origin rules hold. */
export const APP_URL = `${SCHEME}://app/`

/** Whether an address is the app's own. Node gives non-web schemes no origin to compare, so the parts are. */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol: scheme, host } = new URL(url)
  return scheme === `${SCHEME}:` && host === 'app'
}

/** Must be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the built renderer, and nothing else, with the same headers as the headless host. */
export function serveApp(rendererDir: string): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url)
    if (!isAppUrl(request.url) || request.method !== 'GET') return new Response(null, { status: 404 })
    const found = await findStaticFile(rendererDir, url.pathname)
    if (typeof found === 'string') {
      const text =
        found === 'missing' ? 'There is no such file.' : 'The screens are not built: run `npm run build`.'
      return new Response(text, { status: found === 'missing' ? 404 : 503 })
    }
    const file = await net.fetch(pathToFileURL(found.file).href)
    const headers = new Headers(file.headers)
    for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value)
    return new Response(file.body, { status: 200, headers })
  })
}
