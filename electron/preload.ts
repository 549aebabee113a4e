import { ipcRenderer } from 'electron'

/*
 * All that the page gets is one MessagePort for each time it asks: `farmhand:connect` from this window is passed on, and
 * the port that comes back is handed to the page. No other channel exists.
 */
window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== 'farmhand:connect') return
  ipcRenderer.send('farmhand:connect')
})

ipcRenderer.on('farmhand:port', (event) => {
  window.postMessage('farmhand:port', window.location.origin, [...event.ports])
})
