import { ProofError } from './errors.ts'
import { parseVkey } from './note-key.ts'
import { parseTrustFile, type TrustFile } from './trust-file.ts'

/**
 * Reads what a person gives as trust: the text of a trust file, or verifier keys of one log, each on its own line,
 * good for any size. The name of the first key is then the origin, as C2SP has it by custom; witness keys may stand
 * among them. Throws ProofError `bad_vkey`, `bad_trust`.
 */
export function readTrust(text: string): TrustFile {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) return parseTrustFile(trimmed)
  const keys = trimmed.split(/\s*\n\s*/).map(vkey => ({ vkey, ...parseVkey(vkey) }))
  const ofLog = keys.filter(({ type }) => type === 'log')
  const [first] = ofLog
  if (first === undefined) throw new ProofError('bad_trust', 'no key of a log')
  return {
    origin: first.name,
    keys: ofLog.map(({ vkey }) => ({ vkey, fromSize: 0, toSize: null })),
    witnesses: keys.filter(({ type }) => type === 'witness').map(({ vkey }) => vkey),
  }
}
