import type { Column } from './columns.ts'

const boxWidthPx = 36

/** The grid of a list's rows, as CSS, and the least width that it needs. */
export function columnLayout<Row>(
  columns: readonly Column<Row>[],
  options: { selectable: boolean; actionsWidthPx: number | null },
): { template: string; minWidthPx: number } {
  const before = options.selectable ? [boxWidthPx] : []
  const after = options.actionsWidthPx === null ? [] : [options.actionsWidthPx]
  const widths = columns.map(({ widthPx, grow }) =>
    grow ? `minmax(${widthPx}px, ${widthPx}fr)` : `${widthPx}px`,
  )
  const filler = columns.some(({ grow }) => grow) ? [] : ['1fr']
  const px = (width: number): string => `${width}px`
  return {
    template: [...before.map(px), ...widths, ...filler, ...after.map(px)].join(' '),
    minWidthPx: [...before, ...columns.map(({ widthPx }) => widthPx), ...after].reduce(
      (sum, width) => sum + width,
      0,
    ),
  }
}
