import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'vuetify/styles/core'
import './styles.css'
import App from './App.vue'
import { connect, connectionKey, platformKey } from './client/index.ts'
import { createAppRouter } from './router.ts'
import { createTheme } from './theme.ts'

const { connection, platform } = connect()
const app = createApp(App)
app.provide(connectionKey, connection)
app.provide(platformKey, platform)
app.use(createPinia())
app.use(createTheme())
app.use(createAppRouter())
app.mount('#app')
void connection.start()
