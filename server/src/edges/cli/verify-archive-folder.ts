import { verifyFolder } from '../../modules/archive/index.ts'
import { usage } from './cli-error.ts'
import type { Invocation, Result } from './command.ts'
import { readTrustOption } from './verify-bundle.ts'

/**
 * Verifies the archives in a folder, without a server, a database or a network. The trust is that of `--vkey` or
 * `--trust`; without either the best verdict is `consistent_only`, which is a finding.
 */
export async function verifyArchiveFolder(invocation: Invocation, folder: string): Promise<Result> {
  const others = ['parts', 'resume', 'token', 'workspace', 'witness'] as const
  if (others.some(name => invocation.options[name]))
    throw usage('an archive is verified with --vkey or --trust only')
  const trust = await readTrustOption(invocation)
  const archives = await verifyFolder(folder, trust, line => invocation.progress.show(line))
  invocation.progress.clear()
  if (archives.length === 0) throw usage(`${folder} holds no archive`)
  for (const { place, month, verdict, files, entries, findings } of archives) {
    invocation.say(`${month ?? place}  ${verdict}: ${entries} entries in ${files} files`)
    for (const { verdict: found, file, position, detail } of findings)
      invocation.say(`  ${found} in ${file}${position === null ? '' : ` at position ${position}`}: ${detail}`)
  }
  const bad = archives.find(({ verdict }) => verdict !== 'ok')
  if (bad?.verdict === 'consistent_only')
    invocation.say('Without --vkey or --trust nothing is proven about who wrote it.')
  return { exitCode: bad ? 1 : 0, json: { verdict: bad?.verdict ?? 'ok', archives } }
}
