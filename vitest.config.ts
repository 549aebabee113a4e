import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Many tests wait for a cloud or a server most of the time: on few cores, more files at once than cores. */
const filesAtOnce = Math.max(3, availableParallelism() - 1)

/** Processes of ours that tests start find their compiled sources again. */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'farmhand-tests') }

export default defineConfig({
  test: {
    maxWorkers: filesAtOnce,
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          env,
          include: ['{shared,electron,build}/**/*.test.ts', 'tests/{support,bench}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['renderer/**/*.test.ts'],
          css: false,
          server: { deps: { inline: ['vuetify'] } },
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'faults',
          environment: 'node',
          env,
          include: ['tests/faults/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
