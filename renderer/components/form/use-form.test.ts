import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { ref } from 'vue'
import { z } from 'zod'
import { AppError } from '../../../shared/model/errors.ts'
import { runInApp } from '../../../tests/support/mounting.ts'
import { useForm } from './use-form.ts'

const Input = z.object({
  name: z.string().min(1, 'Give it a name.'),
  port: z.number().max(100, 'At most 100.'),
  tags: z.array(z.string().min(1, 'Give the tag a name.')),
})

async function open(send = vi.fn(() => Promise.resolve<unknown>(undefined))) {
  const isOpen = ref(false)
  const { result: form } = await runInApp(() =>
    useForm({
      isOpen,
      start: () => ({ name: '', port: 22, tags: [] as string[] }),
      read: (fields) => Input.safeParse(fields),
      check: ({ name }) => (name === 'taken' ? [{ path: 'name', message: 'It is taken.' }] : []),
      words: { port: 'A port goes to 100 here.' },
      eager: (path) => path === 'port',
      within: 'thing',
      send,
    }),
  )
  isOpen.value = true
  await flushPromises()
  return { isOpen, form, send }
}

test('faults are told once somebody wanted to send it, eager ones while one types', async () => {
  const { isOpen, form, send } = await open()
  form.fields.port = 200
  form.fields.tags = ['a', '']
  expect(form.faultOf('name')).toEqual([])
  expect(form.faultOf('port')).toEqual(['A port goes to 100 here.'])
  await form.submit()
  expect(send).not.toHaveBeenCalled()
  expect(isOpen.value).toBe(true)
  expect(form.faultOf('name')).toEqual(['Give it a name.'])
  form.fields.name = 'taken'
  expect(form.faultOf('name')).toEqual(['It is taken.'])
  // A field tells what is wrong with anything within it; what no field tells is a stray.
  expect(form.strayFaults).toEqual(['Give the tag a name.'])
  expect(form.faultOf('tags')).toEqual(['Give the tag a name.'])
})

test('what was sent is what was read, and the dialog closes', async () => {
  const { isOpen, form, send } = await open()
  form.fields.name = 'web'
  await form.submit()
  expect(send).toHaveBeenCalledWith({ name: 'web', port: 22, tags: [] }, form.fields)
  expect(isOpen.value).toBe(false)
})

test('what the engine refuses stands at its field until something is changed, and nothing is lost', async () => {
  const faults = [{ path: 'thing.name', message: 'The cloud knows that name.' }]
  const refusal = new AppError('input.invalid', { message: 'It cannot be made.', details: { faults } })
  const { isOpen, form, send } = await open(vi.fn(() => Promise.reject(refusal)))
  form.fields.name = 'web'
  await form.submit()
  expect(form.error?.message).toBe('It cannot be made.')
  expect(form.faultOf('name')).toEqual(['The cloud knows that name.'])
  expect([isOpen.value, form.fields.name]).toEqual([true, 'web'])
  // It may be asked again as it is.
  await form.submit()
  expect(send).toHaveBeenCalledTimes(2)
  form.fields.name = 'web-2'
  await flushPromises()
  expect([form.error, form.faultOf('name')]).toEqual([null, []])
})

test('it begins anew whenever its dialog opens', async () => {
  const { isOpen, form } = await open()
  form.fields.port = 200
  await form.submit()
  isOpen.value = false
  await flushPromises()
  isOpen.value = true
  await flushPromises()
  expect(form.fields.port).toBe(22)
  expect(form.faultOf('name')).toEqual([])
})
