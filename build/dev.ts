/* Started by dev.mjs under the project's Node. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer, type ProxyOptions } from 'vite'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const Announcement = z.object({ url: z.url(), token: z.string() })

const host = spawn(
  process.execPath,
  [join(root, 'electron/cli/main.ts'), 'serve', ...process.argv.slice(2)],
  {
    stdio: ['inherit', 'pipe', 'inherit'],
  },
)
host.on('close', (code) => {
  process.exitCode ??= code ?? 1
})

let announced = false
for await (const line of createInterface({ input: host.stdout })) {
  if (announced) console.log(line)
  else await serveRenderer(Announcement.parse(JSON.parse(line)))
  announced = true
}

async function serveRenderer({ url, token }: z.infer<typeof Announcement>): Promise<void> {
  const target = new URL(url).origin
  // The host answers its own page only, so that the proxy speaks in that page's name.
  const proxied: ProxyOptions = { target, changeOrigin: true, headers: { origin: target } }
  const server = await createServer({
    configFile: join(root, 'vite.config.ts'),
    server: {
      host: '127.0.0.1',
      proxy: {
        '/api': proxied,
        '/healthz': proxied,
        '/rpc': { ...proxied, ws: true, rewriteWsOrigin: true },
      },
    },
  })
  await server.listen()
  host.on('close', () => void server.close())
  console.log(`Farmhand with hot reload: ${server.resolvedUrls?.local[0] ?? ''}#token=${token}`)
}
