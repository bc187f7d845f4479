import type { Page } from 'playwright-core'

/**
 * Runs in the page: waits until what was loading is there (30 s, or it fails), and then until nothing fades, slides or
 * goes away any more (5 s at most). A Mantine element that is on its way in or out is known by its own style: it is
 * see-through or out of its place, also in the frames before and after the transition, in which the browser knows of no
 * animation.
 */
const COME_TO_REST = `(async () => {
  const frame = () => new Promise(requestAnimationFrame)
  const isThere = () => document.querySelector('main, form') !== null
    && document.querySelector('.mantine-Skeleton-root, [role=status][aria-busy=true]') === null
  const isMoving = ({ playState, effect }) =>
    playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime)
  const isBetween = each => each.checkVisibility() && (each.style.opacity === '0'
    || (each.style.transform !== '' && !new DOMMatrix(getComputedStyle(each).transform).isIdentity))
  const isAtRest = () => isThere() && !document.getAnimations().some(isMoving)
    && ![...document.querySelectorAll('[style*="transition-property"]')].some(isBetween)
  const begin = performance.now()
  while (!isThere()) {
    if (performance.now() > begin + 30000) throw new Error('the page is still loading')
    await frame()
  }
  const there = performance.now()
  for (let still = 0; still < 3 && performance.now() < there + 5000; still = isAtRest() ? still + 1 : 0) await frame()
})()`

/**
 * Waits until nothing on the page loads or moves any more: what is half there has too little contrast, and what is half
 * gone has lost its owner.
 */
export async function comeToRest(page: Page): Promise<void> {
  await page.evaluate(COME_TO_REST)
}

/** Goes to an address of the console as a click would, without loading the page anew, and waits until all is there. */
export async function visit(page: Page, to: string): Promise<void> {
  await page.evaluate(
    `__TSR_ROUTER__.history.push(${JSON.stringify(to)}); __TSR_ROUTER__.load().then(() => undefined)`,
  )
  await comeToRest(page)
}
