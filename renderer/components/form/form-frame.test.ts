import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { AppError, type Fault } from '../../../shared/model/errors.ts'
import { mountInApp } from '../../../tests/support/mounting.ts'
import FormFrame from './FormFrame.vue'
import { useForm } from './use-form.ts'

const atName = { path: 'name', message: 'A name holds letters.' }

test.each<[string, Fault[], string[]]>([
  ['that stand at fields are said there only', [atName, { path: 'note', message: 'ASCII only.' }], []],
  ['of no field are said below', [atName, { path: 'vpc', message: 'It is away.' }], ['It is away.']],
  ['that are not told apart are said as a whole', [], ['name: A name holds letters. (and 1 more)']],
])('the faults of a refusal %s', async (_, faults, below) => {
  const refusal = new AppError('input.invalid', {
    message: 'name: A name holds letters. (and 1 more)',
    details: { faults },
  })
  const Host = defineComponent(() => {
    const form = useForm({
      isOpen: ref(true),
      start: () => ({ name: '', note: '' }),
      send: () => Promise.reject(refusal),
    })
    return () =>
      h(
        FormFrame,
        { form, onSubmit: () => void form.submit() },
        { default: () => [h('p', form.faultOf('name')), h('p', form.faultOf('note'))] },
      )
  })
  const { wrapper } = await mountInApp(Host)
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(wrapper.findAll('[role=alert]').map((alert) => alert.text())).toEqual(below)
  if (faults.length > 0) expect(wrapper.get('p').text()).toBe(atName.message)
  wrapper.unmount()
})
