/**
 * Of a long list of rows that are all as high, those in sight are drawn, and some beyond; the
 * list's paddings stand for the others. Short lists are drawn whole.
 */
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'
import type { Range } from '../list/place.ts'

const wholeMax = 100
/** Drawn beyond the edges, and drawn anew in steps of so many. */
const beyond = 20
const rowHeightDefault = 30

export interface DrawnRows extends Range {
  readonly style: { readonly paddingBlock: string } | undefined
}

export function useDrawnRows(
  list: RefObject<HTMLUListElement | null>,
  count: number,
  picked: number,
): DrawnRows {
  const isWhole = count <= wholeMax
  const [height, setHeight] = useState(rowHeightDefault)
  const [first, setFirst] = useState(0)
  const [shown, setShown] = useState(wholeMax)
  useLayoutEffect(() => {
    const row = list.current?.firstElementChild?.getBoundingClientRect().height ?? 0
    if (row > 0) setHeight(row)
  })
  useEffect(() => {
    const scroller = list.current?.closest<HTMLElement>('.room-lists')
    if (isWhole || scroller === null || scroller === undefined) return
    const look = () => {
      const above = scroller.scrollTop - (list.current?.offsetTop ?? 0)
      const at = Math.floor(above / height / beyond) * beyond
      setFirst(Math.max(0, Math.min(at, count - 1)))
      setShown(Math.ceil(scroller.clientHeight / height) + 2 * beyond)
    }
    look()
    const observer = new ResizeObserver(look)
    observer.observe(scroller)
    scroller.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', look)
    }
  }, [list, isWhole, count, height])
  useEffect(() => {
    const scroller = list.current?.closest<HTMLElement>('.room-lists')
    if (picked === -1 || scroller === null || scroller === undefined) return
    const top = (list.current?.offsetTop ?? 0) + picked * height
    const lowest = scroller.scrollTop + scroller.clientHeight - height
    if (top < scroller.scrollTop) scroller.scrollTop = top - height
    else if (top > lowest) scroller.scrollTop = top - scroller.clientHeight + 2 * height
  }, [list, picked, height])
  if (isWhole) return { from: 0, to: count, style: undefined }
  const from = Math.max(0, first - beyond)
  const to = Math.min(count, first + shown)
  return { from, to, style: { paddingBlock: `${from * height}px ${(count - to) * height}px` } }
}
