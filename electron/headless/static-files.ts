import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** What to send for an address, or why nothing can be sent. */
export type Found = { file: string; sizeBytes: number; isPage: boolean } | 'missing' | 'not-built'

/**
 * Finds the file for a path of the address. Addresses of the app's own pages (without a file extension) get the one page; a
 * path that leads out of the folder, or to a hidden file, is missing.
 */
export async function findStaticFile(dir: string, pathname: string): Promise<Found> {
  const root = resolve(dir)
  const page = await fileSize(join(root, 'index.html'))
  if (page === undefined) return 'not-built'
  const decoded = decode(pathname)
  if (decoded === undefined || decoded.includes('\0') || /(^|[\\/])\./.test(decoded)) return 'missing'
  const file = resolve(root, `.${sep}${decoded}`)
  const sizeBytes = file.startsWith(root + sep) ? await fileSize(file) : undefined
  if (sizeBytes !== undefined) return { file, sizeBytes, isPage: extname(file) === '.html' }
  if (extname(decoded) !== '') return 'missing'
  return { file: join(root, 'index.html'), sizeBytes: page, isPage: true }
}

/** The media type of a file of the renderer, by its extension. */
export function contentTypeOf(file: string): string {
  return contentTypes[extname(file)] ?? 'application/octet-stream'
}

/**
 * Answers GET and HEAD for the built renderer. Ours rather than sirv's, which leaves the file open when the client leaves, and
 * ends the process when a file cannot be opened: here the process is the engine's.
 */
export async function serveStatic(
  dir: string,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain; charset=utf-8' })
    response.end('Only GET works here.\n')
    return
  }
  const found = await findStaticFile(dir, pathname)
  if (typeof found === 'string') {
    const isMissing = found === 'missing'
    response.writeHead(isMissing ? 404 : 503, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(
      isMissing ? 'There is no such file.\n' : 'The screens are not built yet: run `npm run build`.\n',
    )
    return
  }
  response.writeHead(200, {
    'content-type': contentTypeOf(found.file),
    'content-length': found.sizeBytes,
    // Built assets carry their content's hash in their name; the page that names them must always be fresh.
    'cache-control': pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  if (request.method === 'HEAD') response.end()
  else await pipeline(createReadStream(found.file), response)
}

async function fileSize(file: string): Promise<number | undefined> {
  try {
    const entry = await stat(file)
    return entry.isFile() ? entry.size : undefined
  } catch {
    return undefined
  }
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return undefined
  }
}
