import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { ref } from 'vue'
import { runInApp } from '../../../tests/support/mounting.ts'
import { useAnswer } from './use-answer.ts'

/** Questions that the test answers, in whatever order. */
function questions() {
  const asked: PromiseWithResolvers<string>[] = []
  return {
    asked,
    ask: () => {
      asked.push(Promise.withResolvers<string>())
      return asked.at(-1)?.promise ?? Promise.reject(new Error('nothing was asked'))
    },
  }
}

test('of several questions under way the newest alone counts', async () => {
  const { asked, ask } = questions()
  const { result } = await runInApp(() => useAnswer(ask))
  void result.ask()
  void result.ask()
  asked[1]?.resolve('new')
  await flushPromises()
  asked[0]?.resolve('old')
  await flushPromises()
  expect([result.answer.value, result.isAsking.value]).toEqual(['new', false])
})

test('a failure stays until there is an answer, and an answer stays after a failure', async () => {
  const { asked, ask } = questions()
  const { result } = await runInApp(() => useAnswer(ask))
  void result.ask()
  asked[0]?.resolve('first')
  await flushPromises()
  void result.ask()
  asked[1]?.reject(new Error('away'))
  await flushPromises()
  expect([result.answer.value, result.error.value?.message]).toEqual(['first', 'away'])
  void result.ask()
  expect(result.error.value?.message).toBe('away')
  asked[2]?.resolve('second')
  await flushPromises()
  expect([result.answer.value, result.error.value]).toEqual(['second', null])
})

test('a dialog asks anew whenever it opens, and what was under way is forgotten', async () => {
  const { asked, ask } = questions()
  const isOpen = ref(false)
  const { result } = await runInApp(() => useAnswer(ask, isOpen))
  expect(asked).toHaveLength(0)
  isOpen.value = true
  await flushPromises()
  isOpen.value = false
  await flushPromises()
  isOpen.value = true
  await flushPromises()
  asked[0]?.resolve('of the first time')
  await flushPromises()
  expect([asked.length, result.answer.value]).toEqual([2, null])
})
