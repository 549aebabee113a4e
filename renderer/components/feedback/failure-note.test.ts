import { expect, test, vi } from 'vitest'
import { AppError } from '../../../shared/model/errors.ts'
import { mountInApp } from '../../../tests/support/mounting.ts'
import FailureNote from './FailureNote.vue'

const said = { cloudCode: 'VcpuLimitExceeded', cloudMessage: 'You have requested more vCPU capacity.' }

test.each([
  ['is told with the cloud’s own words', 'There is no room.', said, true],
  ['alone when the cloud said nothing', 'There is no room.', {}, false],
  ['alone when it has them already', `It refused: ${said.cloudMessage} (${said.cloudCode})`, said, false],
  ['with them when it lacks their code', `It refused: ${said.cloudMessage}`, said, true],
])('a failure %s', async (_, message, details, isQuoted) => {
  const { wrapper } = await mountInApp(FailureNote, {
    props: { error: new AppError('cloud.quota', { message, details }) },
  })
  expect(wrapper.get('[role=alert]').text()).toContain(message)
  expect(wrapper.text().includes('The cloud says: VcpuLimitExceeded')).toBe(isQuoted)
  wrapper.unmount()
})

test('without a failure there is nothing; with one it can be tried again where that makes sense', async () => {
  const retry = vi.fn()
  const { wrapper } = await mountInApp(FailureNote, { props: { error: null, retry } })
  expect(wrapper.find('[role=alert]').exists()).toBe(false)
  await wrapper.setProps({ error: new AppError('cloud.unreachable', { message: 'It is away.' }) } as never)
  await wrapper.get('button').trigger('click')
  expect(retry).toHaveBeenCalledOnce()
  wrapper.unmount()
})
