import { test } from '@playwright/test'
import { findElectron } from '../support/electron-binary.ts'

const electron = findElectron()

/* The one line of the project `electron` on a machine that cannot run it. */
test.skip(`Real Electron was left out: ${'reason' in electron ? electron.reason : 'it is there'}. The specs ran on its stand-in.`, () =>
  undefined)
