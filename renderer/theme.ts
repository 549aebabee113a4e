import { createVuetify } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'

/*
 * One accent (the barn's green), greys with a breath of blue, and status colours that keep 4.5:1 on both surfaces. Screens
 * use these names only.
 */
const light = {
  dark: false,
  colors: {
    background: '#f4f6f7',
    surface: '#ffffff',
    'surface-raised': '#fafbfc',
    'surface-sunken': '#eceff1',
    'surface-bright': '#ffffff',
    'on-background': '#1b2327',
    'on-surface': '#1b2327',
    line: '#dbe0e4',
    muted: '#5a676e',
    primary: '#0d6e5f',
    'on-primary': '#ffffff',
    secondary: '#4a5860',
    success: '#1e7b34',
    info: '#1f66b5',
    warning: '#8f5600',
    error: '#b3261e',
    busy: '#1f66b5',
    quiet: '#5a676e',
    hold: '#7a3fa0',
    terminal: '#fbfcfc',
  },
  variables: { 'border-color': '#1b2327', 'border-opacity': 0.12, 'medium-emphasis-opacity': 0.74 },
}

const dark = {
  dark: true,
  colors: {
    background: '#14191c',
    surface: '#1a2024',
    'surface-raised': '#20272c',
    'surface-sunken': '#101417',
    'surface-bright': '#dde3e6',
    'on-background': '#dde3e6',
    'on-surface': '#dde3e6',
    line: '#2e373d',
    muted: '#98a5ac',
    primary: '#55c2ac',
    'on-primary': '#06231e',
    secondary: '#98a5ac',
    success: '#5fc777',
    info: '#6fb1f5',
    warning: '#e3a94a',
    error: '#ff8a80',
    busy: '#6fb1f5',
    quiet: '#98a5ac',
    hold: '#c99be8',
    terminal: '#101417',
  },
  variables: { 'border-color': '#dde3e6', 'border-opacity': 0.14, 'medium-emphasis-opacity': 0.76 },
}

/** Vuetify with Farmhand's themes, its density and its SVG icons. */
export function createTheme() {
  return createVuetify({
    icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
    theme: { defaultTheme: 'system', themes: { light, dark }, variations: false },
    defaults: {
      global: { ripple: false },
      VBtn: { density: 'default', variant: 'text', rounded: 'md', size: 'small' },
      VTextField: { density: 'compact', variant: 'outlined', hideDetails: 'auto' },
      VTextarea: { density: 'compact', variant: 'outlined', hideDetails: 'auto' },
      VSelect: { density: 'compact', variant: 'outlined', hideDetails: 'auto' },
      VCombobox: { density: 'compact', variant: 'outlined', hideDetails: 'auto' },
      VAutocomplete: { density: 'compact', variant: 'outlined', hideDetails: 'auto' },
      VCheckbox: { density: 'compact', hideDetails: 'auto', color: 'primary' },
      VRadioGroup: { density: 'compact', hideDetails: 'auto', color: 'primary' },
      VSwitch: { density: 'compact', hideDetails: 'auto', color: 'primary', inset: true },
      VList: { density: 'compact' },
      VTabs: { density: 'compact', color: 'primary' },
      VCard: { variant: 'flat', rounded: 'lg', border: true },
      VChip: { density: 'compact', size: 'small', variant: 'tonal' },
      VAlert: { density: 'compact', variant: 'tonal' },
      VTooltip: { openDelay: 400, location: 'bottom' },
      VDialog: { scrollable: true },
    },
  })
}
