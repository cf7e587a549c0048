// Judges pages with Lighthouse as on a phone: one JSON request on each line of stdin, one answer on stdout.
// The argument is the path of Chromium.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import lighthouse from 'lighthouse'

// What is no measurement need not wait for a quiet page.
const AT_ONCE = { pauseAfterFcpMs: 200, pauseAfterLoadMs: 200, networkQuietThresholdMs: 200, cpuQuietThresholdMs: 200 }

const profile = mkdtempSync(join(tmpdir(), 'lighthouse-'))
const chromium = spawn(
  process.argv[2],
  ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--remote-debugging-port=0', `--user-data-dir=${profile}`],
  { stdio: ['ignore', 'ignore', 'pipe'] },
)
const port = await new Promise((found, failed) => {
  let said = ''
  chromium.stderr.on('data', part => {
    said += part
    const at = said.match(/DevTools listening on ws:\/\/[^:]+:(\d+)/)
    if (at) found(Number(at[1]))
  })
  chromium.once('exit', () => failed(new Error(said)))
})

// A busy machine may lose the beginning of a trace; Lighthouse asks to be run again then.
async function measured(url, flags, left = 2) {
  try {
    const { lhr } = await lighthouse(url, flags)
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message)
    return lhr
  } catch (error) {
    if (!left || !/run Lighthouse again/.test(error.message)) throw error
    return measured(url, flags, left - 1)
  }
}

async function judged({ url, categories, cookie }) {
  const flags = {
    port,
    logLevel: 'silent',
    onlyCategories: categories,
    extraHeaders: cookie ? { Cookie: cookie } : {},
    ...(categories.includes('performance') ? {} : AT_ONCE),
  }
  const lhr = await measured(url, flags)
  const scores = {}, missed = []
  for (const { id, score, auditRefs } of Object.values(lhr.categories)) {
    scores[id] = Math.round(100 * score)
    for (const { id: audit, weight } of auditRefs) {
      const { score: each, title, displayValue, details } = lhr.audits[audit]
      if (!weight || each === null || each === 1) continue
      const places = (details?.items ?? []).map(item => item.node?.selector ?? item.description ?? item.url ?? '')
      missed.push([id, `${title} ${displayValue ?? ''} ${places.slice(0, 3).join(', ')}`.trim()])
    }
  }
  return { shown: lhr.finalDisplayedUrl, scores, missed }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = { value: await judged(JSON.parse(line)) }
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
const ended = new Promise(done => chromium.once('exit', done))
chromium.kill()
await ended
rmSync(profile, { recursive: true, force: true })
