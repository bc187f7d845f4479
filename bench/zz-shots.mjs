import { chromium } from 'playwright-core'
const base = 'http://127.0.0.1:8490'
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const [who, scheme, lang, width, ...paths] = process.argv.slice(2)
const c = await b.newContext({ viewport: { width: Number(width), height: 850 }, colorScheme: scheme, locale: lang })
const p = await c.newPage(); const errs = []
p.on('pageerror', e => errs.push(e.message)); p.on('console', m => m.type() === 'error' && errs.push(m.text()))
await p.goto(base); await p.locator('input[type=email]').fill(`${who}@demo.local`); await p.locator('input[type=password]').fill('tracedesk demo'); await p.keyboard.press('Enter')
await p.waitForTimeout(3000)
for (const path of paths) { if (path !== '-') await p.goto(base + path); await p.waitForTimeout(2500); await p.screenshot({ path: `/tmp/s-${who}-${scheme}-${lang}-${width}-${path.replace(/\W+/g, '_')}.png` }) }
console.log(errs.slice(0, 5)); await b.close()
