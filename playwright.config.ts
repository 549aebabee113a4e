import { defineConfig, devices } from '@playwright/test'
import { findChromium } from './build/find-chromium.mjs'
import { findElectron } from './tests/support/electron-binary.ts'

const chromium = findChromium()
/** Specs that look at the bundles and start no host. */
const hostIndependent = '**/bundles.spec.ts'
/** Specs of the desktop shell, and those of them that look behind it through the stand-in. */
const desktop = '**/desktop*.spec.ts'
const behindTheShell = '**/desktop-shell.spec.ts'
/** Specs of the screens themselves, which are the same in every host. */
const screens = [
  '**/accessibility.spec.ts',
  '**/bad-input.spec.ts',
  '**/farm-dialogs.spec.ts',
  '**/screenshots.spec.ts',
]
/** Says in one line that real Electron was left out, and why. */
const electronMissing = '**/electron-missing.spec.ts'
const reportFile = process.env.FARMHAND_E2E_REPORT

/*
 * One set of specs, three hosts: a fixture reads the project's name and starts that host. Every test has its own data
 * directory and its own Sandbox.
 */
export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/artifacts',
  retries: 0,
  workers: 2,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: reportFile === undefined ? [['list']] : [['list'], ['json', { outputFile: reportFile }]],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'headless', testIgnore: [desktop, electronMissing] },
    { name: 'stand-in', testIgnore: [hostIndependent, electronMissing, ...screens] },
    'binary' in findElectron()
      ? { name: 'electron', testIgnore: [hostIndependent, behindTheShell, electronMissing, ...screens] }
      : { name: 'electron', testMatch: electronMissing },
  ],
})
