import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'

/** So many frames a row has to stay in sight until it counts as having come to rest. */
const CALM_FRAMES = 3
/** After this many it is left where it is. */
const MOST_FRAMES = 60
/** By these a reader leaves what was sought. */
const MOVES = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

/**
 * Brings the row marked `data-sought` into sight and keeps it there until the reader moves: rows around it are measured
 * only once they are drawn, what is loaded before it moves it on, and a jump under way would go on to the place the row
 * had before. `shape` names the rows there are. Returns whether it rests, or nothing is to be kept in sight; until then
 * nothing more should be loaded.
 */
export function useSought(
  sought: string | undefined,
  shape: string,
  scroller: RefObject<HTMLElement | null>,
  jumpTo: (messageId: string) => void,
): boolean {
  const [restsAs, setRestsAs] = useState<string>()
  const isLeft = useHasMoved(sought, scroller)
  const place = `${sought} ${shape}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each place it has
  useLayoutEffect(() => {
    if (!sought || isLeft) return
    jumpTo(sought)
    let [frames, calm, next] = [0, 0, 0]
    const look = () => {
      calm = isInSight(scroller.current) ? calm + 1 : 0
      if (calm === 0) jumpTo(sought)
      if (calm >= CALM_FRAMES || ++frames >= MOST_FRAMES) setRestsAs(place)
      else next = requestAnimationFrame(look)
    }
    next = requestAnimationFrame(look)
    return () => cancelAnimationFrame(next)
  }, [place, isLeft])
  return !sought || isLeft || restsAs === place
}

/** Whether the reader has moved in the scroller since this was sought. */
function useHasMoved(sought: string | undefined, scroller: RefObject<HTMLElement | null>): boolean {
  const [leftOf, setLeftOf] = useState<string>()
  useEffect(() => {
    const box = scroller.current
    if (!sought || !box) return
    const leave = () => setLeftOf(sought)
    for (const move of MOVES) box.addEventListener(move, leave, { passive: true })
    return () => {
      for (const move of MOVES) box.removeEventListener(move, leave)
    }
  }, [sought, scroller])
  return sought !== undefined && leftOf === sought
}

/** Whether the sought row is seen whole, or fills the scroller. */
function isInSight(scroller: HTMLElement | null): boolean {
  const row = scroller?.querySelector('[data-sought]')?.getBoundingClientRect()
  if (!scroller || !row) return false
  const { top, bottom } = scroller.getBoundingClientRect()
  return (row.top >= top && row.bottom <= bottom) || (row.top <= top && row.bottom >= bottom)
}
