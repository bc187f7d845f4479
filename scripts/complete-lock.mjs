// npm leaves a platform package out of package-lock.json when the registry it asked cannot deliver it, and
// `npm ci` then refuses that same lockfile ("Missing: … from lock file"). This adds the left-out packages by
// name, version and platform, so that `npm ci` skips them where they do not apply, which is everywhere the
// lockfile was made, and fetches them where they do. Run it after every change of dependencies:
//   node scripts/complete-lock.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))

const OPERATING_SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
]

/** Reads operating system, processor and C library out of a name such as `@biomejs/cli-linux-x64-musl`. */
function readPlatform(name) {
  const words = name.split('/').at(-1).split('-')
  const os = OPERATING_SYSTEMS.find(known => words.includes(known))
  const cpu = PROCESSORS.find(known => words.includes(known))
  if (!os || !cpu) return null
  const libc = words.some(word => word.startsWith('musl'))
    ? 'musl'
    : words.some(word => word.startsWith('gnu'))
      ? 'glibc'
      : null
  return { os: [os], cpu: [cpu], ...(libc && os === 'linux' ? { libc: [libc] } : {}) }
}

/** Says whether a package installed at `place` would find `name` in a node_modules folder at or above it. */
function isPresent(place, name) {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true
    if (at === '') return false
    if (!at.includes('/node_modules/')) at = ''
  }
}

const added = []
for (const [place, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const platform = readPlatform(name)
    if (isPresent(place, name) || !platform || !/^\d+\.\d+\.\d+/.test(version)) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platform,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    }
    added.push(`${name}@${version}`)
  }
}

if (added.length > 0 && process.argv.includes('--check')) {
  console.error(
    `package-lock.json lacks ${added.length} platform packages; run: node scripts/complete-lock.mjs`,
  )
  process.exit(1)
}
if (added.length > 0) {
  const ordered = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(ordered) }, null, 2)}\n`)
}
console.log(
  added.length === 0 ? 'package-lock.json is complete.' : `Added ${added.length}: ${added.join(', ')}`,
)
