import { screen } from 'electron'
import ElectronStore from 'electron-store'
import { z } from 'zod'

/** Where a window is, in device-independent pixels; without a place the system chooses one. */
const Bounds = z.object({
  x: z.number().exactOptional(),
  y: z.number().exactOptional(),
  width: z.number().min(400),
  height: z.number().min(300),
})
type Bounds = z.infer<typeof Bounds>

const first: Bounds = { width: 1280, height: 800 }

/** Remembers where the window was when it was closed. A file that cannot be read is worth no more than a fresh start. */
export class WindowState {
  readonly #store = new ElectronStore<{ bounds?: unknown }>({
    name: 'window',
    clearInvalidConfig: true,
    configFileMode: 0o600,
  })

  /** The last bounds; without their place when no display shows that any more. */
  read(): Bounds {
    const known = Bounds.safeParse(this.#store.get('bounds'))
    if (!known.success) return first
    const { x, y, width, height } = known.data
    if (x === undefined || y === undefined) return { width, height }
    const { workArea } = screen.getDisplayMatching({ x, y, width, height })
    const isVisible =
      x < workArea.x + workArea.width - 100 &&
      x + width > workArea.x + 100 &&
      y >= workArea.y &&
      y < workArea.y + workArea.height - 100
    return isVisible ? { x, y, width, height } : { width, height }
  }

  write(bounds: Bounds): void {
    this.#store.set('bounds', bounds)
  }
}
