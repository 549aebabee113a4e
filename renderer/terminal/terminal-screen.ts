import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { SerializeAddon } from '@xterm/addon-serialize'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal as Xterm, type ITheme } from '@xterm/xterm'
import type { TerminalSize } from '../../shared/model/terminals.ts'

export interface ScreenOptions {
  fontSizePx: number
  scrollbackLines: number
  theme: ITheme
  screenReader: boolean
  /** Keys that the window keeps for itself; true means that the terminal does not see the key. */
  keepsKey: (event: KeyboardEvent) => boolean
  onInput: (text: string) => void
  onSelect: (text: string) => void
  onBell: () => void
}

const webAddress = /^https?:\/\//i

let graphicsCard: boolean | undefined

/** Whether WebGL draws with a graphics card: in software (a remote desktop, a virtual machine) it is slower than plain elements. */
function hasGraphicsCard(): boolean {
  if (graphicsCard !== undefined) return graphicsCard
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  // Browsers allow only a few at a time.
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  graphicsCard = context !== null
  return graphicsCard
}

/** One xterm with its addons. What a program writes is data: no clipboard access, links only with Ctrl or Cmd held. */
export class TerminalScreen {
  readonly #xterm: Xterm
  readonly #fit = new FitAddon()
  readonly #serialize = new SerializeAddon()
  readonly search = new SearchAddon({ highlightLimit: 1000 })
  #webgl: WebglAddon | undefined

  constructor(options: ScreenOptions) {
    this.#xterm = new Xterm({
      allowProposedApi: true,
      cursorBlink: true,
      fontFamily:
        'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", Menlo, monospace',
      fontSize: options.fontSizePx,
      lineHeight: 1.15,
      macOptionIsMeta: true,
      rightClickSelectsWord: true,
      screenReaderMode: options.screenReader,
      scrollback: options.scrollbackLines,
      theme: options.theme,
      linkHandler: { activate: openLink },
    })
    this.#xterm.loadAddon(this.#fit)
    this.#xterm.loadAddon(this.#serialize)
    this.#xterm.loadAddon(this.search)
    this.#xterm.loadAddon(new WebLinksAddon(openLink))
    this.#xterm.attachCustomKeyEventHandler((event) => !options.keepsKey(event))
    this.#xterm.onData(options.onInput)
    this.#xterm.onBinary(options.onInput)
    this.#xterm.onBell(options.onBell)
    this.#xterm.onSelectionChange(() => options.onSelect(this.#xterm.getSelection()))
  }

  open(element: HTMLElement): void {
    this.#xterm.open(element)
  }

  /** Draws with the graphics card while the terminal is looked at (browsers allow only a few at a time), else plainly. */
  useWebgl(wanted: boolean): void {
    if (!wanted) {
      this.#webgl?.dispose()
      this.#webgl = undefined
      return
    }
    if (this.#webgl !== undefined || !hasGraphicsCard()) return
    try {
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => this.useWebgl(false))
      this.#xterm.loadAddon(webgl)
      this.#webgl = webgl
    } catch {
      // No WebGL here: xterm's DOM renderer stays in use.
      this.#webgl = undefined
    }
  }

  /** Fits into the element; answers the new size, or null when nothing changed or nothing is visible. */
  fit(): TerminalSize | null {
    const wanted = this.#fit.proposeDimensions()
    if (wanted === undefined || !Number.isFinite(wanted.cols) || !Number.isFinite(wanted.rows)) return null
    const [cols, rows] = [Math.max(2, wanted.cols), Math.max(1, wanted.rows)]
    if (cols === this.#xterm.cols && rows === this.#xterm.rows) return null
    this.#xterm.resize(cols, rows)
    return { cols, rows }
  }

  get size(): TerminalSize {
    return { cols: this.#xterm.cols, rows: this.#xterm.rows }
  }

  get selection(): string {
    return this.#xterm.getSelection()
  }

  /** Resolves when the text is in the buffer. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#xterm.write(text, resolve))
  }

  paste(text: string): void {
    this.#xterm.paste(text)
  }

  focus(): void {
    this.#xterm.focus()
  }

  clear(): void {
    this.#xterm.clear()
  }

  setLook(look: { theme: ITheme; fontSizePx: number; scrollbackLines: number; screenReader: boolean }): void {
    this.#xterm.options.theme = look.theme
    this.#xterm.options.fontSize = look.fontSizePx
    this.#xterm.options.scrollback = look.scrollbackLines
    this.#xterm.options.screenReaderMode = look.screenReader
  }

  /** The screen with its newest lines as text with escape sequences, which another xterm can be fed with. */
  serialize(lines: number): string {
    return this.#serialize.serialize({ scrollback: lines })
  }

  dispose(): void {
    this.#xterm.dispose()
  }
}

function openLink(event: MouseEvent, address: string): void {
  if ((event.ctrlKey || event.metaKey) && webAddress.test(address))
    window.open(address, '_blank', 'noopener,noreferrer')
}
