/* node build/render-icons.mjs: draws build/icons/*.png from icon.svg; run it after changing the drawing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { findChromium } from './find-chromium.mjs'
import { CommandError, root, runCommand } from './process.mjs'

const sizes = [16, 32, 48, 64, 128, 256, 512, 1024]

runCommand(async () => {
  const executablePath = findChromium()
  if (executablePath === undefined)
    throw new CommandError('The icons are drawn by Chromium: install it, or set CHROME_PATH.')
  const folder = join(root, 'build', 'icons')
  const drawing = readFileSync(join(folder, 'icon.svg'), 'utf8')
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  for (const size of sizes) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(
      `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`,
    )
    writeFileSync(join(folder, `${size}x${size}.png`), await page.screenshot({ omitBackground: true }))
    await page.close()
  }
  await browser.close()
  return 0
})
