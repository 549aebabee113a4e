import type { ITheme } from '@xterm/xterm'

const lightTheme: ITheme = {
  background: '#fbfcfc',
  foreground: '#1b2327',
  cursor: '#0d6e5f',
  cursorAccent: '#fbfcfc',
  selectionBackground: '#b8dcd4',
  black: '#1b2327',
  red: '#b3261e',
  green: '#1e7b34',
  yellow: '#8a6100',
  blue: '#1f66b5',
  magenta: '#7a3fa0',
  cyan: '#0d6e78',
  white: '#6a777e',
  brightBlack: '#5a676e',
  brightRed: '#c93b32',
  brightGreen: '#2a8f43',
  brightYellow: '#a17305',
  brightBlue: '#2f79cc',
  brightMagenta: '#9152b8',
  brightCyan: '#14828e',
  brightWhite: '#3a464c',
}

const darkTheme: ITheme = {
  background: '#101417',
  foreground: '#d5dcdf',
  cursor: '#55c2ac',
  cursorAccent: '#101417',
  selectionBackground: '#2b4f49',
  black: '#1b2327',
  red: '#ff7b72',
  green: '#6fcf85',
  yellow: '#e3b25a',
  blue: '#79b8ff',
  magenta: '#d2a8f0',
  cyan: '#67d3de',
  white: '#c3cbd0',
  brightBlack: '#6d7a81',
  brightRed: '#ffa198',
  brightGreen: '#8fe0a2',
  brightYellow: '#f2cb83',
  brightBlue: '#a5d0ff',
  brightMagenta: '#e3c6f7',
  brightCyan: '#92e4ec',
  brightWhite: '#f2f5f6',
}

/** The colours of a terminal in Farmhand's light or dark theme. */
export function xtermTheme(isDark: boolean): ITheme {
  return isDark ? darkTheme : lightTheme
}
