import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { TrustFile } from '@tracedesk/proof/node'
import { type ArchiveManifest, MANIFEST_NAME, parseManifest } from './manifest.ts'
import { type ArchiveReport, verifyFiles } from './verify-archive.ts'

export interface FolderReport extends ArchiveReport {
  /** Where the archive lies, below the folder that was named. */
  readonly place: string
  readonly month: string | null
}

/** Folders below `folder` (or itself) that hold an archive, in order of their paths. */
async function findArchives(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter(entry => entry.isFile() && entry.name === MANIFEST_NAME)
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

/**
 * Verifies every archive below a folder, as a stranger could: without a server, a database or a key of a person. That no
 * archive is missing altogether, and that the manifest is the one the log speaks of, only the log can say. Throws when
 * the folder cannot be read.
 */
export async function verifyFolder(
  folder: string,
  trust: TrustFile | null,
  onProgress: (line: string) => void = () => {},
): Promise<FolderReport[]> {
  const reports: FolderReport[] = []
  for (const path of await findArchives(folder)) {
    const place = relative(folder, dirname(path)) || '.'
    const manifest = parseManifest(await readFile(path))
    const report = manifest
      ? await verifyFiles(manifest, manifest.files, inFolder(dirname(path)), trust, done =>
          onProgress(`${place}: verified ${done} of ${manifest.files.length} files`),
        )
      : malformed()
    reports.push({ ...report, ...compareSums(manifest, report), place, month: manifest?.month ?? null })
  }
  return reports
}

const inFolder = (folder: string) => async (file: { readonly name: string }) => {
  const path = join(folder, file.name)
  await stat(path)
  return { path, release: async () => {} }
}

const malformed = (): ArchiveReport => ({
  verdict: 'manifest_malformed',
  findings: [
    {
      verdict: 'manifest_malformed',
      file: MANIFEST_NAME,
      position: null,
      detail: 'no manifest of an archive',
    },
  ],
  files: 0,
  entries: 0,
  parts: 0,
  checkpoint: null,
})

/** The files together must hold what the manifest says. */
function compareSums(
  manifest: ArchiveManifest | null,
  report: ArchiveReport,
): Pick<ArchiveReport, 'verdict' | 'findings'> {
  const { verdict, findings, entries, parts } = report
  if (!manifest || findings.length > 0 || (entries === manifest.entries && parts === manifest.parts))
    return { verdict, findings }
  const detail = `${entries} entries and ${parts} parts; the manifest says ${manifest.entries} and ${manifest.parts}`
  return {
    verdict: 'count_mismatch',
    findings: [{ verdict: 'count_mismatch', file: MANIFEST_NAME, position: null, detail }],
  }
}
