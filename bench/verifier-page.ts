// Runs inside the browser; see verifier-in-browser.ts.
import { Frontier, hashLeaf, utf8Encode, verifyBundle } from '@tracedesk/proof'
import { makeSampleBundle, membersOf } from '../packages/proof/test/sample-bundle.ts'

const LEAF_BYTES = [400, 555, 857]
const COUNT = 20_000

async function runBench(): Promise<Record<string, number>> {
  const rates: Record<string, number> = {}
  for (const bytes of LEAF_BYTES) {
    const leaf = utf8Encode('x'.repeat(bytes))
    rates[`leaf hashes, ${bytes} bytes`] = await median(() => {
      for (let at = 0; at < COUNT; at += 1) hashLeaf(leaf)
    })
    rates[`leaf hashes and tree, ${bytes} bytes`] = await median(() => {
      const tree = new Frontier()
      for (let at = 0; at < COUNT; at += 1) tree.append(hashLeaf(leaf))
      tree.root()
    })
  }
  const { files, trust } = await makeSampleBundle({ size: COUNT, from: 0, to: COUNT - 1 })
  rates['a whole bundle, each entry with one open part'] = await median(async () => {
    const { verdict } = await verifyBundle(membersOf(files, 256 * 1024), trust)
    if (verdict !== 'ok') throw new Error(verdict)
  })
  return rates
}

/** Entries a second: the median of seven runs after two to warm up. */
async function median(run: () => unknown): Promise<number> {
  const rates: number[] = []
  for (let at = 0; at < 9; at += 1) {
    const started = performance.now()
    await run()
    if (at >= 2) rates.push((COUNT / (performance.now() - started)) * 1000)
  }
  return rates.sort((a, b) => a - b)[3] ?? 0
}

Object.assign(globalThis, { runBench })
