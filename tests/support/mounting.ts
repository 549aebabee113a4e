import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { type Component, defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { type Client, Connection, connectionKey, platformKey } from '../../renderer/client/index.ts'
import { createPlatform } from '../../renderer/client/platform.ts'
import { createTheme } from '../../renderer/theme.ts'

type Partially<Shape> = { [Noun in keyof Shape]?: Partial<Shape[Noun]> }

/** A connection that is online with a client that has only the given calls. */
export function onlineConnection(client: Partially<Client> = {}): Connection {
  const connection = new Connection({ open: () => new Promise(() => undefined) })
  connection.state.value = 'online'
  connection.epoch.value = 1
  Object.defineProperty(connection, 'client', { value: client })
  return connection
}

/** Mounts a component as the app would: with a connection, stores, theme and router. */
export async function mountInApp(
  component: Component,
  options: {
    connection?: Connection
    props?: Record<string, unknown>
    slots?: Record<string, unknown>
    path?: string
  } = {},
) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:anything(.*)*', component: { render: () => null } }],
  })
  await router.push(options.path ?? '/')
  const wrapper = mount(component, {
    attachTo: document.body,
    ...(options.props === undefined ? {} : { props: options.props }),
    ...(options.slots === undefined ? {} : { slots: options.slots }),
    global: {
      plugins: [createPinia(), createTheme(), router],
      provide: {
        [connectionKey as symbol]: options.connection ?? onlineConnection(),
        [platformKey as symbol]: createPlatform('browser'),
      },
    },
  })
  return { wrapper, router }
}

/** Runs a composable in a component that can be unmounted. */
export async function runInApp<T>(composable: () => T, options: { connection?: Connection } = {}) {
  let result: T | undefined
  const { wrapper } = await mountInApp(
    defineComponent({
      setup() {
        result = composable()
        return () => h('div')
      },
    }),
    options,
  )
  if (result === undefined) throw new Error('The composable answered nothing.')
  return { result, unmount: () => wrapper.unmount() }
}
