/*
 * Makes everything that runs: the Node bundles (desktop main, preload, command line) and the renderer. Runs under the
 * project's own Node. Usage: node build/bundle.ts OUT_DIR
 */
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type InlineConfig } from 'vite'
import { noticesText, shippedPackages } from './shipped-packages.ts'

const root = join(import.meta.dirname, '..')

/*
 * Stays outside of the bundles: what the runtime brings, the one native module that is shipped, and optional natives
 * that their libraries load in a try block and do without.
 */
const externals = ['electron', 'node-pty', 'cpu-features', 'bufferutil', 'utf-8-validate', /\.node$/]

/** Bundles for Node: one flat folder (see electron/resources-dir.ts), readable, with source maps. */
function nodeBundle(outDir: string, entries: Record<string, string>): InlineConfig {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: {
      'process.env.NODE_ENV': '"production"',
      __dirname: 'import.meta.dirname',
      __filename: 'import.meta.filename',
    },
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      minify: false,
      sourcemap: true,
      target: 'node24',
      reportCompressedSize: false,
      rolldownOptions: {
        input: entries,
        external: externals,
        output: {
          format: 'esm',
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          assetFileNames: '[name]-[hash][extname]',
        },
      },
    },
  }
}

/** The preload runs sandboxed: CommonJS in one file that requires nothing but `electron`. */
function preloadBundle(outDir: string): InlineConfig {
  const config = nodeBundle(outDir, { preload: join(root, 'electron/preload.ts') })
  return {
    ...config,
    build: {
      ...config.build,
      rolldownOptions: {
        ...config.build?.rolldownOptions,
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
      },
    },
  }
}

async function bundle(outDir: string): Promise<void> {
  await build(
    nodeBundle(outDir, {
      main: join(root, 'electron/main.ts'),
      cli: join(root, 'electron/cli/main.ts'),
    }),
  )
  await build(preloadBundle(outDir))
  await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(outDir, 'renderer') },
  })
  await writeFile(join(outDir, 'third-party-licences.txt'), noticesText(shippedPackages()))
}

const target = process.argv[2]
if (target === undefined) throw new Error('Say where the bundles go: node build/bundle.ts OUT_DIR')
await bundle(resolve(target))
