// npm run bench [name …]: measures and prints each figure of the design with its floor. Exits with 1 when one is missed.
import { availableParallelism, loadavg } from 'node:os'
import { command } from './command.ts'
import { exportBenchmark } from './export.ts'
import { exportMemory } from './export-memory.ts'
import { type Benchmark, describeFigure, keeps } from './figure.ts'
import { hammer } from './hammer.ts'
import { history } from './history.ts'
import { inbox } from './inbox.ts'
import { inclusion } from './inclusion.ts'
import { log } from './log.ts'
import { retention } from './retention.ts'
import { start } from './start.ts'
import { tree } from './tree.ts'
import { verifierInBrowser } from './verifier-in-browser.ts'

const BENCHMARKS: readonly Benchmark[] = [
  command,
  tree,
  history,
  log,
  inclusion,
  hammer,
  inbox,
  start,
  exportBenchmark,
  exportMemory,
  retention,
  verifierInBrowser,
]

const names = process.argv.slice(2).filter(name => name !== '--large')
const unknown = names.find(name => !BENCHMARKS.some(benchmark => benchmark.name === name))
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}": ${BENCHMARKS.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}
const [load = 0] = loadavg()
console.log(`${availableParallelism()} processors, Node ${process.version}, load ${load.toFixed(1)}`)
if (load > 0.5)
  console.log('Others are using this machine: rates are lower than it could do, ratios hold roughly.')
for (const benchmark of BENCHMARKS) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue
  for (const figure of await benchmark.run()) {
    console.log(describeFigure(figure))
    if (!keeps(figure)) process.exitCode = 1
  }
}
