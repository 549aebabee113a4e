import { protocol } from 'electron'
import { readFile } from 'node:fs/promises'
import { contentTypeOf, findStaticFile, securityHeaders } from '../headless/index.ts'

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
    const answer = (status: number, contentType: string, body: string | Uint8Array<ArrayBuffer>): Response =>
      new Response(body, { status, headers: { ...securityHeaders, 'content-type': contentType } })
    const text = (status: number, body: string): Response => answer(status, 'text/plain; charset=utf-8', body)
    if (!isAppUrl(request.url) || request.method !== 'GET') return text(404, 'There is no such file.')
    const found = await findStaticFile(rendererDir, new URL(request.url).pathname)
    if (found === 'missing') return text(404, 'There is no such file.')
    if (found === 'not-built') return text(503, 'The screens are not built yet: run `npm run build`.')
    return answer(200, contentTypeOf(found.file), new Uint8Array(await readFile(found.file)))
  })
}
