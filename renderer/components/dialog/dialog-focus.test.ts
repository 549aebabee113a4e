import { config, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { VCheckbox, VSelect, VTextField } from 'vuetify/components'
import { mountInApp } from '../../../tests/support/mounting.ts'
import FormDialog from '../form/FormDialog.vue'
import type { SentForm } from '../form/use-form.ts'
import ConfirmDialog from './ConfirmDialog.vue'
import { useFocusTrail } from './focus-trail.ts'

// Dialogs ask where the screen is; the test's document has no screen.
vi.stubGlobal('visualViewport', new EventTarget())

// A dialog settles once it has come into view.
config.global.stubs = { transition: false }

const form: SentForm = {
  ...{ isBusy: false, error: null, strayFaults: [] },
  ...{ submit: () => Promise.resolve(), restart: () => undefined },
}
let unmount: (() => void) | undefined
afterEach(() => unmount?.())

/** A list with a button beside it and a menu, and a dialog that is there while it is open or always. */
async function show(dialog: object, props: object, content: () => unknown = () => null, stays = true) {
  const isOpen = ref(false)
  const hasButton = ref(true)
  const hasMenu = ref(false)
  const Host = defineComponent(() => {
    useFocusTrail()
    return () => [
      h('div', { role: 'grid', tabindex: 0 }, h('button', { class: 'row' }, 'Edit')),
      hasButton.value ? h('button', { class: 'bulk' }, 'Suspend') : null,
      hasMenu.value ? h('div', { class: 'v-menu' }, h('button', { class: 'choice' }, 'Reboot')) : null,
      stays || isOpen.value
        ? h(
            dialog as never,
            {
              ...props,
              modelValue: isOpen.value,
              'onUpdate:modelValue': (to: boolean) => (isOpen.value = to),
            },
            { default: content },
          )
        : null,
    ]
  })
  const { wrapper } = await mountInApp(Host)
  unmount = () => wrapper.unmount()
  const find = (selector: string) => document.querySelector<HTMLElement>(selector)
  const turn = async (to: boolean) => {
    isOpen.value = to
    await flushPromises()
  }
  return { find, turn, hasButton, hasMenu }
}
const focused = () => document.activeElement
const confirmation = { title: 'Delete?', text: 'It is gone then.', verb: 'Delete', action: vi.fn() }

test.each([[true], [false]])('what had the focus has it again (the dialog stays: %s)', async (stays) => {
  const { find, turn, hasButton, hasMenu } = await show(ConfirmDialog, confirmation, undefined, stays)
  find('[role=grid]')?.focus()
  find('.bulk')?.focus()
  await turn(true)
  await expect.poll(() => focused()?.textContent).toBe('Cancel')
  await turn(false)
  expect(focused()).toBe(find('.bulk'))

  // What is gone by then leaves it to what had it before.
  await turn(true)
  await expect.poll(() => focused()?.textContent).toBe('Cancel')
  // A click on the words of a dialog gives its box the focus.
  find('.v-dialog > .v-overlay__content')?.focus()
  hasButton.value = false
  await turn(false)
  expect(focused()).toBe(find('[role=grid]'))

  // A menu is gone by then; what is in a list leaves it to the list, which has the keys.
  find('.row')?.focus()
  hasMenu.value = true
  await flushPromises()
  find('.choice')?.focus()
  expect(focused()?.textContent).toBe('Reboot')
  hasMenu.value = false
  await turn(true)
  await expect.poll(() => focused()?.textContent).toBe('Cancel')
  await turn(false)
  expect(focused()).toBe(find('[role=grid]'))
})

const box = () => h(VCheckbox, { label: 'Hard' })
const field = () => h(VTextField, { label: 'Name', class: 'name' })
const choice = () => h(VSelect, { label: 'Cloud', items: ['a'] })

test.each([
  ['its first field that can be typed in', false, () => [choice(), box(), field()], 'INPUT'],
  ['the way out, without such a field', false, () => [choice(), box()], 'Cancel'],
  ['the way out, when it destroys something', true, () => [field()], 'Cancel'],
])('a form gives the focus to %s', async (_, danger, content, expected) => {
  const { turn, find } = await show(FormDialog, { form, title: 'Do it', verb: 'Do', danger }, content)
  await turn(true)
  const at = () => {
    const element = focused()
    return element === find('.name input') ? 'INPUT' : element?.textContent
  }
  await expect.poll(at).toBe(expected)
})
