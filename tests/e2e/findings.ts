import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixtures.ts'

/** No serious finding of axe on the page. xterm draws on a canvas with a text mirror of its own; Vuetify keeps closed tooltips as empty elements. */
export async function noSeriousFinding(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude('.xterm').exclude('.v-tooltip').analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const words = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  expect(words, where).toEqual([])
}
