import { Button, FileButton, Progress } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { ApiError } from '../../shared/api.ts'
import { sendBytes } from '../../shared/send-bytes.ts'
import { useMay } from '../../shared/session.ts'
import { NoPermissionFace } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { useFileDrop } from '../../shared/use-file-drop.ts'
import { ImportRuns } from './import-runs.tsx'
import classes from './imports.module.css'
import { MapFile } from './map-file.tsx'
import { delimiterOf, formatOf, type GivenFile } from './mapping.ts'

/** So much of a file is looked at to find its delimiter. */
const HEAD_BYTES = 4096

/** History from elsewhere: give a file, say what its columns mean, see what becomes of it, take it in. */
export function ImportsPage() {
  const t = useT()
  const may = useMay()
  if (!may('import.run')) return <NoPermissionFace />
  return (
    <Page title={t('imports.title')} text={t('imports.text')}>
      <Imports />
    </Page>
  )
}

function Imports() {
  const [file, setFile] = useState<GivenFile | null>(null)
  return (
    <>
      {file ? (
        <MapFile key={file.uploadId} file={file} onDone={() => setFile(null)} />
      ) : (
        <Give onGiven={setFile} />
      )}
      <ImportRuns />
    </>
  )
}

function Give({ onGiven }: { onGiven: (file: GivenFile) => void }) {
  const t = useT()
  const [share, setShare] = useState<number | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const ending = useRef<AbortController | null>(null)
  const give = async (file: File | undefined | null) => {
    if (!file || share !== null) return
    setError(null)
    setShare(0)
    ending.current = new AbortController()
    try {
      const delimiter = delimiterOf(await file.slice(0, HEAD_BYTES).text())
      const answer = await sendBytes(`/api/import.upload?${new URLSearchParams({ name: file.name })}`, file, {
        onProgress: setShare,
        signal: ending.current.signal,
      })
      const { uploadId } = answer as { uploadId: string } // the server's own answer
      onGiven({ uploadId, name: file.name, format: formatOf(file.name), delimiter })
    } catch (problem) {
      if (problem instanceof ApiError) setError(problem)
      else if (!(problem instanceof DOMException)) throw problem
    } finally {
      setShare(null)
    }
  }
  const isOver = useFileDrop(files => void give(files[0]))
  return (
    <section className={classes.drop} data-over={isOver || undefined} aria-label={t('imports.give')}>
      <IconUpload size={28} stroke={1.5} aria-hidden />
      <p>{t('imports.dropHere')}</p>
      {share === null ? (
        <FileButton onChange={file => void give(file)} accept=".csv,.tsv,.txt,.xes,.gz,.ndjson,.jsonl">
          {props => <Button {...props}>{t('imports.choose')}</Button>}
        </FileButton>
      ) : (
        <div className={classes.sending}>
          <Progress value={share * 100} aria-label={t('imports.sending')} />
          <Button size="compact-sm" variant="default" onClick={() => ending.current?.abort()}>
            {t('action.cancel')}
          </Button>
        </div>
      )}
      <p className={classes.quiet}>{t('imports.kinds')}</p>
      <Failure error={error} />
    </section>
  )
}
