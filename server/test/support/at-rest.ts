import type { Page } from 'playwright-core'

/**
 * Runs in the page: waits until what was loading is there and nothing fades, slides or goes away. A Mantine element that is on its way in or
 * out is known by its own style: it is see-through or out of its place, also in the frames before and after the
 * transition, in which the browser knows of no animation.
 */
const COME_TO_REST = `(async () => {
  const frame = () => new Promise(requestAnimationFrame)
  const isMoving = ({ playState, effect }) =>
    playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime)
  const isBetween = each => each.checkVisibility() && (each.style.opacity === '0'
    || (each.style.transform !== '' && !new DOMMatrix(getComputedStyle(each).transform).isIdentity))
  const isAtRest = () => document.querySelector('.mantine-Skeleton-root, [role=status][aria-busy=true]') === null
    && !document.getAnimations().some(isMoving)
    && ![...document.querySelectorAll('[style*="transition-duration"]')].some(isBetween)
  const end = performance.now() + 5000
  let still = 0
  while (still < 3 && performance.now() < end) {
    await frame()
    still = isAtRest() ? still + 1 : 0
  }
})()`

/**
 * Waits until nothing on the page loads or moves any more, 5 s at most: what is half there has too little contrast, and
 * what is half gone has lost its owner.
 */
export async function comeToRest(page: Page): Promise<void> {
  await page.evaluate(COME_TO_REST)
}
