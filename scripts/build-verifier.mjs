// Builds the offline verifier: one HTML file with script and style inside and a policy that allows nothing else.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { ROOT } from './launch/paths.mjs'

const SOURCE = join(ROOT, 'web/verifier')
const TARGET = join(ROOT, 'web/dist-verifier/tracedesk-verifier.html')

const page = fillPage(readFileSync(join(SOURCE, 'index.html'), 'utf8'), await bundleScript(), bundleStyle())
mkdirSync(join(TARGET, '..'), { recursive: true })
writeFileSync(TARGET, page)

async function bundleScript() {
  const result = await build({
    configFile: false,
    root: SOURCE,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      lib: { entry: join(SOURCE, 'main.ts'), formats: ['iife'], name: 'tracedeskVerifier' },
    },
  })
  const chunks = [result].flat().flatMap(({ output }) => output)
  if (chunks.length !== 1 || chunks[0].type !== 'chunk') throw new Error('the verifier is not one script')
  // The one text that would end the script element early.
  return chunks[0].code.replaceAll('</script', '<\\/script')
}

function bundleStyle() {
  return readFileSync(join(SOURCE, 'style.css'), 'utf8')
}

function fillPage(template, script, style) {
  const policy = [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const pieces = {
    '<!--policy-->': `<meta http-equiv="content-security-policy" content="${policy}">`,
    '<!--style-->': `<style>${style}</style>`,
    '<!--script-->': `<script>${script}</script>`,
  }
  let page = template
  for (const [gap, piece] of Object.entries(pieces)) {
    if (page.split(gap).length !== 2) throw new Error(`the page has not one ${gap}`)
    page = page.replace(gap, () => piece)
  }
  return page
}

function digest(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
