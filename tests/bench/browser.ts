import { type Browser, chromium } from '@playwright/test'
import { findChromium } from '../../build/find-chromium.mjs'

/** The machine's Chromium without a window. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--no-first-run',
    ],
  })
}
