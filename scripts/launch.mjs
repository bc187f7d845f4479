// One way in for every `npm run`: plain JavaScript that the machine's own Node (20 or newer) can run. It sees to
// a Node 24, to the installed packages and to what a step needs built, and then hands over to that step.
import { ensureInstalled } from './launch/install.mjs'
import { LaunchError } from './launch/launch-error.mjs'
import { findNode } from './launch/runtime.mjs'
import { STEPS } from './launch/steps.mjs'

const [name = '', ...args] = process.argv.slice(2)

try {
  const step = STEPS[name]
  if (step === undefined) {
    throw new LaunchError(`Usage: node scripts/launch.mjs <${Object.keys(STEPS).join('|')}> [arguments]`, 2)
  }
  const node = findNode()
  ensureInstalled(node)
  process.exitCode = await step({ node, args })
} catch (error) {
  if (!(error instanceof LaunchError)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}
