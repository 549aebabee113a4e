import { existsSync } from 'node:fs'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/**
 * The Chromium or Chrome of this machine: `CHROME_PATH` where it is set, else the first of the usual places.
 * @returns {string | undefined} absolute path; undefined when there is none
 */
export function findChromium() {
  const chosen = process.env.CHROME_PATH
  if (chosen !== undefined && chosen !== '') return chosen
  return places.find((place) => existsSync(place))
}
